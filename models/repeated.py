"""The same once more. A note, a file, an entry that a paper was given bears no key: somebody who was shown an error, or who
clicked twice, sends it again. The same from the same person within ten minutes is what is there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

#: longer than somebody looks at an error page, shorter than until he means it a second time
AGAIN = timedelta(minutes=10)


def there_already(connection: Connection, table: Any, values: Mapping[str, Any]) -> int | None:
    """The id of a row with those values that was written a moment before their `at`, and was not taken back."""
    same = [getattr(table, name) == value for name, value in values.items() if name not in ("at", "content")]
    recent = (table.at >= values["at"] - AGAIN, table.withdrawn_at.is_(None))
    found: int | None = connection.execute(select(table.id).where(*same, *recent).limit(1)).scalar_one_or_none()
    return found
