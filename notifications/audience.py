"""Who is told: audiences become persons, for thousands of messages with a handful of queries.

A role is looked for in the unit itself, then in the nearest unit above where somebody holds it. Nobody who
left or whose position has ended is told; what an owner hears, whoever stands in for him hears too. Where no
staff is found at all, the administrators are told, so that nothing waits unseen. A confidential case stays
within its unit's chain: outside it only its owner and the applicants hear of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.orm import aliased

from models.accounts import Absence
from models.cases import CaseFile, Party
from models.contracts import Contract
from models.people import Organisation, Person, Position
from notifications.catalogue import Audience
from states.roles import Role

#: Who works on a case of that type; contracts of the register are the officers' work.
WORKING_ROLE = {"dispute": Role.MEDIATOR, "bargaining": Role.OFFICER}
WORKERS = frozenset({Audience.OWNER, Audience.STAFF, Audience.SUPERVISORS})


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who is told, and how to reach him."""

    person_id: int
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a message is for: audiences of a case, else of a contract, a unit, or the whole office."""

    audience: tuple[Audience, ...]
    case_id: int | None = None
    contract_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message belongs: the unit's chain and the employer's, nearest first."""

    chain: tuple[int, ...] = ()
    employer_chain: tuple[int, ...] = ()
    role: Role = Role.OFFICER
    case_id: int | None = None
    owner_id: int | None = None
    confidential: bool = False


_OFFICE = _Place()


def people_for(connection: Connection, wanted: Sequence[Who], day: date) -> list[list[Recipient]]:
    """The persons of each `Who`, in the same order, nobody twice; at most six queries however many there are."""
    places = _places(connection, wanted)
    book = _Book(day)
    book.read_positions(connection, places)
    book.read_stand_ins(connection, places)
    parties = {who.case_id for who in wanted if Audience.PARTIES in who.audience and who.case_id is not None}
    book.read_parties(connection, parties)
    return [book.told(who.audience, place) for who, place in zip(wanted, places, strict=True)]


def recipients_by_id(connection: Connection, ids: Iterable[int], day: date) -> dict[int, Recipient]:
    """Those persons who have not left, by id."""
    query = select(Person.id, Person.email, Person.language).where(Person.id.in_(sorted(set(ids))), _still_here(day))
    return {row.id: Recipient(*row) for row in connection.execute(query)}


def _still_here(day: date) -> ColumnElement[bool]:
    return or_(Person.left_on.is_(None), Person.left_on > day)


@lru_cache(maxsize=4096)
def _chain(path: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in reversed(path.strip("/").split("/"))) if path else ()


def _places(connection: Connection, wanted: Sequence[Who]) -> list[_Place]:
    cases = _cases(connection, {who.case_id for who in wanted if who.case_id is not None})
    bare = [who for who in wanted if who.case_id is None]
    contracts = _contracts(connection, {who.contract_id for who in bare if who.contract_id is not None})
    units = _units(connection, {who.unit_id for who in bare if who.unit_id is not None})
    return [
        cases.get(who.case_id) or contracts.get(who.contract_id) or units.get(who.unit_id) or _OFFICE
        for who in wanted
    ]  # fmt: skip


def _cases(connection: Connection, ids: set[int]) -> Mapping[int | None, _Place]:
    if not ids:
        return {}
    unit, employer = aliased(Organisation), aliased(Organisation)
    secret = CaseFile.facts["confidential"].as_boolean()
    query = (
        select(CaseFile.id, CaseFile.type, CaseFile.owner_id, secret.label("secret"), unit.path.label("unit"),
               employer.path.label("employer"))
        .join(unit, unit.id == CaseFile.unit_id)
        .outerjoin(employer, employer.id == CaseFile.employer_id)
        .where(CaseFile.id.in_(sorted(ids)))
    )  # fmt: skip
    return {
        row.id: _Place(
            _chain(row.unit), _chain(row.employer), WORKING_ROLE.get(row.type, Role.OFFICER), row.id,
            row.owner_id, bool(row.secret),
        )
        for row in connection.execute(query)
    }  # fmt: skip


def _contracts(connection: Connection, ids: set[int]) -> Mapping[int | None, _Place]:
    if not ids:
        return {}
    unit, employer = aliased(Organisation), aliased(Organisation)
    query = (
        select(Contract.id, unit.path.label("unit"), employer.path.label("employer"))
        .join(unit, unit.id == Contract.unit_id)
        .outerjoin(employer, employer.id == Contract.employer_id)
        .where(Contract.id.in_(sorted(ids)))
    )
    return {row.id: _Place(_chain(row.unit), _chain(row.employer)) for row in connection.execute(query)}


def _units(connection: Connection, ids: set[int]) -> Mapping[int | None, _Place]:
    if not ids:
        return {}
    query = select(Organisation.id, Organisation.path).where(Organisation.id.in_(sorted(ids)))
    return {row.id: _Place(_chain(row.path)) for row in connection.execute(query)}


