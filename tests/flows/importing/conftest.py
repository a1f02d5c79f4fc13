"""An office with one unit, and spreadsheets written for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import insert, text

from flows.office import Office, open_office
from models.people import Organisation
from tests.stores import lay_tables

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
Rows = Sequence[Sequence[Any]]
WriteSheet = Callable[..., Path]
CountRows = Callable[[str], int]


def new_office(home: Path, *, with_unit: bool = True) -> Office:
    """An office with its tables and, if wanted, one unit of number 1."""
    office = open_office(lay_tables(home), lambda: NOW)
    if with_unit:
        with office.store.write() as connection:
            row = {"code": "U", "name": "清波街道总工会", "kind": "subdistrict", "path": "/1/", "mediates": True}
            connection.execute(insert(Organisation).values(**row))
    return office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = new_office(tmp_path / "home")
    yield office
    office.store.close()


@pytest.fixture
def empty_office(tmp_path: Path) -> Iterator[Office]:
    office = new_office(tmp_path / "home", with_unit=False)
    yield office
    office.store.close()


@pytest.fixture
def sheet(tmp_path: Path) -> WriteSheet:
    """Writes rows into a workbook: text as text, days as days."""

    def write(rows: Rows, name: str = "register.xlsx", page: str = "合同") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            target = book.add_worksheet(page)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        target.write_string(number, column, value)
                    elif value is not None:
                        target.write(number, column, value)
        return path

    return write


@pytest.fixture
def count(office: Office) -> CountRows:
    """How many rows a table has."""

    def counted(table: str) -> int:
        with office.store.read() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    return counted
