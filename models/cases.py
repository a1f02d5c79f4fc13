"""The case and what hangs on it: parties, claims, links to other cases, and the events nobody can change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Sealed, Table, line, pk

#: JSON that comes back as a dict; a case's facts are read and written whole.
JsonDict = dict[str, Any]
OPEN_ONLY = text("closed_on IS NULL")
CLOSED_ONLY = text("closed_on IS NOT NULL")


class CaseFile(Table):
    """A case (table `case_file`: `case` is a word of SQL). `version` counts its events: two people, one wins."""

    __tablename__ = "case_file"
    id: Mapped[pk]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    type: Mapped[str] = mapped_column(String(30))
    type_version: Mapped[int]
    pack: Mapped[str] = mapped_column(String(40))
    pack_version: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    #: the contract a bargaining case renews
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    facts: Mapped[JsonDict] = mapped_column(JSON, default=dict)
    outcome: Mapped[str | None] = mapped_column(String(30))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    moved_at: Mapped[datetime]
    #: hash of the newest event: the end of the case's chain
    head: Mapped[str] = mapped_column(String(64), default="")
    __table_args__ = (
        Index("ix_case_file_unit_state", "unit_id", "state", "id"),
        Index("ix_case_file_owner_state", "owner_id", "state", "id"),
        Index("ix_case_file_type_state", "type", "state", "id"),
        # most cases have none of the three: counted among them, an index would look worthless to the planner
        *(
            Index(f"ix_case_file_{name}", name, sqlite_where=text(f"{name} IS NOT NULL"),
                  postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("employer_id", "contract_id", "predecessor_id")
        ),
        # what is open stays a short list however many cases are closed; its figures are read from the index alone
        Index("ix_case_file_open_of_unit", "unit_id", "type", "state", "opened_on", "owner_id", "closed_on",
              sqlite_where=OPEN_ONLY, postgresql_where=OPEN_ONLY),
        Index("ix_case_file_open_of_owner", "owner_id", "id", sqlite_where=OPEN_ONLY, postgresql_where=OPEN_ONLY),
        Index("ix_case_file_closed", "closed_on", "unit_id", "owner_id", sqlite_where=CLOSED_ONLY,
              postgresql_where=CLOSED_ONLY),
    )  # fmt: skip


class Party(Table):
    """Somebody a case is about; `seq` is the event by which he joined. Numbers are sealed."""

    __tablename__ = "party"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    role: Mapped[str] = mapped_column(String(30))
    name: Mapped[line]
    phone: Mapped[str] = mapped_column(Sealed, default="")
    identity: Mapped[str] = mapped_column(Sealed, default="")
    #: keyed digests of the two numbers (`models.marks`): equal numbers are found although both lie sealed
    phone_mark: Mapped[str] = mapped_column(String(64), default="", server_default="")
    identity_mark: Mapped[str] = mapped_column(String(64), default="", server_default="")
    represents: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    undone: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index("ix_party_name", "name"),
        # few parties have an account: an index over all of them would say that looking one up is worth nothing
        Index("ix_party_person_id", "person_id", sqlite_where=text("person_id IS NOT NULL"),
              postgresql_where=text("person_id IS NOT NULL")),
        Index("ix_party_phone_mark", "phone_mark", sqlite_where=text("phone_mark <> ''"),
              postgresql_where=text("phone_mark <> ''")),
        Index("ix_party_identity_mark", "identity_mark", sqlite_where=text("identity_mark <> ''"),
              postgresql_where=text("identity_mark <> ''")),
    )  # fmt: skip


class Claim(Table):
    """What is asked for; `amount` in fen."""

    __tablename__ = "claim"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    cause: Mapped[str] = mapped_column(String(30))
    amount: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text, default="")
    undone: Mapped[bool] = mapped_column(default=False)


class CaseLink(Table):
    """Two cases that belong together: renews, follows, heard_with."""

    __tablename__ = "case_link"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    relation: Mapped[str] = mapped_column(String(30))
    __table_args__ = (UniqueConstraint("case_id", "other_id", "relation"),)


class CaseEvent(Table):
    """What happened, append-only (triggers of `models.guarding`); each row's hash covers the row before it."""

    __tablename__ = "case_event"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    #: 1, 2, 3 … within the case, without a gap: the case's version after this event
    seq: Mapped[int]
    step: Mapped[str] = mapped_column(String(60))
    from_state: Mapped[str] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int]
    request_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime]
    #: what it wrote, enough to undo it: entries, clocks started and ended, facts before
    detail: Mapped[JsonDict] = mapped_column(JSON)
    detail_digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("case_id", "seq"), Index("ix_case_event_at", "at"))


class AuditSeal(Table):
    """A seal over all events up to one id: finds a removed case, which its own chain cannot show."""

    __tablename__ = "audit_seal"
    id: Mapped[pk]
    up_to_event: Mapped[int]
    events: Mapped[int]
    at: Mapped[datetime]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Counter(Table):
    """The last number given in a series ("D2026")."""

    __tablename__ = "counter"
    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]
