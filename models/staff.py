"""Who works where: whom a case can be given to, and where one can be brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, or_, select

from models.base import AnyRow
from models.people import Organisation, Person, Position

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
