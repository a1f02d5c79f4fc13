"""Official papers: the facts as they stood when the paper was issued, and the bytes, rendered once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, pk


class Document(Table):
    """An issued paper. Its facts are frozen; `facts_hash` proves it."""

    __tablename__ = "document"
    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    seq: Mapped[int]
    paper: Mapped[str] = mapped_column(String(60))
    serial: Mapped[str] = mapped_column(String(80), unique=True)
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
    content: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))
    rendered_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("document_id", "form", "language"),)
