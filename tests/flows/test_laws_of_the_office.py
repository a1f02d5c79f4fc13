"""Whatever people, clocks and accidents do to an office in whatever order: what must always be true of its store is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from flows.casework import refused_row, take_step
from flows.renewals import open_renewals
from flows.rescue import rescue_all
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline, Reminder
from models.items import Payment, SettlementItem
from models.outbox import Message
from models.requests import StepRequest
from notifications.render import render
from states.errors import Refusal, StaleCase
from states.registry import case_type
from tests.factories import OfficeCase, Town
from tests.flows.walking import Walk
from tests.notifications.sink import Sink
from tests.notifications.town import step_facts


class Office:
    """An office in which anything may happen next; a seed makes the same things happen again."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.random, self.sink = town, Random(seed), Sink()
        self.walks = [Walk(town, town.dispute("supervisor", claimants=1 + 11 * (n % 2)), seed + n) for n in range(3)]
        self.walks += [Walk(town, town.bargaining("supervisor"), seed + 7), Walk(town, self._agreement(), seed + 8)]
        town.contract(town.today + timedelta(days=70))

    def _agreement(self) -> OfficeCase:
        return self.town.bargaining("supervisor").in_force(days=90)

    def something_happens(self) -> None:
        """One of everything that can happen, the ordinary more often."""
        happenings: list[Callable[[], None]] = [
            self.a_step, self.a_step, self.a_step, self.a_step, self.days_pass, self.days_pass, self.a_repetition,
            self.somebody_too_late, self.an_undoing, self.the_bells, self.a_renewal_by_hand,
        ]  # fmt: skip
        self.random.choice(happenings)()

    def a_step(self) -> None:
        self.random.choice(self.walks).step()

    def days_pass(self) -> None:
        self.town.clock.pass_time(days=self.random.choice((0, 1, 1, 3, 12, 40)), hours=self.random.randint(0, 20))
        self.town.sweep()

    def a_repetition(self) -> None:
        """A request that was settled comes once more: the same answer, and nothing else."""
        request = self.random.choice(self.town.rows(StepRequest, StepRequest.status != "waiting"))
        before = self.town.count(CaseEvent)
        assert self.answer(request.id) == request.receipt
        assert self.town.count(CaseEvent) == before

    def answer(self, request_id: int) -> dict[str, Any]:
        """The request's receipt or refusal, in the form in which it is kept."""
        try:
            return take_step(self.town.office, request_id).as_json()
        except Refusal as refusal:
            kept: dict[str, Any] = refused_row(self.town.office, request_id, refusal, {})["receipt"]
            return kept

    def somebody_too_late(self) -> None:
        """Somebody acts on what he saw before the last event."""
        case = self.random.choice(self.walks).case
        with pytest.raises((StaleCase, Refusal)) as told:
            case.take("archive", "supervisor", version=case.row.version - 1)
        assert isinstance(told.value, StaleCase)

    def an_undoing(self) -> None:
        case = self.random.choice(self.walks).case
        before, last = case.snapshot(), case.events[-1]
        try:
            case.take("undo", "supervisor", reason="误操作")
        except Refusal:
            assert case.snapshot() == before
        else:
            assert case.state == last.from_state

    def the_bells(self) -> None:
        rescue_all(self.town.office)
        self.town.follow_up()
        self.town.drain(self.sink)

    def a_renewal_by_hand(self) -> None:
        open_renewals(self.town.office)


def laws_hold(office: Office) -> None:
    """What is true after anything."""
    town = office.town
    assert town.audit().broken == ()
    for case in town.rows(CaseFile):
        events = town.rows(CaseEvent, CaseEvent.case_id == case.id)
        assert [event.seq for event in events] == list(range(1, case.version + 1))
        assert events[-1].to_state == case.state
        assert case.state in {str(stage) for stage in case_type(case.type).stages}
        assert (case.closed_on is None) == (case.outcome is None)
    running = Counter(
        (row.case_id, row.rule, row.subject)
        for row in town.rows(Deadline, Deadline.status == "open", Deadline.case_id.is_not(None))
    )
    assert set(running.values()) <= {1}, "one clock of a kind runs at a time"
    assert not [row for row in town.rows(Deadline, Deadline.status == "open") if row.next_on is None]
    applied = Counter(row.request_id for row in town.rows(CaseEvent))
    assert set(applied.values()) == {1}, "a request is one event"
    assert set(applied) == {row.id for row in town.rows(StepRequest, StepRequest.status == "applied")}
    ended = {row.id for row in town.rows(CaseFile, CaseFile.state == "archived")}
    assert not [row for row in town.rows(Deadline, Deadline.status == "open") if row.case_id in ended]
    sent = Counter((row.deadline_id, row.due_on, row.stage, row.person_id) for row in town.rows(Reminder))
    assert set(sent.values()) <= {1}
    for case_id in {row.case_id for row in town.rows(SettlementItem)}:
        owed = sum(
            row.amount for row in town.rows(SettlementItem, SettlementItem.case_id == case_id, SettlementItem.undone.is_(False))
        )
        paid = sum(row.amount for row in town.rows(Payment, Payment.case_id == case_id, Payment.undone.is_(False)))
        assert paid <= owed


@pytest.mark.parametrize("seed", range(8))
def test_the_laws_hold_whatever_happens(town: Town, seed: int) -> None:
    office = Office(town, seed * 100)
    for _ in range(100):
        office.something_happens()
    office.the_bells()
    laws_hold(office)
    assert set(office.sink.arrived.values()) <= {1}
    assert [(row.notice, row.error) for row in town.rows(Message, Message.status == "parked", Message.kind == "notice")] == []
    assert town.count(StepRequest, StepRequest.status == "failed") == 0
    assert town.count(CaseEvent) > 30


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["dispute", "bargaining"])
def test_every_notice_a_step_tells_can_be_said_with_what_a_step_knows(kind: str, lang: str) -> None:
    case = case_type(kind)
    for step in (*case.steps, case.opening):
        for notice in step.tells:
            facts = step_facts("B2026-00001", case_type=kind, step=step.name, state=str(case.initial), dates=[])
            words = render(notice, facts, lang, "")
            assert "B2026-00001" in words.subject + words.body, (step.name, notice)
