"""The refused rows as a spreadsheet of their own: the cells as they were, and why; to be mended and imported again.

It is never written over the source, nor over an earlier file that somebody may have mended meanwhile. Text that a
spreadsheet would run as a formula gets an apostrophe in front, which `cells.text` takes off again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from flows.importing.cells import FORMULA
from flows.importing.reasons import sentence
from flows.importing.rows import Judged
from flows.importing.tables import REASONS, Table
from flows.office import Office


@dataclass(frozen=True)
class RefusedSheet:
    """The refused rows of one sheet."""

    table: Table
    rows: Sequence[Judged]


def keep_refused(office: Office, source: Path, sheets: Sequence[RefusedSheet], *, again: bool) -> Path | None:
    """Write `<name>-refused.xlsx` beside the source, or into `home/imports` where that cannot be written.

    None without refused rows. `again`: the same file was loaded before; the file it left then is good enough.
    """
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        return None
    otherwise = office.settings.home / "imports"
    earlier = _earlier(source, otherwise) if again else None
    return earlier or _write_somewhere(source, filled, otherwise)


def _earlier(source: Path, otherwise: Path) -> Path | None:
    name = f"{source.stem}-refused.xlsx"
    return next((folder / name for folder in (source.parent, otherwise) if (folder / name).exists()), None)


def _write_somewhere(source: Path, sheets: Sequence[RefusedSheet], otherwise: Path) -> Path:
    try:
        return _write(_free_name(source.parent, source.stem), sheets)
    except OSError:
        otherwise.mkdir(parents=True, exist_ok=True)
        return _write(_free_name(otherwise, source.stem), sheets)


def _free_name(folder: Path, stem: str) -> Path:
    names = [folder / f"{stem}-refused{tail}.xlsx" for tail in ("", *(f"-{number}" for number in range(2, 1000)))]
    return next(path for path in names if not path.exists())


def _write(path: Path, sheets: Sequence[RefusedSheet]) -> Path:
    with path.open("xb") as target, xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        looks = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            time: book.add_format({"num_format": "hh:mm"}),
        }
        for sheet in sheets:
            _write_sheet(book, sheet, looks)
    return path


def _write_sheet(book: Any, sheet: RefusedSheet, looks: dict[type, Any]) -> None:
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    page = book.add_worksheet(sheet.table.sheet.name[:31])
    heading = sheet.table.heading
    kept = [at for at, head in enumerate(heading) if head != REASONS]
    page.set_column(len(kept), len(kept), 60)
    page.freeze_panes(1, 0)
    for to, head in enumerate([*(heading[at] for at in kept), REASONS]):
        page.write_string(0, to, safe(head), bold)
    for number, row in enumerate(sheet.rows, start=1):
        for to, at in enumerate(kept):
            if at < len(row.cells):
                _write_cell(page, number, to, row.cells[at], looks)
        page.write_string(number, len(kept), sentence(row.reasons), wrapped)


def _write_cell(page: Any, row: int, column: int, value: Any, looks: dict[type, Any]) -> None:
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    elif isinstance(value, datetime | date | time):
        page.write_datetime(row, column, value, looks[type(value)])
    elif isinstance(value, timedelta):
        page.write_number(row, column, value.total_seconds() / 86400)
    elif value not in (None, ""):
        page.write_string(row, column, safe(str(value)))


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
