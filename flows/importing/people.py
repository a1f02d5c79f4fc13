"""The people of a ledger and their positions: one row a position. Numbers are sealed by the columns they go into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from flows.importing.files import Unit
from flows.importing.places import Place
from flows.importing.profiles import Profile
from flows.importing.reasons import reason
from flows.importing.rows import Judged
from models.people import Person, Position
from models.upsert import insert_or_leave
from states.errors import Reason

_THERE = select(Person.code, Person.id, Person.name).where(Person.code.in_(bindparam("codes", expanding=True)))
_HELD = select(Position.person_id, Position.organisation_id, Position.role, Position.from_on).where(
    Position.person_id.in_(bindparam("people", expanding=True))
)
_POSITION = insert(Position.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Known:
    """A person that is there already."""

    id: int
    name: str


def known_people(connection: Connection, judged: Sequence[Judged]) -> dict[str, Known]:
    """The persons of those rows that are there already."""
    codes = sorted({row.values["code"] for row in judged if "code" in row.values})
    return {row.code: Known(row.id, row.name) for row in connection.execute(_THERE, {"codes": codes})}


def judge_people(
    profile: Profile,
    unit: Unit | None,
    judged: Sequence[Judged],
    there: Mapping[str, Known],
    places: Mapping[str, Place],
) -> list[Judged]:
    """The rows with what organisations and persons say against them."""
    names: dict[str, str] = {code: known.name for code, known in there.items()}
    for row in judged:
        if "code" in row.values and "name" in row.values:
            names.setdefault(row.values["code"], row.values["name"])
    return [row.refused(*_against(profile, unit, row, names, places)) for row in judged]


def _against(
    profile: Profile, unit: Unit | None, row: Judged, names: Mapping[str, str], places: Mapping[str, Place]
) -> Iterator[Reason]:
    values = row.values
    if "code" in values and values.get("name", names.get(values["code"])) != names.get(values["code"]):
        label = profile.label("code")
        yield reason("name_differs", "code", label.zh, label.en)
    if "organisation" not in values:
        return
    label, place = profile.label("organisation"), places.get(values["organisation"])
    if place is None:
        yield reason("unknown_code", "organisation", label.zh, label.en)
    elif unit is not None and not place.path.startswith(unit.path):
        yield reason("outside", "organisation", label.zh, label.en)


def write_people(
    connection: Connection, rows: Sequence[Judged], there: Mapping[str, Known], places: Mapping[str, Place]
) -> int:
    """Write the accepted rows: persons who are not there yet, and positions they do not hold yet. How many positions."""
    accepted = [row.values for row in rows if not row.reasons]
    ids = {code: known.id for code, known in there.items()} | _write_persons(connection, accepted, there)
    held = {tuple(row) for row in connection.execute(_HELD, {"people": sorted(set(ids.values()))})}
    new = []
    for values in accepted:
        place = places[values["organisation"]]
        key = (ids[values["code"]], place.id, values["role"], values.get("from_on"))
        if key not in held:
            held.add(key)
            new.append(dict(zip(("person_id", "organisation_id", "role", "from_on"), key, strict=True)))
            new[-1]["to_on"] = values.get("to_on")
    if new:
        connection.execute(_POSITION, new)
    return len(new)


def _write_persons(connection: Connection, accepted: Sequence[Mapping[str, Any]], there: Mapping[str, Known]) -> dict[str, int]:
    new: dict[str, dict[str, Any]] = {}
    for values in accepted:
        if values["code"] in there:
            continue
        person = new.setdefault(values["code"], _blank(values["code"], values["name"]))
        for name in ("phone", "identity", "email", "language"):
            person[name] = values.get(name) or person[name]
    if not new:
        return {}
    made = insert_or_leave(connection, Person, Person.code).returning(Person.id, Person.code)
    return {row.code: row.id for row in connection.execute(made, list(new.values()))}


def _blank(code: str, name: str) -> dict[str, Any]:
    return {"code": code, "name": name, "phone": "", "identity": "", "email": "", "language": "zh", "password": ""}
