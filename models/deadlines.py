"""Clocks and the ledger of reminders.

A deadline is a row written in the step's own transaction, together with its explanation. `next_on` is the next day on
which a sweep has to look at it (a reminder, the opening of a window, the day after its last day): one indexed column
serves them all, so a sweep costs what is due and not what exists.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, pk
from states.labels import Named

#: a clock somebody still has to do something about: running, or over and not done
UNSETTLED_ONLY = text("status = 'open' OR (status = 'expired' AND next_on IS NOT NULL)")


class DeadlineStatus(Named):
    """Where a clock stands."""

    OPEN = "open", "进行中", "Running"
    MET = "met", "已完成", "Met"
    EXPIRED = "expired", "已届满", "Expired"
    VOID = "void", "已取消", "Void"


class Deadline(Table):
    """One clock of a case, or of a contract in the register."""

    __tablename__ = "deadline"
    id: Mapped[pk]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    rule: Mapped[str] = mapped_column(String(60))
    #: which one of its rule: the number of an instalment or a session; empty for the only one
    subject: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(10))
    opens_on: Mapped[date | None]
    due_on: Mapped[date]
    next_on: Mapped[date | None]
    #: whether the window's opening was already acted on
    opened: Mapped[bool] = mapped_column(default=False)
    #: a statutory date that may carry effects; otherwise agreed, unverified or office policy
    hard: Mapped[bool] = mapped_column(default=False)
    #: counted with a calendar that was not yet published
    provisional: Mapped[bool] = mapped_column(default=False)
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: the case's events (their seq) that started and ended it
    started_by: Mapped[int | None]
    ended_by: Mapped[int | None]
    #: when the duty was done, also late
    met_on: Mapped[date | None]
    __table_args__ = (
        Index("ix_deadline_next_on", "next_on", "id", sqlite_where=text("next_on IS NOT NULL"),
              postgresql_where=text("next_on IS NOT NULL")),
        # the calendar, and what is overdue, the worst first
        Index("ix_deadline_due_on", "due_on", "case_id", "rule", "status", "next_on", "hard",
              sqlite_where=UNSETTLED_ONLY, postgresql_where=UNSETTLED_ONLY),
        Index("ix_deadline_case_status", "case_id", "status"),
        Index("ix_deadline_contract", "contract_id"),
        Index("uq_deadline_running", "case_id", "rule", "subject", unique=True,
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
    )  # fmt: skip


class Reminder(Table):
    """The ledger: one row for each reminder that went out; the unique key is what keeps it from going out twice."""

    __tablename__ = "reminder"
    id: Mapped[pk]
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    #: the last day the reminder speaks of: when it changes, every stage is armed again
    due_on: Mapped[date]
    stage: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: the day it was due to go out, and the day it did
    planned_on: Mapped[date]
    sent_on: Mapped[date]
    message_key: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("deadline_id", "due_on", "stage", "person_id"),)
