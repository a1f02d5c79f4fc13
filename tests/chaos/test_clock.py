"""The clock does what clocks do: it jumps a year, goes back an hour, meets 29 February, a year's end, a worked Saturday.

Whatever it does: nothing is over before its day is past, one sweep acts on all that is due, nobody is told twice.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from config.timetable import Bell
from config.workdays import work_calendar
from flows.leading import lead
from flows.performing import WORKS
from flows.rescue import rescue_all
from flows.scheduler import Scheduler
from flows.sweeps import SWEEPS, run_sweep
from flows.works import claim, file_work, free_works
from models.deadlines import Deadline, Reminder
from models.outbox import Message
from models.requests import Run
from notifications.delivering import LEASE
from tests.chaos.dose import again, dose, seeded
from tests.chaos.figures import note
from tests.chaos.laws import laws_hold
from tests.clock import MORNING
from tests.factories import Town, town_at
from tests.flows.walking import Walk
from tests.notifications.sink import Sink
from tests.stores import copy_home
from tests.web.conftest import Web, web

__all__ = ["web"]
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: mornings on which an office begins: before make-up days of 2026 (调休), before a year's end, before 29 February
STARTS = (
    date(2026, 2, 9), date(2026, 4, 30), date(2026, 9, 18), date(2026, 12, 24), date(2027, 1, 25), date(2028, 2, 15),
    date(2027, 2, 28),
)  # fmt: skip
LEAPS = (HOUR, -HOUR, -HOUR, 8 * HOUR, DAY, DAY, 2 * DAY, 5 * DAY, 16 * DAY, 45 * DAY, 400 * DAY)


def leaps(town: Town, random: Random) -> None:
    """The clock goes on, or back, or to a day that is special."""
    how = random.random()
    if how < 0.1:
        town.clock.set(date(town.today.year, 12, 31), hour=23)
    elif how < 0.2:
        year = next(year for year in range(town.today.year + 1, town.today.year + 9) if year % 4 == 0)
        town.clock.set(date(year, 2, 29), hour=0)
    else:
        town.clock.now += random.choice(LEAPS)


def nothing_early_nothing_twice(town: Town, latest: date) -> None:
    """What is true of clocks and reminders after a sweep."""
    rows = town.rows(Deadline)
    assert all(row.due_on < latest for row in rows if row.status == "expired"), "over before its day was past"
    waiting = [row for row in rows if row.next_on is not None and row.next_on <= town.today]
    assert waiting == [], "one sweep acts on all that is due"
    assert all(row.due_on >= town.today for row in rows if row.status == "open"), "none is left running"
    ledger = town.rows(Reminder)
    sent = Counter((row.deadline_id, row.due_on, row.stage, row.person_id) for row in ledger)
    assert set(sent.values()) <= {1}
    for row in ledger:
        before = re.fullmatch(r"d(\d+)", row.stage)
        assert row.planned_on <= row.sent_on
        assert before is None or row.planned_on == row.due_on - timedelta(days=int(before[1]))
        assert row.stage != "over" or row.sent_on > row.due_on


def told(town: Town, seed: int, leaps_: int) -> tuple[int, int]:
    """A story of leaps, with people at work in between; how many reminders and how many clocks that ended there were."""
    random, latest = Random(seed), date.min
    dispute = town.dispute("supervisor", employment_ended_on=town.iso(-20))
    walks = [Walk(town, dispute, seed), Walk(town, town.bargaining("supervisor"), seed)]
    town.contract(town.today + timedelta(days=random.choice((3, 70, 366))), "HT-1")
    for _ in range(leaps_):
        for walk in walks:
            for _ in range(random.randint(0, 2)):
                walk.step()
        leaps(town, random)
        latest = max(latest, town.today)
        town.sweep()
        nothing_early_nothing_twice(town, latest)
        reminded = town.count(Reminder)
        town.sweep()
        assert town.count(Reminder) == reminded, "a second sweep on the same day tells nobody anything"
    laws_hold(town)
    return town.count(Reminder), town.count(Deadline, Deadline.status == "expired")


def test_no_leap_of_the_clock_makes_anything_early_late_or_double(town: Town, tmp_path: Path) -> None:
    town.office.store.close()
    random, stories, begun = seeded("leaps"), dose(5, 200), time.monotonic()
    seen: Counter[str] = Counter()
    for number in range(stories):
        one = town_at(copy_home(town.office.settings.home, tmp_path / f"leaps{number}"))
        one.clock.set(STARTS[number % len(STARTS)])
        seed = random.randrange(2**32)
        try:
            reminders, ended = told(one, seed, 12)
        except AssertionError:
            print(again(__file__), "story", number, "seed", seed)
            raise
        one.office.store.close()
        seen.update(reminders=reminders, clocks_that_ended=ended, leaps=12)
    note("clock: leaps", stories=stories, **seen, early=0, missed=0, doubled=0, seconds=time.monotonic() - begun)


def test_a_made_up_saturday_is_a_working_day_and_a_holiday_monday_is_none(town: Town) -> None:
    """Before the Spring Festival of 2026: Saturday 14 February is worked, Monday 16 is not."""
    town.clock.set(date(2026, 2, 9))
    case = town.dispute(employment_ended_on="2026-01-30")
    case.take("apply", received_on=town.iso())
    calendar = work_calendar("CN")
    due = case.due("mediation-decide")
    assert due is not None
    assert calendar.is_working_day(date(2026, 2, 14))
    assert not calendar.is_working_day(date(2026, 2, 16))
    assert calendar.is_working_day(due)
    while town.today <= due:
        town.sweep()
        assert case.due("mediation-decide") == due, "still running on its last day"
        town.clock.pass_time(days=1)
    town.sweep()
    assert case.due("mediation-decide") is None


def test_an_hour_back_breaks_nothing(town: Town, web: Web) -> None:
    browser, sink, case = web.as_("mediator"), Sink(), town.dispute()
    case.take("apply", received_on=town.iso())
    assert browser.get("/day").status_code == 200
    town.drain(sink)
    run_sweep(town.office, "seal")
    town.clock.now -= HOUR
    assert browser.get("/day").status_code == 200, "who is signed in stays signed in"
    assert browser.post(f"/cases/{case.number}/notes", text="一小时前", audience="internal").status_code == 303
    case.take("undo", reason="录错")
    case.take("apply", received_on=town.iso())
    for name in SWEEPS:
        run_sweep(town.office, name)
    rescue_all(town.office)
    town.drain(sink)
    assert not town.audit().broken
    for _ in range(3):
        town.clock.now += HOUR
        for name in SWEEPS:
            run_sweep(town.office, name)
        town.drain(sink)
    assert town.count(Message, Message.status.in_(("waiting", "sending"))) == 0
    assert set(sink.arrived.values()) == {1}
    assert not town.audit().broken
    laws_hold(town)


def test_who_led_and_died_before_the_clock_went_back_leads_no_longer(town: Town) -> None:
    first = lead(town.office, holder="one")
    town.clock.now -= HOUR
    second = lead(town.office, holder="two")
    assert first is not None
    assert second == first + 1, "nobody waits an hour for the dead"
    assert lead(town.office, holder="one") is None


def test_what_was_filed_before_the_clock_went_back_is_done_at_once(town: Town) -> None:
    with town.office.store.write() as connection:
        run_id = file_work(connection, town.office, "sweep-seal", {}, key="k")
    town.clock.now -= HOUR
    assert [row.id for row in free_works(town.office, WORKS)] == [run_id]
    mine = claim(town.office, run_id, WORKS)
    assert mine is not None
    assert mine.close("done")
    assert town.one(Run).state == "done"


def test_the_bells_ring_on_after_an_hour_back() -> None:
    rung: list[str] = []
    scheduler = Scheduler(rung.append, (Bell("outbox", every=0.2),))
    scheduler.keep_time(MORNING)
    scheduler.start()
    try:
        (job,) = scheduler._scheduler.get_jobs()
        job.modify(next_run_time=datetime.now(UTC) + HOUR)  # as it stands when the clock has gone back
        time.sleep(0.5)
        rung.clear()
        scheduler.keep_time(MORNING - timedelta(seconds=10))
        time.sleep(0.5)
        assert rung == [], "a clock that is set right by seconds is caught up with"
        scheduler._seen = datetime.now(UTC) + HOUR
        scheduler.keep_time(datetime.now(UTC))
        until = time.monotonic() + 5
        while not rung and time.monotonic() < until:
            time.sleep(0.02)
        assert rung
    finally:
        scheduler.stop()


def test_letters_in_the_hands_of_a_dead_worker_come_back_after_the_hour(town: Town) -> None:
    from tests.chaos.dying import dies_at

    town.dispute()
    sink = Sink()
    with dies_at("outbox.claimed") as death:
        town.drain(sink)
    assert death.came
    town.clock.now -= HOUR
    assert rescue_all(town.office)["messages"] == 0
    town.drain(sink)
    town.clock.now += HOUR + LEASE + timedelta(minutes=1)
    assert rescue_all(town.office)["messages"] > 0
    town.drain(sink)
    assert set(sink.arrived.values()) == {1}
