"""A worker of Prefect's pool, as a child of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flows.heartbeat import HERE
from flows.prefect_child import PrefectChild
from flows.prefect_home import api_answers


class PoolWorker(PrefectChild):
    """`prefect worker start`: it polls the pool and starts a process for each run offered."""

    def __init__(self, pool: str, home: Path, environment: Mapping[str, str]) -> None:
        words = ("--no-prompt", "worker", "start", "--pool", pool, "--type", "process", "--name", HERE.name, "--limit", "2",
                 "--install-policy", "never")  # fmt: skip
        super().__init__(words, environment, home / "pool-worker.log")

    def may_start(self) -> bool:
        """Not before the server answers: a worker that begins without one asks ever more rarely."""
        return api_answers(self.environment["PREFECT_API_URL"])
