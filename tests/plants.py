"""Faults, planted behind the office's back: what the monitor must find, one function for each check.

    planted = PLANTS["notice_missing"](town)       # Planted(code, subject, number)

Each is what a real accident leaves: a row that is gone, a process that died, a date nobody looks at. The cases are those of
清波街道, below the supervisor's district.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from config.timetable import TIMETABLE
from flows.office import utc_now
from flows.requests import file_batch, place
from flows.sweeps import run_sweep
from flows.works import file_work
from models.accounts import Absence
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline
from models.offices import SearchText
from models.outbox import Message
from models.papers import Document
from models.people import Person
from models.processes import Process
from models.requests import Run, StepBatch, StepRequest
from models.search_index import Kind, row_id
from tests.factories import OfficeCase, Town

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Planted:
    """What was planted, and where the check must find it."""

    code: str
    subject: int
    number: str = ""


def remove(town: Town, table: Any, *where: Any) -> None:
    """Rows that are gone."""
    with town.office.store.write() as connection:
        connection.execute(delete(table).where(*where))


def newest(town: Town, table: Any, *where: Any) -> Any:
    """The newest such row."""
    return town.rows(table, *where)[-1]


# --- cases and clocks ----------------------------------------------------------------------------------------------------


def case_without_clock(town: Town) -> Planted:
    """An accepted dispute whose clocks are gone, and nobody touched it for eight days."""
    case = town.dispute().accepted()
    remove(town, Deadline, Deadline.case_id == case.id, Deadline.status == "open")
    town.set(CaseFile, CaseFile.id == case.id, moved_at=town.office.now() - 8 * DAY)
    return Planted("case_without_clock", case.id, case.number)


def _clock(town: Town) -> tuple[OfficeCase, Any]:
    case = town.dispute().accepted()
    return case, newest(town, Deadline, Deadline.case_id == case.id, Deadline.status == "open")


def clock_without_rule(town: Town) -> Planted:
    """A clock of a rule the case type does not know (any more)."""
    case, clock = _clock(town)
    town.set(Deadline, Deadline.id == clock.id, rule="of-an-older-type")
    return Planted("clock_without_rule", clock.id, case.number)


def clock_asleep(town: Town) -> Planted:
    """A running clock without a day on which a sweep looks at it."""
    case, clock = _clock(town)
    town.set(Deadline, Deadline.id == clock.id, next_on=None)
    return Planted("clock_asleep", clock.id, case.number)


def reminder_missed(town: Town) -> Planted:
    """A clock a sweep should have looked at three days ago."""
    case, clock = _clock(town)
    town.set(Deadline, Deadline.id == clock.id, next_on=town.today - 3 * DAY)
    return Planted("reminder_missed", clock.id, case.number)


def holder_left(town: Town) -> Planted:
    """A case whose mediator left; somebody stood in for him."""
    case = town.dispute().accepted()
    holder, other = town.people["mediator"], town.people["colleague"]
    town.add(Absence, person_id=holder, substitute_id=other, from_on=town.today - 9 * DAY, to_on=town.today - DAY,
             recorded_by=town.people["supervisor"], at=town.office.now())  # fmt: skip
    town.set(Person, Person.id == holder, left_on=town.today - DAY)
    return Planted("holder_left", case.id, case.number)


def contract_without_reminder(town: Town) -> Planted:
    """A contract in force whose clocks are gone."""
    contract_id = town.contract(town.today + 200 * DAY, "HT-PLANTED")
    remove(town, Deadline, Deadline.contract_id == contract_id)
    return Planted("contract_without_reminder", contract_id, "HT-PLANTED")


def not_findable(town: Town) -> Planted:
    """A case whose row of the search index is gone."""
    case = town.dispute()
    remove(town, SearchText, SearchText.id == row_id(Kind.CASE, case.id))
    return Planted("not_findable", case.id, case.number)


def head_differs(town: Town) -> Planted:
    """A case that does not end where its chain does."""
    case = town.dispute()
    town.set(CaseFile, CaseFile.id == case.id, head="0" * 64)
    return Planted("head_differs", case.id, case.number)


# --- what a step owes ----------------------------------------------------------------------------------------------------


def _event(town: Town, case: OfficeCase, step: str) -> Any:
    return newest(town, CaseEvent, CaseEvent.case_id == case.id, CaseEvent.step == step)


def paper_missing(town: Town) -> Planted:
    """The notice of acceptance is not there, although the case was accepted."""
    case = town.dispute().accepted()
    event = _event(town, case, "accept")
    remove(town, Document, Document.case_id == case.id, Document.seq == event.seq)
    return Planted("paper_missing", event.id, case.number)


def paper_broken(town: Town) -> Planted:
    """A paper somebody changed in the database."""
    case = town.dispute().accepted()
    paper = newest(town, Document, Document.case_id == case.id, Document.paper == "acceptance_notice")
    town.set(Document, Document.id == paper.id, facts={**paper.facts, "claim": "nothing at all"})
    return Planted("paper_broken", paper.id, paper.serial)


def notice_missing(town: Town) -> Planted:
    """The case was accepted and nobody was told."""
    case = town.dispute().accepted()
    event = _event(town, case, "accept")
    remove(town, Message, Message.case_id == case.id, Message.seq == event.seq)
    return Planted("notice_missing", event.id, case.number)


def _renewing(town: Town) -> OfficeCase:
    """An agreement whose renewal was asked for today."""
    case = town.bargaining().in_force(days=50)
    town.clock.pass_time(days=1)
    town.sweep()
    case.take("start_renewal", wish="续签")
    return case


def follow_up_missing(town: Town) -> Planted:
    """A renewal was asked for, and its wish is gone from the outbox."""
    case = _renewing(town)
    remove(town, Message, Message.case_id == case.id, Message.kind == "open_case")
    return Planted("follow_up_missing", _event(town, case, "start_renewal").id, case.number)


def follow_up_not_opened(town: Town) -> Planted:
    """A renewal was asked for, and opening its case went wrong."""
    case = _renewing(town)
    asked = newest(town, Message, Message.case_id == case.id, Message.kind == "open_case")
    town.set(Message, Message.id == asked.id, status="parked", error="OperationalError", settled_at=town.office.now())
    return Planted("follow_up_not_opened", asked.id, case.number)


def outbox_old(town: Town) -> Planted:
    """A notice in the hands of a worker that died two hours ago."""
    case = town.dispute().accepted()
    message = newest(town, Message, Message.case_id == case.id)
    long_ago = town.office.now() - 2 * HOUR
    town.set(Message, Message.id == message.id, next_try_at=long_ago)
    return Planted("outbox_old", message.id, case.number)


def parked(town: Town) -> Planted:
    """A notice that was given up."""
    case = town.dispute().accepted()
    return Planted("parked", given_up(town, case.id), case.number)


def given_up(town: Town, case_id: int) -> int:
    """A notice of the case that was given up, beside those of its steps: an open office may have those in hand. Its id."""
    row = dict(newest(town, Message, Message.case_id == case_id, Message.kind == "notice")._mapping)
    row |= {"key": f"given-up:{case_id}", "status": "parked", "error": "554 mailbox away", "settled_at": town.office.now()}
    del row["id"]
    return town.add(Message, **row)


# --- requests, runs, sweeps, processes -----------------------------------------------------------------------------------


def failed_steps(town: Town) -> Planted:
    """A step a defect broke, which has been mended since: written in one transaction, for an open office takes what waits."""
    case = town.dispute()
    with town.office.store.write() as connection:
        request_id = place(connection, town.office, case.wish("apply", received_on=town.iso()))
        failed = {"status": "failed", "error": "OSError", "attempt": 1, "settled_at": town.office.now()}
        connection.execute(update(StepRequest).where(StepRequest.id == request_id).values(**failed))
    return Planted("failed_steps", request_id, case.number)


def request_unanswered(town: Town) -> Planted:
    """A request whose process died before it was applied."""
    case = town.dispute()
    request_id = case.file("apply", received_on=town.iso())
    town.set(StepRequest, StepRequest.id == request_id, created_at=town.office.now() - 5 * MINUTE)
    return Planted("request_unanswered", request_id, case.number)


def batch_stalled(town: Town) -> Planted:
    """A batch of three, one of them done; nobody goes on."""
    cases = [town.dispute(applicant=f"工人{no}") for no in range(3)]
    wishes = [case.wish("apply", received_on=town.iso()) for case in cases]
    batch_id = file_batch(town.office, "apply", town.people["mediator"], wishes)
    town.set(StepBatch, StepBatch.id == batch_id, created_at=town.office.now() - 5 * MINUTE)
    remove(town, Run, Run.key == f"batch:{batch_id}")
    return Planted("batch_stalled", batch_id)


def _work(town: Town, flow: str, **values: Any) -> int:
    with town.office.store.write() as connection:
        run_id = file_work(connection, town.office, flow, {}, key=f"planted:{flow}")
        connection.execute(update(Run).where(Run.id == run_id).values(**values))
    return run_id


def run_abandoned(town: Town) -> Planted:
    """A run whose process was killed: it says running, and its lease is over."""
    gone = {"state": "running", "attempt": 1, "holder": "gone:1:abc", "lease_until": town.office.now() - MINUTE}
    return Planted("run_abandoned", _work(town, "verify-record", **gone))


def work_untaken(town: Town) -> Planted:
    """A verification that waits although nobody does such work."""
    return Planted("work_untaken", _work(town, "verify-record", filed_at=town.office.now() - 10 * MINUTE))


def runs_lost(town: Town) -> Planted:
    """A verification that was closed as lost and never done again."""
    lost = {"state": "lost", "attempt": 1, "ended_at": town.office.now(), "error": "ProcessEnded"}
    return Planted("runs_lost", _work(town, "verify-record", **lost))


def _place(sweep: str) -> int:
    return next(no for no, bell in enumerate(TIMETABLE) if bell.sweep == sweep)


def sweep_late(town: Town) -> Planted:
    """Nobody swept the deadlines for an hour."""
    run_sweep(town.office, "deadlines")
    town.set(Run, Run.flow == "sweep-deadlines", ended_at=town.office.now() - HOUR)
    return Planted("sweep_late", _place("deadlines"))


def sweep_failed(town: Town) -> Planted:
    """The last sealing went wrong."""
    _work(town, "sweep-seal", state="failed", ended_at=town.office.now(), error="OperationalError")
    return Planted("sweep_failed", _place("seal"))


def record_broken(town: Town) -> Planted:
    """A case was changed by hand, and the nightly audit saw it."""
    case = town.dispute()
    town.set(CaseFile, CaseFile.id == case.id, head="f" * 64)
    run_sweep(town.office, "audit")
    return Planted("record_broken", newest(town, Run, Run.flow == "sweep-audit").id)


def process_silent(town: Town, **changes: Any) -> Planted:
    """A worker that was killed an hour ago."""
    beat = {"beat_at": utc_now() - HOUR, "condition": {"breaker": "closed"}, "roles": "worker", **changes}
    process_id = town.add(Process, name=f"host:{len(town.rows(Process))}:dead", host="host", pid=1, version="1",
                          started_at=utc_now() - 2 * HOUR, **beat)  # fmt: skip
    return Planted("process_silent", process_id)


def prefect_away(town: Town) -> Planted:
    """A living process that cannot reach Prefect."""
    process = process_silent(town, beat_at=utc_now(), condition={"breaker": "open"})
    return Planted("prefect_away", process.subject)


PLANTS: Mapping[str, Callable[[Town], Planted]] = {
    plant.__name__: plant
    for plant in (
        case_without_clock, clock_without_rule, clock_asleep, reminder_missed, holder_left, contract_without_reminder,
        not_findable, head_differs, paper_missing, paper_broken, notice_missing, follow_up_missing, follow_up_not_opened,
        outbox_old, parked, failed_steps, request_unanswered, batch_stalled, run_abandoned, work_untaken, runs_lost, sweep_late,
        sweep_failed, record_broken, process_silent, prefect_away,
    )
}  # fmt: skip
