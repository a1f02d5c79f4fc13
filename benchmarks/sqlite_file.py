"""The SQLite file of a turn: WAL and synchronous=FULL, so a committed step survives a loss of power."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.work import SCHEMA, TALLY_SQL, Tally, new_cases

FILE = "bench.sqlite"
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that begins its transactions by hand."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


def create(directory: Path) -> Path:
    """The new file with the schema of the work."""
    path = directory / FILE
    connection = connect(path)
    for statement in SCHEMA:
        connection.execute(statement)
    connection.close()
    return path


def open_cases(path: Path, cases: int) -> None:
    """Write the cases as they stand before the first step."""
    connection = connect(path)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO case_file VALUES (?, ?, ?, ?, ?, ?)", new_cases(cases))
    connection.execute("COMMIT")
    connection.close()


def tally(path: Path) -> Tally:
    """Count what the run left behind."""
    connection = connect(path)
    row = connection.execute(TALLY_SQL).fetchone()
    connection.close()
    return Tally(*row)
