"""Cases that somebody holds: given to him by the step that gives a case to a person."""

from __future__ import annotations

from typing import Any

from tests.factories import OfficeCase, Town


def held(town: Town, who: str = "mediator", **changes: Any) -> OfficeCase:
    """A wage claim at the counter that `who` registered and holds."""
    case = town.dispute(by=who, **changes)
    case.take("assign_mediator", mediator=town.people[who], no_conflict=True)
    return case


def applied(town: Town, who: str = "mediator", **changes: Any) -> OfficeCase:
    """The same, and mediation was asked for today: its first clocks run."""
    case = held(town, who, **changes)
    case.take("apply", received_on=town.iso())
    return case
