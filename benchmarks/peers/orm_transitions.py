"""transitions and the SQLAlchemy ORM.

Naive, as commonly written: every loaded case gets a Machine of its own. Shared: one Machine serves all,
which its authors leave to the reader to discover.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from transitions import Machine

from benchmarks import sqlite_file
from benchmarks.peers.engine import engine_on
from benchmarks.peers.tables import CaseEvent, CaseFile, Deadline, Outbox
from benchmarks.work import (
    ACTOR,
    ANSWERS,
    BATCH,
    DAY,
    FIRST_STATE,
    NOW,
    STATES,
    WAYS,
    NotPossibleError,
    Timing,
    time_batches,
    time_steps,
)

TRIGGERS: list[dict[str, Any]] = [
    {
        "trigger": way.name,
        "source": way.source,
        "dest": way.target,
        "conditions": ["claim_has_amount"] if way.guarded else [],
    }
    for way in WAYS.values()
]


def rows_of(case: CaseFile, source: str, step: str, version: int) -> list[CaseEvent | Deadline | Outbox]:
    """What a step adds beside the case: event, deadlines, outbox row."""
    way = WAYS[step, source]
    event = CaseEvent(
        case_id=case.id,
        version=version,
        step=step,
        source=source,
        target=case.state,
        actor=ACTOR,
        at=NOW,
        answers=ANSWERS,
    )
    deadlines = [Deadline(case_id=case.id, kind=kind, due_at=NOW + days * DAY, status="open") for kind, days in way.deadlines]
    message = Outbox(case_id=case.id, version=version, topic=f"case.{case.state}", status="waiting", next_at=NOW)
    return [event, *deadlines, message]


class SharedMachine:
    """One Machine without models; its event is triggered on the row."""

    name = "transitions-shared"

    def setup(self, directory: Path) -> None:
        self.path = sqlite_file.create(directory)
        self.engine = engine_on(self.path)
        self.session = sessionmaker(self.engine)
        self.machine = Machine(model=None, states=STATES, transitions=TRIGGERS, initial=FIRST_STATE, auto_transitions=False)

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_steps(self.take, cases, lambda: sqlite_file.tally(self.path))

    def trigger(self, case: CaseFile, step: str) -> bool:
        """Drive the case; False when the guard says no."""
        return bool(self.machine.events[step].trigger(case))

    def advance(self, session: Session, case: CaseFile, step: str) -> None:
        """Trigger the step and add its rows; a self-loop also moves the version, as `updated_at` changes."""
        source, version = case.state, case.version + 1
        if not self.trigger(case, step):
            raise NotPossibleError
        case.updated_at = NOW + version
        session.add_all(rows_of(case, source, step, version))

    def take(self, case_id: int, step: str) -> None:
        """One step in one session and one transaction."""
        with self.session.begin() as session:
            self.advance(session, session.get_one(CaseFile, case_id), step)

    def close(self) -> None:
        self.engine.dispose()


class NaiveMachine(SharedMachine):
    """A Machine for every case that is loaded."""

    name = "transitions-naive"

    def trigger(self, case: CaseFile, step: str) -> bool:
        Machine(model=case, states=STATES, transitions=TRIGGERS, initial=case.state)
        return bool(getattr(case, step)())


class SharedSetWise(SharedMachine):
    """The shared Machine with 500 steps a commit."""

    name = "transitions-500"

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_batches(self.take_many, cases, lambda: sqlite_file.tally(self.path), BATCH)

    def take_many(self, case_ids: Sequence[int], step: str) -> None:
        """The same step for all of `case_ids` in one transaction."""
        with self.session.begin() as session:
            for case in session.scalars(select(CaseFile).where(CaseFile.id.in_(case_ids))):
                self.advance(session, case, step)
