"""What is offered first: the step a clock waits for, then the ordinary course; assigning and withdrawing stand aside."""

from __future__ import annotations

import pytest

from states.bargaining import BARGAINING
from states.bargaining.words import B
from states.casetype import CaseType
from states.dispute import DISPUTE
from states.dispute.words import D
from states.options import NextStep, course_of, step_towards
from states.registry import all_types
from states.roles import Role

TYPES = pytest.mark.parametrize("kind", all_types(), ids=lambda kind: kind.key)
#: rule, state → what a mediator or an officer would really do next
TOWARDS = [
    (DISPUTE, "mediation-decide", D.APPLIED, "accept"),
    (DISPUTE, "mediation-from-acceptance", D.ACCEPTED, "schedule_session"),
    (DISPUTE, "mediation-from-acceptance", D.MEDIATING, "agree"),
    (DISPUTE, "mediation-from-acceptance", D.AGREED, "sign_agreement"),
    (DISPUTE, "session", D.MEDIATING, "hold_session"),
    (DISPUTE, "performance", D.PERFORMING, "record_payment"),
    (DISPUTE, "follow-up-first", D.PERFORMING, "visit"),
    (DISPUTE, "case-stagnant", D.REGISTERED, "apply"),
    (DISPUTE, "case-stagnant", D.BREACHED, "apply_payment_order"),
    (DISPUTE, "limitation", D.REFUSED, "go_to_arbitration"),
    (DISPUTE, "archive-after-close", D.CLOSED, "archive"),
    (DISPUTE, "", D.REGISTERED, "settle_on_spot"),
    (BARGAINING, "reply-to-demand", B.OFFERED, "record_acceptance"),
    (BARGAINING, "round", B.NEGOTIATING, "hold_round"),
    (BARGAINING, "draft-to-vote", B.DRAFT, "call_congress"),
    (BARGAINING, "congress", B.DRAFT, "record_vote"),
    (BARGAINING, "review", B.FILED, "record_approval"),
    (BARGAINING, "renewal-window", B.IN_FORCE, "start_renewal"),
    (BARGAINING, "publish", B.IN_FORCE, "publish"),
]


@pytest.mark.parametrize(("kind", "rule", "state", "step"), TOWARDS, ids=lambda value: str(getattr(value, "key", value)))
def test_a_clock_leads_to_the_step_that_does_what_it_asks(kind: CaseType, rule: str, state: str, step: str) -> None:
    found = step_towards(kind, state, rule)
    assert found is not None
    assert found.name == step


def offered(kind: CaseType, state: str, role: Role) -> list[NextStep]:
    """Every step of that role, none of them refused."""
    return [NextStep(step, ()) for step in kind.steps_from(state) if role in step.by]


def test_a_duty_comes_before_a_right_and_both_before_the_rest() -> None:
    running = ["arbitration-review-window", "performance"]  # the window ends sooner, but only the payment is owed
    course = course_of(DISPUTE, offered(DISPUTE, D.PERFORMING, Role.MEDIATOR), running)
    assert course.first is not None
    assert course.first.step.name == "record_payment"
    assert "assign_mediator" in {option.step.name for option in course.aside}
    assert "urge" in {option.step.name for option in course.onward}


def test_a_step_aside_comes_forward_while_a_clock_waits_for_it() -> None:
    options = offered(DISPUTE, D.REFUSED, Role.MEDIATOR)
    aside = course_of(DISPUTE, options, ()).aside
    assert "go_to_arbitration" in {option.step.name for option in aside}
    forward = course_of(DISPUTE, options, ("limitation",)).onward
    assert "go_to_arbitration" in {option.step.name for option in forward}


@TYPES
def test_every_option_is_shown_once(kind: CaseType) -> None:
    for state in kind.stages:
        options = offered(kind, state, Role.SUPERVISOR)
        course = course_of(kind, options, tuple(kind.rule))
        shown = [*([course.first] if course.first else []), *course.onward, *course.aside, *course.refused]
        assert sorted(option.step.name for option in shown) == sorted(option.step.name for option in options)


@TYPES
def test_every_clock_a_person_can_answer_says_how(kind: CaseType) -> None:
    without = {rule.name for rule in kind.deadlines if not rule.done_by}
    assert without <= {"injury-employer-application", "injury-worker-application"}, "nothing of the case answers these two"


@TYPES
def test_a_step_that_ends_a_clock_is_among_those_that_do_it(kind: CaseType) -> None:
    """`done_by` never points elsewhere in a state where one of its own steps would end the clock."""
    for rule in kind.deadlines:
        for state in kind.stages:
            step = step_towards(kind, state, rule.name)
            named = [name for name in rule.done_by if kind.by_name[name] in kind.steps_from(state)]
            assert not named or (step is not None and step.name == named[0])
