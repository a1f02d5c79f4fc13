"""What a person may do with a case now: asked by the pages and the command line, answered by the same guards as `decide`."""

from __future__ import annotations

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


def next_steps(case_type: CaseType, case: CaseView, moment: Moment) -> list[NextStep]:
    """The steps this person may take from here, each with what already stands against it."""
    return [
        NextStep(step, tuple(unmet(step, case, None, moment)))
        for step in case_type.steps_from(case.state)
        if step.by & moment.roles
    ]


def step_towards(case_type: CaseType, state: str, rule: str) -> Step | None:
    """The step that does what a clock asks for: one that ends the clock, else the first that moves the case on."""
    taken = [step for step in case_type.steps_from(state) if not step.by_clock]
    ending = [step for step in taken if rule in step.meets]
    onward = [step for step in taken if any(way.to not in (STAY, state) for way in step.ways)]
    return next(iter(ending or onward or taken), None)
