"""Who is here, who is away, who stands in, and what each of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from models import staff
from models.base import AnyRow
from states.labels import Label
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.pages.case_list import Chosen, Listed, list_of
from web.pages.supervision_deeds import DeedShown, deeds_of
from web.pages.supervision_view import Load, loads_of, supervised

#: cases of a person on his page
A_FEW = 20
WORKERS = (Role.MEDIATOR, Role.OFFICER)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the supervisor's units; `away`: the absence that runs today."""

    person_id: int
    name: str
    positions: list[tuple[Label, str]]
    load: Load
    away: AnyRow | None
    stands_in: bool


@dataclass(frozen=True)
class Crew:
    """Everybody, the absences that run or come, those who left and still hold cases, and deeds that concern them."""

    people: list[Colleague]
    absences: Sequence[AnyRow]
    gone: list[Load]
    deeds: list[DeedShown]


@dataclass(frozen=True)
class PersonShown:
    """One person: what he is, what he holds, when he is away, whom his work could go to."""

    person: AnyRow
    positions: list[tuple[Label, str]]
    load: Load
    cases: Listed
    query: str
    absences: Sequence[AnyRow]
    substitutes: list[tuple[int, str]]
    takers: list[tuple[int, str]]
    deeds: list[DeedShown]
    has_left: bool


def crew_of(connection: Connection, visitor: Visitor) -> Crew:
    """The people of the supervisor's units."""
    paths = supervised(visitor)
    rows = staff.positions_under(connection, paths, visitor.today)
    absences = staff.absences_under(connection, paths, visitor.today)
    loads = {load.person_id: load for load in loads_of(connection, paths, visitor)}
    away = {one.person_id: one for one in absences if one.from_on <= visitor.today}
    people: dict[int, Colleague] = {}
    for row in rows:
        blank = Colleague(row.id, row.name, [], loads.get(row.id, Load(row.id, row.name, 0, 0, 0)), away.get(row.id), False)
        kept = people.setdefault(row.id, blank)
        if not row.stands_in:
            kept.positions.append((Role(row.role).label, row.unit))
    gone = [load for load in loads.values() if load.person_id and load.person_id not in people and load.open]
    return Crew(list(people.values()), absences, gone, deeds_of(connection, visitor))


def person_shown(connection: Connection, visitor: Visitor, person_id: int) -> PersonShown:
    """A person of the supervisor's units. Raises `NotFound` for anybody else."""
    paths = supervised(visitor)
    person = staff.once_under(connection, person_id, paths)
    if person is None:
        raise NotFound
    everybody = staff.positions_under(connection, paths, visitor.today)
    takers = staff.workers_under(connection, paths, WORKERS, visitor.today)
    loads = {load.person_id: load for load in loads_of(connection, paths, visitor)}
    chosen = Chosen(owner=person_id, shown="open")
    return PersonShown(
        person=person,
        positions=[(Role(row.role).label, row.unit) for row in everybody if row.id == person_id and not row.stands_in],
        load=loads.get(person_id, Load(person_id, person.name, 0, 0, 0)),
        cases=list_of(connection, visitor, chosen, A_FEW), query=chosen.query(),
        absences=staff.absences_under(connection, paths, visitor.today, person_id),
        substitutes=choices(everybody, person_id, visitor.lang), takers=choices(takers, person_id, visitor.lang),
        deeds=deeds_of(connection, visitor, person_id, 10),
        has_left=person.left_on is not None and person.left_on <= visitor.today,
    )  # fmt: skip


def choices(rows: Sequence[AnyRow], but: int, lang: str) -> list[tuple[int, str]]:
    """Each person once, with what he is where: to choose among."""
    said: dict[int, str] = {}
    for row in rows:
        if row.id != but:
            said.setdefault(row.id, f"{row.name} · {Role(row.role).label.said(lang)} · {row.unit}")
    return list(said.items())
