"""Where a backup is restored to: a place where nothing is yet.

SQLite: everything is written into a file beside, which takes the database's name when it is whole. PostgreSQL: one transaction
from the first table to the last row. Either way a restore that was killed leaves a place on which it can be run again.

A store whose tables were made but in which nobody ever worked (an office that was started and not founded) counts as empty.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, make_url, select

from config.settings import Settings
from flows.backup.archive import sync_folder
from flows.backup.faults import InUse, NotEmpty
from models.all import METADATA
from models.people import Organisation, Person
from models.processes import Process
from models.session import open_sealed

#: a process that was heard of within this time may be at work
HEARD = timedelta(seconds=30)
#: any number, the same for every restore: one at a time
_ONE_AT_A_TIME = 4_207_118
_BESIDE = ("", "-wal", "-shm", "-journal")


def must_be_empty(connection: Connection, now: datetime) -> bool:
    """Whether tables of ours are there, with nobody in them. Raises `NotEmpty`, `InUse`."""
    there = set(inspect(connection).get_table_names())
    if not there & set(METADATA.tables):
        if there - {"spatial_ref_sys"}:
            raise NotEmpty(f"tables of another program: {sorted(there)[0]} …")
        return False
    for table in (Organisation, Person):
        if table.__tablename__ in there and connection.execute(select(table.id).limit(1)).first() is not None:
            raise NotEmpty
    if Process.__tablename__ in there:
        at_work = (Process.ended_at.is_(None), Process.beat_at > now - HEARD)
        if connection.execute(select(Process.id).where(*at_work).limit(1)).first() is not None:
            raise InUse
    return True


@contextmanager
def empty_place(settings: Settings, now: datetime) -> Iterator[Connection]:
    """A connection to an empty store; what the block writes counts once it has ended well."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        with _sqlite(Path(str(url.database)), now) as place:
            yield place
        return
    store = open_sealed(settings.database)
    try:
        with store.write() as connection:
            store.take_time(connection)
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
            if must_be_empty(connection, now):
                _drop(connection)
            yield connection
    finally:
        store.close()


def _drop(connection: Connection) -> None:
    for name in (*METADATA.tables, "alembic_version"):
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{name}" CASCADE')


@contextmanager
def _sqlite(target: Path, now: datetime) -> Iterator[Connection]:
    look_at_file(target, now)
    fresh = target.with_name(f"{target.name}.restoring")
    _remove(fresh)  # of a restore that was killed
    store = open_sealed(f"sqlite:///{fresh}")
    try:
        with store.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            # a file that counts only when it is whole needs no journal
            driver.execute("PRAGMA journal_mode=OFF")
            driver.execute("PRAGMA synchronous=OFF")
            driver.execute("PRAGMA cache_size=-65536")
            with connection.begin():
                driver.execute("PRAGMA defer_foreign_keys=ON")  # a row may point to a later one
                yield connection
            driver.execute("PRAGMA journal_mode=WAL")
        store.close()
        _take_its_name(fresh, target)
    finally:
        store.close()
        _remove(fresh)


def look_at_file(target: Path, now: datetime) -> None:
    """Whether the database's file may be written. Raises `NotEmpty`, `InUse`."""
    if not target.exists():
        return
    store = open_sealed(f"sqlite:///{target}")
    try:
        with store.read() as connection:
            must_be_empty(connection, now)
    finally:
        store.close()


def _take_its_name(fresh: Path, target: Path) -> None:
    opened = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    for end in _BESIDE[1:]:
        target.with_name(target.name + end).unlink(missing_ok=True)
    fresh.chmod(0o600)
    fresh.replace(target)
    sync_folder(target.parent)


def _remove(file: Path) -> None:
    for end in _BESIDE:
        file.with_name(file.name + end).unlink(missing_ok=True)
