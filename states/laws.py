"""The laws every case type keeps. `check` runs when a type is built, so a type that breaks one cannot come to life.

Laws that need templates (each paper and notice exists in both languages) or a walk through a store (every started
clock ends met, expired or void; replaying gives the state) stand in the tests and in `concord types check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from states.errors import BadDefinition
from states.roles import Role

if TYPE_CHECKING:
    from states.casetype import CaseType, DeadlineRule, Step


def check(case_type: CaseType) -> None:
    """Raise `BadDefinition` that names every law broken."""
    broken = list(broken_laws(case_type))
    if broken:
        raise BadDefinition(f"{case_type.key}: " + "; ".join(broken))


def broken_laws(case_type: CaseType) -> Iterator[str]:
    """One sentence for each law that the type breaks."""
    yield from _names(case_type)
    yield from _states(case_type)
    for step in case_type.steps:
        yield from _step(case_type, step)
    for rule in case_type.deadlines:
        yield from _deadline(case_type, rule)
        yield from _doers(case_type, rule)


def _names(case_type: CaseType) -> Iterator[str]:
    for kind, names in (
        ("step", [step.name for step in case_type.steps]),
        ("deadline", [rule.name for rule in case_type.deadlines]),
    ):
        for name in {name for name in names if names.count(name) > 1}:
            yield f"{kind} {name} is declared twice"
    for name in sorted(case_type.aside - case_type.by_name.keys()):
        yield f"aside names unknown step {name}"


def _states(case_type: CaseType) -> Iterator[str]:
    known = {str(stage) for stage in case_type.stages}
    if case_type.initial not in known:
        yield f"initial state {case_type.initial} is unknown"
    for state, names in case_type.on_entering.items():
        for name in (state not in known and [f"state {state}"]) or [n for n in names if n not in case_type.rule]:
            yield f"on_entering names unknown {name}"
    reached = reachable(case_type)
    for state in sorted(known):
        leaving = [step for step in case_type.steps_from(state) if _moves(step, state)]
        if state in case_type.finals and case_type.steps_from(state):
            yield f"final state {state} has a way out"
        if state not in case_type.finals and not leaving:
            yield f"state {state} has no way out"
        if state not in case_type.finals and all(step.by_clock for step in leaving) and leaving:
            yield f"state {state} can be left by the clock alone"
        if state not in reached:
            yield f"state {state} cannot be reached"


def _moves(step: Step, state: str) -> bool:
    return any(way.to not in ("=", state) for way in step.ways)


def reachable(case_type: CaseType) -> set[str]:
    """The states that some sequence of steps leads to."""
    reached, frontier = {case_type.initial}, [case_type.initial]
    while frontier:
        state = frontier.pop()
        for step in case_type.steps_from(state):
            for way in step.ways:
                if way.to != "=" and way.to not in reached:
                    reached.add(way.to)
                    frontier.append(way.to)
    return reached


def _step(case_type: CaseType, step: Step) -> Iterator[str]:
    known = {str(stage) for stage in case_type.stages} | {"="}
    for state in sorted(step.source - known):
        yield f"step {step.name} starts in unknown state {state}"
    for way in step.ways:
        if way.to not in known:
            yield f"step {step.name} leads to unknown state {way.to}"
    if not step.source or not step.ways:
        yield f"step {step.name} has no source or no way"
    if not step.by:
        yield f"step {step.name} has nobody who may take it"
    if Role.CLOCK in step.by and len(step.by) > 1:
        yield f"step {step.name} belongs to the clock and to a person"
    if step.by_clock and step.asks.model_fields:
        yield f"step {step.name} of the clock asks questions"
    if any(way.when is None for way in step.ways[:-1]):
        yield f"step {step.name} has ways behind one that always holds"
    yield from _names_of_clocks(case_type, step)


def _names_of_clocks(case_type: CaseType, step: Step) -> Iterator[str]:
    for name in (*step.starts, *step.meets, *(name for name in step.voids if name != "*")):
        if name not in case_type.rule:
            yield f"step {step.name} names unknown deadline {name}"


def _deadline(case_type: CaseType, rule: DeadlineRule) -> Iterator[str]:
    for name in filter(None, (rule.on_expiry, rule.on_opening)):
        step = case_type.by_name.get(name)
        if step is None:
            yield f"deadline {rule.name} ends in unknown step {name}"
        elif not step.by_clock:
            yield f"deadline {rule.name} lets the clock take {name}, a person's step"
    source, _, field = rule.runs_from.partition(".")
    if source not in ("today", "answers", "facts"):
        yield f"deadline {rule.name} runs from {rule.runs_from}, which is neither today, answers nor facts"
    if source == "answers":
        for step in case_type.steps:
            if rule.name in step.starts and field not in step.asks.model_fields:
                yield f"deadline {rule.name} runs from {field}, which step {step.name} does not ask"


def _doers(case_type: CaseType, rule: DeadlineRule) -> Iterator[str]:
    for name in rule.done_by:
        if name not in case_type.by_name:
            yield f"deadline {rule.name} is done by unknown step {name}"
        elif case_type.by_name[name].by_clock:
            yield f"deadline {rule.name} is done by {name}, which the clock takes itself"
