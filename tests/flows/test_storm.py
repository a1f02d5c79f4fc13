"""Kill -9 at any moment, again and again: three workers on four hundred requests, and each request is one event."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from config.settings import ROOT
from flows.batch import advance_batch
from flows.requests import Wish, file_batch, file_request
from flows.rescue import rescue_all
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline
from models.outbox import Message
from models.requests import StepRequest
from tests.factories import REGISTRATION, STREET, Town

pytestmark = pytest.mark.crash
CASES, WORKERS, DEATHS = 400, 3, 9
WORKER = """
import sys
from datetime import datetime
from pathlib import Path
from config.settings import Settings
from flows.batch import apply_alone
from flows.office import open_office
from flows.steps import waiting_requests
now = datetime.fromisoformat(sys.argv[2])
office = open_office(Settings(home=Path(sys.argv[1]), prefect=False, database_url=sys.argv[3]), lambda: now)
print("ready", flush=True)
sys.stdin.readline()
while waiting := waiting_requests(office):
    for request in waiting:
        apply_alone(office, request, {"observed": False, "flow_run_id": ""})
"""


def worker(town: Town) -> subprocess.Popen[str]:
    """A process that is about to apply what waits until nothing is left."""
    settings = town.office.settings
    line = [
        sys.executable,
        "-W",
        "error",
        "-c",
        WORKER,
        str(settings.home),
        town.office.now().isoformat(),
        settings.database_url,
    ]
    return subprocess.Popen(line, cwd=ROOT, env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def sent_to_work(one: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """Let it begin as soon as it is ready."""
    assert one.stdin is not None
    one.stdin.write("go\n")
    one.stdin.flush()
    return one


def test_a_storm_loses_nothing_and_doubles_nothing(town: Town) -> None:
    by, random = town.people["mediator"], Random(9)
    opening = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=by, answers=REGISTRATION)
    assert advance_batch(town.office, file_batch(town.office, "open", by, [opening] * CASES)).applied == CASES
    ids = [row.id for row in town.rows(CaseFile)]
    requests = [file_request(town.office, town.wish("apply", "mediator", case_id, received_on=town.iso())) for case_id in ids]
    running, killed = [worker(town) for _ in range(WORKERS)], 0
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        sent_to_work(one)
    while killed < DEATHS and town.count(StepRequest, StepRequest.status == "waiting"):
        time.sleep(random.uniform(0.1, 0.3))
        victim = killed % WORKERS
        running[victim].kill()
        running[victim].communicate()
        killed += running[victim].returncode == -9
        running[victim] = sent_to_work(worker(town))
    for one in running:
        one.communicate(timeout=60)
    assert killed >= 3, "it was a storm"
    town.clock.now += timedelta(minutes=5)
    rescue_all(town.office)
    assert Counter(row.status for row in town.rows(StepRequest, StepRequest.id.in_(requests))) == {"applied": CASES}
    applied = Counter(row.request_id for row in town.rows(CaseEvent, CaseEvent.step == "apply"))
    assert applied == Counter(requests)
    assert {row.version for row in town.rows(CaseFile)} == {2}
    assert town.count(Deadline, Deadline.rule == "mediation-decide") == CASES
    assert town.count(Message, Message.notice == "case_registered") == CASES
    assert not town.audit().broken
    if town.office.store.is_sqlite:
        with town.office.store.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
