"""What people put beside a case: notes, attachments, forms half filled in. None of them changes the case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Sealed, Table, line, pk
from models.papers import SealedBytes
from states.labels import Named


class Audience(Named):
    """Who reads a note or an attachment."""

    INTERNAL = "internal", "内部", "Internal"
    PARTIES = "parties", "当事人可见", "For the parties"


class CaseNote(Table):
    """A remark on a case; taken back, never changed."""

    __tablename__ = "case_note"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: empty: a party without an account, at the public desk
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    audience: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Attachment(Table):
    """A file somebody added: evidence, a scan, a signed paper. Its bytes are sealed; `kind` was found in the content."""

    __tablename__ = "attachment"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    audience: Mapped[str] = mapped_column(String(12))
    name: Mapped[line]
    kind: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(SealedBytes)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Draft(Table):
    """A form somebody began; one a person and form, sealed whole because it holds what is typed of persons."""

    __tablename__ = "draft"
    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: which form: "registration", "case:12:accept"
    form: Mapped[str] = mapped_column(String(120))
    answers: Mapped[str] = mapped_column(Sealed)
    saved_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("person_id", "form"),)


class DeskSecret(Table):
    """The secret by which a worker without an account follows the case registered at the public desk."""

    __tablename__ = "desk_secret"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    #: SHA-256 of the secret
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
