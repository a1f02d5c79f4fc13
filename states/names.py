"""What a step, a state or a clock is called, also one that the case's present version does not know any more.

A case that moved to another version keeps its events and its settled clocks, which bear the names of their own day. They are
looked up in the case's version first, then in the version nearest to it, older ones before newer ones.
"""

from __future__ import annotations

from states.casetype import OPEN, CaseType, Stage
from states.labels import Label
from states.registry import versions_near
from states.versions import MIGRATE

#: events that no case type declares
UNDONE, MOVED = Label("撤销上一步", "Last step taken back"), Label("转入另一版本的流程", "Moved to another version of its type")
_BESIDE = {"undo": UNDONE, MIGRATE: MOVED}


def step_label(kind: CaseType, name: str) -> Label:
    """The name of a step of the case."""
    if name in _BESIDE:
        return _BESIDE[name]
    if name == OPEN:
        return kind.opening.label
    return next((one.by_name[name].label for one in versions_near(kind) if name in one.by_name), Label(name, name))


def state_label(kind: CaseType, state: str) -> Label:
    """The name of a state the case was in."""
    known = (stage for one in versions_near(kind) for stage in one.stages)
    return next((stage.label for stage in known if stage == state), Label(state, state))


def stages_of(kind: CaseType) -> list[Stage]:
    """The states of the type, then those that only its other versions have."""
    found: dict[str, Stage] = {}
    for one in versions_near(kind):
        for stage in one.stages:
            found.setdefault(str(stage), stage)
    return list(found.values())


def moved_label(came_from: int, to: int) -> Label:
    """The event of a move, with both versions."""
    return Label(f"流程由第{came_from}版转入第{to}版", f"Moved from version {came_from} of its type to version {to}")
