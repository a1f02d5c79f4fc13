"""Our journal and Prefect's agree again after a process was killed: nothing stays open, nothing that runs is touched."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from config.settings import ROOT
from flows.office import Office
from flows.prefect_runs import PrefectRuns
from flows.prefect_server import PrefectServer
from flows.reconciling import reconcile
from flows.requests import file_batch
from flows.rescue import rescue_all
from models.processes import Process
from models.requests import Run, StepRequest
from tests.factories import Town
from tests.performing import perform_free
from tests.plants import HOUR, MINUTE, PLANTS, newest, process_silent

NOW = timedelta(0)


# --- our own rows ---------------------------------------------------------------------------------------------------------


def test_the_runs_of_a_dead_process_are_free_at_once_and_those_of_a_living_one_are_left(town: Town) -> None:
    leased, bare = PLANTS["run_abandoned"](town).subject, PLANTS["run_abandoned"](town).subject
    process_silent(town)
    dead = newest(town, Process).name
    until = town.office.now() + MINUTE
    town.set(Run, Run.id == leased, holder=dead, lease_until=until)
    town.set(Run, Run.id == bare, holder=dead, lease_until=None)
    assert reconcile(town.office) == {"freed": 1, "lost": 1, "prefect": "off"}
    assert town.one(Run, Run.id == leased).lease_until < town.office.now()
    assert town.one(Run, Run.id == bare).state == "lost"
    town.set(Process, Process.name == dead, beat_at=town.clock.now.replace(year=2100))
    town.set(Run, Run.id == leased, lease_until=until)
    assert reconcile(town.office) == {"freed": 0, "lost": 0, "prefect": "off"}


def test_a_server_that_is_away_is_passed_over(town: Town) -> None:
    with socket.socket() as held:  # bound, not listening: nobody answers there
        held.bind(("127.0.0.1", 0))
        settings = town.office.settings.model_copy(update={"prefect": True, "prefect_port": held.getsockname()[1]})
        assert reconcile(replace(town.office, settings=settings))["prefect"] == "away"


# --- a real server --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server of its own, up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = PrefectServer(tmp_path_factory.mktemp("prefect"), port)
    server.start()
    assert server.up.wait(120)
    yield server
    server.stop()


@pytest.fixture
def api(server: PrefectServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.ui_url}/api", trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def watched(town: Town, server: PrefectServer) -> Office:
    """The town's office, as one with Prefect."""
    settings = town.office.settings.model_copy(update={"prefect": True, "prefect_port": server.port})
    return replace(town.office, settings=settings)


def dies(town: Town, port: int, kind: str, subject: int, at: str) -> None:
    """A process of the office dies at that point of the body."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {"CONCORD_CRASH_AT": at}
    line = [sys.executable, "-m", "tests.flows.dying_beside_prefect", str(town.office.settings.home), str(port), kind]
    died = subprocess.run([*line, str(subject)], cwd=ROOT, env=told, check=False, capture_output=True, timeout=180)
    assert died.returncode not in (0, 1), died.stderr.decode()


def states(api: httpx.Client) -> dict[str, str]:
    """ "flow:subject" → name of the run's state."""
    flows = {row["id"]: row["name"] for row in api.post("/flows/filter", json={}).json()}
    rows = api.post("/flow_runs/filter", json={"limit": 200}).json()
    return {f"{flows[row['flow_id']]}:{subject(row)}": row["state_name"] for row in rows}


def subject(row: dict[str, Any]) -> str:
    return str(next(iter(row["parameters"].values())))


@pytest.mark.prefect
def test_killed_in_a_step_and_in_a_batch_no_run_stays_open(
    town: Town, watched: Office, server: PrefectServer, api: httpx.Client
) -> None:
    half, whole = (town.dispute(applicant=name).file("apply", received_on=town.iso()) for name in ("张一", "张二"))
    wishes = [town.dispute(applicant=f"工人{no}").wish("apply", received_on=town.iso()) for no in range(3)]
    file_batch(watched, "apply", town.people["mediator"], wishes)
    run_id = town.one(Run).id
    dies(town, server.port, "step", half, "step.written")
    dies(town, server.port, "step", whole, "step.committed")
    dies(town, server.port, "batch", run_id, "batch.chunk-committed")
    left = {f"advance-case:{half}": "Running", f"advance-case:{whole}": "Running", f"advance-batch:{run_id}": "Running"}
    assert states(api) == left
    assert (town.request(half).status, town.request(whole).status, town.one(Run).state) == ("waiting", "applied", "running")

    first = reconcile(watched, NOW)  # what may still be somebody's is left alone
    assert (first["looked"], first["completed"]) == (3, 1)
    assert states(api) == {**left, f"advance-case:{whole}": "Completed"}

    town.clock.pass_time(minutes=11)
    town.set(Process, Process.id > 0, beat_at=town.clock.now - HOUR)
    rescue_all(watched)
    perform_free(watched)
    assert (town.request(half).status, town.one(Run).state) == ("applied", "done")
    assert town.count(StepRequest, StepRequest.status == "waiting") == 0
    reconcile(watched, NOW)
    assert set(states(api).values()) == {"Completed"}
    assert town.request(half).observed is False, "nobody watched what was done in the end"
    assert reconcile(watched, NOW)["looked"] == 0


@pytest.mark.prefect
def test_our_rows_say_how_a_run_ended(town: Town, watched: Office, api: httpx.Client) -> None:
    failed, lost = PLANTS["failed_steps"](town).subject, PLANTS["runs_lost"](town).subject
    case = town.dispute()
    refused = case.file("accept", accepted_on=town.iso())
    town.set(StepRequest, StepRequest.id == refused, status="refused")
    waiting = case.file("withdraw", reason="算了")
    town.set(StepRequest, StepRequest.id == waiting, created_at=town.office.now() - HOUR)
    retaken = PLANTS["work_untaken"](town).subject
    town.set(Run, Run.id == retaken, state="running", flow_run_id="another", lease_until=town.office.now() + MINUTE)
    mine = PLANTS["work_untaken"](town).subject
    asked = {
        "advance-case": (failed, refused, waiting, 999_999), "verify-record": (lost, retaken, mine), "not-ours": (failed,),
    }  # fmt: skip
    opened = {f"{flow}:{one}": open_run(api, flow, one) for flow, ones in asked.items() for one in ones}
    town.set(Run, Run.id == mine, state="running", flow_run_id=opened[f"verify-record:{mine}"],
             lease_until=town.office.now() + MINUTE)  # fmt: skip
    reconcile(watched, NOW)
    assert {name: api.get(f"/flow_runs/{run_id}").json()["state_name"] for name, run_id in opened.items()} == {
        f"advance-case:{failed}": "Failed", f"advance-case:{refused}": "Refused", f"advance-case:{waiting}": "Crashed",
        "advance-case:999999": "Crashed", f"verify-record:{lost}": "Crashed", f"verify-record:{retaken}": "Crashed",
        f"verify-record:{mine}": "Running", f"not-ours:{failed}": "Running",
    }  # fmt: skip
    with PrefectRuns(watched.settings) as prefect:
        assert not prefect.close(opened[f"advance-case:{failed}"], "COMPLETED", "Completed", ""), (
            "what has ended stays as it is"
        )


def open_run(api: httpx.Client, flow: str, one: int) -> str:
    """A run that Prefect takes for running."""
    flow_id = api.post("/flows/", json={"name": flow}).json()["id"]
    asked = {"flow_id": flow_id, "parameters": {"request_id": str(one)}, "state": {"type": "RUNNING"}}
    made: str = api.post("/flow_runs/", json=asked).json()["id"]
    return made
