"""Kill -9 in the middle of commits: what SQLite kept is whole, and what the office kept in it is true."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest

from flows.rescue import rescue_all
from models.cases import CaseEvent
from models.outbox import Message
from models.requests import StepRequest
from tests.chaos.dose import again, dose, seeded
from tests.chaos.figures import note
from tests.chaos.laws import laws_hold
from tests.chaos.writer import writers
from tests.factories import Town

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(3600),
    pytest.mark.sqlite("about its file; PostgreSQL is restarted in a test of its own"),
]
WRITERS, STEPS_BETWEEN = 3, 3


def integrity(town: Town) -> str:
    """What SQLite says of its file."""
    with town.office.store.read() as connection:
        return str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())


def wait_for(town: Town, steps: int) -> int:
    """Come back when so many steps are written; how many there are."""
    until = time.monotonic() + 30
    while (there := town.count(CaseEvent)) < steps and time.monotonic() < until:
        time.sleep(0.005)
    return there


def test_a_file_that_is_written_by_processes_that_are_killed_stays_whole(town: Town) -> None:
    random, kills, begun = seeded("sqlite killed"), dose(20, 300), time.monotonic()
    with writers(town.office.settings.home) as source:
        running, written = [source.start() for _ in range(WRITERS)], 0
        for kill in range(kills):
            written = wait_for(town, written + STEPS_BETWEEN)
            time.sleep(random.uniform(0, 0.05))
            os.kill(running.pop(0), signal.SIGKILL)
            running.append(source.start())
            if kill % 10 == 9:
                assert integrity(town) == "ok", again(__file__)
        for one in running:
            os.kill(one, signal.SIGKILL)
    time.sleep(0.2)  # until the last one is no more
    assert integrity(town) == "ok"
    laws_hold(town)
    left = town.count(StepRequest, StepRequest.status == "waiting")
    town.clock.now += timedelta(minutes=5)
    assert rescue_all(town.office)["requests"] == left
    laws_hold(town)
    assert Counter(row.status for row in town.rows(StepRequest)).keys() <= {"applied", "refused"}
    keys = [row.key for row in town.rows(Message, Message.person_id.is_(None))]
    assert len(keys) == len(set(keys))
    steps = town.count(CaseEvent)
    assert steps > 2 * kills, "it wrote while it was killed"
    note("SQLite killed during commits", kills=kills + WRITERS, steps=steps, left_waiting_and_rescued=left, lost=0, doubled=0,
         integrity="ok", seconds=time.monotonic() - begun)  # fmt: skip
