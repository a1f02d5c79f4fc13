"""The register of collective contracts (台账): what kind, for whom, from when to when, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, line, pk
from states.labels import Named


class Standing(Named):
    """What a contract is now."""

    SIGNED = "signed", "已签订", "Signed"
    FILED = "filed", "已报送", "Filed"
    IN_FORCE = "in_force", "履行中", "In force"
    RENEWED = "renewed", "已续签", "Renewed"
    AMENDED = "amended", "已变更", "Amended"
    TERMINATED = "terminated", "已解除", "Terminated"
    LAPSED = "lapsed", "到期未续", "Lapsed"


class Contract(Table):
    """One contract of the register. `source_key` keeps a ledger that is loaded twice from doubling it."""

    __tablename__ = "contract"
    id: Mapped[pk]
    number: Mapped[str] = mapped_column(String(60), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    employer_name: Mapped[line]
    union_name: Mapped[line] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(20))
    industry: Mapped[str] = mapped_column(String(80), default="")
    pack: Mapped[str] = mapped_column(String(40))
    standing: Mapped[str] = mapped_column(String(20))
    signed_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    expires_on: Mapped[date]
    workers: Mapped[int] = mapped_column(default=0)
    women: Mapped[int] = mapped_column(default=0)
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    source: Mapped[str] = mapped_column(String(60), default="")
    source_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    more: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    __table_args__ = (
        Index("ix_contract_unit_expires", "unit_id", "standing", "expires_on"),
        Index("ix_contract_expires_on", "expires_on", "id"),  # the register of a whole city, in the order of the ends
        Index("ix_contract_standing_expires", "standing", "expires_on", "id"),  # those in force, past all that are over
    )
