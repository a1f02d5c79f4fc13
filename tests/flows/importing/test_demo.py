"""The demo office loads by the importer, whatever the day, and has work for that day."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from flows.importing.demo import load_demo
from flows.office import Office
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.people import Organisation, Position
from tests.flows.importing.conftest import new_office


@pytest.mark.parametrize("today", [date(2026, 5, 20), date(2026, 1, 1), date(2028, 2, 29), date(2026, 10, 4)])
def test_the_demo_loads_without_a_refused_row(tmp_path: Path, today: date) -> None:
    office = new_office(tmp_path / "home", with_unit=False)
    begun = time.process_time()  # not the time of day: others may work on the machine
    summary = load_demo(office, today)
    assert time.process_time() - begun < 15
    assert summary.report.refused_file is None, summary.report.said("en")
    assert all(one.stuck == 0 for one in summary.report.sheets)
    _check_size(office)
    _check_day(office, today)
    assert all(one.added == 0 for one in load_demo(office, today).report.sheets)
    office.store.close()


def _check_size(office: Office) -> None:
    with office.store.read() as connection:

        def size(table: type) -> int:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

        assert 60 <= size(Organisation) <= 150
        assert 90 <= size(Contract) <= 120
        assert 25 <= size(Position) <= 40
        states = {row.state: row.n for row in connection.execute(
            select(CaseFile.state, func.count().label("n")).group_by(CaseFile.state))}  # fmt: skip
        roles = set(connection.execute(select(Position.role)).scalars())
    assert {"registered", "accepted", "mediating", "performing", "closed", "planned", "offered"} <= set(states)
    assert roles == {"mediator", "officer", "supervisor", "administrator", "chair"}


def _check_day(office: Office, today: date) -> None:
    """Something of every kind falls on the day itself."""
    with office.store.read() as connection:
        due = set(connection.execute(select(Deadline.rule).where(Deadline.due_on == today)).scalars())
        opens = set(connection.execute(select(Deadline.rule).where(Deadline.opens_on == today)).scalars())
    assert {"session", "performance", "contract-term"} <= due
    assert "renewal-window" in opens
