"""What the office forgets about its own machinery: runs that went well long ago, processes that ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_

from models.processes import Process
from models.requests import Run

#: how long sweeps and mendings that went well are remembered; failures stay
MEMORY = timedelta(days=90)
#: how long processes are remembered that are heard of no more
ENDED = timedelta(days=30)


def forget_quiet_runs(connection: Connection, now: datetime) -> int:
    """Drop the rows of sweeps and mendings that went well and are older than the journal's memory; failures stay.

    Each place that was mended stands in the office's journal by itself.
    """
    which = or_(Run.flow.like("sweep-%"), Run.flow == "mend-findings")
    old = delete(Run).where(which, Run.state == "done", Run.ended_at < now - MEMORY)
    return connection.execute(old).rowcount


def forget_ended_processes(connection: Connection, now: datetime) -> int:
    """Drop the rows of processes that were not heard of for a month."""
    return connection.execute(delete(Process).where(Process.beat_at < now - ENDED)).rowcount
