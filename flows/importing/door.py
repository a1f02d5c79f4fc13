"""Bringing cases to where a ledger says they are, by real steps through the one door, each as of its own day.

A step's key is made of the row, its place in the row's plan, and its answers; so the second run of a ledger finds its steps
applied, a run that died goes on, and a row that was refused can be mended and sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from config.clock import noon_of
from flows.casework import take_step
from flows.office import Office
from flows.requests import Wish, file_request
from models.chain import digest
from models.requests import StepRequest
from states.casetype import OPEN
from states.errors import Reason, Refusal
from states.labels import Label

#: length of the digest of a row inside a key
_ROW = 24
_PREFIX = "ledger:"
_APPLIED = select(StepRequest.key, StepRequest.case_id).where(
    StepRequest.key.like(f"{_PREFIX}%"),
    StepRequest.status == "applied",
    func.substr(StepRequest.key, len(_PREFIX) + 1, _ROW).in_(bindparam("rows", expanding=True)),
)
_AT_ONCE = 1000


@dataclass(frozen=True)
class PlannedStep:
    """A step of a plan: what is answered, and the day on which it was taken (Asia/Shanghai)."""

    name: str
    on: date
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The way of one row: which case is opened, by whom, and how far it goes."""

    row_key: str
    case_type: str
    unit_id: int
    actor_id: int | None
    steps: tuple[PlannedStep, ...]
    #: the request that opens the case, where a sweep would file the same one
    opening: Wish | None = None

    @property
    def known_by(self) -> str:
        """The row's part of every key."""
        return digest([self.case_type, self.row_key])[:_ROW]

    def key(self, number: int) -> str:
        """The idempotency key of a step, up to its answers."""
        return f"{_PREFIX}{self.known_by}:{number:02d}:{self.steps[number].name}"


def applied_steps(connection: Connection, plans: Sequence[Plan]) -> dict[str, int]:
    """Key (without the answers) → case, of what earlier runs did for those rows."""
    rows = [plan.known_by for plan in plans]
    found: dict[str, int] = {}
    for start in range(0, len(rows), _AT_ONCE):
        for row in connection.execute(_APPLIED, {"rows": rows[start : start + _AT_ONCE]}):
            found[row.key.rpartition(":")[0]] = row.case_id or 0
    return found


@dataclass(frozen=True)
class Walked:
    """How a plan went: its case, how many steps were new, and the refusal that ended it."""

    case_id: int | None
    new_steps: int
    opened: bool = False
    reasons: tuple[Reason, ...] = ()


def walk(office: Office, plan: Plan, applied: Mapping[str, int] | None = None) -> Walked:
    """Take the steps of the plan that were not taken yet; `applied` is what `applied_steps` knows of many plans."""
    if applied is None:
        with office.store.read() as connection:
            applied = applied_steps(connection, [plan])
    case_id: int | None = None
    new, opened = 0, False
    for number, step in enumerate(plan.steps):
        key = plan.key(number)
        if key in applied:
            case_id = applied[key]
            continue
        opens = step.name == OPEN
        own = Wish(
            step=step.name,
            case_id=None if opens else case_id,
            actor_id=plan.actor_id,
            answers=step.answers,
            key=f"{key}:{digest(dict(step.answers))[:10]}",
            case_type=plan.case_type if opens else "",
            unit_id=plan.unit_id if opens else None,
        )
        wish = plan.opening if opens and plan.opening is not None else own
        at = min(noon_of(step.on), office.now())
        then = office.at(lambda at=at: at)  # type: ignore[misc]
        try:
            case_id = take_step(then, file_request(then, wish)).case_id
        except Refusal as refusal:
            return Walked(case_id, new, opened, tuple(_where(step, one) for one in refusal.reasons))
        new, opened = new + 1, opened or opens
    return Walked(case_id, new, opened)


def _where(step: PlannedStep, one: Reason) -> Reason:
    """The reason, with the step at which the row's case stands still."""
    text = Label(f"办理“{step.name}”时:{one.text.zh}", f"at the step “{step.name}”: {one.text.en}")
    return Reason(one.code, text, one.remedy, one.field)
