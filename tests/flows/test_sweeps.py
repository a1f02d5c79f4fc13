"""The sweep over clocks: each reminder once, nothing early, nothing lost in an outage, and no step that is a person's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise

import pytest

from config.clock import day_at
from config.settings import ROOT
from config.workdays import work_calendar
from flows.batch import advance_batch
from flows.renewals import open_renewals
from flows.requests import Wish, file_batch
from models.cases import CaseEvent, CaseFile
from models.contracts import Contract
from models.deadlines import Deadline, Reminder
from models.outbox import Message
from notifications.delivering import Drained
from states.casetype import OPEN
from states.registry import case_type
from states.roles import Role
from tests.factories import CONSENT, REGISTRATION, STREET, OfficeCase, Town
from tests.flows.walking import Walk
from tests.notifications.sink import Sink

DAY = timedelta(days=1)


def ledger(town: Town, rule: str, person: str = "") -> list[tuple[str, date]]:
    """(stage, day it went out) of a rule's reminders, to one person or to all."""
    clocks = {row.id: row.rule for row in town.rows(Deadline)}
    mine = [Reminder.person_id == town.people[person]] if person else []
    return [(row.stage, row.sent_on) for row in town.rows(Reminder, *mine) if clocks[row.deadline_id] == rule]


def days_of(town: Town, days: int, sweeps: int = 2) -> None:
    """That many days, early and late, with so many sweeps each time."""
    for _ in range(days):
        tomorrow = town.today + DAY
        for hour in (0, 23):
            town.clock.set(tomorrow, hour)
            for _ in range(sweeps):
                town.sweep()


# --- reminders ------------------------------------------------------------------------------------------------------------


def test_an_instalment_reminds_before_on_and_after_its_day_and_then_the_supervisor_alone(town: Town) -> None:
    case = town.dispute().performing(("6000", 31))
    due = town.today + timedelta(days=31)  # Thursday 2 April, before the Qingming holiday
    days_of(town, 365)
    assert ledger(town, "performance", "mediator") == [("d3", due - 3 * DAY), ("d0", due), ("over", due + DAY)]
    nags = ledger(town, "performance", "supervisor")
    work = work_calendar("CN")
    first_month = [due + n * DAY for n in range(2, 31) if work.is_working_day(due + n * DAY)]
    assert nags[: len(first_month)] == [(f"over+{(day - due).days}", day) for day in first_month]
    weekly = [day for _, day in nags[len(first_month) :]]
    assert all(7 <= (later - day).days <= 12 for day, later in pairwise(weekly))
    assert len(weekly) > 35
    assert ledger(town, "performance") == sorted(ledger(town, "performance"), key=lambda sent: sent[1]), "and nobody else"
    assert case.state == "performing"


def test_no_reminder_ever_goes_out_twice_in_a_year_of_sweeps(town: Town) -> None:
    town.dispute().performing(("3000", 10), ("3000", 40))
    town.dispute().accepted()
    town.bargaining().offered()
    town.bargaining().in_force(days=200)
    town.contract(town.today + timedelta(days=120))
    days_of(town, 365)
    sent = Counter((row.deadline_id, row.due_on, row.stage, row.person_id) for row in town.rows(Reminder))
    assert len(sent) > 100
    assert set(sent.values()) == {1}
    keys = [row.key for row in town.rows(Message)]
    assert len(keys) == len(set(keys))
    assert not town.audit().broken


def test_what_is_done_reminds_no_more(town: Town) -> None:
    case = town.dispute().performing(("3000", 10), ("3000", 40))
    days_of(town, 9)
    case.take("record_payment", no=1, amount="3000", paid_on=town.iso())
    days_of(town, 20)
    assert ledger(town, "performance") == [("d3", date(2026, 3, 9))]


def test_a_clock_that_moves_is_armed_again(town: Town) -> None:
    case = town.dispute().accepted()
    first = town.today + timedelta(days=15)
    town.until(first - 2 * DAY)
    assert [stage for stage, _ in ledger(town, "mediation-from-acceptance")] == ["d5", "d3"]
    case.take("extend", until=(first + 8 * DAY).isoformat(), reason="等候证据", applicant_agrees=True, respondent_agrees=True)
    town.until(first + 8 * DAY)
    again = [(f"d{n}", first + (8 - n) * DAY) for n in (5, 3, 1, 0)]
    assert ledger(town, "mediation-from-acceptance")[2:] == again
    assert case.state == "accepted"
    town.until(first + 9 * DAY)
    assert case.state == "failed"


