"""The journal of runs: what ran, when, how it ended, what it did. Our own, because Prefect may be away.

A row is written when the work begins and closed when it ends; a row that stays "running" belongs to a process that died, and
`close_lost` says so once it is older than any run can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from flows.office import Office
from flows.ticket import current_flow_run_id
from models.requests import Run

#: longer than the longest sweep, batch or import of this office
LOST_AFTER = timedelta(hours=2)
#: how long the journal remembers sweeps that went well
MEMORY = timedelta(days=90)


@contextmanager
def journalled(office: Office, flow: str, key: str) -> Iterator[dict[str, Any]]:
    """Journal the block as one run; what it puts into the yielded dict becomes the run's counts."""
    counts: dict[str, Any] = {}
    flow_run_id = current_flow_run_id() or ""
    with office.store.write() as connection:
        begun = insert(Run).values(
            flow=flow, key=key, state="running", started_at=office.now(), observed=bool(flow_run_id),
            flow_run_id=flow_run_id, counts={}, error="",
        )  # fmt: skip
        run_id: int = connection.execute(begun.returning(Run.id)).scalar_one()
    try:
        yield counts
    except BaseException as fault:
        _close(office, run_id, "failed", counts, type(fault).__name__)
        raise
    _close(office, run_id, "done", counts, "")


def _close(office: Office, run_id: int, state: str, counts: dict[str, Any], error: str) -> None:
    with office.store.write() as connection:
        ended = update(Run).where(Run.id == run_id)
        connection.execute(ended.values(state=state, counts=counts, error=error, ended_at=office.now()))


def close_lost(connection: Connection, now: datetime) -> int:
    """Mark runs whose process died; how many there were."""
    lost = update(Run).where(Run.state == "running", Run.started_at < now - LOST_AFTER)
    return connection.execute(lost.values(state="lost", ended_at=now, error="ProcessEnded")).rowcount


def last_done(office: Office, flow: str) -> datetime | None:
    """When that flow last ended well; None before the first time."""
    query = select(func.max(Run.ended_at)).where(Run.flow == flow, Run.state == "done")
    with office.store.read() as connection:
        ended: datetime | None = connection.execute(query).scalar_one_or_none()
        return ended


def forget_quiet_runs(connection: Connection, now: datetime) -> int:
    """Drop the rows of sweeps that went well and are older than the journal's memory; failures stay."""
    old = delete(Run).where(Run.flow.like("sweep-%"), Run.state == "done", Run.ended_at < now - MEMORY)
    return connection.execute(old).rowcount
