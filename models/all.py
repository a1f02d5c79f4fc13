"""Every table, loaded: what Alembic and the tests need to see the whole schema at once."""

from __future__ import annotations

from models import (
    accounts,
    cases,
    contracts,
    deadlines,
    imports,
    items,
    notes,
    offices,
    outbox,
    papers,
    people,
    processes,
    requests,
    uploads,
)
from models.base import Table

METADATA = Table.metadata
__all__ = [
    "METADATA", "accounts", "cases", "contracts", "deadlines", "imports", "items", "notes", "offices", "outbox", "papers",
    "people", "processes", "requests", "uploads",
]  # fmt: skip