def sessions(town: Town, *days: int) -> list[OfficeCase]:
    """Cases whose session is so many days ahead."""
    cases = [town.dispute().accepted() for _ in days]
    for case, day in zip(cases, days, strict=True):
        case.take("schedule_session", on=town.iso(day), place="三楼")
    return cases


def test_three_days_without_sweeps_are_caught_up_in_one_message_a_person(town: Town) -> None:  # T04
    today, tomorrow, third, fourth = sessions(town, 5, 6, 7, 7)
    town.until(town.today + DAY)
    town.clock.pass_time(days=4)  # the reminders of three days did not go out
    town.sweep()
    told = [row for row in town.rows(Message, Message.notice.in_(("session_near", "catch_up"))) if "lines" not in row.facts]
    assert [(row.facts["number"], row.facts["stage"], row.facts["missed"]) for row in told] == [
        (today.number, "d0", ["d3", "d1"]), (tomorrow.number, "d1", ["d3"]),
    ]  # fmt: skip
    caught = town.one(Message, Message.notice == "catch_up")
    assert caught.person_id == town.people["mediator"]
    assert sorted((line["number"], line["stage"]) for line in caught.facts["lines"]) == [
        (third.number, "d3"), (fourth.number, "d3"),
    ]  # fmt: skip
    before = town.count(Reminder)
    town.sweep()
    assert (town.count(Reminder), town.count(Message, Message.notice == "catch_up")) == (before, 1)
    sink = Sink()
    assert isinstance(town.drain(sink), Drained)
    assert sum(key.startswith("catchup:") for key in sink.arrived) == 1
    assert set(sink.arrived.values()) == {1}


def test_an_outage_over_the_last_day_names_what_nobody_heard(town: Town) -> None:
    town.dispute().performing(("6000", 5))
    town.clock.pass_time(days=7)
    town.sweep()
    (line,) = [one for row in town.rows(Message, Message.notice == "catch_up") for one in row.facts["lines"]
               if one["rule"] == "performance"]  # fmt: skip
    assert (line["stage"], line["missed"], line["days"]) == ("over", ["d3", "d0"], -2)


def test_nobody_is_nagged_on_a_day_off_but_on_a_saturday_that_is_worked(town: Town) -> None:
    town.clock.set(date(2026, 4, 15))
    town.dispute().performing(("6000", 20))  # due in the May holiday, made up for on Saturday the ninth
    days_of(town, 50)
    nags = [row for row in town.rows(Reminder) if row.stage.startswith("over+")]
    assert {row.person_id for row in nags} == {town.people["supervisor"]}
    work, days = work_calendar("CN"), {row.sent_on for row in nags}
    assert all(work.is_working_day(day) for day in days)
    assert date(2026, 5, 9) in days
    assert date(2026, 5, 10) not in days


# --- expiry ---------------------------------------------------------------------------------------------------------------


def test_fifteen_days_from_acceptance_end_the_mediation_and_not_a_day_earlier(town: Town) -> None:
    case = town.dispute().accepted()
    due = case.due("mediation-from-acceptance")
    assert due is not None
    town.until(due)
    town.clock.set(due, 23)
    town.sweep()
    assert case.state == "accepted", "the last day belongs to the parties"
    town.clock.set(due + DAY, 0)
    assert town.sweep().steps == 1
    assert (case.state, case.events[-1].step, case.events[-1].actor_id, case.events[-1].role) == (
        "failed", "mediation_lapses", None, "clock",
    )  # fmt: skip
    town.drain()
    assert "mediation_failed" in town.inbox("mediator")


def test_fifteen_days_from_receipt_only_tell_that_arbitration_is_open(town: Town) -> None:
    case = town.dispute()
    town.makes_party("worker", case)
    case.take("apply", received_on=town.iso())
    town.until(town.today + timedelta(days=30))
    assert (case.state, case.steps) == ("applied", ["open", "apply"])
    assert ledger(town, "mediation-from-receipt", "worker") == [("over", date(2026, 3, 18))]
    town.drain()
    assert town.inbox("worker").count("may_arbitrate") == 1


def test_a_mediation_that_ended_in_time_does_not_lapse(town: Town) -> None:
    case = town.dispute().performing(("6000", 60))
    town.until(town.today + timedelta(days=20))
    assert case.state == "performing"


