"""Named questions to the store. Every list has a limit and a scope; none asks in a loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.base import AnyRow, AnySelect
from models.cases import CaseEvent, CaseFile, Party
from models.contracts import Contract
from models.daybook import UNSETTLED
from models.deadlines import Deadline
from models.papers import Document
from models.people import Organisation, Person, Position, below
from models.scope import Scope

Rows = Sequence[AnyRow]


class Narrow(NamedTuple):
    """What narrows a list of cases beside type and state; each empty value narrows nothing."""

    #: code of a unit: its cases and those of all units below it; with `alone`, its own only
    unit: str = ""
    alone: bool = False
    owner_id: int = 0
    #: "open", "overdue" (a clock is over and not done), "unheld" (open, and nobody holds it)
    shown: str = ""
    #: opened more than so many days ago, and at most so many
    over: int = 0
    upto: int = 0
    #: the day from which is counted
    today: date = date.min

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """What a case must fulfil."""
        if self.unit:
            chosen, under = aliased(Organisation), aliased(Organisation)
            same = under.id == chosen.id if self.alone else under.path.startswith(chosen.path)
            yield CaseFile.unit_id.in_(select(under.id).join(chosen, same).where(chosen.code == self.unit))
        if self.owner_id:
            yield CaseFile.owner_id == self.owner_id
        if self.shown or self.over or self.upto:
            yield CaseFile.closed_on.is_(None)
        if self.shown == "unheld":
            yield CaseFile.owner_id.is_(None)
        if self.shown == "overdue":
            yield CaseFile.id.in_(select(Deadline.case_id).where(UNSETTLED, Deadline.due_on < self.today))
        if self.over:
            yield CaseFile.opened_on < self.today - timedelta(days=self.over)
        if self.upto:
            yield CaseFile.opened_on >= self.today - timedelta(days=self.upto)


EVERY_CASE = Narrow()


def person_by_code(connection: Connection, code: str) -> AnyRow | None:
    """The person of that code, by code or exact name when the name is borne once."""
    columns = select(Person.id, Person.code, Person.name, Person.language, Person.left_on)
    found = connection.execute(columns.where(Person.code == code)).first()
    if found is None:
        named = connection.execute(columns.where(Person.name == code).limit(2)).all()
        return named[0] if len(named) == 1 else None
    return found


def unit_by_code(connection: Connection, code: str) -> AnyRow | None:
    """The organisation of that code, or of that exact name when it is borne once."""
    columns = select(Organisation.id, Organisation.code, Organisation.name, Organisation.path)
    found = connection.execute(columns.where(Organisation.code == code)).first()
    if found is None:
        named = connection.execute(columns.where(Organisation.name == code).limit(2)).all()
        return named[0] if len(named) == 1 else None
    return found


def unit_name(connection: Connection, scope: Scope, code: str) -> str:
    """The name of the organisation of that code inside the scope, else empty."""
    return connection.scalar(select(Organisation.name).where(Organisation.code == code, scope.units())) or ""


def _cases() -> AnySelect:
    due = select(func.min(Deadline.due_on)).where(Deadline.case_id == CaseFile.id, UNSETTLED).scalar_subquery()
    return (
        select(
            CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.state, CaseFile.version,
            CaseFile.outcome, CaseFile.opened_on, CaseFile.facts, CaseFile.owner_id, Person.name.label("owner"),
            Organisation.name.label("unit"), due.label("due_on"),
        )
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
    )  # fmt: skip


def cases(
    connection: Connection, scope: Scope, *, case_type: str = "", state: str = "", unit_path: str = "", before: int = 0,
    limit: int = 50, narrow: Narrow = EVERY_CASE,
) -> Rows:  # fmt: skip
    """Cases inside the scope, newest first; with `before`, those with a smaller id: the next page."""
    query = _cases().where(scope.cases_listed(connection), *narrow.conditions())
    if case_type:
        query = query.where(CaseFile.type == case_type)
    if state:
        query = query.where(CaseFile.state == state)
    if unit_path:
        query = query.where(below([unit_path]))
    if before:
        query = query.where(CaseFile.id < before)
    return connection.execute(query.order_by(CaseFile.id.desc()).limit(limit)).all()


def case_by_number(connection: Connection, scope: Scope, number: str) -> AnyRow | None:
    """The case of that number if the person may see it; hidden equals absent."""
    return connection.execute(_cases().where(CaseFile.number == number, scope.cases())).first()


def case_ids(connection: Connection, scope: Scope, case_type: str, state: str, unit_path: str, limit: int) -> list[int]:
    """Ids of the cases in one state, oldest first: what a campaign chooses from."""
    query = (
        select(CaseFile.id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(scope.cases(), CaseFile.type == case_type, CaseFile.state == state)
    )
    if unit_path:
        query = query.where(below([unit_path]))
    return list(connection.scalars(query.order_by(CaseFile.id).limit(limit)))


def deadlines_of(connection: Connection, case_id: int, limit: int = 200) -> Rows:
    """The clocks of a case, running ones first."""
    query = select(*Deadline.__table__.c).where(Deadline.case_id == case_id)
    return connection.execute(query.order_by(Deadline.status != "open", Deadline.due_on).limit(limit)).all()


def events_of(connection: Connection, case_id: int, limit: int = 200) -> Rows:
    """What happened in a case, newest first, with the person's and the unit's names."""
    query = (
        select(*CaseEvent.__table__.c, Person.name.label("actor"), Organisation.name.label("unit"))
        .outerjoin(Person, Person.id == CaseEvent.actor_id)
        .outerjoin(Organisation, Organisation.id == CaseEvent.unit_id)
        .where(CaseEvent.case_id == case_id)
    )
    return connection.execute(query.order_by(CaseEvent.seq.desc()).limit(limit)).all()


def parties_of(connection: Connection, case_id: int, limit: int = 50) -> Rows:
    """Who the case is about, without numbers."""
    query = select(Party.role, Party.name, Party.represents).where(Party.case_id == case_id, Party.undone.is_(False))
    return connection.execute(query.order_by(Party.id).limit(limit)).all()


def papers_of(connection: Connection, case_id: int, limit: int = 200) -> Rows:
    """The papers of a case, newest first."""
    query = select(Document.id, Document.paper, Document.serial, Document.issued_at, Document.void)
    return connection.execute(query.where(Document.case_id == case_id).order_by(Document.id.desc()).limit(limit)).all()


def worklist(connection: Connection, scope: Scope, today: date, *, ahead: int = 7, limit: int = 100) -> Rows:
    """What is overdue and what is due within `ahead` days, the most urgent first, of cases and of the register."""
    unit_id = func.coalesce(CaseFile.unit_id, Contract.unit_id)
    renewing = aliased(CaseFile)  # the case that renews a contract speaks for it
    followed = exists().where(renewing.predecessor_id == Contract.id, renewing.closed_on.is_(None))
    visible = or_(
        and_(Deadline.case_id.is_not(None), scope.cases()), and_(Deadline.contract_id.is_not(None), scope.contracts())
    )
    query = (
        select(
            Deadline.id, Deadline.case_id, Deadline.contract_id, Deadline.rule, Deadline.subject, Deadline.due_on,
            Deadline.status, Deadline.hard, CaseFile.type, CaseFile.type_version, CaseFile.state, CaseFile.owner_id,
            Person.name.label("owner"), Organisation.name.label("unit"),
            func.coalesce(CaseFile.number, Contract.number).label("number"), Contract.employer_name,
        )
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .outerjoin(Contract, Contract.id == Deadline.contract_id)
        .join(Organisation, Organisation.id == unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(
            Deadline.due_on <= today + timedelta(days=ahead),
            # a duty that is overdue is still watched by the sweeps; a right that has lapsed is no work any more
            or_(Deadline.status == "open", and_(Deadline.status == "expired", Deadline.next_on.is_not(None))),
            or_(Deadline.contract_id.is_(None), and_(Contract.standing == "in_force", ~followed)),
            CaseFile.closed_on.is_(None),
            visible,
        )
        .order_by(Deadline.due_on, Deadline.id)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def people(connection: Connection, scope: Scope, limit: int = 200) -> Rows:
    """Persons who hold a position inside the scope, with what they are where."""
    query = (
        select(Person.code, Person.name, Position.role, Organisation.name.label("unit"), Position.from_on,
               Position.to_on, Person.left_on)
        .join(Position, Position.person_id == Person.id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(scope.units())
    )  # fmt: skip
    return connection.execute(query.order_by(Organisation.path, Person.name).limit(limit)).all()


def organisations(connection: Connection, scope: Scope, limit: int = 200) -> Rows:
    """The tree of organisations inside the scope, parents before children."""
    columns = (Organisation.code, Organisation.name, Organisation.kind, Organisation.path, Organisation.pack)
    return connection.execute(select(*columns).where(scope.units()).order_by(Organisation.path).limit(limit)).all()


def deadline_of(connection: Connection, scope: Scope, number: str, name: str) -> AnyRow | None:
    """A clock of a case or contract by its id or its rule's name, the running one first."""
    unit_id = func.coalesce(CaseFile.unit_id, Contract.unit_id)
    wanted = Deadline.id == int(name) if name.isascii() and name.isdigit() and len(name) < 19 else Deadline.rule == name
    query = (
        select(*Deadline.__table__.c)
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .outerjoin(Contract, Contract.id == Deadline.contract_id)
        .join(Organisation, Organisation.id == unit_id)
        .where(or_(CaseFile.number == number, Contract.number == number), wanted)
        .where(or_(and_(Deadline.case_id.is_not(None), scope.cases()), scope.contracts()))
        .order_by(Deadline.status != "open", Deadline.id.desc())
    )
    return connection.execute(query.limit(1)).first()


def may_see_paper(connection: Connection, scope: Scope, document_id: int) -> bool:
    """Whether there is such a paper among those of the cases and contracts the person may see."""
    query = (
        select(Document.id)
        .outerjoin(CaseFile, CaseFile.id == Document.case_id)
        .outerjoin(Contract, Contract.id == Document.contract_id)
        .join(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, Contract.unit_id))
        .where(Document.id == document_id)
        .where(or_(and_(Document.case_id.is_not(None), scope.cases()), scope.contracts()))
    )
    return connection.execute(query.limit(1)).first() is not None
