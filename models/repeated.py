"""The same once more. A note, a file, an entry that a paper was given bears no key: somebody who was shown an error, or who
clicked twice, sends it again. The same from the same person within ten minutes is what is there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, select

#: longer than somebody looks at an error page, shorter than until he means it a second time
AGAIN = timedelta(minutes=10)


def there_already(connection: Connection, table: Any, values: Mapping[str, Any]) -> int | None:
    """The id of a row with those values that was written a moment before their `at`, and was not taken back.

    Whoever asks after the same at the same instant waits until this transaction has ended, and finds what it wrote.
    """
    same = {name: value for name, value in sorted(values.items()) if name not in ("at", "content")}
    _one_at_a_time(connection, f"{table.__tablename__} {same}")
    alike = [getattr(table, name) == value for name, value in same.items()]
    recent = (table.at >= values["at"] - AGAIN, table.withdrawn_at.is_(None))
    found: int | None = connection.execute(select(table.id).where(*alike, *recent).limit(1)).scalar_one_or_none()
    return found


def _one_at_a_time(connection: Connection, what: str) -> None:
    """On PostgreSQL, a lock on that value until the end of the transaction; SQLite lets one write by itself."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(sha256(what.encode()).digest()[:8], signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(number)))
