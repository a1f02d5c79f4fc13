"""The state from the events alone, and the first event that does not follow."""

from __future__ import annotations

import pytest

from states.dispute import DISPUTE
from states.errors import Fault
from states.replay import replay
from tests.states.factories import performing

GOOD = [
    ("open", "registered", "registered"),
    ("apply", "registered", "applied"),
    ("accept", "applied", "accepted"),
    ("join_handlers", "accepted", "accepted"),
]


def test_the_events_of_a_case_tell_its_state() -> None:
    assert replay(DISPUTE, []) == "registered"
    assert replay(DISPUTE, GOOD) == "accepted"
    walker = performing()
    assert replay(DISPUTE, walker.case.events) == walker.state == "performing"


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (("marry", "accepted", "agreed"), "event 5 (marry): the type has no such step"),
        (("open", "accepted", "accepted"), "event 5 (open): a case is opened once"),
        (("extend", "mediating", "mediating"), "event 5 (extend): it starts in mediating"),
        (("agree", "accepted", "agreed"), "event 5 (agree): the step is not taken from accepted"),
        (("fail", "accepted", "closed"), "event 5 (fail): the step does not lead to closed"),
    ],
)
def test_the_first_event_that_does_not_follow_is_named(broken: tuple[str, str, str], why: str) -> None:
    with pytest.raises(Fault) as fault:
        replay(DISPUTE, [*GOOD, broken, ("marry", "x", "y")])
    assert why in str(fault.value)
