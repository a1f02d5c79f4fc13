"""The tree of a ledger: organisations in any order, hung below one another, without a circle.

All of them are written in one transaction. A code that is there already is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from config.rules import pack_keys
from flows.importing.files import Unit
from flows.importing.places import Place, places_by_code
from flows.importing.profiles import Profile
from flows.importing.reasons import reason
from flows.importing.rows import Judged
from models.people import Organisation
from models.search_index import Kind, refresh
from states.errors import Reason

_PATH = (
    update(Organisation.__table__)  # type: ignore[arg-type]
    .where(Organisation.id == bindparam("b_id"))
    .values(path=bindparam("b_path"), parent_id=bindparam("b_parent"))
)


def judge_tree(
    connection: Connection, profile: Profile, unit: Unit | None, judged: Sequence[Judged]
) -> tuple[list[Judged], dict[str, Place]]:
    """The rows with what the tree says against them, and the organisations that are there already."""
    codes = {row.values[name] for row in judged for name in ("code", "parent") if name in row.values}
    there = places_by_code(connection, codes)
    return _Tree(profile, unit, judged, there).rows(), there


class _Tree:
    """What each row hangs from: another row, or an organisation that is there."""

    def __init__(self, profile: Profile, unit: Unit | None, judged: Sequence[Judged], there: Mapping[str, Place]) -> None:
        self.profile, self.unit, self.judged, self.there = profile, unit, judged, there
        self.first: dict[str, Judged] = {}
        for row in judged:
            if "code" in row.values:
                self.first.setdefault(row.values["code"], row)

    def rows(self) -> list[Judged]:
        """All rows, refused where their own place or that of a row above is wrong."""
        marked = [row.refused(*self._against(row)) for row in self.judged]
        bad = {
            code
            for row, one in zip(self.judged, marked, strict=True)
            if one.reasons and (code := row.values.get("code")) is not None and self.first[code] is row
        } - set(self.there)
        return [self._below_refused(row, bad) for row in marked]

    def say(self, code: str, field: str, *facts: tuple[str, str]) -> Reason:
        label = self.profile.label(field)
        return reason(code, field, label.zh, label.en, *facts)

    def _against(self, row: Judged) -> Iterator[Reason]:
        code, parent = row.values.get("code", ""), row.values.get("parent")
        if code and self.first[code] is not row:
            yield self.say("key_twice", "code", ("line", str(self.first[code].line)))
        if code in self.there and self._is_outside(self.there[code]):
            yield self.say("outside", "code")
        if row.values.get("pack") and row.values["pack"] not in pack_keys():
            yield self.say("not_a_choice", "pack", ("choices", "、".join(pack_keys())))
        if parent is None:
            return
        if parent in self.first:
            if self._circles(row):
                yield self.say("cycle", "parent")
        elif parent not in self.there:
            yield self.say("unknown_code", "parent")
        elif self._is_outside(self.there[parent]):
            yield self.say("outside", "parent")

    def _is_outside(self, place: Place) -> bool:
        return self.unit is not None and not place.path.startswith(self.unit.path)

    def _circles(self, row: Judged) -> bool:
        own, at = row.values.get("code"), row.values.get("parent")
        seen: set[str] = set()
        while at in self.first and at not in seen and at != own:
            seen.add(at)
            at = self.first[at].values.get("parent")
        return at is not None and at == own

    def _below_refused(self, row: Judged, bad: set[str]) -> Judged:
        seen: set[str] = set()
        at = row.values.get("parent")
        while at in self.first and at not in seen:
            if at in bad:
                return row if row.reasons else row.refused(self.say("parent_refused", "parent"))
            seen.add(at)
            at = self.first[at].values.get("parent")
        return row


def write_tree(
    connection: Connection, unit: Unit | None, rows: Sequence[Judged], there: Mapping[str, Place]
) -> dict[str, Place]:
    """Write the accepted rows that are not there yet; the new organisations by code."""
    new = [row.values for row in rows if not row.reasons and row.values["code"] not in there]
    if not new:
        return {}
    made = insert(Organisation).returning(Organisation.id, Organisation.code)
    ids: dict[str, int] = {row.code: row.id for row in connection.execute(made, [_organisation(one) for one in new])}
    root = Place(unit.id, unit.path) if unit is not None else None
    placed: dict[str, Place] = {}
    parents: dict[str, int | None] = {}
    by_code = {one["code"]: one for one in new}
    for code in by_code:
        _place(code, by_code, ids, {**there}, root, placed, parents)
    connection.execute(
        _PATH,
        [{"b_id": place.id, "b_path": place.path, "b_parent": parents[code]} for code, place in placed.items()],
    )
    refresh(connection, Kind.ORGANISATION, ids.values())
    return placed


def _place(
    code: str,
    rows: Mapping[str, Mapping[str, Any]],
    ids: Mapping[str, int],
    there: Mapping[str, Place],
    root: Place | None,
    placed: dict[str, Place],
    parents: dict[str, int | None],
) -> Place:
    """The place of a new organisation; those above it are placed first (there is no circle)."""
    line = [code]
    while (above := rows[line[-1]].get("parent")) in rows and above not in placed:
        line.append(str(above))
    for one in reversed(line):
        parent = rows[one].get("parent")
        over = root if parent is None else placed.get(parent) or there[parent]
        parents[one] = over.id if over else None
        placed[one] = Place(ids[one], f"{over.path if over else '/'}{ids[one]}/")
    return placed[code]


def _organisation(values: Mapping[str, Any]) -> dict[str, Any]:
    blank: dict[str, Any] = {"pack": "", "mediates": False, "credit_code": "", "industry": "", "workers": 0}
    kept = {name: values.get(name, empty) for name, empty in blank.items()}
    return {"code": values["code"], "name": values["name"], "kind": values["kind"], "path": "", **kept}
