"""Reading: what lies in somebody's inbox, and what is being tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from models.cases import CaseFile
from models.outbox import Message
from notifications.channels import INBOX

_SHOWN = (
    Message.id,
    Message.notice,
    Message.case_id,
    Message.subject,
    Message.body,
    Message.created_at,
    Message.read_at,
)


def unread(connection: Connection, person_id: int, limit: int = 50, before: int | None = None) -> Sequence[Any]:
    """What the person has not read yet, newest first; `before` is the id at which the last page ended."""
    query = select(*_SHOWN).where(
        Message.person_id == person_id,
        Message.channel == INBOX,
        Message.status == "sent",
        Message.read_at.is_(None),
    )
    if before is not None:
        query = query.where(Message.id < before)
    return connection.execute(query.order_by(Message.id.desc()).limit(limit)).all()


def letters(connection: Connection, person_id: int, *, read: bool, limit: int = 50, before: int | None = None) -> Sequence[Any]:
    """What lies in the person's inbox with the number of its case, newest first; with `read` also what was read before."""
    query = (
        select(*_SHOWN, CaseFile.number)
        .outerjoin(CaseFile, CaseFile.id == Message.case_id)
        .where(Message.person_id == person_id, Message.channel == INBOX, Message.status == "sent")
    )
    if not read:
        query = query.where(Message.read_at.is_(None))
    if before is not None:
        query = query.where(Message.id < before)
    return connection.execute(query.order_by(Message.id.desc()).limit(limit)).all()


def mark_read(connection: Connection, person_id: int, ids: Sequence[int], now: datetime) -> int:
    """Mark those messages of the person as read; how many were not yet. Those of others stay as they are."""
    mine = (Message.id.in_(list(ids)), Message.person_id == person_id, Message.channel == INBOX)
    done = update(Message).where(*mine, Message.read_at.is_(None)).values(read_at=now)
    return connection.execute(done).rowcount
