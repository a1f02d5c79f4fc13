"""Laws that hold on every walk: whoever does what in whatever order, with time going by.

The walks are random but seeded, and curious: of the steps offered they like best the one taken least often so far.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from states.casetype import CaseType
from states.errors import Refusal
from states.laws import reachable
from states.options import next_steps
from states.registry import all_types
from states.replay import replay
from states.roles import Role
from tests.states.answers import answers_for
from tests.states.walker import EVERYBODY, ONLY_CLOCK, MemoryCase, Walker

TYPES = pytest.mark.parametrize("case_type", all_types(), ids=lambda kind: kind.key)
LEAST_WALKS, MOST_WALKS, STEPS = 200, 2000, 60
MONDAY = date(2026, 3, 2)
PACKS = {
    "dispute": ("cn", "cn-zhejiang"),
    "bargaining": ("cn", "cn", "cn-zhejiang", "cn-shandong", "cn-shanghai", "us-nlra"),
}
#: rarely taken on a walk, or it would be over before it begins
SHY = frozenset(
    {"give_up", "withdraw", "give_advice", "settle_on_spot", "terminate", "archive", "reopen", "go_to_arbitration"}
    | {"refuse", "refer_out", "refer_up", "pass_up", "fail", "end_negotiation", "request_coordination"}
)


def begun(case_type: CaseType, random: Random) -> Walker:
    """A case opened with made-up answers."""
    pack = random.choice(PACKS[case_type.key])
    nobody = MemoryCase(str(case_type.initial), MONDAY)
    return Walker(case_type, answers_for(case_type.opening, nobody, MONDAY, random), pack=pack, today=MONDAY)


def stride(walker: Walker, random: Random, taken: Counter[str]) -> None:
    """One step somebody may take, or some days."""
    if random.random() < 0.15:
        walker.pass_days(random.choice((1, 2, 3, 10, 10, 40, 400)))
        return
    offered = [one.step for one in next_steps(walker.type, walker.case, walker.moment()) if one.open]
    likely = [step for step in offered if step.name not in SHY or random.random() < 0.1] or offered
    random.shuffle(likely)
    step = min(likely, key=lambda one: taken[one.name]) if random.random() < 0.5 else likely[0]
    answers = answers_for(step, walker.case, walker.today, random)
    try:
        walker.write(walker.decide(step.name, answers))
    except Refusal as refusal:
        is_an_answer(refusal)
    else:
        taken[step.name] += 1


def is_an_answer(refusal: Refusal) -> None:
    """Every reason in both languages; an offered step is never refused for the state."""
    assert all(reason.text.zh and reason.text.en for reason in refusal.reasons), refusal.said("zh")
    assert not any(reason.code == "wrong_state" for reason in refusal.reasons)


def finish(walker: Walker) -> None:
    """Bring the case to its final state by the shortest steps there are."""
    for name, answers in (("withdraw", {"reason": "x"}), ("give_up", {"reason": "x"}), ("archive", {})):
        step = walker.type.step(name)
        if step is not None and walker.state in step.source:
            walker.take(name, **answers)


class Seen:
    """What the walks have seen of a type so far."""

    def __init__(self, case_type: CaseType) -> None:
        self.steps = {step.name for step in case_type.steps}
        self.states = {str(stage) for stage in case_type.stages}
        self.outcomes = {way.outcome for step in case_type.steps for way in step.ways} - {None}

    def cross_off(self, walker: Walker) -> None:
        """What this walk has seen need not be looked for any more."""
        self.steps -= {event[0] for event in walker.case.events}
        self.states -= {event[2] for event in walker.case.events}

    def __bool__(self) -> bool:
        return bool(self.steps or self.states or self.outcomes)


@TYPES
def test_whatever_happens_the_laws_hold(case_type: CaseType) -> None:
    unseen, taken = Seen(case_type), Counter[str]()
    for seed in range(MOST_WALKS):
        if seed >= LEAST_WALKS and not unseen:
            break
        random = Random(f"{case_type.key}{seed}")
        walker = begun(case_type, random)
        for _ in range(STEPS):
            if walker.state in case_type.finals:
                break
            stride(walker, random, taken)
            unseen.outcomes -= {walker.case.outcome}
            keeps_the_laws(walker, seed)
        finish(walker)
        unseen.cross_off(walker)
        keeps_the_laws(walker, seed)
    assert (unseen.steps, unseen.states, unseen.outcomes) == (set(), set(), set())


def keeps_the_laws(walker: Walker, seed: int) -> None:
    """Every clock ends, none runs twice or outlives its state, the events tell the state, an outcome is an end's."""
    kind, case = walker.type, walker.case
    assert replay(kind, case.events) == walker.state, seed
    if walker.state in kind.finals:
        assert {clock.status for clock in case.clocks} <= {"met", "expired", "void"}, (seed, case.clocks)
        assert all(clock.settled for clock in case.clocks), (seed, case.clocks)
    running = [(clock.rule.name, clock.subject) for clock in case.clocks if clock.status == "open"]
    assert len(running) == len(set(running)), seed
    for name, _ in running:
        bound = {str(state) for state, names in kind.on_entering.items() if name in names}
        assert not bound or walker.state in bound, (seed, name, walker.state)
    assert case.outcome is None or walker.state in kind.ended


@TYPES
def test_the_clock_takes_no_step_of_people_and_people_none_of_the_clock(case_type: CaseType) -> None:
    random = Random(1)
    walker = begun(case_type, random)
    for step in case_type.steps:
        wrong = EVERYBODY if step.by_clock else ONLY_CLOCK
        with pytest.raises(Refusal) as refused:
            walker.decide(step.name, {}, wrong)
        assert [reason.code for reason in refused.value.reasons] == ["not_permitted"]


@TYPES
def test_what_is_offered_is_what_can_be_decided(case_type: CaseType) -> None:
    """`next_steps` and `decide` judge alike: an offered step is refused only for its answers, a withheld one always."""
    for seed in range(40):
        random = Random(seed)
        walker = begun(case_type, random)
        for _ in range(25):
            if walker.state in case_type.finals:
                break
            offered = {one.step.name: one.reasons for one in next_steps(case_type, walker.case, walker.moment())}
            for step in case_type.steps:
                answers = answers_for(step, walker.case, walker.today, random)
                try:
                    walker.decide(step.name, answers)
                except Refusal as refusal:
                    codes = {reason.code for reason in refusal.reasons}
                    known = {reason.code for reason in offered.get(step.name, ())}
                    assert known <= codes
                    assert step.name in offered or codes & {"wrong_state", "not_permitted"}
                else:
                    assert offered[step.name] == ()
            stride(walker, random, Counter())


@TYPES
def test_every_step_has_somebody_and_every_state_can_be_reached(case_type: CaseType) -> None:
    assert reachable(case_type) == {str(stage) for stage in case_type.stages}
    for step in case_type.steps:
        assert step.by
        assert step.label.zh
        assert step.label.en
        assert Role.CLOCK not in step.by or step.by == {Role.CLOCK}
