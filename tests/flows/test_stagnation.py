"""SEEDS R26: a case that nobody takes up is told of after seven days, then to the supervisor; taking it up ends it."""

from __future__ import annotations

from datetime import timedelta

from models.deadlines import Deadline
from tests.factories import Town


def stages(town: Town) -> list[str]:
    return [stage for rule, stage in town.reminders() if rule == "case-stagnant"]


def test_a_registered_case_that_rests_is_told_of(town: Town) -> None:
    case = town.dispute()
    last = case.due("case-stagnant")
    assert last is not None
    town.until(last - timedelta(days=1))
    assert stages(town) == []
    town.until(last + timedelta(days=3))
    assert stages(town)[0] == "d0"
    assert any(stage.startswith("over+") for stage in stages(town))
    case.take("apply", received_on=town.iso())
    told = len(stages(town))
    town.until(town.today + timedelta(days=7))
    assert len(stages(town)) == told
    assert town.one(Deadline, Deadline.rule == "case-stagnant").next_on is None
