"""Prefect away, hung, busy, killed midway, and back: for a step, a batch and a sweep it makes no difference but to itself.

Real roles as processes (a web and a worker), a real Prefect server, and a wire between them. What only the lane does (a refusal
shows as refused, thirty at once, what Prefect may read of a fault, a late shell that repeats the body) is in
tests/flows/test_prefect_lane.py.

    absent      nothing listened when the office began
    well        every step, batch and sweep is a run of Prefect's
    hung        the line is there and carries nothing
    503         every request is turned away
    killed      the server is killed while a batch is done
    back        after each of them, runs are observed again
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.office import utc_now
from flows.prefect_server import PrefectServer
from flows.works import file_work
from models.cases import CaseEvent, CaseFile
from models.processes import Process
from models.requests import Run, StepRequest
from tests.chaos.dose import dose
from tests.chaos.figures import note
from tests.chaos.laws import laws_hold
from tests.chaos.storm import open_webs, spread
from tests.chaos.wire import CARRY, CUT, HOLD, TURN_AWAY, Wire, wire
from tests.factories import CONSENT, REGISTRATION, Town
from tests.topology.stage import Topology, free_port
from tests.waiting import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.prefect, pytest.mark.timeout(3600)]
#: seconds that Prefect's trouble may cost somebody
ADDED = 1.0
BATCH = dose(5, 50)
WAKING = "while the client is loaded"


@dataclass
class Day:
    """The office, and what it was asked to do in each weather."""

    office: Topology
    program: httpx.Client
    line: Wire
    server: PrefectServer
    number: int = 0
    numbers: list[str] = field(default_factory=list)
    #: longest step in each weather, seconds
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def town(self) -> Town:
        """Its people and its store."""
        return self.office.town

    def posts(self, path: str, body: Any) -> dict[str, Any]:
        """What the web answers; the request has a key of its own."""
        self.number += 1
        answer = self.program.post(path, json=body, headers={"idempotency-key": str(self.number)})
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def opens(self) -> tuple[str, float, Any]:
        """One step, and how long it took; its request."""
        body = {"type": "dispute", "unit": "qingbo", "answers": {**REGISTRATION, "applicant": f"张{self.number}"}}
        begun = time.monotonic()
        number = str(self.posts("/cases", body)["number"])
        seconds = time.monotonic() - begun
        return number, seconds, self.town.rows(StepRequest)[-1]

    def files(self, step: str, numbers: list[str], **answers: Any) -> int:
        """A batch; its id."""
        return int(self.posts("/batches", {"step": step, "numbers": numbers, "answers": answers})["id"])

    def batch_done(self, batch: int) -> Any:
        """The run of that batch, once it is done; every case was taken."""
        run = eventually(lambda: _ended(self.town, Run.key == f"batch:{batch}"), 60, "the batch is not done")
        assert run.state == "done"
        return run

    def sweeps(self) -> Any:
        """A sweep over the clocks, filed as a bell files it; its run."""
        with self.town.office.store.write() as connection:
            run_id = file_work(connection, self.town.office, "sweep-deadlines", {}, key=utc_now().isoformat())
        run = eventually(lambda: _ended(self.town, Run.id == run_id), 60, "the sweep is not done")
        assert run.state == "done"
        return run

    def works(self, weather: str, *, observed: bool | None) -> None:
        """A few steps, a batch of three steps a case and a sweep: the same comes of it in every weather."""
        opened = [self.opens() for _ in range(BATCH)]
        self.steps[weather] = max(seconds for _, seconds, _ in opened)
        numbers = [number for number, _, _ in opened]
        today = self.town.iso()
        first = self.batch_done(self.files("apply", numbers, received_on=today))
        second = self.batch_done(self.files("accept", numbers, accepted_on=today, **CONSENT))
        swept = self.sweeps()
        if observed is not None:
            assert {request.observed for _, _, request in opened} == {observed}
            assert {first.observed, second.observed, swept.observed} == {observed}
        self.all_well(numbers)

    def all_well(self, numbers: list[str]) -> None:
        """Those cases are accepted, each by three events."""
        rows = self.town.rows(CaseFile, CaseFile.number.in_(numbers))
        assert [(row.state, row.version) for row in rows] == [("accepted", 3)] * len(numbers)
        steps = [[row.step for row in self.town.rows(CaseEvent, CaseEvent.case_id == case.id)] for case in rows]
        assert steps == [["open", "apply", "accept"]] * len(numbers)
        self.numbers += numbers

    def breakers(self, state: str) -> None:
        """What the monitor shows of every process, when each of them has something to do."""

        def holds() -> bool:
            self.opens()
            self.sweeps()
            return self._said() == {state}

        eventually(holds, 60, f"the breakers are not {state}", every=1.0)

    def _said(self) -> set[str]:
        return {row.condition["breaker"] for row in self.town.rows(Process, Process.ended_at.is_(None))}

    def observed_again(self) -> float:
        """Steps and works are runs of Prefect's again; after how many seconds."""
        begun = time.monotonic()
        eventually(lambda: self.opens()[2].observed, 60, "steps are not observed again", every=0.5)
        eventually(lambda: self.sweeps().observed, 60, "works are not observed again", every=0.5)
        return time.monotonic() - begun


