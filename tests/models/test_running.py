"""The journal of runs is read by its indexes: no page of it walks all that ever ran."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from models import durations, monitoring, running
from models.running import Narrowed, Watching
from tests.factories import Town

FLOWS = ["sweep-deadlines", "sweep-outbox", "advance-batch"]


def walked(town: Town, ask: Any) -> list[str]:
    """What the questions of `ask` would read from end to end, of steps, runs, messages and events."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    with town.office.store.read() as connection:
        event.listen(town.office.store.engine, "before_cursor_execute", note)
        ask(connection)
        event.remove(town.office.store.engine, "before_cursor_execute", note)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all() for text, values in asked]
    lines = [str(row[3]) for plan in plans for row in plan]
    whole = [f"SCAN {table}" for table in ("step_request", "run", "message", "case_event", "document", "process")]
    # in the order of an index and with a limit is no walk
    return [line for line in lines if any(line == one or line.startswith(f"{one} ") for one in whole) and "USING" not in line]


def test_pages_of_the_journal_come_from_an_index(town: Town) -> None:
    if not town.office.store.is_sqlite:
        pytest.skip("the plan is SQLite's")
    town.dispute()
    now, paths = town.clock.now, ("/1/",)
    who = Watching(town.people["supervisor"], paths, True)
    narrowed = [Narrowed(), Narrowed("refused"), Narrowed("waiting"), Narrowed("failed", 1), Narrowed("", 1),
                Narrowed("", 0, 1), Narrowed(since=now - timedelta(days=9), until=now),
                Narrowed("applied", since=now, case_type="dispute", step="open")]  # fmt: skip
    for one in narrowed:
        assert walked(town, lambda connection, one=one: running.steps(connection, paths, one, 7)) == []
    for state in ("", "failed", "running", "done"):
        one = Narrowed(state)
        assert walked(town, lambda connection, one=one: running.works(connection, who, FLOWS, one, 7)) == []
    assert walked(town, lambda connection: running.work(connection, who, 1)) == []
    assert walked(town, lambda connection: running.step(connection, paths, 1)) == []


def test_how_the_office_is_comes_from_an_index(town: Town) -> None:
    if not town.office.store.is_sqlite:
        pytest.skip("the plan is SQLite's")
    town.dispute()
    now, paths = town.clock.now, ("/1/",)
    asked = (
        lambda connection: monitoring.outbox(connection, now), monitoring.parked,
        lambda connection: monitoring.last_runs(connection, FLOWS),
        lambda connection: monitoring.steps_by_hour(connection, paths, now),
        lambda connection: durations.of_steps(connection, paths, now),
        lambda connection: durations.of_runs(connection, Watching(1, paths, True), now),
        lambda connection: monitoring.failures_by_cause(connection, paths, now, True),
        lambda connection: monitoring.newest_refusals(connection, paths, now),
    )  # fmt: skip
    for ask in asked:
        assert walked(town, ask) == []
