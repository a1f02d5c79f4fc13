"""Prefect's work pool: heavy runs offered to workers on any number of machines.

A run is a row of ours first (`flows.works`). Offering it makes a Prefect run of its deployment (prefect.yaml) with the row's
id; a Prefect worker starts a process, which claims the row. What nobody took within `GRACE` our own workers take: Prefect
spreads the work, it is not needed for it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from flows.prefect_home import child_environment

log = logging.getLogger("concord.pool")

CHECKOUT = Path(__file__).resolve().parents[1]
#: how long an offered run is left to the pool
GRACE = timedelta(seconds=15)
#: the name all deployments bear; the flow says which one is meant
DEPLOYMENT = "pool"


def deployed_as(flow: str) -> str:
    """The flow of `flows.deployed` that does such runs: all sweeps are one."""
    return "sweep" if flow.startswith("sweep-") else flow


async def offer(flow: str, run_id: int) -> None:
    """Make a Prefect run for the filed one. What goes wrong is logged and nothing more: our own workers will take it."""
    from prefect.client.orchestration import get_client

    try:
        async with get_client() as client:
            found = await client.read_deployment_by_name(f"{deployed_as(flow)}/{DEPLOYMENT}")
            await client.create_flow_run_from_deployment(
                found.id, parameters={"run_id": run_id}, name=f"{flow}-{run_id}", idempotency_key=f"concord-run-{run_id}"
            )
    except Exception as trouble:  # Prefect's trouble, never the work's
        log.warning("run %s was not offered to the pool: %s", run_id, type(trouble).__name__)


def prepare_pool(pool: str, environment: Mapping[str, str]) -> bool:
    """Make the pool and its deployments on the Prefect server, again and again without harm; whether it worked."""
    line = [sys.executable, "-m", "prefect", "--no-prompt"]
    env = {**child_environment(environment), "CONCORD_WORK_POOL": pool}
    said = Path(environment["PREFECT_HOME"]) / "pool-preparing.log"
    for words in (("work-pool", "create", pool, "--type", "process", "--overwrite"), ("deploy", "--all")):
        with said.open("ab") as kept:
            done = subprocess.run(
                [*line, *words], cwd=CHECKOUT, env=env, check=False, stdout=kept, stderr=kept, stdin=subprocess.DEVNULL
            )
        if done.returncode:
            log.warning("prefect %s ended with %s: %s tells why", words[0], done.returncode, said)
            return False
    return True
