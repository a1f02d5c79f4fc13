"""SQLAlchemy Core: the same statements built once, one commit a step, and 500 steps a commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, select, update

from benchmarks import sqlite_file
from benchmarks.peers.engine import engine_on
from benchmarks.peers.tables import CaseEvent, CaseFile, Deadline, Outbox
from benchmarks.work import (
    ACTOR,
    ANSWERS,
    BATCH,
    DAY,
    NOW,
    NotPossibleError,
    Step,
    Timing,
    decide,
    time_batches,
    time_steps,
)

_case = CaseFile.__table__.c
_columns = select(_case.id, _case.state, _case.version, _case.amount_fen)
READ = _columns.where(_case.id == bindparam("case_id"))
READ_MANY = _columns.where(_case.id.in_(bindparam("case_ids", expanding=True)))
MOVE = (
    update(CaseFile.__table__)  # type: ignore[arg-type]
    .where(_case.id == bindparam("case_id"), _case.version == bindparam("seen"))
    .values(state=bindparam("target"), version=bindparam("next"), updated_at=NOW)
)
EVENT = insert(CaseEvent.__table__)  # type: ignore[arg-type]
DEADLINE = insert(Deadline.__table__)  # type: ignore[arg-type]
OUTBOX = insert(Outbox.__table__)  # type: ignore[arg-type]

#: A case as read, with the way it takes: (id, state, version, way).
Moving = tuple[int, str, int, Step]


def move_all(connection: Connection, step: str, moving: Sequence[Moving]) -> None:
    """Write the rows of `step` for every case in `moving`, one statement a table."""
    moved = connection.execute(
        MOVE, [{"case_id": i, "seen": v, "next": v + 1, "target": way.target} for i, _, v, way in moving]
    )
    if moved.rowcount != len(moving):
        raise NotPossibleError
    fixed = {"step": step, "actor": ACTOR, "at": NOW, "answers": ANSWERS}
    connection.execute(
        EVENT,
        [{"case_id": i, "version": v + 1, "source": s, "target": way.target, **fixed} for i, s, v, way in moving],
    )
    connection.execute(
        DEADLINE,
        [
            {"case_id": i, "kind": kind, "due_at": NOW + days * DAY, "status": "open"}
            for i, _, _, way in moving
            for kind, days in way.deadlines
        ],
    )
    waiting = {"status": "waiting", "next_at": NOW}
    connection.execute(
        OUTBOX,
        [{"case_id": i, "version": v + 1, "topic": f"case.{w.target}", **waiting} for i, _, v, w in moving],
    )


def move_one(connection: Connection, case_id: int, step: str) -> None:
    """Read, decide and write one step inside the caller's transaction."""
    i, state, version, amount_fen = connection.execute(READ, {"case_id": case_id}).one()
    move_all(connection, step, [(i, state, version, decide(step, state, amount_fen))])


class Core:
    """One commit a step."""

    name = "core"

    def setup(self, directory: Path) -> None:
        self.path = sqlite_file.create(directory)
        self.engine = engine_on(self.path)

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_steps(self.take, cases, lambda: sqlite_file.tally(self.path))

    def take(self, case_id: int, step: str) -> None:
        """One step in one transaction."""
        with self.engine.begin() as connection:
            move_one(connection, case_id, step)

    def close(self) -> None:
        self.engine.dispose()


class CoreSetWise(Core):
    """500 steps a commit."""

    name = "core-500"

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_batches(self.take_many, cases, lambda: sqlite_file.tally(self.path), BATCH)

    def take_many(self, case_ids: Sequence[int], step: str) -> None:
        """The same step for all of `case_ids` in one transaction."""
        with self.engine.begin() as connection:
            rows = connection.execute(READ_MANY, {"case_ids": list(case_ids)}).all()
            move_all(connection, step, [(i, s, v, decide(step, s, amount)) for i, s, v, amount in rows])