@pytest.mark.parametrize("hours", [(0,), (23,), (0, 23)])
def test_nothing_lapses_early_and_everything_within_one_sweep(town: Town, hours: tuple[int, ...]) -> None:
    agreed = {}
    for days in range(40):
        case = town.dispute()
        case.take("start_negotiation", sent_on=town.iso(), demand="支付工资")
        case.take("agree_negotiation_period", until=town.iso(days))
        agreed[case.id] = town.today + timedelta(days=days)
    for _ in range(42):
        for hour in hours:
            town.clock.set(town.today, hour)
            town.sweep()
        town.clock.set(town.today + DAY, 0)
    lapsed = {row.case_id: row.at for row in town.rows(CaseEvent, CaseEvent.step == "negotiation_lapses")}
    assert {case_id: day_at(at) for case_id, at in lapsed.items()} == {one: due + DAY for one, due in agreed.items()}


def test_a_step_the_clock_cannot_take_any_more_is_refused_and_the_supervisor_hears_of_it(town: Town) -> None:
    case = town.dispute().accepted()
    due = case.due("mediation-from-acceptance")
    assert due is not None
    town.set(CaseFile, CaseFile.id == case.id, state="registered")  # as if a defect had left the clock behind
    town.until(due + DAY)
    assert case.state == "registered"
    days_of(town, 5)
    assert {stage for stage, _ in ledger(town, "mediation-from-acceptance", "supervisor")} >= {"over+2", "over+3"}


AT_WORK: tuple[Callable[[OfficeCase], OfficeCase], ...] = (
    lambda case: case, OfficeCase.offered, OfficeCase.adopted, lambda case: case.in_force(days=100),
)  # fmt: skip


@pytest.mark.parametrize("kind", ["dispute", "bargaining"])
def test_the_clock_never_takes_a_step_that_is_a_persons(town: Town, kind: str) -> None:
    for seed in range(6):
        case = town.dispute("supervisor") if kind == "dispute" else AT_WORK[seed % 4](town.bargaining("supervisor"))
        walk = Walk(town, case, seed)
        for _ in range(3 + 2 * seed):
            walk.step()
    for _ in range(120):
        town.clock.pass_time(days=3)
        town.sweep()
        town.follow_up()
    kinds = {row.id: row.type for row in town.rows(CaseFile)}
    by_clock = [(kinds[row.case_id], row.step) for row in town.rows(CaseEvent, CaseEvent.actor_id.is_(None))]
    assert by_clock
    for type_key, name in by_clock:
        step = case_type(type_key).step(name)
        assert step is not None
        assert Role.CLOCK in step.by
        assert step.by_clock or name == OPEN
    assert not town.audit().broken


# --- contracts ------------------------------------------------------------------------------------------------------------


def renewal_cases(town: Town) -> list[OfficeCase]:
    """The bargaining cases that are to renew a contract."""
    return [town.case(row.id) for row in town.rows(CaseFile, CaseFile.predecessor_id.is_not(None))]


def test_a_contract_reminds_ninety_sixty_thirty_and_seven_days_before_its_end_and_on_it(town: Town) -> None:  # T01
    ends = date(2027, 3, 1)
    contract = town.contract(ends)
    town.clock.set(date(2026, 11, 20))
    days_of(town, (date(2027, 2, 1) - town.today).days)
    (case,) = renewal_cases(town)
    assert (case.state, case.row.predecessor_id) == ("planned", contract)
    assert town.today == date(2027, 2, 1)
    reminded = Counter((ends - day).days for stage, day in ledger(town, "contract-term", "officer") if stage != "opens")
    reminded += Counter((ends - day).days for _, day in ledger(town, "predecessor-ends", "officer"))
    assert reminded == {90: 1, 60: 1, 30: 1}
    days_of(town, 29)
    assert town.one(Contract).standing == "lapsed"
    reminded = Counter((ends - day).days for _, day in ledger(town, "contract-term", "officer"))
    reminded += Counter((ends - day).days for _, day in ledger(town, "predecessor-ends", "officer"))
    assert reminded == {90: 1, 60: 1, 30: 1, 7: 1, 0: 1, -1: 1}
    assert len(ledger(town, "predecessor-ends", "chair") + ledger(town, "contract-term", "chair")) == 6
    assert len(renewal_cases(town)) == 1


def test_the_window_opens_one_case_however_it_is_asked_for(town: Town) -> None:
    town.contract(town.today + timedelta(days=30))
    town.contract(town.today + timedelta(days=400), number="HT-2")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda by_hand: open_renewals(town.office) if by_hand else town.sweep(), (True, False) * 4))
    assert open_renewals(town.office).chosen == 0
    assert town.sweep().renewals == 0
    (case,) = renewal_cases(town)
    assert (case.row.facts["employer"], case.row.facts["kind"], case.row.facts["workers"]) == ("某制衣厂", "wage", 86)
    assert case.due("predecessor-ends") == town.today + timedelta(days=30)
    assert case.events[0].role == "clock"


