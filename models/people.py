"""Who there is: organisations in a tree, persons, and the positions persons hold (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, false, or_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Sealed, Table, code, line, pk
from states.labels import Named


class OrganisationKind(Named):
    """What an organisation is (SEEDS section 3)."""

    FEDERATION = "federation", "总工会", "Federation"
    DISTRICT = "district", "区县总工会", "District federation"
    SUBDISTRICT = "subdistrict", "街道(乡镇)总工会", "Subdistrict or town union"
    SYSTEM = "system", "系统工会", "Department union"
    COMMUNITY = "community", "社区联合工会", "Community union"
    ENTERPRISE_UNION = "enterprise_union", "企业工会", "Enterprise union"
    COMMITTEE = "committee", "调解组织", "Mediation body"
    PARTNER = "partner", "协作单位", "Partner body"
    EMPLOYER = "employer", "用人单位", "Employer"


class Organisation(Table):
    """A node of the tree; `path` is "/1/5/23/", so a subtree is one prefix."""

    __tablename__ = "organisation"
    id: Mapped[pk]
    code: Mapped[code] = mapped_column(unique=True)
    name: Mapped[line]
    kind: Mapped[str] = mapped_column(String(30))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    path: Mapped[str] = mapped_column(
        String(400).with_variant(String(400, collation="C"), "postgresql"),
        index=True,  # compared byte by byte, see `below`
    )
    #: rule pack of the place; empty: its parent's
    pack: Mapped[str] = mapped_column(String(40), default="")
    #: whether disputes can be mediated here: the next such unit above takes what is passed up
    mediates: Mapped[bool] = mapped_column(default=False)
    credit_code: Mapped[str] = mapped_column(String(18), default="")
    industry: Mapped[str] = mapped_column(String(80), default="")
    workers: Mapped[int] = mapped_column(default=0)
    closed_on: Mapped[date | None]
    __table_args__ = (Index("ix_organisation_kind_name", "kind", "name"),)


def below(paths: Iterable[str], of: Any = Organisation) -> ColumnElement[bool]:
    """The condition for organisations at those paths and below them: a range of the path's index, not a pattern.

    A path ends with "/", and "0" is the character after it: what lies between "/1/5/" and "/1/50" is the subtree of "/1/5/".
    """
    return or_(false(), *(and_(of.path >= path, of.path < f"{path.removesuffix('/')}0") for path in paths))


class Person(Table):
    """Somebody: staff of a union, a party, a contact. Identity number and telephone are sealed."""

    __tablename__ = "person"
    id: Mapped[pk]
    code: Mapped[code] = mapped_column(unique=True)
    name: Mapped[line]
    phone: Mapped[str] = mapped_column(Sealed, default="")
    identity: Mapped[str] = mapped_column(Sealed, default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(5), default="zh")
    #: argon2 hash of the password; empty: this person cannot sign in
    password: Mapped[str] = mapped_column(String(300), default="")
    #: the password was given by somebody else, or is the first one
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: shared secret of the second factor; empty: none is asked for
    second_factor: Mapped[str] = mapped_column(Sealed, default="", server_default="")
    #: subject at the identity provider, where single sign-on is used
    subject: Mapped[str | None] = mapped_column(String(200))
    left_on: Mapped[date | None]
    __table_args__ = (Index("uq_person_subject", "subject", unique=True),)


class Position(Table):
    """A person's role in an organisation, between two days (both inclusive; empty: open)."""

    __tablename__ = "position"
    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    #: held for somebody who is away
    absence_id: Mapped[int | None] = mapped_column(index=True)
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role", "from_on"),)
