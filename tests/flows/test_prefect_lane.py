"""Nobody waits for Prefect: the lane and one real server, absent, well, hung, busy, killed and back again.

One server for the whole file, one day in its life; so the order matters: nothing listens at first.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from flows.lane import Answer
from flows.prefect_home import api_answers, apply_environment
from flows.prefect_server import PrefectServer
from states.errors import StepRefused, refuse
from states.labels import Label
from tests.flows.prefect_stage import Office, Pages, crowd_out
from tests.waiting import eventually

pytestmark = pytest.mark.prefect

FIRST, NEXT = 0.35, 0.02
"""Seconds a person may wait while Prefect is in trouble: the first time, and once the breaker is open."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """The one server, not started yet; its settings are in force."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = PrefectServer(tmp_path_factory.mktemp("prefect"), port)
    with pytest.MonkeyPatch.context() as kept:
        for name in list(os.environ):
            if name.startswith("PREFECT_"):
                kept.delenv(name)
        apply_environment(server.home, port)
        yield server
        server.stop()


@pytest.fixture(scope="module")
def office(server: PrefectServer) -> Iterator[Office]:
    office = Office()
    office.lane.start()
    assert office.lane.prefect.ready.wait(20)
    yield office
    office.lane.stop()


@pytest.fixture
def running(server: PrefectServer, office: Office) -> PrefectServer:
    """The server up, and the lane's runs observed."""
    if server.pid is None:
        server.start()
    assert server.up.wait(60)
    office.during = lambda: None
    eventually(office.observed_again, 20)
    office.calls.clear()
    return server


@pytest.fixture
def pages(running: PrefectServer) -> Iterator[Pages]:
    with httpx.Client(base_url=f"{running.ui_url}/api", trust_env=False) as client:
        yield Pages(client)


def test_absent_the_first_waits_a_moment_and_the_next_not_at_all(server: PrefectServer, office: Office) -> None:
    assert not api_answers()
    answer, waited = office.timed("a-0")
    assert answer == Answer("receipt of a-0", observed=False, flow_run_id=None)
    assert waited <= FIRST
    for number in range(1, 20):
        answer, waited = office.timed(f"a-{number}")
        assert not answer.observed
        assert waited <= NEXT
    assert office.calls == [(f"a-{number}", None) for number in range(20)]


def test_well_every_step_is_a_completed_run_that_knows_an_id_only(office: Office, pages: Pages) -> None:
    waits = []
    for number in range(20):
        answer, waited = office.timed(f"request-{number}")
        assert answer.observed
        assert office.calls[-1] == (f"request-{number}", answer.flow_run_id)
        run = pages.ended(answer.flow_run_id)
        assert (run["state_type"], run["state"]["message"]) == ("COMPLETED", "applied")  # type: ignore[index]
        waits.append(waited * 1000)
    waits.sort()
    print(f"\nwell: the person waits p50 {statistics.median(waits):.0f} ms, p95 {waits[18]:.0f} ms")
    assert statistics.median(waits) <= 150
    assert {"request_id": "request-0"} in pages.parameters_of("advance-case")
    assert all(list(ids) == ["request_id"] for ids in pages.parameters_of("advance-case"))


def test_a_whole_run_costs_no_heartbeat(office: Office, pages: Pages) -> None:
    begun = time.perf_counter()
    pages.ended(office.lane.run("quick").flow_run_id)
    assert time.perf_counter() - begun < 0.5


def test_a_refusal_passes_through_and_shows_as_refused(office: Office, pages: Pages) -> None:
    refusal = refuse(StepRefused, "no_agreement", Label("尚未达成协议", "there is no agreement yet"))

    def refuse_it() -> None:
        raise refusal

    office.during = refuse_it
    with pytest.raises(StepRefused) as caught:
        office.lane.run("refused-1")
    assert caught.value is refusal
    run = pages.ended(office.calls[-1][1])
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Refused")
    assert run["state"]["message"] == "refused"  # type: ignore[index]