def _ended(town: Town, which: Any) -> Any:
    (run,) = town.rows(Run, which)
    return run if run.ended_at else None


@pytest.fixture
def day(town: Town, tmp_path: Path) -> Iterator[Day]:
    """An office that began while nothing listened where Prefect should be."""
    server = PrefectServer(tmp_path / "prefect", free_port())
    with wire(server.port) as line:
        line.turn(CUT)
        told = {"CONCORD_PREFECT": "true", "CONCORD_PREFECT_URL": line.url}
        with spread(town, **told) as office:
            (web,) = open_webs(office, 1)
            office.start("worker")
            eventually(lambda: town.count(Process) == len(office.processes), 60)
            try:
                yield Day(office, office.program(web, "mediator"), line, server)
            finally:
                line.turn(CUT)
                server.stop()


def test_whatever_prefect_does_the_office_does_the_same(day: Day) -> None:
    back: dict[str, float] = {}
    day.works(WAKING, observed=False)  # Prefect's client is loaded beside the steps: seconds of the machine's own
    day.breakers("open")  # it is awake, and finds nobody
    day.works("absent", observed=False)

    day.server.start()
    assert day.server.up.wait(120)
    day.line.turn(CARRY)
    back["absent"] = day.observed_again()
    day.works("well", observed=None)
    day.breakers("closed")

    for weather, way in (("hung", HOLD), ("503", TURN_AWAY)):
        day.line.turn(way)
        day.works(weather, observed=None)
        _, _, request = day.opens()
        assert not request.observed
        day.line.turn(CARRY)
        back[weather] = day.observed_again()
        day.breakers("closed")

    # killed while a batch is done
    numbers = [day.opens()[0] for _ in range(10 * BATCH)]
    day.batch_done(day.files("apply", numbers, received_on=day.town.iso()))
    batch = day.files("accept", numbers, accepted_on=day.town.iso(), **CONSENT)
    eventually(lambda: day.town.rows(Run, Run.key == f"batch:{batch}")[0].state != "waiting", 30, every=0.005)
    os.kill(day.server.pid or 0, 9)
    day.batch_done(batch)
    day.all_well(numbers)
    day.works("killed", observed=None)
    assert day.server.up.wait(120), "it is started anew"
    back["killed"] = day.observed_again()
    day.breakers("closed")

    quiet = day.steps["well"]
    added = {weather: max(0.0, seconds - quiet) for weather, seconds in day.steps.items() if weather not in ("well", WAKING)}
    assert max(added.values()) < ADDED, added
    laws_hold(day.town)
    assert not day.town.count(StepRequest, StepRequest.status != "applied")
    assert not day.town.count(Run, Run.state.in_(("failed", "lost", "waiting", "running")), Run.flow == "advance-batch")
    note(
        "Prefect away, hung, 503, killed, back", steps=day.town.count(StepRequest), runs=day.town.count(Run),
        longest_step_when_well=quiet, longest_step_while_the_client_is_loaded=day.steps[WAKING],
        observed=day.town.count(StepRequest, StepRequest.observed.is_(True)),
        turned_away=day.line.turned_away, lost=0, doubled=0,
        **{f"added when {name}": seconds for name, seconds in added.items()},
        **{f"observed again after {name}": seconds for name, seconds in back.items()},
    )  # fmt: skip
