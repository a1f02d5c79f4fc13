"""A worker of Prefect's pool, as a child of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flows.heartbeat import HERE
from flows.prefect_child import PrefectChild


class PoolWorker(PrefectChild):
    """`prefect worker start`: it polls the pool and starts a process for each run offered."""

    def __init__(self, pool: str, home: Path, environment: Mapping[str, str]) -> None:
        words = ("--no-prompt", "worker", "start", "--pool", pool, "--type", "process", "--name", HERE.name,
                 "--limit", "2", "--no-create-pool-if-not-found", "--install-policy", "never")  # fmt: skip
        super().__init__(words, environment, home / "pool-worker.log")
