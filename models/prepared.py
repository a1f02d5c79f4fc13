"""Statements of the one door, compiled once a dialect and run on the driver's own cursor.

Four fifths of what SQLAlchemy's Core spends on a small statement never changes from step to step (23 µs against 4 µs,
docs/performance.md). A `Prepared` keeps the text and the types, and asks the driver only. It is for statements that every
step runs; all others stay with `connection.execute`. Statements with lists (IN) cannot be prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError

Convert = Callable[[Any], Any]
Values = Mapping[str, Any]
#: a count of rows that the driver cannot know yet (a pipeline)
UNKNOWN = -1


@dataclass(frozen=True)
class _Text:
    """The statement in one dialect."""

    sql: str
    #: the names of the parameters, in the driver's order
    names: tuple[str, ...]
    #: what makes a parameter fit for the driver: (place or name, conversion)
    fits: tuple[tuple[Any, Convert], ...]
    #: parameters that never change
    fixed: Values
    #: what a column goes through on its way back: (place, conversion)
    backs: tuple[tuple[int, Convert], ...]
    positional: bool

    def bound(self, values: Values) -> Any:
        """The parameters as the driver wants them. Raises `KeyError` for one that is missing."""
        if self.fixed:
            values = {**self.fixed, **values}
        bound: Any = [values[name] for name in self.names]
        if not self.positional:
            bound = dict(zip(self.names, bound, strict=True))
        for at, fit in self.fits:
            bound[at] = fit(bound[at])
        return bound

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row with its columns as they were stored."""
        values = list(row)
        for at, back in self.backs:
            values[at] = back(values[at])
        return tuple(values)


class Prepared:
    """One statement; `columns` are the keys of the rows of an INSERT, which names all of them."""

    def __init__(self, statement: Any, *columns: str) -> None:
        self.statement = statement
        self.columns = columns
        self._texts: dict[str, _Text] = {}

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """What a query finds."""
        text = self._text(connection.dialect)
        found: list[tuple[Any, ...]] = self._run(connection, text, [values]).fetchall()
        return [text.read(row) for row in found] if text.backs else found

    def write(self, connection: Connection, rows: Sequence[Values]) -> int:
        """Write those rows; how many were touched, or `UNKNOWN`."""
        count: int = self._run(connection, self._text(connection.dialect), rows).rowcount
        return count

    def _run(self, connection: Connection, text: _Text, rows: Sequence[Values]) -> Any:
        if not connection.in_transaction():
            connection.begin()
        driver: Any = connection.connection
        try:
            cursor = driver.cursor()
            if len(rows) == 1:
                cursor.execute(text.sql, text.bound(rows[0]))
            else:
                cursor.executemany(text.sql, [text.bound(row) for row in rows])
        except connection.dialect.loaded_dbapi.Error as fault:
            # the parameters are left out: they may name persons
            raise DBAPIError.instance(
                text.sql, None, fault, connection.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=connection.dialect
            ) from None  # fmt: skip
        return cursor

    def _text(self, dialect: Dialect) -> _Text:
        found = self._texts.get(dialect.name)
        if found is None:
            found = self._texts[dialect.name] = self._compiled(dialect)
        return found

    def _compiled(self, dialect: Dialect) -> _Text:
        compiled = self.statement.compile(dialect=dialect, column_keys=list(self.columns) or None)
        names = tuple(compiled.positiontup or ()) if compiled.positional else tuple(compiled.binds)
        kinds = [compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
        places = range(len(names)) if compiled.positional else names
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        columns = getattr(self.statement, "selected_columns", ())
        backs = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        return _Text(
            sql=str(compiled),
            names=names,
            fits=tuple((at, fit) for at, fit in zip(places, kinds, strict=True) if fit),
            fixed=fixed,
            backs=tuple((at, back) for at, back in enumerate(backs) if back),
            positional=bool(compiled.positional),
        )
