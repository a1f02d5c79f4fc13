"""What must still happen after a commit: notices to persons, follow-up cases; and each attempt to do it.

A message without a person is a notice of a step; the drain turns it into one message a person and channel, keyed, so that
repeating is harmless. A message is claimed with a lease and an attempt number; whoever wakes after his lease cannot write.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, pk
from states.labels import Named

PARKED = text("status = 'parked'")
#: kinds that are delivered by a channel, with lease and attempts
DELIVERED = ("notice", "hook")
PENDING = text("status IN ('waiting', 'sending')")
#: letters in an inbox that nobody opened; said in words, not in parameters, so that SQLite sees its index fits
UNREAD = text("channel = 'inbox' AND status = 'sent' AND read_at IS NULL")


class MessageStatus(Named):
    """Where a message stands."""

    WAITING = "waiting", "待发送", "Waiting"
    SENDING = "sending", "发送中", "Being sent"
    SENT = "sent", "已发送", "Sent"
    PARKED = "parked", "已搁置", "Parked"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class Message(Table):
    """One row of the outbox."""

    __tablename__ = "message"
    id: Mapped[pk]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    #: "notice", "open_case", or "hook": an event on its way to a web-hook
    kind: Mapped[str] = mapped_column(String(20), default="notice")
    notice: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    #: the event of the case that it follows from
    seq: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(20), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[str] = mapped_column(String(12))
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    #: what the person reads in the office's inbox, rendered when it was delivered
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    read_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_message_pending", "next_try_at", "id", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_message_parked", "id", sqlite_where=PARKED, postgresql_where=PARKED),
        Index("ix_message_event", "case_id", "seq"),
        Index("ix_message_inbox", "person_id", "channel", "id"),
        Index("ix_message_unread", "person_id", "channel", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
    )


class Delivery(Table):
    """One attempt to deliver a message, and how it ended."""

    __tablename__ = "delivery"
    id: Mapped[pk]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    attempt: Mapped[int]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    #: identifier the channel gave or was given (Message-ID)
    reference: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
