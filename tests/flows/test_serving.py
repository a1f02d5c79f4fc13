"""The office as it is really opened: `concord serve` with Prefect beside it, and short-lived processes at its counter."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from flows.heartbeat import is_served
from flows.office import utc_now
from flows.requests import Wish, file_request
from flows.steps import Desk
from models.cases import CaseEvent
from models.requests import Run, StepRequest
from states.errors import StepRefused
from tests import stores
from tests.factories import REGISTRATION, STREET, Town, town_at
from tests.waiting import eventually

pytestmark = pytest.mark.prefect


@dataclass
class Served:
    """`concord serve` in a process of its own, and a town that shares nothing with it but the home."""

    process: subprocess.Popen[str]
    town: Town

    @property
    def desk(self) -> Desk:
        """A counter as a command line has it: no lane."""
        return Desk(self.town.office)

    def register(self) -> Any:
        """One registration at that counter; the request as it stands afterwards."""
        return self.request(self.desk.step(self.registration()).request_id)

    def registration(self) -> Wish:
        """A wage claim of the mediator's."""
        by = self.town.people["mediator"]
        return Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=by, answers=REGISTRATION)

    def request(self, request_id: int) -> Any:
        """A request as the store has it."""
        return self.town.request(request_id)

    def children(self) -> list[psutil.Process]:
        """Prefect's server and whatever else the office started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def says(self, words: str) -> None:
        """Read on until it says so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if words in line:
                return
        pytest.fail(f"it ended before it said “{words}”")


def serve(home: Path) -> Served:
    """Open the office in that home."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = stores.environment_at(home, CONCORD_PREFECT_PORT=str(port), PYTHONUNBUFFERED="1")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "cli", "serve"], cwd=home, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    town = town_at(home)
    return Served(process, Town(town.office.at(utc_now), town.clock, town.people))


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them have ended."""
    return all(not one.is_running() or one.status() == psutil.STATUS_ZOMBIE for one in processes)


@pytest.fixture(scope="module")
def served(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The office, open, with Prefect awake; closed at the end if no test did."""
    home = tmp_path_factory.mktemp("served") / "home"
    stores.copy_home(peopled_home, home)
    office = serve(home)
    try:
        office.says("开门")
        eventually(lambda: is_served(office.town.office), 10)
        early = office.register()
        assert early.status == "applied", "the office works from the first moment, Prefect awake or not"
        office.says("已就绪")
        eventually(lambda: bool(office.register().observed), 15)
        yield office
    finally:
        office.process.kill()
        office.process.communicate()
        office.town.office.store.close()


def test_a_counter_hands_its_request_over_and_it_is_applied_with_a_run(served: Served) -> None:
    found = served.register()
    assert (found.status, found.observed) == ("applied", True)
    assert len(found.flow_run_id) == 36
    with pytest.raises(StepRefused) as refused:
        served.desk.step(Wish(step="accept", case_id=found.case_id, actor_id=served.town.people["mediator"], answers={}))
    assert "wrong_state" in {reason.code for reason in refused.value.reasons}


def test_what_a_dead_process_filed_is_taken_up(served: Served) -> None:
    request = file_request(served.town.office, served.registration())
    eventually(lambda: served.request(request).status == "applied", 3)
    assert served.town.count(CaseEvent, CaseEvent.request_id == request) == 1


def test_a_batch_is_one_run(served: Served) -> None:
    result = served.desk.batch("open", served.town.people["mediator"], [served.registration()] * 40)
    assert (result.applied, result.refused, result.failed) == (40, 0, 0)
    runs = {row.flow_run_id for row in served.town.rows(StepRequest, StepRequest.batch_id == result.batch_id)}
    assert len(runs) == 1
    assert runs != {""}


def test_the_bells_ring(served: Served) -> None:
    told = len(served.town.inbox("mediator"))
    served.register()
    eventually(lambda: len(served.town.inbox("mediator")) > told, 8)
    assert served.town.count(Run, Run.flow == "sweep-outbox", Run.state == "done") > 0


def test_ctrl_c_closes_the_office_and_leaves_no_orphan(served: Served) -> None:
    children = served.children()
    assert children, "Prefect's server runs beside it"
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(timeout=20) == 0
    assert gone(children)
    assert not is_served(served.town.office)
    assert served.town.count(Run, Run.state == "running") == 0
    bare = served.register()
    assert (bare.status, bare.observed) == ("applied", False)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and how long it took, in seconds."""
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def test_kill_minus_nine_makes_nobody_wait_longer_than_the_patience(peopled_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    stores.copy_home(peopled_home, home)
    office = serve(home)
    try:
        eventually(lambda: is_served(office.town.office), 15)
        _, bare = timed(office.register)
        children = office.children()
        office.process.kill()
        office.process.wait()
        assert is_served(office.town.office), "its heartbeat is still fresh: the counter waits for it in vain"
        found, waited = timed(office.register)
        assert (found.status, found.observed) == ("applied", False)
        assert office.town.office.settings.patience <= waited < 0.35 + max(bare, 0.15)
        eventually(lambda: gone(children), 5)
        eventually(lambda: not is_served(office.town.office), 10)
        _, at_once = timed(office.register)
        assert at_once < 0.3
    finally:
        office.process.kill()
        office.process.communicate()
        office.town.office.store.close()
