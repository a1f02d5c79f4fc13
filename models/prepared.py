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

Convert = Callable[[Any], Any] | None
Values = Mapping[str, Any]
#: a count of rows that the driver cannot know yet (a pipeline)
UNKNOWN = -1


@dataclass(frozen=True)
class _Text:
    """The statement in one dialect."""

    sql: str
    #: each parameter with what makes it fit for the driver, in order
    binds: tuple[tuple[str, Convert], ...]
    #: parameters that never change
    fixed: Values
    #: what each column goes through on its way back; None where none needs anything
    results: tuple[Convert, ...] | None
    positional: bool

    def bound(self, values: Values) -> Any:
        """The parameters as the driver wants them. Raises `KeyError` for one that is missing."""
        if self.fixed:
            values = {**self.fixed, **values}
        if self.positional:
            return [values[name] if fit is None else fit(values[name]) for name, fit in self.binds]
        return {name: values[name] if fit is None else fit(values[name]) for name, fit in self.binds}


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
        if text.results is None:
            return found
        return [
            tuple(
                value if back is None else back(value)
                for value, back in zip(row, text.results, strict=True)
            )
            for row in found
        ]  # fmt: skip

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
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        fits = tuple((name, _fit(compiled.binds[name].type, dialect)) for name in names)
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        columns = getattr(self.statement, "selected_columns", ())
        backs = tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
        return _Text(str(compiled), fits, fixed, backs if any(backs) else None, bool(compiled.positional))


def _fit(kind: Any, dialect: Dialect) -> Convert:
    fit: Convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return fit
