"""What must be true after any storm, whatever was killed in it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from flows.office import Office, utc_now
from flows.rescue import rescue_all
from flows.sweeps import run_sweep
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline
from models.outbox import Message
from models.requests import OPEN_RUNS, Run, StepRequest
from notifications.channels import Channels
from notifications.outbox import drain
from tests.factories import Town


def laws_hold(town: Town) -> None:
    """Versions without gaps, an event a request, one clock of a kind a case; the chain is whole."""
    versions = {row.id: row.version for row in town.rows(CaseFile)}
    events = town.rows(CaseEvent)
    assert Counter(event.case_id for event in events) == Counter(versions)
    assert {(event.case_id, event.seq) for event in events} == {
        (c, seq) for c, n in versions.items() for seq in range(1, n + 1)
    }
    applied = [row.id for row in town.rows(StepRequest, StepRequest.status == "applied")]
    assert Counter(event.request_id for event in events) == Counter(applied)
    running = town.rows(Deadline, Deadline.status == "open")
    clocks = Counter((row.case_id, row.contract_id, row.rule, row.subject) for row in running)
    assert set(clocks.values()) <= {1}
    assert not town.audit().broken


def nothing_waits(town: Town) -> None:
    """No request, no run and no message is left in anybody's hands."""
    unsettled = StepRequest.status.in_(("waiting", "failed"))
    assert not town.count(StepRequest, unsettled), town.rows(StepRequest, unsettled)[:3]
    assert not town.count(Run, OPEN_RUNS, Run.flow == "advance-batch")
    assert not town.count(Message, Message.status.in_(("waiting", "sending")))


def a_quarter_of_an_hour_later(office: Office, channels: Channels) -> None:
    """What the workers do when every lease is over: rescue, then send until nothing waits."""
    later = office.at(lambda: utc_now() + timedelta(minutes=15))
    rescue_all(later)
    while drain(later.store, later.settings, later.now(), channels).more:
        pass
    run_sweep(later, "follow-ups")
