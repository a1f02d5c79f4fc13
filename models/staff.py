"""Who works where: whom a case can be given to, and where one can be brought."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, bindparam, false, literal, or_, select
from sqlalchemy.orm import aliased

from models.accounts import Absence
from models.base import AnyRow
from models.people import Organisation, Person, Position, below

Rows = Sequence[AnyRow]


def colleagues(connection: Connection, role: str, unit_path: str, day: date, limit: int = 200) -> Rows:
    """Those who hold the position on that day in the unit or above it, the nearest unit first: (id, name, unit)."""
    above = bindparam("path", unit_path).startswith(Organisation.path)
    query = (
        select(Person.id, Person.name, Organisation.name.label("unit"))
        .join(Position, Position.person_id == Person.id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(
            Position.role == role, above,
            or_(Person.left_on.is_(None), Person.left_on > day),
            or_(Position.from_on.is_(None), Position.from_on <= day),
            or_(Position.to_on.is_(None), Position.to_on >= day),
        )
        .order_by(Organisation.path.desc(), Person.name)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def is_called(connection: Connection, person_id: int, name: str, day: date) -> bool:
    """Whether the person bears that name and has not left."""
    here = or_(Person.left_on.is_(None), Person.left_on > day)
    query = select(Person.id).where(Person.id == person_id, Person.name == name, here)
    return connection.execute(query).first() is not None


def mediates(connection: Connection, unit_id: int) -> bool:
    """Whether disputes can be brought to the unit."""
    query = select(Organisation.id).where(
        Organisation.id == unit_id, Organisation.mediates.is_(True), Organisation.closed_on.is_(None)
    )
    return connection.execute(query).first() is not None


def _held(day: date) -> ColumnElement[bool]:
    """The condition on `Position` for being held on that day."""
    return and_(or_(Position.from_on.is_(None), Position.from_on <= day), or_(Position.to_on.is_(None), Position.to_on >= day))


def positions_under(connection: Connection, paths: Collection[str], day: date, limit: int = 2000) -> Rows:
    """Who holds what on that day in those units and below, nearest to the top first; `stands_in`: for somebody who is away."""
    query = (
        select(
            Person.id,
            Person.name,
            Position.role,
            Organisation.name.label("unit"),
            Position.absence_id.is_not(None).label("stands_in"),
        )
        .join(Position, Position.person_id == Person.id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(below(paths), _held(day), or_(Person.left_on.is_(None), Person.left_on > day))
    )
    return connection.execute(query.order_by(Organisation.path, Person.name, Person.id).limit(limit)).all()


def workers_under(connection: Connection, paths: Collection[str], roles: Collection[str], day: date, limit: int = 500) -> Rows:
    """(id, name, role, unit) of those who hold one of those positions in those units, below them or right above them."""
    above = or_(false(), *(literal(path).startswith(Organisation.path) for path in paths))
    query = (
        select(Person.id, Person.name, Position.role, Organisation.name.label("unit"))
        .join(Position, Position.person_id == Person.id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(
            or_(below(paths), above), Position.role.in_(roles), _held(day), or_(Person.left_on.is_(None), Person.left_on > day)
        )
    )
    return connection.execute(query.order_by(Organisation.path, Person.name, Person.id).limit(limit)).all()


def works_as(connection: Connection, person_id: int, paths: Collection[str], day: date) -> set[str]:
    """What the person is on that day in those units, below them or right above them; nothing once he has left."""
    above = or_(false(), *(literal(path).startswith(Organisation.path) for path in paths))
    query = (
        select(Position.role)
        .join(Person, Person.id == Position.person_id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(Position.person_id == person_id, or_(below(paths), above), _held(day))
        .where(or_(Person.left_on.is_(None), Person.left_on > day))
    )
    return set(connection.scalars(query))


def names_of(connection: Connection, ids: Collection[int]) -> Rows:
    """(id, name, left_on) of those persons."""
    return connection.execute(select(Person.id, Person.name, Person.left_on).where(Person.id.in_(ids))).all() if ids else []


def once_under(connection: Connection, person_id: int, paths: Collection[str]) -> AnyRow | None:
    """(id, code, name, left_on) of a person who works, worked or will work in those units or below; None for any other."""
    his = select(Position.id).join(Organisation, Organisation.id == Position.organisation_id)
    his = his.where(Position.person_id == Person.id, below(paths))
    query = select(Person.id, Person.code, Person.name, Person.left_on).where(Person.id == person_id, his.exists())
    return connection.execute(query).first()


def absences_under(connection: Connection, paths: Collection[str], day: date, person_id: int = 0, limit: int = 200) -> Rows:
    """Absences that run or come, of people of those units; the nearest first."""
    away, instead = aliased(Person), aliased(Person)
    works = select(Position.id).join(Organisation, Organisation.id == Position.organisation_id)
    works = works.where(Position.person_id == Absence.person_id, Position.absence_id.is_(None), below(paths))
    query = (
        select(
            Absence.id,
            Absence.person_id,
            Absence.substitute_id,
            Absence.from_on,
            Absence.to_on,
            away.name,
            instead.name.label("substitute"),
        )
        .join(away, away.id == Absence.person_id)
        .join(instead, instead.id == Absence.substitute_id)
        .where(Absence.ended_at.is_(None), Absence.to_on >= day, works.exists())
    )
    if person_id:
        query = query.where(Absence.person_id == person_id)
    return connection.execute(query.order_by(Absence.from_on, Absence.id).limit(limit)).all()
