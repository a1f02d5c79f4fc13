"""A COMMIT whose answer never arrives, because it never took place or because the line broke after it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from models.session import Store

BEFORE, AFTER = "never took place", "took place"


@dataclass
class Commits:
    """The commits of a block: how many there were, and which one fails."""

    count: int = 0
    fails: int = -1
    how: str = BEFORE


@contextmanager
def commits(store: Store, fails: int = -1, how: str = BEFORE) -> Iterator[Commits]:
    """Count the commits of the block; the one of that number fails, and its connection with it."""
    dialect: Any = store.engine.dialect
    told, real = Commits(fails=fails, how=how), dialect.do_commit

    def commit(connection: Any) -> None:
        number, told.count = told.count, told.count + 1
        if number != told.fails:
            real(connection)
            return
        if told.how == AFTER:
            real(connection)
        elif store.is_sqlite:
            connection.rollback()
        if not store.is_sqlite:
            connection.driver_connection.close()  # the server rolls back what was not committed
        raise dialect.loaded_dbapi.OperationalError("the answer to COMMIT was lost")

    with patch.object(dialect, "do_commit", commit):
        yield told
