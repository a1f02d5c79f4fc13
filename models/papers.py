"""Official papers: the facts as they stood when the paper was issued, and the bytes, rendered once."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, ForeignKey, LargeBinary, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, line, pk
from models.vault import VAULT
from states.labels import Named


class SealedBytes(TypeDecorator[bytes]):
    """A file that the database sees only as cipher text: a printed paper shows the numbers that are sealed elsewhere."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """To the store: sealed."""
        return None if value is None else VAULT.seal(b64encode(value).decode()).encode()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """From the store: opened. Raises `VaultLocked` for bytes that were changed."""
        return None if value is None else b64decode(VAULT.open(bytes(value).decode("latin-1")))


class Document(Table):
    """An issued paper of a case, or of a contract in the register. Its facts are frozen; `facts_hash` proves it."""

    __tablename__ = "document"
    id: Mapped[pk]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: the case's event that issued it
    seq: Mapped[int | None]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    paper: Mapped[str] = mapped_column(String(60))
    serial: Mapped[str] = mapped_column(String(80), unique=True)
    #: identity numbers and telephones stand in it as the cipher text of the vault
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    facts_hash: Mapped[str] = mapped_column(String(64))
    template_version: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    #: a paper of a step that was undone, or of an agreement that was replaced
    void: Mapped[bool] = mapped_column(default=False)


class DocumentFile(Table):
    """The bytes of a paper in one form and language; written at the first rendering, never again."""

    __tablename__ = "document_file"
    id: Mapped[pk]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    form: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5))
    content: Mapped[bytes] = mapped_column(SealedBytes)
    hash: Mapped[str] = mapped_column(String(64))
    #: of the templates it was rendered with: they may be newer than the paper
    template_version: Mapped[str] = mapped_column(String(64))
    rendered_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("document_id", "form", "language"),)


class Way(Named):
    """How a paper reached somebody."""

    HAND = "hand", "当面交付", "Handed over"
    LEFT = "left", "留置送达", "Left at the place"
    POST = "post", "邮寄", "By post"
    MAIL = "mail", "电子邮件", "By e-mail"
    MESSAGE = "message", "短信或微信", "By text message"
    INSIDE = "inside", "内部转交", "Passed on inside the office"
    POSTED = "posted", "公告张贴", "Posted up"


class PaperSending(Table):
    """Somebody was given a paper: to whom, how, on which day. Taken back when it was noted down wrongly, never changed."""

    __tablename__ = "paper_sending"
    id: Mapped[pk]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    #: a party of the case; empty: somebody else, named in `recipient`
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    recipient: Mapped[line]
    way: Mapped[str] = mapped_column(String(12))
    sent_on: Mapped[date]
    remark: Mapped[line] = mapped_column(default="")
    #: who noted it down
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
