"""Hypothesis drives a real office and the office in plain Python side by side: whatever is done, they stay the same.

Repeat a failure: Hypothesis prints the shortest story that breaks a law; CHAOS_SEED=… tells the same stories again.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from flows.batch import advance_batch
from flows.handover import hand_over
from flows.office import open_office
from flows.requests import Wish
from flows.rescue import rescue_all
from flows.steps import Desk
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline, Reminder
from models.outbox import Message
from models.people import Person
from models.requests import StepRequest
from notifications.channels import Letter
from notifications.faults import DeliveryFault, GiveUp, TryLater
from states.casetype import OPEN, Step
from states.caseview import Moment
from states.errors import Refusal
from states.machine import decide
from states.options import next_steps
from states.registry import case_type
from states.roles import Role
from tests.chaos import model
from tests.chaos.dose import SEED, dose
from tests.chaos.dying import dies_at
from tests.chaos.figures import note
from tests.chaos.model import APPLIED, UNDO, OfficeModel
from tests.factories import FACTORY, POSTS, REGISTRATION, STREET, UNITS, Town
from tests.flows.walking import ENDING
from tests.notifications.sink import Sink
from tests.states.answers import answers_for

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]
PATHS = {unit["id"]: unit["path"] for unit in UNITS}
WHO = ("supervisor", "supervisor", "mediator", "officer", "colleague", "senior", "chair", "stranger", "worker")
OF_STEPS = ("step.before-begin", "step.decided", "step.written", "step.committed")
OF_BATCHES = ("batch.chunk-written", "batch.chunk-committed")
OF_SWEEPS = ("sweep.reminders-written", "sweep.expiry-filed", "sweep.reminders-committed")
OF_DRAINS = ("outbox.fanned-out", "outbox.claimed", "outbox.sent", "outbox.recorded")
MOVES = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=16), -timedelta(hours=1))
#: over all examples of the run
DONE: Counter[str] = Counter()
#: CHAOS_SHRINK=0 shows the first story that fails as it is, and not the shortest
SHRINK = int(os.environ.get("CHAOS_SHRINK", "1"))
chance = st.integers(0, 2**20)


class OfficeMachine(RuleBasedStateMachine):
    """Rules are what can happen; the invariants are what is always true."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town, self.sink = town, Sink(self._far_end)
        people = {
            code: model.Person(town.people[code], Role(role) if role else None, PATHS.get(unit, ""))
            for code, (_, role, unit) in POSTS.items()
        }
        self.model = OfficeModel(people)
        self.asked: list[tuple[Wish, str, Any]] = []
        self.planted: list[DeliveryFault | Exception] = []
        self.died_in_sent = 0
        self.latest_sweep = date.min
        self.number = 0
        DONE["examples"] += 1

    # --- what the rules are made of -------------------------------------------------------------------------------------

    def _far_end(self, _letter: Letter) -> DeliveryFault | None:
        planted = self.planted.pop() if self.planted else None
        if isinstance(planted, DeliveryFault):
            return planted
        if planted is not None:
            raise planted
        return None

    def _key(self) -> str:
        self.number += 1
        return f"k{self.number}"

    @property
    def now(self) -> Any:
        return self.town.clock.now

    def _who(self, actor_id: int | None) -> str | None:
        return next((code for code, number in self.town.people.items() if number == actor_id), None)

    def _step_of(self, random: Random) -> Wish | None:
        """Something somebody may want of some case: mostly what can be done, sometimes what cannot."""
        case_id, who = random.choice(list(self.model.cases)), random.choice(WHO)
        case = self.model.cases[case_id]
        steps = [] if random.random() < 0.1 else self._possible(case, who) or self._possible(case, who := "supervisor")
        gentle = [step for step in steps if step.name not in ENDING]
        steps = gentle if gentle and random.random() < 0.85 else steps
        steps = steps or [step for step in case.type.steps if not step.by_clock]
        version = random.choice((None, None, None, None, case.version, case.version, case.version, case.version - 1))
        for _ in range(1 if random.random() < 0.1 else 6):
            step = random.choice(steps)
            answers = self._filled(step, case, random)
            if not refusal_of(case, step.name, answers, self.model.moment(case, who, self.now)):
                break
        return self.town.wish(step.name, who, case_id, self._key(), version=version, **answers)

    def _possible(self, case: model.Case, who: str) -> list[Step]:
        moment = self.model.moment(case, who, self.now)
        return [option.step for option in next_steps(case.type, case, moment) if option.open]

    def _filled(self, step: Step, case: model.Case, random: Random) -> dict[str, Any]:
        answers = answers_for(step, case, self.town.today, random)  # type: ignore[arg-type]
        for field in ("mediator", "officer"):
            if field in answers:
                named = ("supervisor", "supervisor", "mediator", "colleague", "officer", "worker")
                answers[field] = self.town.people[random.choice(named)]
        if random.random() < 0.04 and answers:
            answers[random.choice(list(answers))] = "不是"
        return answers

    def _expected(self, wish: Wish) -> str:
        who = self._who(wish.actor_id)
        assert wish.case_id is not None
        return self.model.take(wish.case_id, who, wish.step, wish.answers, self.now, wish.expected_version)

    def _answer(self, wish: Wish) -> Any:
        try:
            receipt = Desk(self.town.office).step(wish)
        except Refusal as refusal:
            return type(refusal).__name__, tuple(reason.code for reason in refusal.reasons)
        return APPLIED, receipt

    def _ask(self, wish: Wish, *, known: str | None = None) -> None:
        """Bring the wish to the door; the model says how it must be answered."""
        answer = self._answer(wish)
        expected = known or self._expected(wish)
        assert answer[0] == expected, (wish.step, answer, expected)
        self.asked.append((wish, answer[0], answer[1]))
        DONE["steps" if answer[0] == APPLIED else "refusals"] += 1

    def _reopen(self) -> None:
        """The process is gone; another one opens the same office."""
        DONE["crashes"] += 1
        office = self.town.office
        office.store.close()
        self.town.office = open_office(office.settings, self.town.clock)

    def _rescued(self) -> None:
        self.town.clock.pass_time(minutes=15)
        rescue_all(self.town.office)

    def _adopt(self) -> None:
        """Cases the clock has opened: judged anew from what was asked for."""
        for row in self.town.rows(CaseFile):
            if row.id not in self.model.cases:
                asked = self.town.one(StepRequest, StepRequest.case_id == row.id, StepRequest.step == OPEN)
                assert asked.actor_id is None
                assert self.model.open(row.id, row.type, PATHS[asked.unit_id], None, asked.answers, self.now) == APPLIED
                DONE["follow-ups"] += 1

    # --- people ---------------------------------------------------------------------------------------------------------

    @initialize(seed=chance)
    def a_dispute_and_a_bargaining(self, seed: int) -> None:
        self.a_case("dispute", "mediator", STREET, seed)
        self.a_case("bargaining", "officer", STREET, seed)

    def a_case(self, kind: str, who: str, unit: int, seed: int) -> None:
        random = Random(seed)
        answers: dict[str, Any] = {"kind": "wage", "employer": "某制衣厂", "employer_id": FACTORY, "workers": 86, "women": 50}
        if kind == "dispute":
            answers = {**REGISTRATION, "claimants": random.choice((1, 3, 12))}
            if random.random() < 0.05:
                del answers["applicant"]
        wish = Wish(step=OPEN, case_type=kind, unit_id=unit, actor_id=self.town.people[who], answers=answers, key=self._key())
        kept = self._answer(wish)
        case_id = kept[1].case_id if kept[0] == APPLIED else 0
        assert self.model.open(case_id, kind, PATHS[unit], who, answers, self.now) == kept[0]
        self.asked.append((wish, *kept))

    @precondition(lambda self: len(self.model.cases) < 6)
    @rule(seed=chance, kind=st.sampled_from((("dispute", "mediator", STREET), ("dispute", "steward", FACTORY),
          ("bargaining", "officer", STREET), ("dispute", "stranger", STREET))))  # fmt: skip
    def somebody_comes(self, seed: int, kind: tuple[str, str, int]) -> None:
        self.a_case(*kind, seed)

    @rule(seeds=st.lists(chance, min_size=2, max_size=8))
    def steps(self, seeds: list[int]) -> None:
        for seed in seeds:
            if (wish := self._step_of(Random(seed))) is not None:
                self._ask(wish)

    @rule(seed=chance)
    def again(self, seed: int) -> None:
        """The same request once more, and its key with something else."""
        wish, told, answer = Random(seed).choice(self.asked)
        assert self._answer(wish) == (told, answer)
        other = Wish(**{**vars(wish), "answers": {**wish.answers, "note": "另"}})
        assert self._answer(other)[0] == "KeyReused"
        DONE["repeats"] += 1

    @rule(seed=chance, who=st.sampled_from(("supervisor", "mediator", "officer", "stranger")))
    def take_back(self, seed: int, who: str) -> None:
        random = Random(seed)
        case_id = random.choice(list(self.model.cases))
        version = random.choice((None, self.model.cases[case_id].version, 0))
        self._ask(self.town.wish(UNDO, who, case_id, self._key(), version=version, reason="录错"))

    @rule(seeds=st.lists(chance, min_size=1, max_size=4))
    def steps_and_back(self, seeds: list[int]) -> None:
        """Steps that are taken back at once, by whoever took them."""
        for seed in seeds:
            wish = self._step_of(Random(seed))
            if wish is not None and wish.case_id is not None:
                self._ask(wish)
                who = self._who(wish.actor_id) or "supervisor"
                self._ask(self.town.wish(UNDO, who, wish.case_id, self._key(), reason="录错"))

    @rule(seeds=st.lists(chance, min_size=2, max_size=5), point=st.sampled_from((*OF_BATCHES, "", "", "")))
    def a_batch(self, seeds: list[int], point: str) -> None:
        """One step for several cases, one of them perhaps twice; perhaps the process dies in it."""
        wishes = [wish for seed in seeds if (wish := self._step_of(Random(seed))) is not None]
        wishes = [Wish(**{**vars(one), "step": wishes[0].step, "actor_id": wishes[0].actor_id}) for one in wishes]
        actor, key, expected = wishes[0].actor_id, self._key(), {}
        with dies_at(point) as death:
            Desk(self.town.office).batch(wishes[0].step, actor, wishes, key)
        first = {one.case_id: number for number, one in reversed(list(enumerate(wishes)))}
        if not death.came or point == "batch.chunk-committed":
            expected = {number: self._expected(wishes[number]) for number in sorted(first.values())}
        if death.came:
            self._reopen()
            self._rescued()
        expected |= {number: self._expected(one) for number, one in enumerate(wishes) if number not in expected}
        rows = self.town.rows(StepRequest, StepRequest.key.startswith(f"{key}:"))
        told = {int(row.key.rpartition(":")[2]): _told(row) for row in rows}
        assert told == expected
        DONE["batches"] += 1

    @rule(
        holder=st.sampled_from(("mediator", "supervisor", "colleague")), to=st.sampled_from(("mediator", "colleague", "senior"))
    )
    def hand_over(self, holder: str, to: str) -> None:
        people, office = self.town.people, self.town.office
        try:
            batch = hand_over(office, people["supervisor"], people[to], holder=people[holder], checked=True, key=self._key())
        except Refusal:
            return
        advance_batch(office, batch)
        for row in self.town.rows(StepRequest, StepRequest.batch_id == batch):
            assert self.model.take(row.case_id, "supervisor", row.step, row.answers, self.now) == _told(row)
        DONE["hand-overs"] += 1

    @rule(who=st.sampled_from(("colleague", "steward", "senior")))
    def somebody_leaves(self, who: str) -> None:
        if self.model.people[who].left_on is None:
            self.town.set(Person, Person.id == self.town.people[who], left_on=self.town.today)
            self.model.people[who].left_on = self.town.today

    # --- time, sweeps, letters ------------------------------------------------------------------------------------------

    @rule(by=st.sampled_from(MOVES))
    def time_moves(self, by: timedelta) -> None:
        self.town.clock.now += by

    @rule(seed=chance, days=st.sampled_from((0, 0, 1)))
    def a_last_day_comes(self, seed: int, days: int) -> None:
        """The last day of a clock that runs, or the day after: here it shows whether anything is early or late."""
        ahead = [c.due_on for case in self.model.cases.values() for c in case.clocks if c.status == "open"]
        ahead = [day for day in ahead if self.town.today <= day <= self.town.today + timedelta(days=400)]
        if ahead:
            self.town.clock.set(Random(seed).choice(ahead) + timedelta(days=days), hour=9)
            self.sweep("")

    @rule()
    def the_year_ends(self) -> None:
        self.town.clock.set(date(self.town.today.year, 12, 31), hour=23)

    def _swept(self) -> None:
        while any(True for _ in self.model.due(self.town.today)):
            for case_id, step in self.model.ring(self.town.today):
                self.model.take(case_id, None, step, {}, self.now)

    @rule(point=st.sampled_from((*OF_SWEEPS, "", "", "", "")))
    def sweep(self, point: str) -> None:
        self.latest_sweep = max(self.latest_sweep, self.town.today)
        with dies_at(point) as death:
            self.town.sweep()
        if not death.came:
            self._swept()
        else:
            wanted = self.model.ring(self.town.today) if point == "sweep.reminders-committed" else []
            self._reopen()
            self._rescued()
            for case_id, step in wanted:
                self.model.take(case_id, None, step, {}, self.now)
            self.latest_sweep = max(self.latest_sweep, self.town.today)
            self.town.sweep()
            self._swept()
        self._adopt()
        left = (Deadline.next_on <= self.town.today, Deadline.status == "open")
        assert self.town.count(Deadline, *left) == 0, "what is due was acted on by one sweep"
        DONE["sweeps"] += 1

    @rule(point=st.sampled_from((*OF_DRAINS, "", "", "", "")),
          faults=st.lists(st.sampled_from(("later", "down", "refused", "breaks")), max_size=3))  # fmt: skip
    def letters_go_out(self, point: str, faults: Sequence[str]) -> None:
        self.planted = [_FAULTS[name]() for name in faults]
        with dies_at(point) as death:
            self.town.drain(self.sink)
        self.planted = []
        if death.came:
            self.died_in_sent += point == "outbox.sent"
            self._reopen()
            self._rescued()
        DONE["drains"] += 1

    @rule()
    def follow_ups(self) -> None:
        self.town.follow_up()
        self._adopt()

    # --- accidents ------------------------------------------------------------------------------------------------------

    @rule(seed=chance, point=st.sampled_from(OF_STEPS), again=st.booleans())
    def dies_in_a_step(self, seed: int, point: str, again: bool) -> None:
        """The process dies; the person sends the same again, or nobody does and the rescue goes on."""
        wish = self._step_of(Random(seed))
        if wish is None:
            return
        answer: Any = None
        with dies_at(point) as death:
            answer = self._answer(wish)
        expected = self._expected(wish) if answer or point == "step.committed" else None
        if death.came:
            self._reopen()
            if not again:
                self._rescued()
        self._ask(wish, known=expected)

    # --- what is always true --------------------------------------------------------------------------------------------

    @invariant()
    def every_case_is_as_it_must_be(self) -> None:
        rows = {row.id: row for row in self.town.rows(CaseFile)}
        assert rows.keys() == self.model.cases.keys()
        clocks = _by_case(self.town.rows(Deadline, Deadline.case_id.is_not(None)))
        for case_id, case in self.model.cases.items():
            row = rows[case_id]
            stored = (row.state, row.version, row.owner_id, row.outcome, row.facts, PATHS[row.unit_id])
            assert stored == (case.state, case.version, case.owner_id, case.outcome, case.facts, case.unit)
            assert case.state in {str(stage) for stage in case_type(case.type.key).stages}
            running = Counter((c.rule, c.subject, c.due_on) for c in clocks.get(case_id, ()) if c.status == "open")
            assert running == Counter((*key, due_on) for key, due_on in case.open_deadlines.items())
            statuses = Counter((c.rule, c.subject, c.status) for c in clocks.get(case_id, ()))
            assert statuses == Counter((c.rule.name, c.subject, c.status) for c in case.clocks)

    @invariant()
    def a_request_is_one_event_and_an_event_one_version(self) -> None:
        events = self.town.rows(CaseEvent)
        for case_id, own in _by_case(events).items():
            assert [event.seq for event in own] == list(range(1, self.model.cases[case_id].version + 1))
            assert [event.step for event in own] == self.model.cases[case_id].steps
        applied = {row.id: row.receipt for row in self.town.rows(StepRequest, StepRequest.status == "applied")}
        assert Counter(event.request_id for event in events) == Counter(applied.keys())
        for event in events:
            assert (applied[event.request_id]["version"], applied[event.request_id]["step"]) == (event.seq, event.step)
        assert self.town.count(StepRequest, StepRequest.status.in_(("waiting", "failed"))) == 0
        assert not self.town.audit().broken

    @invariant()
    def the_outbox_is_what_the_steps_told(self) -> None:
        told = [row.key for row in self.town.rows(Message, Message.person_id.is_(None))]
        stored = {key for key in told if re.match(r"\d+:\d+:", key) and not key.endswith(":step_undone")}
        assert stored == {
            f"{case_id}:{seq}:{name}" for case_id, case in self.model.cases.items() for seq, names in case.told.items()
            for name in names
        }  # fmt: skip
        doubles = sum(count - 1 for count in self.sink.arrived.values())
        assert doubles <= self.died_in_sent, "a letter goes out twice only where the answer of its first sending was lost"

    @invariant()
    def no_clock_is_over_before_its_day_and_nobody_is_reminded_early_or_twice(self) -> None:
        clocks = {row.id: row for row in self.town.rows(Deadline)}
        assert all(row.due_on < self.latest_sweep for row in clocks.values() if row.status == "expired")
        reminders = self.town.rows(Reminder)
        for row in reminders:
            before = re.fullmatch(r"d(\d+)", row.stage)
            assert row.sent_on >= row.planned_on
            assert row.planned_on == row.due_on - timedelta(days=int(before[1])) if before else True
            assert row.stage != "over" or row.sent_on > row.due_on
        sent = Counter((row.deadline_id, row.due_on, row.stage, row.person_id) for row in reminders)
        assert set(sent.values()) <= {1}

    def teardown(self) -> None:
        """In the end everything that was told has arrived, or stands there with its reason."""
        try:
            for _ in range(12):
                self.town.clock.pass_time(days=1, hours=2)
                rescue_all(self.town.office)
                self.town.drain(self.sink)
            mails = self.town.rows(Message, Message.channel == "mail")
            assert {row.status for row in mails} <= {"sent", "parked", "cancelled"}
            assert {row.key for row in mails if row.status == "sent"} <= self.sink.arrived.keys() <= {row.key for row in mails}
            DONE["letters"] += len(self.sink.arrived)
        finally:
            self.town.office.store.close()


