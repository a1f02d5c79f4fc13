"""Rows into a spreadsheet, every text as text: a cell that begins with = + - @ is never a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from models.base import AnyRow


def write_rows(file: Path, names: Sequence[str], rows: Sequence[AnyRow]) -> int:
    """Write those columns of the rows; how many rows there were."""
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
    for line, row in enumerate(rows, start=1):
        for column, name in enumerate(names):
            _cell(sheet, line, column, getattr(row, name))
    sheet.freeze_panes(1, 0)
    book.close()
    return len(rows)


def _cell(sheet: Any, line: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = value.isoformat() if isinstance(value, date | datetime) else str(value)
        sheet.write_string(line, column, text)
    else:
        sheet.write_number(line, column, value)
