"""Has this person been here already? Disputes that look like the one that is about to be registered.

The same applicant against the same employer, or the same identity number or telephone, in a dispute that is open or was opened
within a year. Numbers lie sealed; they are compared by their marks. What lies outside the asker's scope is counted, not shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import CaseFile, Party
from models.marks import identity_marks, phone_marks
from models.people import Organisation, Person
from models.scope import Scope

DISPUTE = "dispute"
#: parties looked at; a name borne by more of them in a year says nothing by itself
MOST = 200
#: how long a closed dispute still counts
BACK = timedelta(days=366)
#: endings of a firm's name that people leave away
_ENDINGS = ("有限责任公司", "股份有限公司", "有限公司", "公司", "集团", "厂")


@dataclass(frozen=True)
class Sought:
    """Who is about to be registered, against whom."""

    name: str
    employer: str
    identity: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Alike:
    """A dispute that looks like it, and by what."""

    row: AnyRow
    same_identity: bool
    same_phone: bool


@dataclass(frozen=True)
class Alikes:
    """What was found: the disputes the asker may see, and how many others."""

    shown: tuple[Alike, ...] = ()
    hidden: int = 0

    def __bool__(self) -> bool:
        return bool(self.shown or self.hidden)


def look_alikes(connection: Connection, scope: Scope, sought: Sought, today: date, limit: int = 20) -> Alikes:
    """The disputes that look like it, newest first."""
    identities, phones = identity_marks(sought.identity), phone_marks(sought.phone)
    known = aliased(Party)
    query = (
        select(
            CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.state, CaseFile.facts,
            CaseFile.opened_on, CaseFile.closed_on, Organisation.name.label("unit"), Person.name.label("owner"),
            known.name.label("applicant"), known.identity_mark, known.phone_mark,
            case((scope.cases(), 1), else_=0).label("visible"),
        )
        .join(CaseFile, CaseFile.id == known.case_id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(known.id.in_(_parties(connection, sought.name, identities, phones)))
        .where(known.role == "applicant", known.undone.is_(False))
        .where(or_(CaseFile.closed_on.is_(None), CaseFile.opened_on > today - BACK))
        .order_by(CaseFile.id.desc())
        .limit(MOST)
    )  # fmt: skip
    found: dict[int, Alike] = {}
    for row in connection.execute(query):
        if row.type != DISPUTE:
            continue
        alike = Alike(row, row.identity_mark in identities, row.phone_mark in phones)
        if alike.same_identity or alike.same_phone or same_employer(str(row.facts.get("employer", "")), sought.employer):
            found.setdefault(row.id, alike)
    shown = [alike for alike in found.values() if alike.row.visible]
    return Alikes(tuple(shown[:limit]), len(found) - len(shown))


def _parties(connection: Connection, name: str, identities: Collection[str], phones: Collection[str]) -> list[int]:
    """The newest parties of that name or number: asked first and alone, so that each part is one index."""
    ids = union_all(
        select(Party.id).where(Party.name == name),
        select(Party.id).where(Party.identity_mark != "", Party.identity_mark.in_(identities)),
        select(Party.id).where(Party.phone_mark != "", Party.phone_mark.in_(phones)),
    ).subquery()
    return list(connection.scalars(select(ids.c.id).order_by(ids.c.id.desc()).limit(MOST)))


def same_employer(one: str, other: str) -> bool:
    """Whether two spellings mean the same firm: width, blanks and the ending of its legal form aside."""
    one, other = _bare(one), _bare(other)
    return bool(one) and bool(other) and (one in other or other in one)


def _bare(name: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) > len(ending) + 1:
            return plain.removesuffix(ending)
    return plain


def elsewhere(connection: Connection, scope: Scope, identities: Collection[str]) -> dict[str, str]:
    """Identity number → the number of an open dispute it stands in; empty text where that one is hidden from the asker."""
    marks = dict(_marked(identities))
    if not marks:
        return {}
    known = aliased(Party)
    query = (
        select(known.identity_mark, func.max(case((scope.cases(), CaseFile.number), else_="")).label("number"))
        .join(CaseFile, CaseFile.id == known.case_id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(known.identity_mark != "", known.identity_mark.in_(sorted(marks)))
        .where(known.role == "applicant", known.undone.is_(False))
        .where(CaseFile.closed_on.is_(None))
        .group_by(known.identity_mark)
    )
    return {marks[row.identity_mark]: row.number for row in connection.execute(query)}


def _marked(identities: Collection[str]) -> Iterator[tuple[str, str]]:
    for number in sorted(set(identities) - {""}):
        for mark in identity_marks(number):
            yield mark, number
