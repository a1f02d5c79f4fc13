"""How the office is: what waits to be sent, when each sweep last ended well, which processes live, what ran and how it ended.

Figures of steps are asked of the units somebody watches (`paths`); what belongs to no unit is asked without them. Everything
starts from a short index or takes the newest rows and no more, so a large office is looked at as quickly as a small one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, literal, literal_column, select, union_all

from models.base import AnyRow
from models.cases import CaseFile
from models.outbox import PARKED, PENDING, Message
from models.people import Organisation, below
from models.processes import Lease, Process
from models.requests import UNWELL_ONLY, UNWELL_RUNS, Run, StepRequest

Rows = Sequence[AnyRow]
#: refusals whose reasons are counted
NEWEST = 2000
#: steps counted in one hour; more are shown as "so many and more"
MOST_AN_HOUR = 5_000
HOURS = 24
_A_WEEK = timedelta(days=7)


def units_at(connection: Connection, paths: Collection[str]) -> Rows:
    """(path, name) of the units at exactly those paths."""
    query = select(Organisation.path, Organisation.name).where(Organisation.path.in_(sorted(paths)))
    return connection.execute(query.order_by(Organisation.path).limit(len(paths))).all()


def outbox(connection: Connection, now: datetime) -> Rows:
    """What waits to be sent, by kind: (kind, waiting, due, since), `since` the moment the oldest due one should have gone."""
    due = Message.next_try_at <= now
    query = select(
        Message.kind, func.count().label("waiting"), func.count().filter(due).label("due"),
        func.min(Message.next_try_at).filter(due).label("since"),
    )  # fmt: skip
    return connection.execute(query.where(PENDING).group_by(Message.kind)).all()


def parked(connection: Connection) -> int:
    """Messages that were given up."""
    return int(connection.execute(select(func.count()).select_from(Message).where(PARKED)).scalar_one())


def last_runs(connection: Connection, flows: Sequence[str]) -> dict[str, AnyRow]:
    """Flow → when it last ended well (`well_at`), and how its newest run stands (`state`, `started_at`, `id`)."""
    parts = [_last_of(flow) for flow in flows]
    return {row.flow: row for row in connection.execute(union_all(*parts))}


def _last_of(flow: str) -> Any:
    mine = Run.flow == flow
    well = select(Run.ended_at).where(mine, Run.state == "done").order_by(Run.id.desc()).limit(1).scalar_subquery()
    newest = select(Run.flow, Run.state, Run.started_at, Run.id).where(mine).order_by(Run.id.desc()).limit(1).subquery()
    return select(newest.c.flow, newest.c.state, newest.c.started_at, newest.c.id, well.label("well_at"))


def processes(connection: Connection, since: datetime, limit: int = 50) -> Rows:
    """Processes that were heard of since then and did not sign off, the newest beat first."""
    columns = (Process.name, Process.host, Process.pid, Process.roles, Process.version, Process.started_at, Process.beat_at,
               Process.condition)  # fmt: skip
    query = select(*columns).where(Process.ended_at.is_(None), Process.beat_at > since)
    return connection.execute(query.order_by(Process.beat_at.desc(), Process.id).limit(limit)).all()


def leases(connection: Connection, now: datetime) -> Rows:
    """What one process does at a time, and which has it now."""
    return connection.execute(select(Lease.name, Lease.holder).where(Lease.until > now).order_by(Lease.name).limit(20)).all()


def steps_by_hour(connection: Connection, paths: Collection[str], now: datetime) -> Rows:
    """(no, steps, bad) of the last hours, the oldest first: steps asked for, and those refused or gone wrong among them."""
    ends = [now - timedelta(hours=hours) for hours in range(HOURS, -1, -1)]
    counted = []
    for no in range(HOURS):
        within = (StepRequest.created_at > ends[no], StepRequest.created_at <= ends[no + 1])
        rows = _of_units(select(StepRequest.status), paths).where(*within).limit(MOST_AN_HOUR).subquery()
        bad = func.count().filter(rows.c.status.in_(("refused", "failed")))
        counted.append(select(literal(no).label("no"), func.count().label("steps"), bad.label("bad")).select_from(rows))
    return connection.execute(union_all(*counted).order_by("no")).all()


def failures_by_cause(connection: Connection, paths: Collection[str], now: datetime, whole: bool) -> Rows:
    """(cause, n) of what went wrong in the last week, the most frequent first: the kind of fault, never its text.

    `whole`: sweeps and other runs of the office as well.
    """
    failed = (StepRequest.status == literal_column("'failed'"), StepRequest.settled_at > now - _A_WEEK)
    parts = [_of_units(select(StepRequest.error.label("cause")), paths).where(*failed)]
    if whole:
        lost = (UNWELL_RUNS, Run.state.in_(("failed", "lost")), Run.ended_at > now - _A_WEEK)
        parts.append(select(Run.error.label("cause")).where(*lost))
    rows = union_all(*parts).subquery()
    query = select(rows.c.cause, func.count().label("n")).group_by(rows.c.cause).order_by(func.count().desc(), rows.c.cause)
    return connection.execute(query.limit(12)).all()


def newest_refusals(connection: Connection, paths: Collection[str], now: datetime) -> Sequence[Any]:
    """The answers of the newest steps that were refused in the last week."""
    refused = (StepRequest.status == literal_column("'refused'"), StepRequest.settled_at > now - _A_WEEK)
    query = _of_units(select(StepRequest.receipt), paths).where(UNWELL_ONLY, *refused)
    return connection.scalars(query.order_by(StepRequest.settled_at.desc()).limit(NEWEST)).all()


def _of_units(query: Any, paths: Collection[str]) -> Any:
    """The requests of those units."""
    units = select(Organisation.id).where(below(paths))
    unit = func.coalesce(CaseFile.unit_id, StepRequest.unit_id)
    return query.select_from(StepRequest).outerjoin(CaseFile, CaseFile.id == StepRequest.case_id).where(unit.in_(units))
