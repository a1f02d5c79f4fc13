"""The SQLAlchemy engine of the peers: one connection, BEGIN IMMEDIATE, WAL, synchronous=FULL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from benchmarks.sqlite_file import PRAGMAS


def engine_on(path: Path) -> Engine:
    """An engine on the SQLite file, set as SQLAlchemy's own documentation recommends for writers."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None
        for pragma in PRAGMAS:
            dbapi_connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
