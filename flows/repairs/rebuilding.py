"""An act as it was, from its event: what was asked, what was written, how the case stood before. Nothing is judged anew.

The event keeps what the step changed (`detail.before`), the request keeps the answers; going back from the case as it stands
now, event by event, gives the facts of that moment. So what the step's transaction owed can be written once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from config.clock import day_at
from models.base import AnyRow
from models.casebook import CaseRow, load_case
from models.cases import CaseEvent, CaseFile
from models.clerk import Act
from models.deadlines import Deadline
from models.requests import StepRequest
from models.undoing import UNDO
from models.vault import open_personal
from models.version_cases import written_under
from states import entries as said
from states.casetype import STAY, CaseType, Step
from states.entries import Entry
from states.errors import Refusal, StepRefused, refuse
from states.forms import read_answers
from states.labels import Label
from states.machine import Decision, Start
from states.registry import case_type


def act_of(connection: Connection, event_id: int) -> Act:
    """The act behind that event; its case is locked. Raises a `Refusal` where its step or its answers are gone."""
    event = connection.execute(
        select(*CaseEvent.__table__.c, written_under().label("version"))
        .join(CaseFile, CaseFile.id == CaseEvent.case_id)
        .where(CaseEvent.id == event_id)
    ).one()
    case = load_case(connection, event.case_id, lock=True)
    assert case is not None
    case.type_version = event.version
    kind = case_type(case.type, case.type_version)
    step = kind.step(event.step)
    if step is None:
        raise _gone()
    _go_back(connection, case, event)
    decision = Decision(
        step, event.to_state, _outcome(step, event), _answers(connection, step, event),
        tuple(_entry(one) for one in event.detail["entries"]), _starts(connection, kind, event), step.meets, step.voids,
    )  # fmt: skip
    return Act(case, decision, event.at, day_at(event.at), event.actor_id, event.role, event.request_id)


def _gone() -> Refusal:
    return refuse(
        StepRefused, "not_to_be_rebuilt",
        Label("办案记录不足以补制", "the record does not say enough to make it again"),
        Label("请办理相应步骤,或在案件备注中说明", "take the step that issues it, or note it on the case"),
    )  # fmt: skip


def _go_back(connection: Connection, case: CaseRow, event: AnyRow) -> None:
    """The case as it stood when the step was taken."""
    columns = (CaseEvent.seq, CaseEvent.step, CaseEvent.detail)
    later = select(*columns).where(CaseEvent.case_id == case.id, CaseEvent.seq >= event.seq).order_by(CaseEvent.seq.desc())
    undone = 0
    for row in connection.execute(later):
        if row.step == UNDO:
            undone = row.detail["undoes"]
        elif row.seq != undone:
            _before(case, row.detail["before"])
    case.state, case.version, case.unit_id = event.from_state, event.seq - 1, event.unit_id


def _before(case: CaseRow, before: Mapping[str, Any]) -> None:
    case.facts = {name: value for name, value in {**case.facts, **before.get("facts", {})}.items() if value is not None}
    case.owner_id = before.get("owner_id", case.owner_id)
    if "outcome" in before:
        closed_on = before["closed_on"]
        case.outcome, case.closed_on = before["outcome"], date.fromisoformat(closed_on) if closed_on else None


def _outcome(step: Step, event: AnyRow) -> Any:
    led = (way.outcome for way in step.ways if event.to_state == (event.from_state if way.to == STAY else way.to))
    return next(led, None)


def _answers(connection: Connection, step: Step, event: AnyRow) -> Any:
    asked = connection.scalar(select(StepRequest.answers).where(StepRequest.id == event.request_id))
    return read_answers(step.asks, open_personal(asked or {}))


def _entry(kept: Mapping[str, Any]) -> Entry:
    """An entry as the event keeps it; a party's name and numbers are not among it, for they stand in his own row."""
    kind = getattr(said, kept["entry"])
    if kind is said.PartyJoins:
        return said.PartyJoins("", "")
    values = {one.name: kept[one.name] for one in fields(kind) if one.name in kept}
    days = {one.name for one in fields(kind) if one.type == "date" and isinstance(values.get(one.name), str)}
    made: Entry = kind(**{name: date.fromisoformat(value) if name in days else value for name, value in values.items()})
    return made


def _starts(connection: Connection, kind: CaseType, event: AnyRow) -> tuple[Start, ...]:
    columns = (Deadline.rule, Deadline.subject, Deadline.due_on, Deadline.opens_on, Deadline.hard)
    query = select(*columns).where(Deadline.case_id == event.case_id, Deadline.started_by == event.seq).order_by(Deadline.id)
    rows = [row for row in connection.execute(query) if row.rule in kind.rule]
    return tuple(Start(kind.rule[row.rule], row.subject, row.due_on, row.opens_on, row.hard) for row in rows)
