"""Steps: what can be done with a case now, doing it through the one door, and taking it back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from flows.office import Office
from flows.requests import Wish, own_key
from flows.steps import Desk
from flows.undoing import against
from models import case_page
from models.undoing import UNDO, last_event
from states.casetype import OPEN
from states.errors import Refusal
from states.forms import read_answers
from states.options import next_steps
from states.versions import MIGRATE
from web.access import TheDesk, TheOffice
from web.api.access import Caller, Reader, Writer
from web.api.problems import Problem, not_found, of_refusal
from web.api.shapes import base
from web.api.shapes.base import ReasonShape, Word
from web.api.shapes.cases import ReceiptShape
from web.api.shapes.steps import NextStep, NextSteps, StepWanted, UndoWanted
from web.api.told import event_shape
from web.pages.case_reach import Reach, reach

router = APIRouter(prefix="/cases/{number}", tags=["steps"])
MOST_EVENTS = 50


@router.get("/steps")
def steps(office: TheOffice, caller: Reader, number: base.Number) -> NextSteps:
    """The steps the caller may take from where the case stands; a step that would be refused says why beforehand."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
        options = next_steps(found.kind, found.case, found.moment)
        last = last_event(connection, found.case)
        reasons = [*against(found.case, last, caller.person_id, found.roles, caller.today)]
    told = [
        NextStep(
            name=one.step.name, zh=one.step.label.zh, en=one.step.label.en, open=one.open, undoable=one.step.undoable,
            reasons=[ReasonShape.of(reason, caller.lang) for reason in one.reasons], asks=one.step.asks.model_json_schema(),
        )
        for one in options
    ]  # fmt: skip
    return NextSteps(
        number=number, version=found.row.version, state=_state(found, found.row.state), steps=told,
        undo=None if last.step in (OPEN, UNDO, MIGRATE) else [ReasonShape.of(reason, caller.lang) for reason in reasons],
    )  # fmt: skip


@router.post("/steps/{step}")
def take(
    office: TheOffice, desk: TheDesk, caller: Writer, number: base.Number, step: base.Name, wanted: StepWanted, key: base.Key
) -> ReceiptShape:
    """Take a step. The same key with the same body takes it once and gives the same receipt, or the same refusal."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
        known = found.kind.by_name.get(step)
        if known is None:
            raise not_found()
        if known.by & found.roles:  # who may not take it hears that first, from the door
            read_answers(known.asks, wanted.answers, strictly=True)
    return _through_the_door(office, desk, caller, found, step, wanted.answers, wanted.expected_version, key)


@router.post("/undo")
def undo(
    office: TheOffice, desk: TheDesk, caller: Writer, number: base.Number, wanted: UndoWanted, key: base.Key
) -> ReceiptShape:
    """Take the last step back, within the rules of undoing."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
    answers = {"reason": wanted.reason}
    return _through_the_door(office, desk, caller, found, UNDO, answers, wanted.expected_version, key)


def _through_the_door(
    office: Office, desk: Desk, caller: Caller, found: Reach, step: str, answers: dict[str, Any], version: int, key: str
) -> ReceiptShape:
    wish = Wish(
        step=step, case_id=found.row.id, actor_id=caller.person_id, answers=answers, expected_version=version,
        key=own_key(caller.person_id, key, "api"),
    )  # fmt: skip
    try:
        receipt = desk.step(wish)
    except Refusal as refusal:
        raise _refused(office, caller, refusal, found.row.number, version) from refusal
    return ReceiptShape(number=receipt.number, version=receipt.version, step=step, state=_state(found, receipt.state))


def _refused(office: Office, caller: Caller, refusal: Refusal, number: str, version: int) -> Problem:
    """The refusal; when somebody else was quicker, with what he did."""
    problem = of_refusal(refusal)
    if problem.code == "stale_case":
        with office.store.read() as connection:
            found = reach(connection, office, caller, number)
            rows = case_page.history(connection, found.row.id, MOST_EVENTS)
        since = [event_shape(found.kind, row).model_dump(mode="json") for row in rows if row.seq > version]
        problem.more.update(version=found.row.version, events=since)
    return problem


def _state(found: Reach, state: str) -> Word:
    return Word.of(state, found.kind.stage(state).label)
