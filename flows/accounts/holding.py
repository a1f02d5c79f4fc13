"""Positions as rows: which days one is held, and what ends together with it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Connection, or_, select, update

from flows.accounts.authority import NotThere
from models.accounts import Absence
from models.base import AnyRow
from models.people import Organisation, Person, Position
from models.scope import Scope
from states.errors import Refusal, StepRefused, refuse
from states.labels import Label
from states.roles import Role


def within(from_on: date, to_on: date | None) -> ColumnElement[bool]:
    """The condition on `Position` for being held on some day of that span."""
    begins = or_(Position.from_on.is_(None), Position.from_on <= to_on) if to_on is not None else Position.id.is_not(None)
    return begins & or_(Position.to_on.is_(None), Position.to_on >= from_on)


def held_over(connection: Connection, person_id: int, unit_id: int, role: str, from_on: date, to_on: date | None) -> bool:
    """Whether the person holds that position himself on a day of the span."""
    same = (Position.person_id == person_id, Position.organisation_id == unit_id, Position.role == role)
    query = select(Position.id).where(*same, Position.absence_id.is_(None), within(from_on, to_on))
    return connection.execute(query.limit(1)).first() is not None


def running_position(connection: Connection, person_id: int, unit_id: int, role: str, day: date) -> int | None:
    """The id of the position if the person holds it himself on that day."""
    same = (Position.person_id == person_id, Position.organisation_id == unit_id, Position.role == role)
    query = select(Position.id).where(*same, Position.absence_id.is_(None), within(day, day))
    found: int | None = connection.execute(query.limit(1)).scalar_one_or_none()
    return found


def position_of(connection: Connection, scope: Scope, position_id: int) -> AnyRow:
    """The position inside the scope, locked. Raises `NotThere`."""
    columns = (Position.id, Position.person_id, Position.organisation_id, Position.role, Position.from_on, Position.to_on,
               Position.absence_id)  # fmt: skip
    query = select(*columns).join(Organisation, Organisation.id == Position.organisation_id)
    query = query.where(Position.id == position_id, scope.units())
    found = connection.execute(query.with_for_update(key_share=True, of=Position.__table__)).first()
    if found is None:
        raise no_position_row()
    return found


def no_position_row() -> Refusal:
    """The answer for a position that is absent or over."""
    return refuse(
        NotThere,
        "position_not_found",
        Label("没有这一职务,或已结束", "there is no such position, or it is over"),
        Label("请刷新后再看", "look at the list again"),
        "position",
    )


def stand_ins_end(connection: Connection, person_id: int, on: date, unit_id: int | None = None, role: str = "") -> None:
    """What others hold for the person ends with his own positions: all of them, or that one."""
    absences = select(Absence.id).where(Absence.person_id == person_id).scalar_subquery()
    held = [Position.absence_id.in_(absences), or_(Position.to_on.is_(None), Position.to_on > on)]
    if unit_id is not None:
        held += [Position.organisation_id == unit_id, Position.role == role]
    connection.execute(update(Position).where(*held).values(to_on=on))


def must_leave_an_administrator(connection: Connection, day: date, *, but_person: int = 0, but_position: int = 0) -> None:
    """Raise `StepRefused` when from that day on nobody else would administer anything any more."""
    over = (Position.person_id == but_person, Position.role == Role.ADMINISTRATOR, within(day, None))
    if but_person and connection.execute(select(Position.id).where(*over).limit(1)).first() is None:
        return
    query = (
        select(Position.id)
        .join(Person, Person.id == Position.person_id)
        .where(Position.role == Role.ADMINISTRATOR, Position.absence_id.is_(None), Position.to_on.is_(None))
        .where(Person.left_on.is_(None), Person.id != but_person, Position.id != but_position)
        .where(or_(Position.from_on.is_(None), Position.from_on <= day))
    )
    if connection.execute(query.limit(1)).first() is None:
        raise refuse(
            StepRefused,
            "last_administrator",
            Label("办公室不能没有系统管理员", "the office would be without an administrator"),
            Label("请先给另一人此职务", "give somebody else the position first"),
            "person",
        )
