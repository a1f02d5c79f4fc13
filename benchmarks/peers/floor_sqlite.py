"""The floor: the standard library's sqlite3 and hand-written SQL, without an engine.

Two of them: one commit a step, and 500 steps a commit written set-wise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from benchmarks import sqlite_file
from benchmarks.work import (
    ACTOR,
    ANSWERS,
    BATCH,
    DAY,
    NOW,
    NotPossibleError,
    Timing,
    decide,
    time_batches,
    time_steps,
)

READ = "SELECT state, version, amount_fen FROM case_file WHERE id = ?"
MOVE = "UPDATE case_file SET state = ?, version = ?, updated_at = ? WHERE id = ? AND version = ?"
EVENT = "INSERT INTO case_event (case_id, version, step, source, target, actor, at, answers) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
DEADLINE = "INSERT INTO deadline (case_id, kind, due_at, status) VALUES (?, ?, ?, 'open')"
OUTBOX = "INSERT INTO outbox (case_id, version, topic, status, next_at) VALUES (?, ?, ?, 'waiting', ?)"


class FloorSqlite:
    """One commit a step."""

    name = "floor-sqlite"

    def setup(self, directory: Path) -> None:
        self.path = sqlite_file.create(directory)
        self.db: sqlite3.Connection = sqlite_file.connect(self.path)

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_steps(self.take, cases, lambda: sqlite_file.tally(self.path))

    def take(self, case_id: int, step: str) -> None:
        """One step in one transaction."""
        run = self.db.execute
        run("BEGIN IMMEDIATE")
        state, version, amount_fen = run(READ, (case_id,)).fetchone()
        way = decide(step, state, amount_fen)
        moved = run(MOVE, (way.target, version + 1, NOW, case_id, version))
        if moved.rowcount != 1:
            raise NotPossibleError
        run(EVENT, (case_id, version + 1, step, state, way.target, ACTOR, NOW, ANSWERS))
        for kind, days in way.deadlines:
            run(DEADLINE, (case_id, kind, NOW + days * DAY))
        run(OUTBOX, (case_id, version + 1, f"case.{way.target}", NOW))
        run("COMMIT")

    def close(self) -> None:
        self.db.close()


class FloorSqliteSetWise(FloorSqlite):
    """500 steps a commit, each table written once."""

    name = "floor-sqlite-500"

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_batches(self.take_many, cases, lambda: sqlite_file.tally(self.path), BATCH)

    def take_many(self, case_ids: Sequence[int], step: str) -> None:
        """The same step for all of `case_ids` in one transaction."""
        marks = ",".join("?" * len(case_ids))
        self.db.execute("BEGIN IMMEDIATE")
        rows = self.db.execute(
            f"SELECT id, state, version, amount_fen FROM case_file WHERE id IN ({marks})", tuple(case_ids)
        ).fetchall()
        ways = [(i, state, version, decide(step, state, amount)) for i, state, version, amount in rows]
        many = self.db.executemany
        moved = many(MOVE, [(way.target, version + 1, NOW, i, version) for i, _, version, way in ways])
        if moved.rowcount != len(case_ids):
            raise NotPossibleError
        many(EVENT, [(i, v + 1, step, state, way.target, ACTOR, NOW, ANSWERS) for i, state, v, way in ways])
        many(DEADLINE, [(i, kind, NOW + days * DAY) for i, _, _, way in ways for kind, days in way.deadlines])
        many(OUTBOX, [(i, version + 1, f"case.{way.target}", NOW) for i, _, version, way in ways])
        self.db.execute("COMMIT")
