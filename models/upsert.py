"""INSERT that can say "or leave what is there": the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

Insert = sqlite.Insert | postgresql.Insert


def insert_into(connection: Connection, table: Any) -> Insert:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_or_leave(connection: Connection, table: Any, *key: InstrumentedAttribute[Any]) -> Insert:
    """INSERT … ON CONFLICT (key) DO NOTHING."""
    return insert_into(connection, table).on_conflict_do_nothing(index_elements=list(key))


def insert_or_change(
    connection: Connection, table: Any, key: Sequence[InstrumentedAttribute[Any]], changed: Sequence[str]
) -> Insert:
    """INSERT … ON CONFLICT (key) DO UPDATE of the columns named."""
    made = insert_into(connection, table)
    return made.on_conflict_do_update(index_elements=list(key), set_={name: made.excluded[name] for name in changed})
