"""A year's calendar is published: the dry run names what would move, applying it moves the dates and arms their reminders."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.workdays import CALENDARS, WorkCalendar
from flows import recounting
from flows.recounting import apply_calendars, provisional_dates
from models.deadlines import Deadline
from tests.factories import Town

NOTICE = """
source = "a notice for the tests"
working = []
[[rest]]
first = 2027-01-01
last = 2027-01-06
zh = "元旦"
en = "New Year's Day"
"""


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The far end: the calendar of 2027 has come, with a longer New Year than the law alone gives."""
    folder = shutil.copytree(CALENDARS, tmp_path / "calendars")
    (folder / "cn" / "2027.toml").write_text(NOTICE, encoding="utf-8")
    monkeypatch.setattr(recounting, "work_calendar", lambda country: WorkCalendar(country, folder))


def a_date_at_new_year(town: Town) -> Deadline:
    town.clock.set(date(2026, 12, 18))
    case = town.dispute()
    case.take("apply", received_on="2026-12-18")  # 15 days: 2 January 2027, a Saturday in a year nobody published
    return town.one(Deadline, Deadline.case_id == case.id, Deadline.rule == "mediation-from-receipt")


def test_without_the_calendar_nothing_moves(town: Town) -> None:
    assert a_date_at_new_year(town).provisional
    assert provisional_dates(town.office) == []


@pytest.mark.usefixtures("published")
def test_the_dry_run_names_what_would_move_and_moves_nothing(town: Town) -> None:
    before = a_date_at_new_year(town)
    found = {one.deadline_id: one for one in provisional_dates(town.office)}
    assert (found[before.id].was, found[before.id].now) == (before.due_on, date(2027, 1, 7))
    assert town.one(Deadline, Deadline.id == before.id).due_on == before.due_on


@pytest.mark.usefixtures("published")
def test_applying_moves_the_date_and_arms_its_reminders_again(town: Town) -> None:
    before = a_date_at_new_year(town)
    town.until(before.due_on - timedelta(days=1))
    apply_calendars(town.office)
    after = town.one(Deadline, Deadline.id == before.id)
    assert (after.due_on, after.provisional) == (date(2027, 1, 7), False)
    assert after.explanation["was"] == before.due_on.isoformat()
    assert after.next_on == date(2027, 1, 6)
    town.until(after.due_on)
    stages = [stage for rule, stage in town.reminders() if rule == "mediation-from-receipt"]
    people = stages.count("d5")
    assert stages.count("d1") == 2 * people > 0  # once for the provisional day, once for the real one
    assert apply_calendars(town.office) == []
