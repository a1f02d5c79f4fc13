"""The players of test_prefect_lane: an office with a body, a supervisor's pages, a crowd at the database."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx

from flows.lane import Answer, Breaker, Lane, current_flow_run_id
from tests.waiting import eventually


class Office:
    """A body that remembers each call as (key, flow run id), and a lane for it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None]] = []
        self.during: Callable[[], object] = lambda: None
        self.lane = Lane(self.body, breaker=Breaker(open_for=0.5))

    def body(self, key: str) -> str:
        self.calls.append((key, current_flow_run_id()))
        self.during()
        return f"receipt of {key}"

    def timed(self, key: str) -> tuple[Answer[str], float]:
        begun = time.perf_counter()
        answer = self.lane.run(key)
        return answer, time.perf_counter() - begun

    def observed_again(self) -> bool:
        return self.lane.run("are-you-there").observed


class Pages:
    """What a supervisor can see of the runs, through the server's own API."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def run(self, flow_run_id: str | None) -> dict[str, object]:
        found: dict[str, object] = self.client.get(f"/flow_runs/{flow_run_id}").json()
        return found

    def ended(self, flow_run_id: str | None) -> dict[str, object]:
        """The run, once it is over."""
        eventually(lambda: self.run(flow_run_id)["state_type"] not in ("PENDING", "RUNNING"))
        return self.run(flow_run_id)

    def turned_away(self) -> bool:
        """Whether the server says 503 to one more run."""
        flow = self.client.post("/flows/", json={"name": "knock"}).json()["id"]
        asked = {"flow_id": flow, "state": {"type": "PENDING"}}
        return self.client.post("/flow_runs/", json=asked).status_code == httpx.codes.SERVICE_UNAVAILABLE

    def parameters_of(self, flow_name: str) -> list[dict[str, str]]:
        asked = {"flows": {"name": {"any_": [flow_name]}}, "limit": 200}
        return [run["parameters"] for run in self.client.post("/flow_runs/filter", json=asked).json()]


def crowd_out(database: Path, over: threading.Event) -> None:
    """Write to a SQLite file without a pause: who reads before writing is told that the database is busy."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as crowd:
        crowd.execute("CREATE TABLE crowd (x)")
        while not over.wait(0.001):
            crowd.execute("BEGIN IMMEDIATE")
            crowd.execute("INSERT INTO crowd VALUES (1)")
            time.sleep(0.02)
            crowd.execute("COMMIT")
