"""Somebody is away and another stands in: for these days he holds the same positions, so he sees and does the same.

The stand-in's positions are rows of their own that point to the absence. What he holds himself is not given twice. Notices to
the absent owner of a case reach him too (`notifications.audience`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, delete, exists, insert, or_, select, update
from sqlalchemy.orm import aliased

from flows.accounts.authority import NotThere, find_person, must_administer, person_in, unit_of
from flows.office import Office
from flows.office_journal import Deed, record
from models.accounts import Absence
from models.base import AnyRow
from models.people import Organisation, Person, Position
from models.scope import Scope
from states.errors import InvalidAnswers, Reason, refuse
from states.labels import Label
from states.roles import Role

#: an absence is at most so long; for longer the work is handed over
LONGEST = timedelta(days=366)
_ONE_DAY = timedelta(days=1)
Span = tuple[date, date]


def record_absence(office: Office, by: int | None, person_id: int, substitute_id: int, from_on: date, to_on: date) -> int:
    """The person is away from that day to that day, both included, and the substitute stands in; the absence's id.

    The person himself, his supervisor or his administrator says so. Refused with all reasons.
    """
    with office.store.write() as connection:
        person, substitute = _whom(connection, office, by, person_id), find_person(connection, substitute_id)
        reasons = [
            *_against_days(from_on, to_on, office.today()),
            *_against_people(connection, person, substitute, from_on, to_on),
        ]
        if reasons:
            raise InvalidAnswers(reasons)
        row = insert(Absence).values(
            person_id=person_id, substitute_id=substitute_id, from_on=from_on, to_on=to_on, recorded_by=by or person_id,
            at=office.now(),
        )  # fmt: skip
        absence_id: int = connection.execute(row.returning(Absence.id)).scalar_one()
        _lay(connection, substitute_id, office.today())
        unit_id = unit_of(connection, person_id, office.today(), by)
        record(connection, office.now(), Deed.SUBSTITUTE, actor_id=by, person_id=person_id, unit_id=unit_id,
               substitute=substitute.code, from_on=from_on.isoformat(), to_on=to_on.isoformat())  # fmt: skip
    return absence_id


def _whom(connection: Connection, office: Office, by: int | None, person_id: int) -> AnyRow:
    if by is None or by == person_id:
        return find_person(connection, person_id)
    scope = must_administer(connection, by, office.today(), Role.SUPERVISOR, Role.ADMINISTRATOR)
    return person_in(connection, scope, person_id, office.today())


def _against_days(from_on: date, to_on: date, today: date) -> Iterator[Reason]:
    if to_on < from_on:
        text = Label("止日早于起日", "the last day lies before the first")
        yield Reason("ends_before_it_begins", text, Label("请改日期", "choose another day"), "to_on")
    elif to_on < today:
        text = Label("这些日子已过", "these days are over")
        yield Reason("over_already", text, Label("止日不早于今天", "the last day is today or later"), "to_on")
    elif to_on - from_on > LONGEST:
        text = Label("代理至多一年", "somebody stands in for a year at most")
        yield Reason("too_long", text, Label("更长的请移交工作", "hand the work over instead"), "to_on")


def _against_people(connection: Connection, person: AnyRow, substitute: AnyRow, from_on: date, to_on: date) -> Iterator[Reason]:
    if person.id == substitute.id:
        text = Label("不能代理自己", "nobody stands in for himself")
        yield Reason("same_person", text, Label("请另选代理人", "choose somebody else"), "substitute")
    if any(one.left_on is not None and one.left_on <= to_on for one in (person, substitute)):
        text = Label("其中有人在此期间离任", "one of the two leaves before these days are over")
        yield Reason("person_left", text, Label("请改日期或另选代理人", "choose other days or somebody else"), "substitute")
    over = (Absence.ended_at.is_(None), Absence.from_on <= to_on, Absence.to_on >= from_on)
    both = (person.id, substitute.id)
    concerns = or_(Absence.person_id.in_(both), Absence.substitute_id == person.id)
    rows = connection.execute(select(Absence.person_id, Absence.substitute_id).where(*over, concerns)).all()
    away = {row.person_id for row in rows}
    if any(row.substitute_id == person.id for row in rows):
        text = Label("此人在此期间正代理他人", "the person stands in for somebody on some of these days")
        yield Reason("stands_in", text, Label("请先为被代理人另选代理人", "name another substitute there first"), "from_on")
    if person.id in away:
        text = Label("这段时间已有代理安排", "somebody stands in for some of these days already")
        yield Reason("absent_already", text, Label("请先结束原安排或改日期", "end that first, or choose other days"), "from_on")
    if substitute.id in away and substitute.id != person.id:
        text = Label("代理人自己在此期间也不在", "the substitute is away himself on some of these days")
        yield Reason("substitute_absent", text, Label("请另选代理人", "choose somebody else"), "substitute")


def end_absence(office: Office, by: int | None, absence_id: int) -> None:
    """The person is back today: the stand-in's positions ended yesterday, those to come are dropped."""
    today = office.today()
    with office.store.write() as connection:
        query = (
            select(*Absence.__table__.c)
            .where(Absence.id == absence_id, Absence.ended_at.is_(None))
            .with_for_update(key_share=True)
        )
        absence = connection.execute(query).first()
        if absence is None or absence.to_on < today:
            raise refuse(
                NotThere,
                "absence_not_found",
                Label("没有这一代理安排,或已结束", "there is no such absence, or it is over"),
                Label("请刷新后再看", "look at the list again"),
            )
        if by != absence.substitute_id:
            _whom(connection, office, by, absence.person_id)
        connection.execute(update(Absence).where(Absence.id == absence_id).values(ended_at=office.now()))
        held = Position.absence_id == absence_id
        connection.execute(delete(Position).where(held, Position.from_on >= today))
        connection.execute(update(Position).where(held, Position.to_on >= today).values(to_on=today - _ONE_DAY))
        _lay(connection, absence.substitute_id, today)  # another absence may have leaned on these positions
        unit_id = unit_of(connection, absence.person_id, today)
        record(connection, office.now(), Deed.ABSENCE_ENDED, actor_id=by, person_id=absence.person_id, unit_id=unit_id)


