"""Every table, loaded: what Alembic and the tests need to see the whole schema at once."""

from __future__ import annotations

from models import cases, contracts, deadlines, imports, items, outbox, papers, people, requests
from models.base import Table

METADATA = Table.metadata
__all__ = [
    "METADATA", "cases", "contracts", "deadlines", "imports", "items", "outbox", "papers", "people", "requests",
]  # fmt: skip
