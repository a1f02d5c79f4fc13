"""Bringing the store's tables to the shape this program knows; run by the program itself at every start.

A store that is newer than the program is refused with the way out: an older program must not write into tables it does not
understand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select

from models.session import Store
from states.errors import Fault

if TYPE_CHECKING:
    from alembic.config import Config

#: any number, the same for every process
_UPGRADING = 4_207_117
SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"


class StoreTooNew(Fault):
    """The database was written by a newer version of Concord. Update the program, or restore the backup made before."""

    code = "store_too_new"


def migrate(store: Store) -> str:
    """Upgrade the store to the newest shape and give its revision. Raises `StoreTooNew`."""
    known = known_revisions()
    current = revision_of(store)
    if current == known[-1]:
        return current  # the usual case, answered without loading Alembic
    if current is not None and current not in known:
        raise StoreTooNew(
            f"the database is at revision {current}, which this program does not know (newest: {known[-1]}); "
            "update the program, or restore the backup made before the update"
        )
    with store.write() as connection:
        _one_at_a_time(store, connection)
        bring_to(connection, "head")
        if current is not None:
            fill_search(connection)
    return known[-1]


def _one_at_a_time(store: Store, connection: Connection) -> None:
    """Of many processes that start together one upgrades, the others wait for it (SQLite lets one write by itself)."""
    store.take_time(connection)
    if not store.is_sqlite:
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADING})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")


def bring_to(connection: Connection, revision: str) -> None:
    """Bring the tables to that shape, in the caller's transaction."""
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def fill_search(connection: Connection) -> None:
    """A store from before the search index gets one, in the transaction that brings it to the new shape."""
    from models.offices import SearchText
    from models.search_index import fill

    if connection.execute(select(SearchText.id).limit(1)).first() is None:
        fill(connection)


def known_revisions() -> list[str]:
    """The revisions of this program, oldest first: the numbers before the names of the scripts."""
    return sorted(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*_*.py"))


def revision_of(store: Store) -> str | None:
    """The revision the store is at, None for an empty one."""
    with store.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return revision


def alembic_config() -> Config:
    """Alembic pointed at our scripts; it runs inside our own transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config
