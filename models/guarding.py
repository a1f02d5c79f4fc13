"""Triggers that keep events and seals append-only, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

EVENTS = ("case_event", "audit_seal")
OFFICE_EVENTS = ("office_event",)


def guard_append_only(connection: Connection, tables: Sequence[str] = EVENTS) -> None:
    """Make UPDATE and DELETE on those tables fail."""
    for table in tables:
        for act in ("UPDATE", "DELETE"):
            for statement in _statements(connection.dialect.name, table, act):
                connection.exec_driver_sql(statement)


def _statements(dialect: str, table: str, act: str) -> list[str]:
    name, text = f"{table}_no_{act.lower()}", f"{table} is append-only"
    if dialect == "sqlite":
        return [f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{text}'); END"]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{text}'; END $$",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
