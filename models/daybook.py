"""What lies on somebody's desk. Every question starts from his own open cases or from his units' open ones: partial indexes
over what is open, so that the answer costs the same with a thousand cases in the store and with a million.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from models.base import AnyRow, AnySelect
from models.cases import CaseEvent, CaseFile, Party
from models.contracts import Contract
from models.deadlines import Deadline
from models.people import Organisation, Person, below

Rows = Sequence[AnyRow]

_CASE = (
    CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.state, CaseFile.facts, CaseFile.owner_id,
    CaseFile.opened_on, CaseFile.moved_at, Organisation.name.label("unit"),
)  # fmt: skip
_OPEN: ColumnElement[str] = literal_column("'open'")
_EXPIRED: ColumnElement[str] = literal_column("'expired'")
#: a clock somebody still has to do something about: running, or over and not done; written as `ix_deadline_due_on` has it
UNSETTLED = or_(Deadline.status == _OPEN, and_(Deadline.status == _EXPIRED, Deadline.next_on.is_not(None)))


def of_owner(person_id: int) -> ColumnElement[bool]:
    """The open cases that a person holds."""
    return and_(CaseFile.owner_id == person_id, CaseFile.closed_on.is_(None))


def of_units(paths: Collection[str], wide: bool = False) -> ColumnElement[bool]:
    """The open cases of those units and of all below them.

    `wide`: they are a large part of the office, so a question about clocks begins with the clocks and not with the cases.
    """
    inside = below(paths)
    unit_id = CaseFile.unit_id + 0 if wide else CaseFile.unit_id  # a sum is in no index: the planner begins elsewhere
    return and_(unit_id.in_(select(Organisation.id).where(inside)), CaseFile.closed_on.is_(None))


def of_employers(ids: Collection[int]) -> ColumnElement[bool]:
    """The open bargaining of those employers: what the chair of an enterprise union sees although a unit above holds it."""
    return and_(CaseFile.type == "bargaining", CaseFile.employer_id.in_(ids), CaseFile.closed_on.is_(None))


def due(
    connection: Connection, whose: ColumnElement[bool], today: date, *, since: date | None = None, ahead: int = 7,
    limit: int = 40,
) -> Rows:  # fmt: skip
    """Clocks that are over or end within `ahead` days, the most urgent first, with their cases and who holds them.

    With `since`, only those that end on that day or later.
    """
    query = (
        select(
            Deadline.id.label("deadline_id"), Deadline.rule, Deadline.subject, Deadline.due_on, Deadline.hard,
            Deadline.provisional, Deadline.explanation, Person.name.label("owner"), *_CASE,
        )
        .join(CaseFile, CaseFile.id == Deadline.case_id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(whose, UNSETTLED, Deadline.due_on <= today + timedelta(days=ahead))
        .order_by(Deadline.due_on, Deadline.id)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query if since is None else query.where(Deadline.due_on >= since)).all()


def _last_event() -> AnySelect:
    return (
        select(*_CASE, CaseEvent.step, CaseEvent.at, CaseEvent.actor_id, Person.name.label("actor"))
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .join(CaseEvent, and_(CaseEvent.case_id == CaseFile.id, CaseEvent.seq == CaseFile.version))
        .outerjoin(Person, Person.id == CaseEvent.actor_id)
    )


def moved_by_others(connection: Connection, person_id: int, since: datetime, limit: int = 20) -> Rows:
    """His open cases that somebody else, or the clock, moved since then: newest first, with what was done."""
    others = or_(CaseEvent.actor_id.is_(None), CaseEvent.actor_id != person_id)
    query = _last_event().where(of_owner(person_id), CaseFile.moved_at >= since, others)
    return connection.execute(query.order_by(CaseFile.moved_at.desc()).limit(limit)).all()


def waiting_for(connection: Connection, person_id: int, before: datetime, limit: int = 20) -> Rows:
    """His open cases where the last word was another's, and longer ago: they wait for him."""
    others = or_(CaseEvent.actor_id.is_(None), CaseEvent.actor_id != person_id)
    query = _last_event().where(of_owner(person_id), CaseFile.moved_at < before, others)
    return connection.execute(query.order_by(CaseFile.moved_at).limit(limit)).all()


def unowned(connection: Connection, paths: Collection[str], case_types: Collection[str], limit: int = 10) -> Rows:
    """Open cases of those units that nobody holds yet, newest first."""
    query = (
        select(*_CASE)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(of_units(paths), CaseFile.owner_id.is_(None), CaseFile.type.in_(case_types))
    )
    return connection.execute(query.order_by(CaseFile.id.desc()).limit(limit)).all()


def without_date(connection: Connection, whose: ColumnElement[bool], resting: Collection[str], limit: int = 20) -> Rows:
    """Open cases without any running clock, except where the case type lets them rest: nobody would be reminded of them."""
    running = exists().where(Deadline.case_id == CaseFile.id, UNSETTLED)
    query = (
        select(*_CASE)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(whose, ~running, CaseFile.state.not_in(resting))
    )
    return connection.execute(query.order_by(CaseFile.id).limit(limit)).all()


def expiring(connection: Connection, paths: Collection[str], today: date, *, ahead: int = 60, limit: int = 10) -> Rows:
    """Contracts in force of those units that end within `ahead` days and have no case that renews them."""
    inside = below(paths)
    renewing = aliased(CaseFile)
    query = (
        select(Contract.id, Contract.number, Contract.employer_name, Contract.kind, Contract.expires_on, Contract.workers)
        .where(
            Contract.unit_id.in_(select(Organisation.id).where(inside)), Contract.standing == "in_force",
            Contract.expires_on.between(today, today + timedelta(days=ahead)),
            ~exists().where(renewing.predecessor_id == Contract.id, renewing.closed_on.is_(None)),
        )
        .order_by(Contract.expires_on, Contract.id)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def counted(connection: Connection, whose: ColumnElement[bool], today: date) -> AnyRow:
    """How many clocks are over, end today, and end within the week."""
    week = today + timedelta(days=7)
    query = (
        select(
            func.count().filter(Deadline.due_on < today).label("overdue"),
            func.count().filter(Deadline.due_on == today).label("today"),
            func.count().filter(Deadline.due_on.between(today + timedelta(days=1), week)).label("week"),
        )
        .join(CaseFile, CaseFile.id == Deadline.case_id)
        .where(whose, UNSETTLED, Deadline.due_on <= week)
    )
    return connection.execute(query).one()


def applicants(connection: Connection, case_ids: Collection[int]) -> dict[int, str]:
    """The first applicant of each of those cases."""
    if not case_ids:
        return {}
    first = (
        select(func.min(Party.id))
        .where(Party.case_id.in_(case_ids), Party.role == "applicant", Party.undone.is_(False))
        .group_by(Party.case_id)
    )
    found: Any = connection.execute(select(Party.case_id, Party.name).where(Party.id.in_(first)))
    return {row.case_id: row.name for row in found}


def next_dates(connection: Connection, case_ids: Collection[int]) -> dict[int, date]:
    """The nearest date of each of those cases that still asks for something; one that is over, and not done, comes first."""
    query = select(Deadline.case_id, func.min(Deadline.due_on)).where(Deadline.case_id.in_(case_ids), UNSETTLED)
    found: Any = connection.execute(query.group_by(Deadline.case_id)) if case_ids else ()
    return {row[0]: row[1] for row in found}