def test_a_fault_comes_through_and_prefect_never_reads_its_text(office: Office, pages: Pages, running: PrefectServer) -> None:
    def fail() -> None:
        raise ValueError("cannot send to 张三丰 Zhang-Sanfeng 13800138000")

    office.during = fail
    with pytest.raises(ValueError, match="张三丰"):
        office.lane.run("fault-1")
    run = pages.ended(office.calls[-1][1])
    assert (run["state_type"], run["state"]["message"]) == ("FAILED", "fault: ValueError")  # type: ignore[index]
    assert len(office.calls) == 1
    stored = b"".join(path.read_bytes() for path in running.home.glob("prefect*"))
    assert b"fault: ValueError" in stored
    for secret in ("张三丰", json.dumps("张三丰").strip('"'), "Zhang-Sanfeng", "13800138000"):
        assert secret.encode() not in stored


def test_many_at_once_are_all_answered_in_time_and_once(office: Office, running: PrefectServer) -> None:
    waits: list[float] = []
    threads = [threading.Thread(target=lambda n=n: waits.append(office.timed(f"m-{n}")[1])) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(waits) <= FIRST
    in_time = [key for key, _ in office.calls]
    assert len(in_time) == len(set(in_time)) == 30
    assert any(run_id for _, run_id in office.calls)


def test_a_long_batch_is_in_nobodys_way(office: Office, pages: Pages) -> None:
    begun, over = threading.Event(), threading.Event()

    def batch(key: str) -> int:
        begun.set()
        over.wait(10)
        return 5000

    lane, answers = office.lane.beside("advance-batch", batch), []
    thread = threading.Thread(target=lambda: answers.append(lane.run("batch-1")))
    thread.start()
    assert begun.wait(5)
    assert office.lane.run("meanwhile").observed
    over.set()
    thread.join()
    assert (answers[0].result, answers[0].observed) == (5000, True)
    assert pages.ended(answers[0].flow_run_id)["state_type"] == "COMPLETED"
    assert pages.parameters_of("advance-batch") == [{"request_id": "batch-1"}]


def test_hung_and_back_the_late_shell_repeats_the_body_and_tells_nobody(
    office: Office, pages: Pages, running: PrefectServer
) -> None:
    os.kill(running.pid or 0, signal.SIGSTOP)
    try:
        answer, waited = office.timed("hung-0")
        assert waited <= FIRST
        assert not answer.observed
        _, waited = office.timed("hung-1")
        assert waited <= NEXT
    finally:
        os.kill(running.pid or 0, signal.SIGCONT)
    eventually(lambda: len(office.calls) > 2 or office.observed_again())
    (first, bare), (_, none), *later = office.calls
    assert (first, bare, none) == ("hung-0", None, None)
    # a server that was away for longer than the client's patience (a busy machine) never hears of the run at all
    repeats = [(key, run_id) for key, run_id in later if key.startswith("hung")]
    assert [key for key, _ in repeats] in ([], ["hung-0"])
    for _, run_id in repeats:
        assert pages.ended(run_id)["state_type"] == "COMPLETED"
    eventually(office.observed_again)


def test_a_server_that_answers_503_costs_a_moment(office: Office, pages: Pages, running: PrefectServer) -> None:
    over = threading.Event()
    crowd = threading.Thread(target=crowd_out, args=(running.home / "prefect.db", over))
    crowd.start()
    try:
        eventually(pages.turned_away)
        answer, waited = office.timed("busy-0")
        assert not answer.observed
        assert waited <= FIRST
        assert office.timed("busy-1")[1] <= NEXT
    finally:
        over.set()
        crowd.join()
    eventually(office.observed_again, 20)


def test_killed_while_a_body_runs_and_back_again(office: Office, running: PrefectServer) -> None:
    eventually(lambda: office.timed("well")[0].observed, 20)
    office.calls.clear()
    office.during = lambda: os.kill(running.pid or 0, signal.SIGKILL)
    answer, waited = office.timed("killed-0")
    assert (answer.result, answer.observed) == ("receipt of killed-0", True)
    assert waited <= FIRST
    assert office.calls == [("killed-0", answer.flow_run_id)]
    office.during = lambda: None
    eventually(lambda: office.lane.breaker.is_open or not office.timed("next")[0].observed)
    assert office.timed("down")[1] <= FIRST
    assert running.up.wait(30)
    eventually(office.observed_again, 20)
