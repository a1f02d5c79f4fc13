"""The schema of the work as SQLAlchemy sees it: mapped classes for the ORM, their tables for Core."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.work import has_claim


class Base(DeclarativeBase):
    """Root of the mapped classes."""


class CaseFile(Base):
    """A case; `version` is the optimistic lock."""

    __tablename__ = "case_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form

    def claim_has_amount(self) -> bool:
        """The guard, as `transitions` looks it up on its model."""
        return has_claim(self.amount_fen)


class CaseEvent(Base):
    """A history row."""

    __tablename__ = "case_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    version: Mapped[int] = mapped_column(BigInteger)
    step: Mapped[str]
    source: Mapped[str]
    target: Mapped[str]
    actor: Mapped[str]
    at: Mapped[int] = mapped_column(BigInteger)
    answers: Mapped[str]


class Deadline(Base):
    """A deadline row."""

    __tablename__ = "deadline"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str]
    due_at: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]


class Outbox(Base):
    """An outbox row."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    version: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str]
    status: Mapped[str]
    next_at: Mapped[int] = mapped_column(BigInteger)
