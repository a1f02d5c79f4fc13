"""What a case promised and what was done: instalments and payments, meetings, proposals, ballots. Money in fen."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, line, pk


class SettlementItem(Table):
    """One instalment of an agreement: what is owed by when, and what has arrived."""

    __tablename__ = "settlement_item"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    seq: Mapped[int]
    no: Mapped[int]
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    due_on: Mapped[date]
    undone: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_settlement_item_case_id", "case_id", "no"),)


class Payment(Table):
    """Money that reached the worker, for one instalment."""

    __tablename__ = "payment"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    no: Mapped[int]
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    paid_on: Mapped[date]
    evidence: Mapped[line] = mapped_column(default="")
    undone: Mapped[bool] = mapped_column(default=False)


class Meeting(Table):
    """A session, a round or a congress: fixed, put off, held."""

    __tablename__ = "meeting"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    no: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    act: Mapped[str] = mapped_column(String(10))
    on: Mapped[date] = mapped_column("held_on")
    place: Mapped[line] = mapped_column(default="")
    minutes: Mapped[str] = mapped_column(Text, default="")
    present: Mapped[int] = mapped_column(default=0)
    undone: Mapped[bool] = mapped_column(default=False)
    #: the calendar reads meetings by day, and no more of them than stands here
    __table_args__ = (Index("ix_meeting_held_on", "held_on", "case_id", "act", "undone", "kind", "no"),)


class ProposalRow(Table):
    """What one side offered on one clause in one round."""

    __tablename__ = "proposal"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    round: Mapped[int]
    side: Mapped[str] = mapped_column(String(10))
    clause: Mapped[line]
    text: Mapped[str] = mapped_column(Text, default="")
    amount: Mapped[int | None]
    undone: Mapped[bool] = mapped_column(default=False)


class Ballot(Table):
    """A vote of the workers' congress, with both readings of the majority."""

    __tablename__ = "ballot"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    on: Mapped[date] = mapped_column("held_on")
    delegates: Mapped[int]
    present: Mapped[int]
    yes: Mapped[int]
    no: Mapped[int]
    abstain: Mapped[int]
    carried: Mapped[bool]
    carried_if_half: Mapped[bool]
    base: Mapped[str] = mapped_column(String(20))
    undone: Mapped[bool] = mapped_column(default=False)


class Clause(Table):
    """One clause of a draft as both sides agreed to it; `seq` tells the draft, the newest holds."""

    __tablename__ = "clause"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    no: Mapped[int]
    title: Mapped[line]
    #: the chapter it belongs to, a value of `states.bargaining.words.Content`; empty for none
    content: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    amount: Mapped[int | None]
    undone: Mapped[bool] = mapped_column(default=False)
