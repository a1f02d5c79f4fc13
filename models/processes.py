"""The processes an office runs as, and the leases by which they agree who does what only one should do.

A process says "I am here" every few seconds; one that has fallen silent is gone, and what it held is taken over when its lease
is over. A lease has a **term**: it grows whenever somebody else takes the lease, so whoever wakes too late can be told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, pk


class Process(Table):
    """One process of the office: where it runs, what it does, when it was last heard of."""

    __tablename__ = "process"
    id: Mapped[pk]
    #: host, number of the process and a few random letters: what a claimed run names as its holder
    name: Mapped[str] = mapped_column(String(120), unique=True)
    host: Mapped[str] = mapped_column(String(80))
    pid: Mapped[int]
    #: "web scheduler worker": what it was started as
    roles: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    #: empty: it runs, or it died without a word
    ended_at: Mapped[datetime | None]
    #: breaker ("closed", "open", "off"), memory in bytes
    condition: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Lease(Table):
    """The right to something that one process does at a time, until an instant."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    term: Mapped[int]
    until: Mapped[datetime]
