"""Rows as either database can take them: what a backup carries.

A row is a list of JSON values, spelt the way SQLite keeps them: an instant is "2026-11-21 01:30:00.000000" (UTC), a day
"2026-11-21", a tick 0 or 1, a JSON column the text that was stored, bytes are base64. Nothing is unsealed on the way: what lies
sealed in one database arrives sealed in the other, and no key is needed to carry it.

The driver's own cursor reads and writes: rows by the million pass through, and nobody needs them as objects.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
    func,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from models.all import METADATA
from states.errors import Fault

#: rows read and written at a time; fewer where a row may carry a file of megabytes
BATCH, BATCH_OF_FILES = 1000, 4
Row = list[Any]

_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Boolean, "tick"), (Integer, "number"), (Date, "day"), (DateTime, "instant"), (JSON, "json"), (LargeBinary, "bytes"),
    (String, "text"),
)  # fmt: skip
#: where PostgreSQL stopped reading; what stands behind the column's name is the value
_WHERE = re.compile(r"line \d+(, column \w+)?")
#: how PostgreSQL is asked for the spelling
_ASKED = {
    "tick": "{}::int",
    "day": "to_char({}, 'YYYY-MM-DD')",
    "instant": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "json": "{}::text",
}


class RowRefused(Fault):
    """A row does not fit into this database: SQLite keeps what is longer than its column, PostgreSQL does not. Shorten it where
    it comes from, and take another backup.
    """

    code: ClassVar[str] = "row_refused"

    def __init__(self, table: str, fault: Any) -> None:
        where = _WHERE.search(str(getattr(fault.diag, "context", "") or ""))
        place = f"{table}, {where[0]}" if where else table
        super().__init__(f"{' '.join((type(self).__doc__ or '').split())} ({place}: {type(fault).__name__})")


@dataclass(frozen=True)
class Column:
    """A column of a carried table: its name, and what stands in it."""

    name: str
    kind: str


@dataclass(frozen=True)
class Carried:
    """A table as it is carried; one that came from an older program may have other columns than ours."""

    name: str
    columns: tuple[Column, ...]
    #: the columns of its primary key: its rows come in their order
    key: tuple[str, ...]

    @property
    def files(self) -> frozenset[int]:
        """The places of the columns that hold bytes."""
        return frozenset(at for at, column in enumerate(self.columns) if column.kind == "bytes")


def tables() -> list[Carried]:
    """Every table of ours, each after those it points to."""
    return [_carried(one) for one in METADATA.sorted_tables]


def _carried(one: Table) -> Carried:
    columns = tuple(Column(column.name, _kind(column.type)) for column in one.columns)
    return Carried(one.name, columns, tuple(column.name for column in one.primary_key))


def _kind(of: TypeEngine[Any]) -> str:
    plain = of.impl if isinstance(of, TypeDecorator) else of
    return next(kind for base, kind in _KINDS if isinstance(plain, base))


def read_rows(connection: Connection, carried: Carried) -> Iterator[list[Row]]:
    """The rows of that table in the order of its key, some at a time."""
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.driver_connection
    sqlite = connection.dialect.name == "sqlite"
    asked = ", ".join(f'"{c.name}"' if sqlite else _ASKED.get(c.kind, "{}").format(f'"{c.name}"') for c in carried.columns)
    order = ", ".join(f'"{name}"' for name in carried.key)
    cursor = driver.cursor() if sqlite else driver.cursor(name="carried")  # a cursor of the server: not all rows at once
    try:
        cursor.execute(f'SELECT {asked} FROM "{carried.name}" ORDER BY {order}')  # noqa: S608  our own names
        size = BATCH_OF_FILES if carried.files else BATCH
        while rows := cursor.fetchmany(size):
            yield [_spelt(row, carried.files) for row in rows]
    finally:
        cursor.close()


def _spelt(row: Sequence[Any], files: Iterable[int]) -> Row:
    values = list(row)
    for at in files:
        values[at] = None if values[at] is None else b64encode(values[at]).decode()
    return values


def _taken(row: Row, files: Iterable[int]) -> Row:
    for at in files:
        row[at] = None if row[at] is None else b64decode(row[at])
    return row


def write_rows(connection: Connection, carried: Carried, batches: Iterable[list[Row]]) -> int:
    """Write those rows into an empty table; how many there were. On PostgreSQL in one COPY, so rows may point to later ones."""
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{column.name}"' for column in carried.columns)
    count, files = 0, carried.files
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(carried.columns))
        statement = f'INSERT INTO "{carried.name}" ({names}) VALUES ({places})'  # noqa: S608  names we checked
        for rows in batches:
            driver.executemany(statement, (_taken(row, files) for row in rows) if files else rows)
            count += len(rows)
        return count
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{carried.name}" ({names}) FROM STDIN') as copy:
            for rows in batches:
                for row in rows:
                    copy.write_row(_taken(row, files) if files else row)
                count += len(rows)
    except connection.dialect.loaded_dbapi.DataError as fault:
        raise RowRefused(carried.name, fault) from None  # its text quotes the value
    return count


def set_sequences(connection: Connection, carried: Iterable[Carried]) -> None:
    """Let the numbers of new rows come after those that were written; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for one in carried:
        if one.key == ("id",):
            newest = f'SELECT max(id) AS id FROM "{one.name}" HAVING max(id) > 0'  # noqa: S608  our own names
            following = f"SELECT setval(pg_get_serial_sequence('{one.name}', 'id'), id) FROM ({newest}) newest"  # noqa: S608
            connection.exec_driver_sql(following)


def count_rows(connection: Connection, name: str) -> int:
    """How many rows the table has."""
    return int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())
