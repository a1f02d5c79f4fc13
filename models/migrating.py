"""Bringing the store's tables to the shape this program knows; run by the program itself at every start.

A store that is newer than the program is refused with the way out: an older program must not write into tables it does not
understand.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.session import Store
from states.errors import Fault

SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"


class StoreTooNew(Fault):
    """The database was written by a newer version of Concord. Update the program, or restore the backup made before."""

    code = "store_too_new"


def migrate(store: Store) -> str:
    """Upgrade the store to the newest shape and give its revision. Raises `StoreTooNew`."""
    scripts = ScriptDirectory.from_config(_config())
    newest = scripts.get_current_head() or ""
    with store.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return newest
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise StoreTooNew(
            f"the database is at revision {current}, which this program does not know (newest: {newest}); "
            "update the program, or restore the backup made before the update"
        )
    with store.write() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config
