"""Triggers that keep events and seals append-only, on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Connection

APPEND_ONLY = ("case_event", "audit_seal")


def guard_append_only(connection: Connection) -> None:
    """Make UPDATE and DELETE on those tables fail."""
    for table in APPEND_ONLY:
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
