"""Where the tests keep their offices: a home a test, and the case database that belongs to it.

On SQLite the database is a file in the home, and a copied folder is a copied office. With CONCORD_TEST_DATABASE (the address of
a PostgreSQL server, set by `tests.on_postgres`) every home has a database of its own on that server, named after the folder;
a copied office is a copied database. Every test that opens an office does it through here, and so runs on both.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, make_url

from config.settings import ROOT, Settings
from flows.office import Office, open_office
from models.migrating import migrate

SERVER = os.environ.get("CONCORD_TEST_DATABASE", "")
ON_POSTGRESQL = bool(SERVER)

#: the databases this process has made, by the folder they belong to
_MADE: dict[Path, str] = {}


def settings_at(home: Path, **more: Any) -> Settings:
    """The settings of the office in that folder; its database is made, empty, when there is none and no other is named."""
    if "database_url" not in more:
        more["database_url"] = address_of(home)
    return Settings(**{"home": home, "prefect": False, **more})


def address_of(home: Path) -> str:
    """The address of the home's case database, as CONCORD_DATABASE_URL has it: empty on SQLite, the file is in the home."""
    if not ON_POSTGRESQL:
        return ""
    name = _name_of(home)
    if home not in _MADE:
        found = _asked("SELECT 1 FROM pg_database WHERE datname = %s", name)
        if not found:  # a process that a test started finds the database that the test has made
            _asked(f"CREATE DATABASE {name}")
            _MADE[home] = name
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def environment_at(home: Path, **more: str) -> dict[str, str]:
    """The environment of a program that is started on that home: nothing of this shell's settings, and these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONCORD_", "PREFECT_"))}
    address = {"CONCORD_DATABASE_URL": address_of(home)} if ON_POSTGRESQL else {}
    return {**kept, "CONCORD_HOME": str(home), "PYTHONPATH": str(ROOT), **address, **more}


def lay_tables(home: Path, **more: Any) -> Settings:
    """An office with its tables and nobody in it; its settings."""
    copy_home(_with_tables(), home)
    return settings_at(home, **more)


def copy_home(source: Path, target: Path) -> Path:
    """A copy of that folder and of the databases of the homes in it, which nobody may have open."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    for home, name in list(_MADE.items()):
        if home == source or source in home.parents:
            copy = target / home.relative_to(source)
            _MADE[copy] = _name_of(copy)
            _asked(f"CREATE DATABASE {_MADE[copy]} TEMPLATE {name} STRATEGY file_copy")
    return target


def close_to_copy(office: Office) -> None:
    """Close the office so that its folder holds all of it."""
    if office.store.is_sqlite:
        with office.store.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    office.store.close()


def drop_below(folder: Path) -> None:
    """Drop the databases of the homes in that folder, whoever is still connected to them."""
    for home in [home for home in _MADE if folder == home or folder in home.parents]:
        _asked(f"DROP DATABASE {_MADE.pop(home)} WITH (FORCE)")


def count_on(office: Office, *tables: str) -> None:
    """Let the numbers of those tables go on after the rows that were written under numbers of the test's own."""
    if office.store.is_sqlite:
        return
    with office.store.write() as connection:
        for table in tables:
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


@contextmanager
def keys_forgotten(connection: Connection) -> Iterator[None]:
    """Rows may name what is not there: until the end of the block, or of the transaction on SQLite."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    yield
    connection.exec_driver_sql("SET LOCAL session_replication_role = origin")


@lru_cache
def _with_tables() -> Path:
    home = Path(tempfile.mkdtemp(prefix="concord-tables-"))
    office = open_office(settings_at(home))
    migrate(office.store)
    close_to_copy(office)
    return home


def _name_of(home: Path) -> str:
    return f"concord_{sha256(str(home).encode()).hexdigest()[:24]}"


def _asked(statement: str, *values: str) -> list[Any]:
    address = make_url(SERVER).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        answer = connection.execute(statement, values or None)  # type: ignore[arg-type,call-overload,unused-ignore]
        return answer.fetchall() if answer.description else []