def lay_for_substitutes_of(connection: Connection, person_id: int, today: date) -> None:
    """Whoever stands in for the person holds what he was given meanwhile too."""
    running = (Absence.person_id == person_id, Absence.ended_at.is_(None), Absence.to_on >= today)
    for substitute_id in connection.scalars(select(Absence.substitute_id).distinct().where(*running)).all():
        _lay(connection, substitute_id, today)


def _lay(connection: Connection, substitute_id: int, today: date) -> None:
    """Give the substitute what those he stands in for hold, on the days he does not hold it already."""
    mine = select(Absence.id, Absence.person_id, Absence.from_on, Absence.to_on).where(
        Absence.substitute_id == substitute_id, Absence.ended_at.is_(None), Absence.to_on >= today
    )
    absences = connection.execute(mine.order_by(Absence.id)).all()
    columns = (Position.person_id, Position.organisation_id, Position.role, Position.from_on, Position.to_on)
    people = {substitute_id, *(one.person_id for one in absences)}
    own = or_(Position.absence_id.is_(None), Position.person_id == substitute_id)
    held = connection.execute(select(*columns).where(Position.person_id.in_(sorted(people)), own)).all()
    covered: dict[tuple[int, str], list[Span]] = {}
    for row in held:
        if row.person_id == substitute_id:
            covered.setdefault((row.organisation_id, row.role), []).append(_span(row))
    rows = []
    for absence in absences:
        for row in held:
            if row.person_id != absence.person_id:
                continue
            begins, ends = _span(row)
            wanted = (max(begins, absence.from_on, today), min(ends, absence.to_on))
            spans = covered.setdefault((row.organisation_id, row.role), [])
            for first, last in uncovered(wanted, spans):
                rows.append(
                    {
                        "person_id": substitute_id, "organisation_id": row.organisation_id, "role": row.role,
                        "from_on": first, "to_on": last, "absence_id": absence.id,
                    }
                )  # fmt: skip
                spans.append((first, last))
    if rows:
        connection.execute(insert(Position), rows)


def absences_in(connection: Connection, scope: Scope, day: date, limit: int = 100) -> Sequence[AnyRow]:
    """Absences that run or come, of people who work in the scope's units, and the reader's own; the nearest first."""
    away, instead = aliased(Person), aliased(Person)
    works = exists().where(
        Position.person_id == Absence.person_id, Position.absence_id.is_(None), Organisation.id == Position.organisation_id,
        or_(Position.to_on.is_(None), Position.to_on >= Absence.from_on), scope.units(),
    )  # fmt: skip
    own = or_(Absence.person_id == scope.person_id, Absence.substitute_id == scope.person_id)
    query = (
        select(
            Absence.id, Absence.person_id, Absence.substitute_id, Absence.from_on, Absence.to_on, away.code, away.name,
            instead.code.label("substitute_code"), instead.name.label("substitute"),
        )
        .join(away, away.id == Absence.person_id)
        .join(instead, instead.id == Absence.substitute_id)
        .where(Absence.ended_at.is_(None), Absence.to_on >= day, or_(works, own))
    )  # fmt: skip
    return connection.execute(query.order_by(Absence.from_on, Absence.id).limit(limit)).all()


def _span(row: AnyRow) -> Span:
    return row.from_on or date.min, row.to_on or date.max


def uncovered(wanted: Span, spans: Sequence[Span]) -> list[Span]:
    """The parts of a span of days, both ends included, that lie in none of the others."""
    parts = [wanted] if wanted[0] <= wanted[1] else []
    for begins, ends in spans:
        cut: list[Span] = []
        for first, last in parts:
            if ends < first or last < begins:
                cut.append((first, last))
                continue
            if first < begins:
                cut.append((first, begins - _ONE_DAY))
            if ends < last:
                cut.append((ends + _ONE_DAY, last))
        parts = cut
    return parts