@dataclass
class _Book:
    """Who holds what today, as far as the asked places need it."""

    day: date
    holders: dict[tuple[int, str], list[Recipient]] = field(default_factory=lambda: defaultdict(list))
    everywhere: dict[str, dict[int, Recipient]] = field(default_factory=lambda: defaultdict(dict))
    persons: dict[int, Recipient] = field(default_factory=dict)
    parties: dict[int, list[tuple[str, Recipient]]] = field(default_factory=lambda: defaultdict(list))
    stand_ins: dict[int, list[Recipient]] = field(default_factory=lambda: defaultdict(list))
    nearest: dict[tuple[tuple[int, ...], str], list[Recipient]] = field(default_factory=dict)

    def read_positions(self, connection: Connection, places: Sequence[_Place]) -> None:
        """Positions in the units of those chains, those of the owners, and all administrators."""
        units = {unit for place in places for unit in (*place.chain, *place.employer_chain)}
        owners = {place.owner_id for place in places if place.owner_id is not None}
        held = and_(
            or_(Position.from_on.is_(None), Position.from_on <= self.day),
            or_(Position.to_on.is_(None), Position.to_on >= self.day),
            _still_here(self.day),
        )
        asked = or_(
            Position.organisation_id.in_(sorted(units)),
            Position.person_id.in_(sorted(owners)),
            Position.role == Role.ADMINISTRATOR,
        )
        columns: tuple[Any, ...] = (
            Position.organisation_id,
            Position.role,
            Person.id,
            Person.email,
            Person.language,
        )
        query = select(*columns).join(Person, Person.id == Position.person_id).where(held, asked).order_by(Person.id)
        for unit, role, *person in connection.execute(query):
            recipient = self.persons.setdefault(person[0], Recipient(*person))
            self.holders[unit, role].append(recipient)
            self.everywhere[role][recipient.person_id] = recipient

    def read_stand_ins(self, connection: Connection, places: Sequence[_Place]) -> None:
        """Who stands in today for the owners of those cases."""
        owners = {place.owner_id for place in places if place.owner_id is not None}
        if not owners:
            return
        columns: tuple[Any, ...] = (Absence.person_id, Person.id, Person.email, Person.language)
        query = select(*columns).join(Person, Person.id == Absence.substitute_id)
        query = query.where(
            Absence.person_id.in_(sorted(owners)), Absence.ended_at.is_(None), Absence.from_on <= self.day,
            Absence.to_on >= self.day, _still_here(self.day),
        )  # fmt: skip
        for away, *person in connection.execute(query.order_by(Absence.id)):
            self.stand_ins[away].append(Recipient(*person))

    def read_parties(self, connection: Connection, cases: set[int]) -> None:
        """The parties of those cases who are persons of the office."""
        if not cases:
            return
        columns: tuple[Any, ...] = (Party.case_id, Party.role, Person.id, Person.email, Person.language)
        query = select(*columns).join(Person, Person.id == Party.person_id)
        query = query.where(Party.case_id.in_(sorted(cases)), Party.undone.is_(False), _still_here(self.day))
        for case_id, role, *person in connection.execute(query.order_by(Party.id)):
            self.parties[case_id].append((role, Recipient(*person)))

    def told(self, audience: Sequence[Audience], place: _Place) -> list[Recipient]:
        """The persons of one message."""
        found: dict[int, Recipient] = {}
        for one in audience:
            persons = self._of(one, place)
            if not persons and (one in WORKERS or (not found and one is audience[-1])):
                persons = self._of(Audience.ADMINISTRATORS, place)
            found.update((person.person_id, person) for person in persons)
        return [person for person in found.values() if self._may_know(person, place)]

    def _of(self, audience: Audience, place: _Place) -> Sequence[Recipient]:
        match audience:
            case Audience.OWNER:
                owner = self.persons.get(place.owner_id) if place.owner_id is not None else None
                return [owner, *self.stand_ins[owner.person_id]] if owner else self._of(Audience.STAFF, place)
            case Audience.STAFF:
                return self._near(place.chain, place.role) or self._near(place.chain, Role.SUPERVISOR)
            case Audience.SUPERVISORS:
                return self._near(place.chain, Role.SUPERVISOR)
            case Audience.CHAIR:
                return self._near(place.employer_chain, Role.CHAIR) or self._near(place.chain, Role.CHAIR)
            case Audience.PARTIES:
                return self._parties(place)
            case Audience.ADMINISTRATORS:
                near = self._near(place.chain, Role.ADMINISTRATOR)
                return near or list(self.everywhere[Role.ADMINISTRATOR].values())

    def _near(self, chain: tuple[int, ...], role: Role) -> list[Recipient]:
        key = (chain, role)
        if key not in self.nearest:
            self.nearest[key] = next((found for unit in chain if (found := self.holders.get((unit, role)))), [])
        return self.nearest[key]

    def _parties(self, place: _Place) -> list[Recipient]:
        parties = self.parties.get(place.case_id or 0, [])
        return [person for role, person in parties if role == "applicant" or not place.confidential]

    def _may_know(self, person: Recipient, place: _Place) -> bool:
        if not place.confidential or person.person_id == place.owner_id or person in self._parties(place):
            return True
        return any(person in self.holders.get((unit, role), ()) for unit in place.chain for role in Role)
