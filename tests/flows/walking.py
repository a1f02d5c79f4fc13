"""Somebody who walks a stored case at random through the door, with answers the forms take; a seed walks the same way again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from models.casebook import CaseRow, load_case
from states.casetype import Step
from states.errors import Refusal
from states.registry import case_type
from tests.factories import OfficeCase, Town
from tests.states.answers import answers_for

ENDING = frozenset(
    {"archive", "give_advice", "settle_on_spot", "withdraw", "go_to_arbitration", "refer_out", "close", "give_up", "terminate"}
)


class Walk:
    """A supervisor with a case: `step()` takes one that is not refused, `again()` repeats it under a new key."""

    def __init__(self, town: Town, case: OfficeCase, seed: int) -> None:
        self.town, self.case, self.random = town, case, Random(seed)
        self.last: tuple[str, Mapping[str, Any]] = ("", {})

    def step(self) -> str | None:
        """The name of the step that was taken; None when nothing goes from here."""
        kind = case_type(self.case.row.type)
        steps = [step for step in kind.steps_from(self.case.state) if not step.by_clock]
        self.random.shuffle(steps)
        steps.sort(key=lambda step: step.name in ENDING and self.random.random() < 0.8)  # a walk that ends at once shows little
        for step in steps:
            for _ in range(2):
                answers = self.answers(step)
                try:
                    self.case.take(step.name, "supervisor", **answers)
                except Refusal:
                    continue
                self.last = (step.name, answers)
                return step.name
        return None

    def again(self) -> None:
        """Take the same step once more."""
        name, answers = self.last
        self.case.take(name, "supervisor", **answers)

    def pass_days(self) -> None:
        """Up to nine days, with a sweep each morning."""
        self.town.until(self.town.today + timedelta(days=self.random.randint(0, 9)))

    def answers(self, step: Step) -> dict[str, Any]:
        """Answers that fit the case as it is stored."""
        with self.town.office.store.read() as connection:
            stored = load_case(connection, self.case.id)
            assert stored is not None
            made = answers_for(step, _Seen(stored), self.town.today, self.random)  # type: ignore[arg-type]
        if "mediator" in made:
            made["mediator"] = self.town.people["supervisor"]
        return made


class _Seen:
    """A stored case as `tests.states.answers` looks at one in memory, read while the connection is open."""

    def __init__(self, case: CaseRow) -> None:
        self.instalments = list(case.instalments)
        self.open_deadlines: dict[tuple[str, str], date] = case.open_deadlines
        self.facts, self.state = case.facts, case.state
