"""Opening cases: a draft is judged like any other step; only what may be opened gets a number and a row, at version 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from config.rules import load_pack
from flows.naming import CONTRACT, EMPLOYER, number_in, pack_of
from flows.office import Office
from models.base import AnyRow
from models.casebook import CaseRow
from models.cases import CaseFile
from models.numbers import case_number, next_numbers
from models.people import Organisation
from states.errors import Refusal, StepRefused, refuse
from states.labels import Label
from states.registry import case_type


def draft_cases(connection: Connection, office: Office, requests: Sequence[AnyRow]) -> list[CaseRow]:
    """Cases not yet opened, one a request, without rows and numbers: enough to judge the openings.

    Raises `StepRefused` for an unknown unit, `InvalidAnswers` for an unknown rule pack.
    """
    today = office.today()
    units = _units(connection, [request.unit_id for request in requests])
    cases = []
    for request in requests:
        kind = case_type(request.case_type)
        unit = units.get(request.unit_id)
        if unit is None:
            raise no_unit()
        pack = load_pack(pack_of(request.answers, unit.pack or office.settings.rule_pack))
        cases.append(
            CaseRow(
                connection, 0, "", kind.key, kind.version, pack.key, str(kind.initial), 0, unit.id, unit.path,
                None, number_in(request.answers, EMPLOYER), None, {}, None, today, None, "",
            )
        )  # fmt: skip
    return cases


def enter_cases(connection: Connection, office: Office, cases: Sequence[CaseRow], requests: Sequence[AnyRow]) -> None:
    """Give those drafts their numbers and rows; `requests` are theirs, in the same order."""
    year, series = office.today().year, Counter(case.type for case in cases)
    numbers = {kind: iter(next_numbers(connection, f"{kind}{year}", count)) for kind, count in sorted(series.items())}
    for case in cases:
        case.number = case_number(case.type, year, next(numbers[case.type]))
    _insert(connection, office, cases, requests)


def no_unit() -> Refusal:
    """The answer to a case for a unit that does not exist."""
    return refuse(StepRefused, "no_unit", Label("没有这一单位", "there is no such unit"), Label("请核对", "check it"))


def _units(connection: Connection, ids: Sequence[int | None]) -> dict[int, Any]:
    wanted = sorted({unit for unit in ids if unit is not None})
    query = select(Organisation.id, Organisation.path, Organisation.pack).where(Organisation.id.in_(wanted))
    units = {row.id: row for row in connection.execute(query)}
    return {key: _with_pack(connection, row) for key, row in units.items()}


def _with_pack(connection: Connection, unit: Any) -> Any:
    """A unit without a pack of its own takes that of the nearest unit above which has one."""
    if unit.pack:
        return unit
    above = [int(part) for part in unit.path.strip("/").split("/")]
    query = select(Organisation.path, Organisation.pack).where(Organisation.id.in_(above), Organisation.pack != "")
    nearest = max(connection.execute(query).all(), key=lambda row: len(row.path), default=None)
    return unit if nearest is None else _Unit(unit.id, unit.path, nearest.pack)


class _Unit:
    def __init__(self, unit_id: int, path: str, pack: str) -> None:
        self.id, self.path, self.pack = unit_id, path, pack


def _insert(connection: Connection, office: Office, cases: Sequence[CaseRow], requests: Sequence[AnyRow]) -> None:
    rows = []
    for case, request in zip(cases, requests, strict=True):
        rows.append(
            {
                "number": case.number, "type": case.type, "type_version": case.type_version, "pack": case.pack,
                "pack_version": load_pack(case.pack).version, "state": case.state, "version": 0,
                "unit_id": case.unit_id, "employer_id": case.employer_id,
                "predecessor_id": number_in(request.answers, CONTRACT),
                "facts": {}, "opened_on": case.opened_on, "moved_at": office.now(), "head": "",
            }
        )  # fmt: skip
    made = insert(CaseFile).returning(CaseFile.id, sort_by_parameter_order=True)
    for case, new_id in zip(cases, connection.scalars(made, rows), strict=True):
        case.id = new_id
