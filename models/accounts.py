"""How people come in: sessions of the pages, tries at the door, tokens of programs and calendars, absences.

A session, a token or a public secret is kept as a hash only: who reads the database cannot sign in with it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, line, pk


class WebSession(Table):
    """One browser that signed in; ended by the person, by the office, by time, or by a new password."""

    __tablename__ = "web_session"
    id: Mapped[pk]
    #: SHA-256 of the cookie's value
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    #: last time it was used, to five minutes
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: what the browser calls itself, shortened
    agent: Mapped[line] = mapped_column(default="")
    #: False: the password was right, the second factor is still asked for
    confirmed: Mapped[bool] = mapped_column(default=True)


class SignInTry(Table):
    """One try to sign in: what the throttle counts. Account and address are kept as digests."""

    __tablename__ = "sign_in_try"
    id: Mapped[pk]
    account: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(64))
    well: Mapped[bool]
    at: Mapped[datetime]
    __table_args__ = (Index("ix_sign_in_try_account", "account", "at"), Index("ix_sign_in_try_origin", "origin", "at"))


class AccessToken(Table):
    """A token somebody made for a program ("api", with scopes) or for a calendar ("calendar")."""

    __tablename__ = "access_token"
    id: Mapped[pk]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[line] = mapped_column(default="")
    scopes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Absence(Table):
    """Somebody is away between two days (both included), and who stands in; the stand-in's positions point here."""

    __tablename__ = "absence"
    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
