"""Spreadsheets that were sent to a page and wait to be loaded: in the store, so that any process can load them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, line
from models.papers import SealedBytes


class Upload(Table):
    """A file that was sent: whose, for which unit, read how. Its bytes are sealed, and dropped once it was loaded."""

    __tablename__ = "upload"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[line]
    #: how it is read; empty: a whole ledger
    profile: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    content: Mapped[bytes | None] = mapped_column(SealedBytes)
    #: the rows that were refused, as a spreadsheet, and its name
    refused: Mapped[bytes | None] = mapped_column(SealedBytes)
    refused_name: Mapped[line] = mapped_column(default="")
