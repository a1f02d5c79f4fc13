"""The office's own ledger as a workbook: the empty template, the filled-in example, and the demo office's book.

Headings are Chinese with English below; what must be filled in bears a star; a comment on each heading says what belongs
there; closed lists are lists to choose from. Text columns are formatted as text, so that numbers keep all their digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from flows.importing.profiles import Column, Profile, load_profile
from flows.importing.refused import safe
from flows.importing.tables import is_required

#: the sheets of a ledger, in the order in which they are loaded
SHEETS = ("ledger/organisations", "ledger/people", "ledger", "ledger/disputes")
#: rows that get lists and formats
_FORMATTED = 5000
_GUIDE = (
    ("一、本工作簿共四张表:单位、人员、合同、争议。不需要的表可以留空。",
     "Four sheets: organisations, people, contracts, open disputes. A sheet you do not need may stay empty."),
    ("二、表头带 * 的必须填写。表头的批注说明填法;表头名称和次序可以调整,多余的列不影响导入。",
     "A star marks what must be filled in. The comment on a heading explains it. Order does not matter."),
    ("三、日期写成 2026-09-16 或 2026年9月16日;金额以元计;身份证号、编码须为文本格式。",
     "Write days like 2026-09-16 and amounts in yuan; codes and identity numbers are text."),
    ("四、单位编码、人员编码由本单位自编,合同表和争议表用编码指明单位和人员。",
     "Codes are your own; contracts and disputes refer to organisations and people by their codes."),
    ("五、导入后,不合格的行连同全部原因另存为“…-refused.xlsx”,更正后可直接再次导入,不会重复。",
     "Rows that cannot be taken are written to “…-refused.xlsx” with all reasons; mend and import that file."),
    ("六、争议按“现状态”由系统逐步办理到位:已登记、已受理、调解中、履行中;期限自所填日期起算。",
     "Disputes are brought to the state you name by real steps; their time limits run from the days you give."),
)  # fmt: skip
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def ledger_profiles() -> dict[str, Profile]:
    """The profiles of the four sheets, in the order in which they are loaded."""
    return {name: load_profile(name) for name in SHEETS}


def write_template(path: Path, *, with_examples: bool = False) -> Path:
    """The empty template; or, with examples, one filled in that can be imported as it is."""
    rows = {name: [_example(profile)] for name, profile in ledger_profiles().items()} if with_examples else {}
    if rows:
        above = {"code": "SL", "name": "示例区总工会", "kind": "区县总工会", "mediates": "是"}
        firm = {"code": "SL-QB-01", "name": "示例制衣有限公司", "kind": "用人单位", "parent": "SL-QB"}
        rows["ledger/organisations"] += [above, firm]
    return write_book(path, rows)


def _example(profile: Profile) -> dict[str, str]:
    return {name: column.example for name, column in profile.columns.items() if column.example}


def write_book(path: Path, rows: Rows) -> Path:
    """A workbook of the ledger's shape with those rows (field → value as a person would type it, or a date)."""
    with xlsxwriter.Workbook(path) as book:
        guide = book.add_worksheet("说明")
        guide.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
        for number, (zh, en) in enumerate(_GUIDE):
            guide.write_string(number, 0, f"{zh}\n{en}")
        for name, profile in ledger_profiles().items():
            _Page(book, profile).fill(rows.get(name, ()))
    return path


class _Page:
    """One sheet of the book."""

    def __init__(self, book: Any, profile: Profile) -> None:
        self.book, self.profile = book, profile
        self.page = book.add_worksheet(profile.sheets[0])
        self.fields = {name: at for at, name in enumerate(profile.columns)}
        self.formats = {
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "whole": book.add_format({"num_format": "0"}),
            "money": book.add_format({"num_format": "0.00"}),
        }
        self.text = book.add_format({"num_format": "@"})
        self._heading()

    def _heading(self) -> None:
        bold = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E8EEF7", "bottom": 1}
        look = self.book.add_format(bold)
        self.page.set_row(0, 34)
        self.page.freeze_panes(1, 0)
        for name, at in self.fields.items():
            column = self.profile.columns[name]
            star = "*" if is_required(self.profile, name) else ""
            self.page.write_string(0, at, f"{column.label.zh}{star}\n{column.label.en}", look)
            self.page.set_column(at, at, _width(column), self.formats.get(column.type, self.text))
            said = [column.note, f"例:{column.example}" if column.example else ""]
            if any(said):
                self.page.write_comment(0, at, "\n".join(part for part in said if part))
            self._list(column, at)

    def _list(self, column: Column, at: int) -> None:
        words = _words(column)
        if not words:
            return
        letter = xl_col_to_name(at)
        where = f"{letter}2:{letter}{_FORMATTED}"
        self.page.data_validation(where, {"validate": "list", "source": words, "error_type": "warning"})

    def fill(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write the rows below the heading."""
        for number, row in enumerate(rows, start=1):
            for name, value in row.items():
                self._cell(number, self.fields[name], self.profile.columns[name], value)

    def _cell(self, row: int, at: int, column: Column, value: Any) -> None:
        if isinstance(value, date):
            self.page.write_datetime(row, at, value, self.formats["day"])
        elif isinstance(value, int | float):
            self.page.write_number(row, at, value, self.formats.get(column.type))
        elif value:
            self.page.write_string(row, at, safe(str(value)), self.text)


def _words(column: Column) -> list[str]:
    """What can be chosen: one Chinese word for each value."""
    if column.type == "yes-no":
        return ["是", "否"]
    return list({value: word for word, value in reversed(column.choices.items()) if not word.isascii()}.values())[::-1]


def _width(column: Column) -> int:
    return 14 if column.type in ("day", "whole", "money", "yes-no") else 22
