"""The figures of the office for its watchers: counts and ages, nobody's name. Each query has an index and a limit.

A figure that reaches `MOST` means "that many or more": nobody waits for an exact count of what is far too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, text

from models.cases import OPEN_ONLY, CaseFile
from models.deadlines import Deadline
from models.outbox import PARKED, PENDING, Message
from models.processes import Process
from models.requests import OPEN_RUNS, WAITING_ONLY, Run, StepRequest

MOST, MOST_CASES = 10_000, 1_000_000
#: in words, so that SQLite sees that the index of what is unwell holds them
FAILED_ONLY = text("status = 'failed'")
#: more runs than an hour has
MOST_RUNS = 20_000


@dataclass(frozen=True)
class ProcessSeen:
    """A process that was heard of: its roles, breaker, memory in bytes."""

    roles: tuple[str, ...]
    breaker: str
    memory: int


@dataclass(frozen=True)
class Verified:
    """How the last verification of the record ended."""

    ended_at: datetime
    broken: int


@dataclass(frozen=True)
class Figures:
    """What changes from second to second."""

    outbox_waiting: int
    outbox_parked: int
    #: when the message was due that waits longest; None: nothing is due
    outbox_due_since: datetime | None
    requests_waiting: int
    requests_failed: int
    #: (flow, state) → (how many, seconds in all) of the runs begun in the last hour
    runs: Mapping[tuple[str, str], tuple[int, float]]
    runs_waiting: int
    #: sweep → when it last ended well
    sweeps: Mapping[str, datetime]
    processes: Sequence[ProcessSeen]
    verified: Verified | None
    #: when the newest backup was taken; None: there is none in the journal
    backed_up_at: datetime | None


def figures(connection: Connection, now: datetime, sweeps: Sequence[str], stale: timedelta) -> Figures:
    """The figures at this moment; `sweeps` are those that leave a trace each time."""
    due = select(Message.next_try_at).where(PENDING, Message.next_try_at <= now).order_by(Message.next_try_at).limit(1)
    ended = {name: _last_end(connection, f"sweep-{name}") for name in sweeps}
    return Figures(
        outbox_waiting=_count(connection, select(Message.id).where(PENDING)),
        outbox_parked=_count(connection, select(Message.id).where(PARKED)),
        outbox_due_since=connection.execute(due).scalar(),
        requests_waiting=_count(connection, select(StepRequest.id).where(WAITING_ONLY)),
        requests_failed=_count(connection, select(StepRequest.id).where(FAILED_ONLY)),
        runs=_runs(connection, now),
        runs_waiting=_count(connection, select(Run.id).where(OPEN_RUNS, Run.state == "waiting")),
        sweeps={name: at for name, at in ended.items() if at is not None},
        processes=_processes(connection, now, stale),
        verified=_verified(connection),
        backed_up_at=_last_end(connection, "backup"),
    )


def open_cases(connection: Connection) -> dict[str, int]:
    """Open cases by type."""
    some = select(CaseFile.type).where(OPEN_ONLY).limit(MOST_CASES).subquery()
    return dict(connection.execute(select(some.c.type, func.count()).group_by(some.c.type)).all())


def deadlines_missed(connection: Connection, today: date) -> int:
    """Clocks that a sweep should have looked at before today."""
    missed = select(Deadline.id).where(Deadline.next_on.is_not(None), Deadline.next_on < today)
    return _count(connection, missed)


def _count(connection: Connection, query: Any) -> int:
    some = query.limit(MOST).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _runs(connection: Connection, now: datetime) -> dict[tuple[str, str], tuple[int, float]]:
    query = select(Run.flow, Run.state, Run.started_at, Run.ended_at).where(Run.started_at > now - timedelta(hours=1))
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for run in connection.execute(query.limit(MOST_RUNS)):
        count, seconds = found.get((run.flow, run.state), (0, 0.0))
        lasted = (run.ended_at - run.started_at).total_seconds() if run.ended_at is not None else 0.0
        found[run.flow, run.state] = (count + 1, seconds + max(0.0, lasted))
    return found


def _last_end(connection: Connection, flow: str) -> datetime | None:
    query = select(Run.ended_at).where(Run.flow == flow, Run.state == "done").order_by(Run.id.desc()).limit(1)
    return connection.execute(query).scalar()


def _processes(connection: Connection, now: datetime, stale: timedelta) -> list[ProcessSeen]:
    alive = (Process.ended_at.is_(None), Process.beat_at > now - stale)
    query = select(Process.roles, Process.condition).where(*alive).order_by(Process.id.desc()).limit(500)
    return [
        ProcessSeen(tuple(row.roles.split()), str(row.condition.get("breaker", "")), int(row.condition.get("memory", 0)))
        for row in connection.execute(query)
    ]


def _verified(connection: Connection) -> Verified | None:
    last = select(Run.ended_at, Run.counts).where(Run.flow == "sweep-audit", Run.state == "done").order_by(Run.id.desc())
    row = connection.execute(last.limit(1)).first()
    return None if row is None else Verified(row.ended_at, int(row.counts.get("broken", 0)))
