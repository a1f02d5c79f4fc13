"""Contracts of a ledger whose renewal is already under way: their bargaining cases, planned or with the invitation sent.

The case is opened by the very request the sweep would file when the window opens, so it is opened once, whoever comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from flows.clockwork import renewal_of
from flows.importing.door import Plan, PlannedStep
from flows.importing.files import Unit
from flows.importing.places import places_by_code
from flows.importing.profiles import Profile
from flows.importing.reasons import reason
from flows.importing.rows import Judged
from flows.importing.staff import Staff, staff_by_code
from models.contracts import Contract
from states.casetype import OPEN
from states.errors import Reason
from states.roles import BARGAINERS

_CONTRACTS = select(
    Contract.id.label("contract_id"), Contract.source_key, Contract.expires_on.label("due_on"), Contract.expires_on,
    Contract.kind, Contract.scope, Contract.employer_name, Contract.employer_id, Contract.workers, Contract.women,
    Contract.pack, Contract.unit_id,
).where(Contract.source_key.in_(bindparam("keys", expanding=True)))  # fmt: skip
_TOPICS = {
    "collective": "续订集体合同:劳动报酬、工作时间、休息休假、劳动安全卫生、保险福利",
    "wage": "续订工资专项集体合同:工资水平、调整幅度、支付办法",
    "women": "续订女职工权益保护专项集体合同",
}


def judge_renewals(
    connection: Connection, unit: Unit, profile: Profile, judged: Sequence[Judged], today: date
) -> tuple[list[Judged], dict[str, Staff]]:
    """The rows with what stands against opening their bargaining, and the officers they name."""
    if "bargaining" not in profile.columns:
        return list(judged), {}
    going = [row for row in judged if "bargaining" in row.values]
    staff = staff_by_code(connection, [row.values["officer"] for row in going if "officer" in row.values])
    places = places_by_code(connection, [row.values["unit"] for row in going if "unit" in row.values])
    found = []
    for row in judged:
        place = places.get(row.values.get("unit", ""))
        path = place.path if place is not None else unit.path
        found.append(row.refused(*_against(profile, row.values, staff, path, today)))
    return found, staff


def _against(
    profile: Profile, values: Mapping[str, Any], staff: Mapping[str, Staff], path: str, today: date
) -> Iterator[Reason]:
    stage = values.get("bargaining")
    if stage is None:
        return

    def say(code: str, field: str, *facts: tuple[str, str]) -> Reason:
        label = profile.label(field)
        return reason(code, field, label.zh, label.en, *facts)

    state = "已发要约" if stage == "invited" else "已列入计划"
    if "officer" not in values:
        yield say("needed_for", "officer", ("state", state))
    elif values["officer"] not in staff or not staff[values["officer"]].may(BARGAINERS, path, today):
        yield say("not_an_officer", "officer")
    if stage == "invited" and "invited_on" not in values:
        yield say("needed_for", "invited_on", ("state", state))
    elif stage == "invited" and values["invited_on"] > today:
        yield say("in_future", "invited_on")


def renewal_plans(
    connection: Connection, rows: Mapping[str, Judged], staff: Mapping[str, Staff], today: date
) -> list[tuple[Judged, Plan]]:
    """The ways of the rows (by the source key of their contract) whose renewal is under way."""
    going = {key: row for key, row in rows.items() if "bargaining" in row.values and not row.reasons}
    contracts = connection.execute(_CONTRACTS, {"keys": list(going)}).all() if going else []
    plans = []
    for contract in contracts:
        row = going[contract.source_key]
        officer = staff[row.values["officer"]].id
        on = row.values["invited_on"] if row.values["bargaining"] == "invited" else today
        steps = tuple(_steps(row.values, contract.kind, officer, on))
        plan = Plan(contract.source_key, "bargaining", contract.unit_id, officer, steps, renewal_of(contract))
        plans.append((row, plan))
    return plans


def _steps(values: Mapping[str, Any], kind: str, officer: int, on: date) -> Iterator[PlannedStep]:
    yield PlannedStep(OPEN, on)
    yield PlannedStep("assign_officer", on, {"officer": officer})
    if values["bargaining"] == "invited":
        yield PlannedStep("send_invitation", on, {"sent_on": on.isoformat(), "topics": _TOPICS[kind]})
