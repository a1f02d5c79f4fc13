"""Files that were loaded: one row a file and one a row of it, so that a second run of the same file adds nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, pk


class ImportFile(Table):
    """A file with the profile it was read by; `digest` is the hash of its bytes."""

    __tablename__ = "import_file"
    id: Mapped[pk]
    digest: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[int]
    #: how many rows are settled: where an interrupted run goes on
    done: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("digest", "profile", "unit_id"),)


class ImportRow(Table):
    """A refused row with its reasons; accepted rows are found through `source_key` of what they became."""

    __tablename__ = "import_row"
    id: Mapped[pk]
    file_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"))
    line: Mapped[int]
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    __table_args__ = (UniqueConstraint("file_id", "line"),)
