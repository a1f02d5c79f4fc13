"""What a person may do with a case now: asked by the pages and the command line, answered by the same guards as `decide`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from states.casetype import STAY, CaseType, Step
from states.caseview import CaseView, Moment
from states.errors import Reason
from states.machine import unmet


@dataclass(frozen=True)
class NextStep:
    """A step somebody may take now, and why it would be refused before anything is filled in."""

    step: Step
    reasons: tuple[Reason, ...]

    @property
    def open(self) -> bool:
        """Whether nothing stands in the way as far as can be known before the form."""
        return not self.reasons


@dataclass(frozen=True)
class Course:
    """The steps of a case in the order a tired person wants them: what comes next, what else goes on, what stands aside."""

    first: NextStep | None
    onward: tuple[NextStep, ...]
    aside: tuple[NextStep, ...]
    #: refused already, before anything is filled in
    refused: tuple[NextStep, ...]


def next_steps(case_type: CaseType, case: CaseView, moment: Moment) -> list[NextStep]:
    """The steps this person may take from here, each with what already stands against it."""
    return [
        NextStep(step, tuple(unmet(step, case, None, moment)))
        for step in case_type.steps_from(case.state)
        if step.by & moment.roles
    ]


def course_of(case_type: CaseType, options: Iterable[NextStep], running: Sequence[str]) -> Course:
    """The options sorted; `running` are the rules of the running clocks, the most urgent first.

    First comes what the most urgent duty asks for; then what a right asks for that will be lost; then the order of the type.
    A step beside the ordinary course moves into it while a clock waits for it.
    """
    options = list(options)
    duties = sorted(running, key=lambda rule: not case_type.rule[rule].remind.overdue)
    asked = list(dict.fromkeys(name for rule in duties for name in case_type.rule[rule].done_by))
    free = [option for option in options if option.open]
    waited = [option for name in asked for option in free if option.step.name == name]
    ordinary = [option for option in free if option.step.name not in case_type.aside]
    onward = [*(option for option in waited if option not in ordinary), *ordinary]
    first = next((option for option in [*waited, *ordinary] if option.step.name not in case_type.aside), None)
    first = first or next(iter(waited), None)
    return Course(
        first=first,
        onward=tuple(option for option in onward if option is not first),
        aside=tuple(option for option in free if option not in onward),
        refused=tuple(option for option in options if not option.open),
    )


def step_towards(case_type: CaseType, state: str, rule: str) -> Step | None:
    """The step that does what a clock asks for; without a clock, or where none does, the first that moves the case on."""
    taken = {step.name: step for step in case_type.steps_from(state) if not step.by_clock}
    asked = [taken[name] for name in (case_type.rule[rule].done_by if rule in case_type.rule else ()) if name in taken]
    ending = [step for step in taken.values() if rule in step.meets]
    ordinary = [step for step in taken.values() if step.name not in case_type.aside]
    onward = [step for step in ordinary if any(way.to not in (STAY, state) for way in step.ways)]
    return next(iter(asked or ending or onward or ordinary or list(taken.values())), None)
