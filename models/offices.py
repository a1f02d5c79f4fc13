"""What the office keeps of itself: its journal, the texts of its papers, the web-hooks it serves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Sealed, Table, line, pk


class OfficeEvent(Table):
    """A deed that is no step of a case: a position given, a password reset, a number shown, a list exported. Append-only."""

    __tablename__ = "office_event"
    id: Mapped[pk]
    at: Mapped[datetime]
    #: empty: nobody who was signed in
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: what was done: "identity_shown", "position_given" …; the closed list is `flows.office_journal.Deed`
    deed: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    #: no personal numbers, no texts
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    __table_args__ = (
        Index("ix_office_event_at", "at"),
        Index("ix_office_event_case_id", "case_id", "id"),
        Index("ix_office_event_person_id", "person_id", "id"),
    )


class PaperText(Table):
    """The text of a paper as this office wrote it, in place of ours; the newest version that is in use rules."""

    __tablename__ = "paper_text"
    id: Mapped[pk]
    paper: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(5))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    remark: Mapped[line] = mapped_column(default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    #: when it was taken out of use; empty and the highest version: in use
    ended_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("paper", "language", "version"),)


class WebHook(Table):
    """An address that is told of events of the cases its owner may see; signed with its secret."""

    __tablename__ = "web_hook"
    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Sealed)
    #: names of steps, or "*"
    events: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: id of the last event of a case that was looked at for it
    seen_event: Mapped[int] = mapped_column(default=0)


class SearchText(Table):
    """What a case, a contract or an organisation is found by: tokens; `id` is `search_index.row_id`."""

    __tablename__ = "search_text"
    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(String(12))
    target_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
