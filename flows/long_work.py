"""Long work that somebody started from a page: it runs in a thread of its own and is a row, so it survives a closed page.

    run_id = begin(office, "web-import", actor_id=…, body=…)     # returns at once
    work_of(connection, actor_id, run_id)                         # how far it is, how it ended

What the body returns becomes the row's counts. A process that dies leaves the row "running" and silent; what was begun is then
started again by hand, and everything that is started from here may be started twice.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from flows.office import Office
from models.requests import Run
from states.errors import Refusal

#: (done, in all): how far it is
Progress = Callable[[int, int], None]
Body = Callable[[Progress], dict[str, Any]]
#: seconds between two notes of how far it is
NOTED = 0.5
#: a running work that was not heard of for so long belongs to a process that died
SILENT = timedelta(minutes=3)


@dataclass(frozen=True)
class Work:
    """A work as its page shows it."""

    run_id: int
    flow: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    done: int
    total: int
    #: running, but silent for too long
    lost: bool
    counts: dict[str, Any]

    @property
    def running(self) -> bool:
        """Whether there is something to wait for."""
        return self.state == "running" and not self.lost


def begin(office: Office, flow: str, *, actor_id: int, key: str, body: Body, **told: Any) -> int:
    """Start the work; the id of its row. `told` stays in the counts: what the page needs to show the result."""
    kept = {"actor_id": actor_id, **told}
    with office.store.write() as connection:
        row = insert(Run).values(
            flow=flow, key=key[:120], state="running", started_at=office.now(), observed=False, flow_run_id="", error="",
            counts={**kept, "at": office.now().isoformat()},
        )  # fmt: skip
        run_id: int = connection.execute(row.returning(Run.id)).scalar_one()
    threading.Thread(target=_work, args=(office, run_id, kept, body), name=f"work-{run_id}", daemon=True).start()
    return run_id


def _work(office: Office, run_id: int, kept: dict[str, Any], body: Body) -> None:
    noted = _Noted(office, run_id, kept)
    state, counts, error = "failed", {}, ""
    try:
        counts, state = body(noted), "done"
    except Refusal as refusal:
        state = "refused"
        counts = {"reasons": [{"text": list(one.text), "remedy": list(one.remedy)} for one in refusal.reasons]}
    finally:
        kind = sys.exc_info()[0]
        error = kind.__name__ if kind is not None else ""
        with office.store.write() as connection:
            ended = {"state": state, "ended_at": office.now(), "counts": {**kept, **noted.reached, **counts}, "error": error}
            connection.execute(update(Run).where(Run.id == run_id).values(ended))


class _Noted:
    """Notes how far the work is, not more often than somebody looks."""

    def __init__(self, office: Office, run_id: int, kept: dict[str, Any]) -> None:
        self.office, self.run_id, self.kept = office, run_id, kept
        self.reached: dict[str, int] = {}
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        self.reached = {"done": done, "total": total}
        if time.monotonic() - self._last < NOTED:
            return
        self._last = time.monotonic()
        counts = {**self.kept, **self.reached, "at": self.office.now().isoformat()}
        with self.office.store.write() as connection:
            connection.execute(update(Run).where(Run.id == self.run_id).values(counts=counts))


def work_of(connection: Connection, actor_id: int, run_id: int, now: datetime) -> Work | None:
    """The work, for whoever started it; None for everybody else."""
    row = connection.execute(select(*Run.__table__.c).where(Run.id == run_id, Run.flow.startswith("web-"))).first()
    return _shown(row, now) if row is not None and row.counts.get("actor_id") == actor_id else None


def works_of(connection: Connection, actor_id: int, now: datetime, *flows: str, limit: int = 20) -> list[Work]:
    """The newest works of those kinds that the person started."""
    rows = connection.execute(
        select(*Run.__table__.c).where(Run.flow.in_(flows)).order_by(Run.id.desc()).limit(limit * 5)
    ).all()  # fmt: skip
    return [_shown(row, now) for row in rows if row.counts.get("actor_id") == actor_id][:limit]


def _shown(row: Any, now: datetime) -> Work:
    heard = datetime.fromisoformat(row.counts["at"]) if "at" in row.counts else row.started_at
    return Work(
        row.id, row.flow, row.state, row.started_at, row.ended_at, int(row.counts.get("done", 0)),
        int(row.counts.get("total", 0)), row.state == "lost" or (row.state == "running" and now - heard > SILENT), row.counts,
    )  # fmt: skip