def test_renewals_opened_by_hand_after_an_outage_are_the_ones_whose_window_is_open(town: Town) -> None:
    numbers = [f"HT-{days}" for days in (10, 59, 61, 200)]
    for days, number in zip((10, 59, 61, 200), numbers, strict=True):
        town.contract(town.today + timedelta(days=days), number=number)
    town.contract(town.today + timedelta(days=10), number="HT-over", standing="terminated")
    assert open_renewals(town.office).applied == 2
    assert town.sweep().renewals == 0
    assert {town.one(Contract, Contract.id == case.row.predecessor_id).number for case in renewal_cases(town)} == set(
        numbers[:2]
    )


def test_a_contract_signed_late_lapses_and_the_supervisor_hears_of_it(town: Town) -> None:  # T02
    town.contract(town.today + timedelta(days=10))
    days_of(town, 11)
    assert town.one(Contract).standing == "lapsed"
    town.drain()
    assert town.inbox("supervisor").count("contract_expired") == 1
    assert town.inbox("officer").count("contract_expired") == 1


def test_a_contract_of_a_case_lapses_by_its_own_clock(town: Town) -> None:
    case = town.bargaining().in_force(days=100)
    town.until(town.today + timedelta(days=99))
    assert (case.state, town.one(Contract).standing) == ("in_force", "in_force")
    assert case.row.facts["renewal_open"] is True
    town.until(town.today + DAY)
    assert (case.state, town.one(Contract).standing) == ("lapsed", "lapsed")
    assert case.steps[-2:] == ["renewal_window_opens", "term_ends"]


# --- many at once ---------------------------------------------------------------------------------------------------------

SWEEP = """
import sys
from datetime import datetime
from pathlib import Path
from config.settings import Settings
from flows.deadlines import sweep_deadlines
from flows.office import open_office
now = datetime.fromisoformat(sys.argv[2])
office = open_office(Settings(home=Path(sys.argv[1]), prefect=False, database_url=sys.argv[3]), lambda: now)
print("ready", flush=True)
sys.stdin.readline()
sweep_deadlines(office)
"""


def three_hundred_due(town: Town) -> None:
    """Accepted cases: half of them are over tomorrow, half of them are due for a reminder."""
    by = town.people["mediator"]

    def take(step: str, wishes: list[Wish]) -> None:
        assert advance_batch(town.office, file_batch(town.office, step, by, wishes)).applied == len(wishes)

    opening = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=by, answers=REGISTRATION)
    take("open", [opening] * 300)
    ids = [row.id for row in town.rows(CaseFile)]
    take("apply", [town.wish("apply", "mediator", one, received_on=town.iso()) for one in ids])
    take("accept", [town.wish("accept", "mediator", one, accepted_on=town.iso(), **CONSENT) for one in ids[:150]])
    town.clock.pass_time(days=16)


def each_once(town: Town) -> None:
    """Nothing happened twice, and nothing was left out."""
    assert town.count(CaseEvent, CaseEvent.step == "mediation_lapses") == 150
    assert town.count(CaseFile, CaseFile.state == "failed") == 150
    over = Counter(row.deadline_id for row in town.rows(Reminder, Reminder.stage == "over"))
    assert set(over.values()) <= {1, 2}, "the mediator, and his colleague of the same unit"
    sent = Counter((row.deadline_id, row.due_on, row.stage, row.person_id) for row in town.rows(Reminder))
    assert set(sent.values()) == {1}
    told = [
        (line["of"], row.person_id) for row in town.rows(Message, Message.notice == "catch_up") for line in row.facts["lines"]
    ]
    told += [(row.key, row.person_id) for row in town.rows(Message, Message.key.like("reminder:%"))]
    assert len(told) == len(set(told)) == len(sent)
    assert town.sweep().looked_at == 0
    assert not town.audit().broken


def test_eight_sweeps_at_once_in_threads_do_everything_once(town: Town) -> None:
    three_hundred_due(town)
    with ThreadPoolExecutor(8) as pool:
        swept = list(pool.map(lambda _: town.sweep(), range(8)))
    assert sum(one.steps for one in swept) == 150
    each_once(town)


def test_three_processes_at_once_do_everything_once(town: Town) -> None:
    three_hundred_due(town)
    settings = town.office.settings
    line = [
        sys.executable,
        "-W",
        "error",
        "-c",
        SWEEP,
        str(settings.home),
        town.office.now().isoformat(),
        settings.database_url,
    ]
    running = [
        subprocess.Popen(line, cwd=ROOT, env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        one.communicate("go\n", timeout=60)
    assert [one.returncode for one in running] == [0, 0, 0]
    each_once(town)
