"""What a person waits for, and what a whole run costs, with Prefect well, dead and hung. Starts a real server: 40 s.

The person waits for `lane.run(request)`: until the step is committed. The whole run is over when Prefect knows its end;
it is compared with an empty flow run by the same tuned lane. An untuned flow is Prefect's own default way.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx

from benchmarks.ours_case import bureau
from flows.breaker import Breaker
from flows.lane import Lane
from flows.prefect_home import apply_environment
from flows.prefect_server import PrefectServer
from flows.steps import apply_request

RUNS = 40
OPEN_FOR = 0.5
Figures = dict[str, float | None]


@contextmanager
def _server(home: Path) -> Iterator[PrefectServer]:
    """A server of our own, up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    apply_environment(home, port)
    server = PrefectServer(home, port)
    server.start()
    try:
        if not server.up.wait(90):
            raise RuntimeError("Prefect's server did not come up")
        yield server
    finally:
        server.stop()


def measure(directory: Path) -> Figures:
    """Milliseconds by name."""
    with bureau(directory) as office, _server(directory / "prefect") as server:
        office.open_cases(4 * RUNS)
        filed = office.file_all(4 * RUNS)
        ids = iter([filed[case_id, "accept"].pop() for case_id in range(1, 4 * RUNS + 1)])
        step = Lane(lambda key: apply_request(office.office, int(key)), breaker=Breaker(open_for=OPEN_FOR))
        empty = step.beside("empty", lambda key: key)
        step.start()
        step.prefect.ready.wait(20)
        _until(lambda: empty.run("warm").observed)
        with httpx.Client(base_url=f"{server.ui_url}/api", trust_env=False) as pages:
            figures = _well(step, empty, pages, ids)
        figures |= _hung(step, server, ids)
        figures |= _dead(step, server, ids)
        step.stop()
    return figures


def _well(step: Lane[object], empty: Lane[str], pages: httpx.Client, ids: Iterator[int]) -> Figures:
    waits, steps, empties = [], [], []
    for number in range(RUNS):
        for lane, key, whole in ((step, str(next(ids)), steps), (empty, f"e-{number}", empties)):
            began = time.perf_counter()
            answer = lane.run(key)
            if lane is step:
                waits.append(time.perf_counter() - began)
            _until(lambda run=answer.flow_run_id: _over(pages, run))  # type: ignore[misc]
            whole.append(time.perf_counter() - began)
    return {
        "person waits, Prefect well, p50": median(waits) * 1e3,
        "person waits, Prefect well, p95": quantiles(waits, n=20)[-1] * 1e3,
        "whole run of a step, p50": median(steps) * 1e3,
        "whole run of an empty tuned flow, p50": median(empties) * 1e3,
    }


def _hung(step: Lane[object], server: PrefectServer, ids: Iterator[int]) -> Figures:
    os.kill(server.pid or 0, signal.SIGSTOP)
    try:
        return _trouble("hung", step, ids)
    finally:
        os.kill(server.pid or 0, signal.SIGCONT)
        _until(lambda: step.run(str(next(ids))).observed)


def _dead(step: Lane[object], server: PrefectServer, ids: Iterator[int]) -> Figures:
    server.stop()
    time.sleep(2 * OPEN_FOR)
    return _trouble("dead", step, ids)


def _trouble(name: str, step: Lane[object], ids: Iterator[int]) -> Figures:
    """The first wait, and the p95 of those that follow while the breaker is open."""
    waits: list[float] = []
    until = time.monotonic() + 0.8 * OPEN_FOR
    while len(waits) < RUNS // 2 and (time.monotonic() < until or len(waits) < 5):
        began = time.perf_counter()
        step.run(str(next(ids)))
        waits.append(time.perf_counter() - began)
    return {
        f"person waits, Prefect {name}, first": waits[0] * 1e3,
        f"person waits, Prefect {name}, next, p95": quantiles(waits[1:], n=20)[-1] * 1e3,
    }


def _over(pages: httpx.Client, flow_run_id: str | None) -> bool:
    return flow_run_id is None or pages.get(f"/flow_runs/{flow_run_id}").json()["state_type"] == "COMPLETED"


def _until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {seconds} s")
        time.sleep(0.002)
