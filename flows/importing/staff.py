"""Person codes in a sheet → persons with what they are and where, so that a row can say who mediates or bargains."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select

from models.people import Organisation, Person, Position

_HELD = (
    select(Person.code, Person.id, Position.role, Organisation.path, Position.from_on, Position.to_on)
    .join(Position, Position.person_id == Person.id)
    .join(Organisation, Organisation.id == Position.organisation_id)
    .where(Person.code.in_(bindparam("codes", expanding=True)))
)
_AT_ONCE = 5000


@dataclass(frozen=True)
class Held:
    """A position: the role, the path of the organisation, and between which days."""

    role: str
    path: str
    from_on: date | None
    to_on: date | None

    def covers(self, roles: Collection[str], path: str, day: date) -> bool:
        """Whether it gives one of those roles over that unit on that day."""
        in_time = (self.from_on or date.min) <= day <= (self.to_on or date.max)
        return self.role in roles and path.startswith(self.path) and in_time


@dataclass(frozen=True)
class Staff:
    """A person with his positions."""

    id: int
    held: tuple[Held, ...]

    def may(self, roles: Collection[str], path: str, day: date) -> bool:
        """Whether he holds one of those roles over that unit on that day."""
        return any(one.covers(roles, path, day) for one in self.held)


def staff_by_code(connection: Connection, codes: Iterable[str]) -> dict[str, Staff]:
    """The persons of those codes who hold any position."""
    wanted = sorted(set(codes))
    found: dict[str, tuple[int, list[Held]]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        for row in connection.execute(_HELD, {"codes": wanted[start : start + _AT_ONCE]}):
            held = Held(row.role, row.path, row.from_on, row.to_on)
            found.setdefault(row.code, (row.id, []))[1].append(held)
    return {code: Staff(person, tuple(held)) for code, (person, held) in found.items()}