def refusal_of(case: model.Case, step: str, answers: Any, moment: Moment) -> Refusal | None:
    """Why the step would be refused; None where nothing stands against it. The case stays as it is."""
    try:
        decide(case.type, case, step, answers, moment)
    except Refusal as refusal:
        return refusal
    return None


def _told(row: Any) -> str:
    return APPLIED if row.status == "applied" else str((row.receipt or {}).get("refusal", row.status))


def _by_case(rows: Sequence[Any]) -> dict[int, list[Any]]:
    ordered = sorted(rows, key=lambda row: (row.case_id, row.id))
    return {case_id: list(own) for case_id, own in groupby(ordered, key=lambda row: row.case_id)}


_FAULTS: dict[str, Callable[[], DeliveryFault | Exception]] = {
    "later": lambda: TryLater("busy"),
    "down": lambda: TryLater("down", tried=False),
    "refused": lambda: GiveUp("unknown"),
    "breaks": lambda: RuntimeError("the channel broke"),
}


@pytest.fixture
def offices(town: Town, tmp_path: Path) -> Callable[[], Town]:
    """A fresh office for every story: a copy of the first."""
    from tests.factories import town_at
    from tests.stores import copy_home

    town.office.store.close()
    number = 0

    def fresh() -> Town:
        nonlocal number
        number += 1
        return town_at(copy_home(town.office.settings.home, tmp_path / f"office{number}"))

    return fresh


def test_the_office_is_the_office_in_plain_python(offices: Callable[[], Town]) -> None:
    DONE.clear()
    begun = time.monotonic()
    examples, steps = dose(15, 500), dose(20, 50)
    told = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
        phases=[Phase.generate, Phase.shrink][: 1 + SHRINK], report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    @hypothesis.seed(SEED)
    def machine() -> OfficeMachine:
        return OfficeMachine(offices())

    run_state_machine_as_test(machine, settings=told)  # type: ignore[no-untyped-call]
    note("model: real office against plain Python", **DONE, seconds=time.monotonic() - begun)
