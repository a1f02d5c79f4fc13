"""A case's state from its events alone: what an audit asks, and what every stored case must answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from states.casetype import OPEN, STAY, CaseType
from states.errors import Fault


class Event(NamedTuple):
    """One event of a case: the step, and the states before and after it."""

    step: str
    from_state: str
    to_state: str


class BrokenHistory(Fault):
    """The events of a case do not follow from each other under its type."""

    code: ClassVar[str] = "broken_history"


def replay(case_type: CaseType, events: Iterable[tuple[str, str, str]]) -> str:
    """The state after those (step, from, to), oldest first; `BrokenHistory` names the first that does not follow."""
    state = case_type.initial
    for no, event in enumerate((Event(*event) for event in events), start=1):
        reason = _broken(case_type, state, event, first=no == 1)
        if reason:
            raise BrokenHistory(f"{case_type.key}, event {no} ({event.step}): {reason}")
        state = event.to_state
    return state


def _broken(case_type: CaseType, state: str, event: Event, *, first: bool) -> str:
    if event.step == OPEN and not first:
        return "a case is opened once"
    step = case_type.step(event.step)
    if step is None:
        return "the type has no such step"
    if event.from_state != state:
        return f"it starts in {event.from_state}, but the case stood in {state}"
    if state not in step.source:
        return f"the step is not taken from {state}"
    if event.to_state not in {state if way.to == STAY else way.to for way in step.ways}:
        return f"the step does not lead to {event.to_state}"
    return ""
