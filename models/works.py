"""Runs as the person sees them who asked for them: an import, a verification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.base import AnyRow
from models.requests import Run

_COLUMNS = (Run.id, Run.flow, Run.state, Run.started_at, Run.ended_at, Run.counts, Run.asked)


@dataclass(frozen=True)
class Work:
    """A run as its page shows it."""

    run_id: int
    flow: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    done: int
    total: int
    counts: dict[str, Any]

    @property
    def running(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in ("waiting", "running")

    @property
    def lost(self) -> bool:
        """Whether its process died and nobody went on."""
        return self.state == "lost"


def work_of(connection: Connection, person_id: int, run_id: int, *flows: str) -> Work | None:
    """The run, for whoever asked for it; None for everybody else."""
    mine = (Run.id == run_id, Run.person_id == person_id, Run.flow.in_(flows))
    row = connection.execute(select(*_COLUMNS).where(*mine)).one_or_none()
    return None if row is None else _shown(row)


def works_of(connection: Connection, person_id: int, *flows: str, limit: int = 20) -> list[Work]:
    """The newest runs of those kinds that the person asked for."""
    query = select(*_COLUMNS).where(Run.person_id == person_id, Run.flow.in_(flows)).order_by(Run.id.desc()).limit(limit)
    return [_shown(row) for row in connection.execute(query)]


def _shown(row: AnyRow) -> Work:
    counts = {**row.asked, **row.counts}
    return Work(row.id, row.flow, row.state, row.started_at, row.ended_at, int(counts.get("done", 0)),
                int(counts.get("total", 0)), counts)  # fmt: skip
