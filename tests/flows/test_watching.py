"""What the office says of itself: once when it begins, and again only when it was well in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.batch import mark_failed
from flows.office import utc_now
from flows.serving import Service
from flows.sweeps import run_sweep
from models.outbox import Message
from models.processes import Process
from models.requests import Run
from tests.factories import Town
from tests.plants import HOUR, PLANTS, process_silent


def told(town: Town) -> list[str]:
    """The alerts so far, oldest first."""
    alerts = ("outbox_late", "failures_many", "nobody_works", "process_died")
    return [row.notice for row in town.rows(Message, Message.notice.in_(alerts), Message.person_id.is_(None))]


def watched(town: Town, **time: float) -> list[str]:
    """A look after so long; what was told by then."""
    town.clock.pass_time(**time)
    run_sweep(town.office, "watch")
    return told(town)


def test_a_quiet_office_says_nothing(town: Town) -> None:
    town.dispute().accepted()
    assert watched(town, minutes=1) == []


def test_an_old_outbox_is_told_once_and_again_after_it_was_empty(town: Town) -> None:
    town.dispute().accepted()
    assert watched(town, minutes=59) == []
    assert watched(town, minutes=2) == ["outbox_late"]
    facts = town.one(Message, Message.notice == "outbox_late").facts
    assert facts["count"] >= 2
    assert facts["since"] == "2026-03-02 09:30"
    assert watched(town, minutes=1) == watched(town, hours=3) == ["outbox_late"]
    town.drain()
    assert watched(town, minutes=1) == ["outbox_late"]
    town.dispute().accepted()
    assert watched(town, minutes=61) == ["outbox_late", "outbox_late"]
    town.drain()
    assert "outbox_late" in town.inbox("administrator")


def test_failures_above_a_rate_are_told(town: Town) -> None:
    case = town.dispute()
    for number in range(5):
        assert told(town) == []
        request_id = case.file("apply", key=f"try-{number}", received_on=town.iso())
        assert watched(town, minutes=1) == []
        mark_failed(town.office, request_id, OSError("disk"))
    assert watched(town, minutes=1) == ["failures_many"]
    assert town.one(Message, Message.notice == "failures_many").facts["failed"] == 5
    town.drain()
    assert watched(town, hours=2) == ["failures_many"]


def test_nobody_works_is_told_by_whoever_is_left(town: Town) -> None:
    PLANTS["work_untaken"](town)
    assert watched(town, minutes=1) == ["nobody_works"]
    assert "nobody_works" in town.inbox("administrator"), "there is no worker that would deliver it"


def test_works_that_wait_for_a_living_worker_are_no_alarm(town: Town) -> None:
    PLANTS["work_untaken"](town)
    process_silent(town, beat_at=utc_now())
    assert watched(town, minutes=1) == []


def test_a_process_that_died_is_told_once_unless_it_was_started_again(town: Town) -> None:
    planted = process_silent(town)
    assert watched(town, minutes=1) == watched(town, minutes=50) == ["process_died"]
    process_silent(town, beat_at=utc_now() - 2 * HOUR, ended_at=utc_now())
    assert watched(town, minutes=1) == ["process_died"]
    facts: dict[str, Any] = town.one(Message, Message.notice == "process_died").facts
    assert facts["process"] == town.one(Process, Process.id == planted.subject).name
    process_silent(town, beat_at=utc_now(), roles="web")
    assert watched(town, minutes=1) == ["process_died"]


def test_where_no_scheduler_is_a_worker_says_that_sweeps_are_late(town: Town) -> None:
    worker = Service(town.office, ("worker",))
    run_sweep(town.office, "deadlines")
    town.clock.pass_time(hours=1)
    now = utc_now()
    town.add(Process, name="s", host="h", pid=1, roles="scheduler", version="1", started_at=now, beat_at=now, condition={})
    worker._ring("watch")
    assert town.count(Message, Message.notice == "sweep_late") == town.count(Run, Run.flow == "sweep-watch") == 0
    town.set(Process, Process.name == "s", beat_at=now - timedelta(minutes=1))
    worker._ring("watch")
    worker._ring("watch")
    assert town.one(Message, Message.notice == "sweep_late").facts["sweep"] == "deadlines"
    assert town.one(Message, Message.notice == "process_died").facts["roles"] == "scheduler"
