"""PostgreSQL restarted at once, as a power cut would, while programs take cases through ten steps: what was answered is there.

The processes of the office are not touched: they find their way back by themselves.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from random import Random

import pytest

from models.cases import CaseEvent, CaseFile
from models.processes import Process
from models.requests import StepRequest
from tests.chaos.crowd import Crowd
from tests.chaos.dose import FACTOR, again, dose, seeded
from tests.chaos.figures import note
from tests.chaos.laws import a_quarter_of_an_hour_later, laws_hold, nothing_waits
from tests.chaos.nursery import nursery
from tests.chaos.storm import open_webs
from tests.postgres import DEBIAN, Server, debians_postgres, postgres
from tests.topology.stage import Topology, topology_on
from tests.waiting import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.prefect, pytest.mark.timeout(3600)]
STEPS = 10


class Restarter(threading.Thread):
    """Restarts the server again and again until it is told to stop, and says how long it was away."""

    def __init__(self, server: Server, random: Random, pause: tuple[float, float], times: int) -> None:
        super().__init__(daemon=True)
        self.server, self.random, self.pause, self.times = server, random, pause, times
        self.over, self.away = threading.Event(), list[float]()

    def run(self) -> None:
        """Until it is over."""
        while len(self.away) < self.times and not self.over.wait(self.random.uniform(*self.pause)):
            begun = time.monotonic()
            self.server.restart_at_once()
            self.away.append(time.monotonic() - begun)


def test_postgresql_is_restarted_and_nothing_is_lost(tmp_path: Path) -> None:
    random, cases = seeded("postgres restarted"), dose(10, 1000)
    pause, times = ((1.0, 2.0), 2) if FACTOR == 1 else ((5.0, 20.0), 10_000)
    with debians_postgres() if DEBIAN else postgres() as server, nursery() as source:
        office = topology_on(server.database("concord"), tmp_path, CONCORD_PREFECT="false", CONCORD_DATABASE_PATIENCE="10")
        office.launch = source.serve
        try:
            told, restarter, seconds = _story(office, Restarter(server, random, pause, times), random, cases)
            alive = _find_their_way_back(office)
            a_quarter_of_an_hour_later(office.town.office, {})
            laws_hold(office.town)
            nothing_waits(office.town)
            _all_is_there(office, told, cases)
        finally:
            for one in office.processes:
                one.kill()
            office.stop()
    told.told.seconds.sort()
    note(
        "PostgreSQL restarted at once", store="PostgreSQL",
        cases=cases, steps=STEPS * cases, seconds=seconds, restarts=len(restarter.away),
        away_longest=max(restarter.away), lost=0, doubled=0, sent_again_without_answer=told.told.unanswered,
        sent_again_as_told=told.told.turned_away, answer_longest=told.told.seconds[-1], processes_alive=alive,
    )  # fmt: skip


def _story(office: Topology, restarter: Restarter, random: Random, cases: int) -> tuple[Crowd, Restarter, float]:
    webs = open_webs(office, 1)
    office.start("worker")
    office.start("scheduler")
    eventually(lambda: office.town.count(Process) == len(office.processes), 60)
    crowd, begun = Crowd(office.town, [web.url for web in webs], random), time.monotonic()
    restarter.start()
    try:
        crowd.takes(cases)
        restarter.join(timeout=60 if FACTOR == 1 else 0)
    finally:
        restarter.over.set()
        restarter.join()
    return crowd, restarter, time.monotonic() - begun


def _find_their_way_back(office: Topology) -> int:
    """Every process is the one that was started, and is heard of again; how many."""
    newest = max(row.beat_at for row in office.town.rows(Process))
    pids = {one.child.pid for one in office.processes}
    eventually(lambda: {row.pid for row in office.town.rows(Process, Process.beat_at > newest)} == pids, 30, "one is silent")
    assert all(one.child.poll() is None for one in office.processes)
    return len(pids)


def _all_is_there(office: Topology, crowd: Crowd, cases: int) -> None:
    town, told = office.town, crowd.told
    ids = {row.number: row.id for row in town.rows(CaseFile)}
    events = {(row.case_id, row.seq) for row in town.rows(CaseEvent)}
    assert {(ids[number], version) for number, version in told.receipts} <= events
    assert len(told.receipts) == len(set(told.receipts)) == (STEPS - 1) * cases
    assert {row.version for row in town.rows(CaseFile)} == {STEPS}, again(__file__)
    assert len(ids) == cases
    assert town.count(StepRequest) == STEPS * cases
    assert set(told.answers) <= {200, 201, 202, 503}, "a fault that is told, and no other"
