"""Runs in hand: whose lease is renewed, and which run without a lease stands in nobody's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from flows.heartbeat import HERE, Heartbeat
from flows.performing import WORKS, perform
from flows.sweeps import run_sweep
from flows.works import LONGEST, Claim, file_work, free_works, is_open
from models.requests import Run
from tests.factories import Town

FLOW = "sweep-seal"


def filed(town: Town) -> int:
    with town.office.store.write() as connection:
        return file_work(connection, town.office, FLOW, {}, key="1")


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


def test_a_run_by_hand_that_died_keeps_no_sweep_from_being_filed(town: Town) -> None:
    run_id = filed(town)
    town.set(Run, Run.id == run_id, state="running", started_at=town.office.now())
    with town.office.store.read() as connection:
        assert not is_open(connection, FLOW)
    run_sweep(town.office, "rescue")
    assert town.one(Run, Run.id == run_id).state == "running"
    town.clock.pass_time(seconds=LONGEST.total_seconds() + 1)
    run_sweep(town.office, "rescue")
    assert town.one(Run, Run.id == run_id).state == "lost"
