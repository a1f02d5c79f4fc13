"""Old and new code on one database: what this version does not know is left alone and shown, never lost, never in the way."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from flows.batch import advance_batch
from flows.heartbeat import HERE, Heartbeat
from flows.integrity import findings
from flows.performing import perform
from flows.readiness import Readiness
from flows.requests import file_batch
from flows.rescue import rescue_all
from flows.serving import Service
from flows.steps import Desk
from flows.sweeps import BY_HAND, run_sweep
from flows.works import file_work, free_works
from models.cases import CaseFile
from models.deadlines import Deadline
from models.migrating import StoreTooNew, known_revisions, migrate
from models.outbox import Message
from models.requests import Run, StepRequest
from models.trouble import Trouble, trouble_of
from states.dispute import DISPUTE
from states.registry import case_type, registered
from tests.factories import CONSENT, OfficeCase, Town
from tests.performing import perform_free
from tests.waiting import eventually

pytestmark = [pytest.mark.chaos]
NEWER = "9999"


@pytest.fixture
def newer(town: Town) -> OfficeCase:
    """A case of a version that a newer program opened; this one does not know it."""
    case, other = town.dispute(), town.dispute()
    case.accepted()
    other.accepted()
    town.set(CaseFile, CaseFile.id == case.id, type_version=99)
    return case


def well(town: Town) -> None:
    """The office works: the sweeps run, and a case goes its way."""
    for sweep in BY_HAND:
        run_sweep(town.office, sweep)
    perform_free(town.office)
    town.dispute().accepted()
    assert not town.audit().broken


def shown(town: Town, code: str) -> int:
    """How many such findings the monitor shows."""
    with town.office.store.read() as connection:
        return sum(found.count for found in findings(connection, None, town.office.now()) if found.check.code == code)


def test_a_flow_nobody_knows_waits_for_who_knows_it(town: Town) -> None:
    with town.office.store.write() as connection:
        run_id = file_work(connection, town.office, "sweep-of-tomorrow", {"what": 7}, key="new")
    known = town.count(Run)
    assert not perform(town.office, run_id)
    well(town)
    left = town.one(Run, Run.id == run_id)
    assert (left.state, left.attempt, left.asked) == ("waiting", 0, {"what": 7})
    assert town.count(Run) >= known
    town.clock.pass_time(minutes=10)
    assert shown(town, "work_untaken") == 1
    assert [row.id for row in free_works(town.office, ("sweep-of-tomorrow",))] == [run_id], "the newer program finds it"


def test_a_step_nobody_knows_is_answered_and_nothing_else_suffers(town: Town) -> None:
    one, other = town.dispute(), town.dispute()
    alone = one.file("teleport", where="杭州")
    by = town.people["mediator"]
    wishes = [one.wish("teleport"), other.wish("apply", received_on=town.iso())]
    batch = advance_batch(town.office, file_batch(town.office, "apply", by, wishes))
    assert (batch.applied, batch.refused, batch.failed) == (1, 1, 0)
    town.clock.pass_time(minutes=5)
    rescue_all(town.office)
    row = town.request(alone)
    assert (row.status, row.receipt["reasons"][0]["code"]) == ("refused", "unknown_step")
    assert one.row.version == 1
    well(town)


def test_a_case_of_an_unknown_version_is_parked_and_others_go_on(town: Town, newer: OfficeCase) -> None:
    version = newer.row.version
    request = newer.file("schedule_session", on=town.iso(), place="三楼")
    batch_id = file_batch(
        town.office,
        "withdraw",
        town.people["mediator"],
        [newer.wish("withdraw", reason="x"), town.wish("withdraw", "mediator", 2, reason="x")],
    )
    batch = advance_batch(town.office, batch_id)
    assert (batch.applied, batch.refused, batch.failed) == (1, 0, 1)
    town.clock.pass_time(minutes=5)
    rescue_all(town.office)
    row = town.request(request)
    assert (row.status, row.error, newer.row.version) == ("failed", "BadDefinition", version)
    assert shown(town, "failed_steps") == 2
    well(town)
    # the newer program takes it up again
    with registered(replace(DISPUTE, version=99)):
        town.set(StepRequest, StepRequest.id == request, status="waiting")
        rescue_all(town.office)
        assert town.request(request).status == "applied"


def test_a_clock_nobody_knows_stops_no_sweep(town: Town, newer: OfficeCase) -> None:
    other = town.dispute()
    other.take("apply", received_on=town.iso())
    contract = town.contract(town.today + timedelta(days=200))
    unknown = town.add(
        Deadline, contract_id=contract, rule="clock-of-tomorrow", subject="", status="open",
        due_on=town.today + timedelta(days=3), next_on=town.today + timedelta(days=1), hard=False, opened=False,
        explanation={},
    )  # fmt: skip
    town.clock.pass_time(days=40)
    left = {row.id: row.next_on for row in town.rows(Deadline, Deadline.case_id == newer.id)}
    swept = town.sweep()
    assert swept.reminders
    assert unknown in swept.unknown
    assert set(left) & swept.unknown
    assert {row.id: row.next_on for row in town.rows(Deadline, Deadline.case_id == newer.id)} == left
    assert town.one(Deadline, Deadline.id == unknown).status == "open"
    assert shown(town, "clock_without_rule") >= 1
    assert town.sweep().looked_at == 0, "the others are not looked at twice"
    well(town)


def test_a_message_nobody_knows_is_left_alone_and_shown(town: Town) -> None:
    now = town.office.now()
    kept = {"status": "waiting", "next_try_at": now, "created_at": now, "facts": {"n": 1}, "attempt": 0}
    kind = town.add(Message, key="k1", kind="carrier-pigeon", notice="grain", **kept)
    notice = town.add(Message, key="k2", kind="notice", notice="word-of-tomorrow", **kept)
    way = town.add(
        Message, key="k3", kind="notice", notice="case_registered", channel="telegraph", person_id=town.people["mediator"],
        **kept,
    )  # fmt: skip
    well(town)
    town.clock.pass_time(hours=30)
    well(town)
    told = {row.id: row.status for row in town.rows(Message, Message.id.in_((kind, notice, way)))}
    assert told == {kind: "waiting", notice: "parked", way: "waiting"}
    assert shown(town, "parked") == 1
    assert shown(town, "outbox_old") == 2


def test_an_older_program_refuses_a_newer_store_and_one_that_runs_stops_working(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HERE, "outdated", False)
    service, heart = Service(town.office, ("web", "scheduler", "worker")), Heartbeat(town.office, ("web",), dict)
    heart.start()
    desk, case = Desk(town.office), town.dispute()
    desk.step(case.wish("apply", received_on=town.iso()))
    # the newer program comes, and brings the database to its shape
    with town.office.store.write() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{NEWER}'"))
    with pytest.raises(StoreTooNew):
        migrate(town.office.store)
    with caplog.at_level(logging.ERROR, "concord.heartbeat"):
        eventually(lambda: HERE.outdated, 20)
        heart.stop()
    assert [record.getMessage() for record in caplog.records if NEWER in record.getMessage()]
    assert not Readiness(town.office)(), "no balancer sends anybody here"
    with pytest.raises(StoreTooNew) as refused:
        desk.step(case.wish("accept", accepted_on=town.iso(), **CONSENT))
    assert trouble_of(refused.value) is Trouble.OUTDATED
    runs = town.count(Run)
    for bell in ("deadlines", "outbox", "watch"):
        service._ring(bell)
    assert town.count(Run) == runs, "it rings nothing"
    looked: list[str] = []
    for watcher in service._watchers:
        monkeypatch.setattr(watcher, "look", lambda: looked.append("looked"))
        watcher.every = 0.01
        watcher.start()
    time.sleep(0.3)
    for watcher in service._watchers:
        watcher.stop()
    assert not looked, "it takes up nothing"
    assert case.row.version == 2
    assert known_revisions()[-1] != NEWER


def test_a_case_keeps_its_version_while_a_newer_one_is_there(town: Town) -> None:
    case = town.dispute()
    with registered(replace(DISPUTE, version=case_type("dispute").version + 1)):
        case.accepted()
        later = town.dispute()
        assert later.row.type_version == case.row.type_version + 1
        later.accepted()
        town.clock.pass_time(days=70)
        town.sweep()
        assert case.state == later.state
        assert case.row.version == later.row.version
        assert not town.audit().broken
