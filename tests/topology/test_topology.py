"""Two webs, two schedulers, three workers, Prefect's server with its pool, PostgreSQL: the office outgrows one machine.

It is driven over HTTP, and its parts die one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from flows.office import utc_now
from flows.requests import Wish
from flows.requests import file_batch as file_batch_here
from models.cases import CaseEvent, CaseFile
from models.outbox import Message
from models.processes import Lease, Process
from models.requests import Run, StepRequest
from tests.factories import CONSENT, REGISTRATION, STREET
from tests.topology.stage import Topology
from tests.waiting import eventually

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(600)]
CASES = 1000


def opening(number: int) -> dict[str, Any]:
    """The body that opens a dispute."""
    return {"type": "dispute", "unit": "qingbo", "answers": {**REGISTRATION, "applicant": f"张{number}"}}


def send(program: httpx.Client, path: str, body: dict[str, Any], key: str) -> httpx.Response:
    """Post it under that key."""
    return program.post(path, json=body, headers={"idempotency-key": key})


def answers(program: httpx.Client) -> bool:
    """Whether the interface listens."""
    try:
        return program.get("/me").status_code == 200
    except httpx.HTTPError:
        return False


def file_batch(program: httpx.Client, step: str, numbers: Sequence[str], key: str, **asked: Any) -> int:
    """File a batch over HTTP; its id."""
    answer = send(program, "/batches", {"step": step, "numbers": list(numbers), "answers": asked}, key)
    assert answer.status_code == 202, answer.text
    return int(answer.json()["id"])


def done(program: httpx.Client, batch_id: int) -> bool:
    """Whether nothing of the batch waits any more."""
    told = program.get(f"/batches/{batch_id}").json()
    return told["chosen"] == told["applied"] + told["refused"] + told["failed"]


def run_of(town: Any, batch_id: int) -> Any:
    """The run that does the batch."""
    return town.one(Run, Run.flow == "advance-batch", Run.key == f"batch:{batch_id}")


def lease_holder(topology: Topology) -> str:
    """The process that rings."""
    with topology.town.office.store.read() as connection:
        return str(connection.execute(select(Lease.holder)).scalar_one())


def holder_of(topology: Topology, batch_id: int) -> Any:
    """The worker that does the batch just now; None as long as nobody does."""
    run = run_of(topology.town, batch_id)
    holders = [one for one in topology.of("worker") if f":{one.child.pid}:" in run.holder]
    return holders[0] if run.state == "running" and holders else None


def pool_workers(topology: Topology) -> int:
    """How many workers Prefect's pool has, once its deployments are there."""
    url = topology.settings["CONCORD_PREFECT_URL"] + "/api"
    try:
        deployed = httpx.post(f"{url}/deployments/count", json={}, timeout=5).json()
        there = httpx.post(f"{url}/work_pools/concord/workers/filter", json={}, timeout=5).json() if deployed == 5 else []
    except (httpx.HTTPError, ValueError):
        return 0
    return len([one for one in there if one["status"] == "ONLINE"])


def open_many(topology: Topology, count: int) -> list[str]:
    """So many cases by a batch that some worker does; their numbers."""
    town, by = topology.town, topology.town.people["mediator"]
    wish = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=by, answers=REGISTRATION)
    file_batch_here(town.office, "open", by, [wish] * count)
    eventually(lambda: town.count(CaseFile) >= count, 90, "no worker opened the cases")
    return [row.number for row in town.rows(CaseFile)][-count:]


def test_the_office_spread_over_machines(topology: Topology) -> None:
    town, today = topology.town, topology.town.iso()
    webs = [topology.start("web"), topology.start("web")]
    schedulers = [topology.start("scheduler"), topology.start("scheduler")]
    for _ in range(3):
        topology.start("worker")
    prefect = topology.start("prefect")
    one, other = (topology.program(web, "mediator") for web in webs)
    eventually(lambda: answers(one) and answers(other), 180)
    eventually(lambda: town.count(Process, Process.ended_at.is_(None)) >= 7, 60)

    # a case opened at one web goes on at the other; the same request at both is one event
    number = send(one, "/cases", opening(0), "k0").json()["number"]
    body = {"answers": {"received_on": today}, "expected_version": 1}
    first, again = (send(web, f"/cases/{number}/steps/apply", body, "k1") for web in (one, other))
    assert first.status_code == again.status_code == 200, first.text
    assert first.content == again.content
    assert other.get(f"/cases/{number}").json()["state"]["value"] == "applied"
    assert town.count(CaseEvent) == 2

    # a batch filed at a web is offered to the pool, and done by a process that a Prefect worker started
    numbers = open_many(topology, CASES)
    eventually(lambda: pool_workers(topology) == 3, 240, "Prefect's pool has no workers")
    batch = file_batch(one, "apply", numbers, "batch-1", received_on=today)
    eventually(lambda: done(other, batch), 180)
    ran = eventually(lambda: (run := run_of(town, batch)).ended_at and run, 10)
    assert (ran.state, ran.counts["applied"], ran.attempt) == ("done", CASES, 1)
    assert ran.observed, "Prefect's pool did it"

    # Prefect dies: our own workers take what is filed. One of them freezes over its work: another goes on after its lease
    prefect.kill()
    batch = file_batch(other, "accept", numbers, "batch-2", accepted_on=today, **CONSENT)
    holder = eventually(lambda: holder_of(topology, batch), 60, "nobody took the batch", every=0.01)
    holder.freeze()
    eventually(lambda: done(one, batch), 120)
    holder.thaw()
    ran = eventually(lambda: (run := run_of(town, batch)).ended_at and run, 60)
    assert ran.state == "done"
    assert set(Counter((row.case_id, row.step) for row in town.rows(CaseEvent)).values()) == {1}, "nothing twice"
    assert town.count(CaseEvent) == 2 + 3 * CASES, "nothing lost"

    # the scheduler that rings dies; the other one rings
    leader = next(one for one in schedulers if f":{one.child.pid}:" in lease_holder(topology))
    leader.kill()
    eventually(lambda: f":{leader.child.pid}:" not in lease_holder(topology), 30)
    swept = town.count(Run, Run.flow == "sweep-deadlines", Run.state == "done")
    eventually(lambda: town.count(Run, Run.flow == "sweep-deadlines", Run.state == "done") > swept, 120)

    # a web dies; the other one knows everything, and the workers have sent what there was to send
    webs[0].kill()
    assert other.get(f"/cases/{numbers[0]}").json()["state"]["value"] == "accepted"
    due = (Message.status == "waiting", Message.kind == "notice", Message.next_try_at <= utc_now())
    eventually(lambda: town.count(Message, *due) == 0, 90)
    assert town.count(StepRequest, StepRequest.status.in_(("waiting", "failed"))) == 0
    assert not town.audit().broken
    versions = {row.id: row.version for row in town.rows(CaseFile)}
    assert Counter(row.case_id for row in town.rows(CaseEvent)) == versions, "no gap, nothing doubled"
    for process in topology.of("worker"):
        process.thaw()
    assert len(topology.of("worker")) == 3
