"""Runs in hand: whose lease is renewed, by the heartbeat or by the command that does them, and what becomes of the others."""

from __future__ import annotations

import ast
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from config.settings import ROOT
from flows.checks.check import Look
from flows.checks.machinery import MACHINERY_CHECKS
from flows.heartbeat import HERE, Heartbeat
from flows.performing import WORKS, perform
from flows.rescue import rescue_all
from flows.sweeps import SWEEPS, run_sweep
from flows.works import BY_COMMAND, Claim, LeaseLost, file_work, free_works, is_open, journalled, keep_hold
from models.requests import Run
from tests.factories import Town
from tests.performing import perform_free
from tests.waiting import eventually

FLOW = "sweep-seal"


def filed(town: Town) -> int:
    with town.office.store.write() as connection:
        return file_work(connection, town.office, FLOW, {}, key="1")


def abandoned(town: Town) -> int:
    """How many runs the monitor shows whose process is gone."""
    (check,) = (one for one in MACHINERY_CHECKS if one.code == "run_abandoned")
    with town.office.store.read() as connection:
        return len(connection.execute(check.query(Look(town.office.now()))).all())


def test_a_run_whose_end_could_not_be_written_is_renewed_no_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HERE, "beating", True)
    heart = Heartbeat(town.office, ("worker",), dict)
    until: list[Any] = []

    def away(*_: object) -> Any:
        town.clock.pass_time(seconds=30)
        heart._beat()
        until.append(town.one(Run, Run.id == run_id).lease_until)
        raise OperationalError("x", None, ConnectionError())

    run_id = filed(town)
    monkeypatch.setitem(WORKS, FLOW, away)
    monkeypatch.setattr(Claim, "close", away)
    with pytest.raises(OperationalError):
        perform(town.office, run_id)
    lease = timedelta(seconds=town.office.settings.lease)
    assert until[0] == town.office.now() - timedelta(seconds=30) + lease, "in hand: the heartbeat renews it"
    town.clock.pass_time(seconds=31)
    heart._beat()
    assert town.one(Run, Run.id == run_id).lease_until == until[-1], "nobody does it: it runs out"
    town.clock.pass_time(seconds=31)
    assert [row.id for row in free_works(town.office, WORKS)] == [run_id]


def test_a_run_by_hand_is_renewed_however_long_it_takes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.heartbeat.RENEWALS", 6000)
    lease = timedelta(seconds=town.office.settings.lease)
    another_day = town.office.at(lambda: town.clock.now + timedelta(days=400))
    with journalled(another_day, "import-contracts", "a long file"):
        for _ in range(3):
            town.clock.pass_time(seconds=59)
            eventually(lambda: town.one(Run).lease_until == town.office.now() + lease, 20)
            assert abandoned(town) == rescue_all(town.office)["runs"] == 0
    assert (town.one(Run).state, town.one(Run).lease_until) == ("done", None)
    assert not [one for one in threading.enumerate() if one.name == "renewing"]


@pytest.mark.parametrize("flow", ["import-contracts", FLOW])
def test_a_run_by_hand_that_died_is_found_within_its_lease(town: Town, flow: str) -> None:
    with journalled(town.office, flow, "killed"):
        HERE.in_hand.clear()  # as if nobody did it any more
        town.clock.pass_time(seconds=town.office.settings.lease - 1)
        assert abandoned(town) == 0
        town.clock.pass_time(seconds=2)
        assert abandoned(town) == 1
        assert rescue_all(town.office)["runs"] == (flow in BY_COMMAND)
        perform_free(town.office)  # a sweep, anybody can do
        assert abandoned(town) == 0
        with pytest.raises(LeaseLost), town.office.store.write() as connection:
            keep_hold(connection)
    assert town.one(Run).state == ("lost" if flow in BY_COMMAND else "done")


def test_a_run_of_an_older_program_without_a_lease_is_closed(town: Town) -> None:
    run_id = filed(town)
    town.set(Run, Run.id == run_id, state="running")
    with town.office.store.read() as connection:
        assert not is_open(connection, FLOW), "it keeps no sweep from being filed"
    assert abandoned(town) == 1
    run_sweep(town.office, "rescue")
    assert town.one(Run, Run.id == run_id).state == "lost"


def test_every_run_that_is_begun_at_once_can_be_done_by_a_worker_or_by_its_command_again() -> None:
    begun = {
        call.args[1]
        for folder in ("flows", "cli")
        for path in (ROOT / folder).rglob("*.py")
        if "journalled(" in (text := path.read_text())
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "journalled"
    }
    named = {one.value for one in begun if isinstance(one, ast.Constant)}
    assert named == set(BY_COMMAND)
    assert [ast.unparse(one) for one in begun if not isinstance(one, ast.Constant)] == ["f'sweep-{name}'"]
    assert {f"sweep-{name}" for name in SWEEPS} <= set(WORKS)
