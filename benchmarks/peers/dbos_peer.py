"""DBOS: a workflow a step, with one datasource transaction inside that writes the rows of the work.

DBOS keeps its own records in a system database, here a second SQLite file (WAL beforehand, which it would
not set by itself; synchronous stays FULL, SQLite's default), and a checkpoint beside our rows. That is its
promise of exactly once, and its price.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from dbos import DBOS, SetWorkflowID, SQLAlchemyDatasource

from benchmarks import sqlite_file
from benchmarks.peers.core import move_one
from benchmarks.peers.engine import engine_on
from benchmarks.work import Timing, time_steps

SYSTEM_FILE = "dbos.sqlite"


def prepare_system_file(path: Path) -> None:
    """WAL is a property of the file: DBOS finds it set."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


class Dbos:
    """One workflow, and one transaction in it, for each step."""

    name = "dbos"

    def setup(self, directory: Path) -> None:
        self.path = sqlite_file.create(directory)
        self.engine = engine_on(self.path)
        self.taken = 0
        system = directory / SYSTEM_FILE
        prepare_system_file(system)
        DBOS(
            config={
                "name": "work",
                "system_database_url": f"sqlite:///{system}",
                "log_level": "ERROR",
                "application_version": "1",
            }
        )
        self.advance = self.declare()
        DBOS.launch()

    def declare(self) -> Any:
        """The workflow of one step."""
        source = SQLAlchemyDatasource.create(f"sqlite:///{self.path}", engine=self.engine)

        @source.transaction
        def write(case_id: int, step: str) -> None:
            move_one(source.sql_session().connection(), case_id, step)

        @DBOS.workflow()
        def advance(case_id: int, step: str) -> None:
            write(case_id, step)

        return advance

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_steps(self.take, cases, lambda: sqlite_file.tally(self.path))

    def take(self, case_id: int, step: str) -> None:
        """One workflow, named so that a second call would do nothing."""
        self.taken += 1
        with SetWorkflowID(f"{case_id}-{step}-{self.taken}"):
            self.advance(case_id, step)

    def close(self) -> None:
        DBOS.destroy()
        self.engine.dispose()
