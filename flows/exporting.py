"""Rows into a spreadsheet or a CSV file, every text as text: a cell that begins with = + - @ is never a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import xlsxwriter

from models.base import AnyRow

#: what a spreadsheet program reads as the beginning of a formula, also behind white space; full-width signs too
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "=", "+", "-", "@")


def write_rows(file: Path, names: Sequence[str], rows: Sequence[AnyRow]) -> int:
    """Write those columns of the rows; how many rows there were."""
    _write(str(file), names, ([getattr(row, name) for name in names] for row in rows))
    return len(rows)


def workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A spreadsheet with those headings and rows."""
    file = BytesIO()
    _write(file, headings, rows)
    return file.getvalue()


def comma_separated(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The same as CSV, in UTF-8 with the mark spreadsheet programs look for; what would be a formula begins with a quote."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = _text(value)
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _write(file: str | BytesIO, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, name in enumerate(headings):
        sheet.write_string(0, column, name, bold)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _cell(sheet, line, column, value)
    sheet.freeze_panes(1, 0)
    book.close()


def _cell(sheet: Any, line: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        sheet.write_string(line, column, _text(value))
    else:
        sheet.write_number(line, column, value)
