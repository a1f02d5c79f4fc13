"""Codes in a sheet → organisations: which there are, and whether they lie within the unit the file is loaded for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, select

from flows.importing.files import Packs, Unit
from flows.importing.profiles import Profile
from flows.importing.reasons import reason
from flows.importing.rows import Judged
from models.people import Organisation

_BY_CODE = select(Organisation.code, Organisation.id, Organisation.path).where(
    Organisation.code.in_(bindparam("codes", expanding=True))
)
#: codes asked for in one statement
_AT_ONCE = 5000


@dataclass(frozen=True)
class Place:
    """An organisation with its path."""

    id: int
    path: str


def places_by_code(connection: Connection, codes: Iterable[str]) -> dict[str, Place]:
    """The organisations of those codes."""
    wanted = sorted(set(codes))
    found: dict[str, Place] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        for row in connection.execute(_BY_CODE, {"codes": wanted[start : start + _AT_ONCE]}):
            found[row.code] = Place(row.id, row.path)
    return found


#: field that holds a code → field that holds the id
_CODES = {"unit": "unit_id", "employer_code": "employer_id"}


def resolve(connection: Connection, unit: Unit, packs: Packs, profile: Profile, judged: Sequence[Judged]) -> list[Judged]:
    """The rows with ids in place of codes, and the rule pack of their unit.

    A code nobody has, or one outside the unit, refuses its row.
    """
    fields = [name for name in _CODES if name in profile.columns]
    codes = {row.values[name] for row in judged for name in fields if name in row.values}
    if not codes:
        return list(judged)
    places = places_by_code(connection, codes)
    return [_resolved(row, unit, packs, profile, fields, places) for row in judged]


def _resolved(
    row: Judged, unit: Unit, packs: Packs, profile: Profile, fields: Sequence[str], places: Mapping[str, Place]
) -> Judged:
    values: dict[str, Any] = dict(row.values)
    reasons = []
    for name in fields:
        if name not in values:
            continue
        place = places.get(values[name])
        label = profile.label(name)
        if place is None:
            reasons.append(reason("unknown_code", name, label.zh, label.en))
        elif not place.path.startswith(unit.path):
            reasons.append(reason("outside", name, label.zh, label.en))
        else:
            values[_CODES[name]] = place.id
            if name == "unit" and not profile.pack:
                values["pack"] = packs.at(place.path)
    return replace(row, values=values).refused(*reasons) if reasons else replace(row, values=values)
