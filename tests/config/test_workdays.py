"""The official calendar against an independent one, and what it does about a year nobody has announced."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.workdays import BrokenCalendar, WorkCalendar, work_calendar

CN = work_calendar("CN")
US = work_calendar("US")
CN.is_provisional(2027)  # reads the holidays package before Hypothesis looks at the clock
DAYS = st.dates(date(2004, 1, 1), date(2060, 12, 31))
ROOT = Path(__file__).parents[2]


def each_day(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize("year", range(2010, 2027))
def test_every_day_agrees_with_the_oracle(year: int, tmp_path: Path) -> None:
    days = each_day(date(year, 1, 1), date(year, 12, 31))
    oracle = [chinese_calendar.is_workday(day) for day in days]
    assert [CN.is_working_day(day) for day in days] == oracle
    without_files = WorkCalendar("CN", tmp_path)
    assert [without_files.is_working_day(day) for day in days] == oracle
    assert not CN.is_provisional(year)


def test_the_notice_of_2026() -> None:
    working = [date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))]
    assert CN.make_up_days(date(2026, 1, 1), date(2026, 12, 31)) == working
    assert CN.rest_days(date(2026, 9, 25), date(2026, 10, 8)) == [
        *each_day(date(2026, 9, 25), date(2026, 9, 27)),
        *each_day(date(2026, 10, 1), date(2026, 10, 7)),
    ]
    assert CN.name_of(date(2026, 10, 4), "zh") == "国庆节"
    assert CN.name_of(date(2026, 10, 4), "en") == "National Day"
    assert CN.name_of(date(2026, 10, 11), "zh") == "周末"
    assert CN.name_of(date(2026, 10, 10), "en") == "make-up working day"
    assert CN.name_of(date(2026, 10, 12), "zh") == ""


def test_a_year_without_a_notice_is_provisional_and_so_are_the_last_days_before_it() -> None:
    assert CN.is_provisional(2027)
    assert CN.may_still_move(date(2027, 3, 1))
    assert CN.may_still_move(date(2026, 12, 31))
    assert not CN.may_still_move(date(2026, 12, 27))
    assert not US.is_provisional(2027)


def test_a_file_is_the_whole_truth_of_its_year(tmp_path: Path) -> None:
    folder = tmp_path / "cn"
    folder.mkdir()
    (folder / "2027.toml").write_text(
        'source = "draft"\nworking = [2027-02-20]\n'
        '[[rest]]\nfirst = 2027-02-08\nlast = 2027-02-12\nzh = "春节"\nen = "Spring Festival"\n',
        "utf-8",
    )
    calendar = WorkCalendar("CN", tmp_path)
    assert not calendar.is_provisional(2027)
    assert calendar.shift(date(2027, 2, 7), 1) == date(2027, 2, 15)
    assert calendar.is_working_day(date(2027, 2, 20))
    assert calendar.is_working_day(date(2027, 10, 1))


@pytest.mark.parametrize(
    "line",
    [
        "working = [2027-02-22]",
        "working = [2026-02-21]",
        "workdays = []",
        "working = 3",
        "working = [2027-02-13]",
        "=",
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, line: str) -> None:
    folder = tmp_path / "cn"
    folder.mkdir()
    rest = '[[rest]]\nfirst = 2027-02-08\nlast = 2027-02-14\nzh = "春节"\nen = "Spring Festival"\n'
    (folder / "2027.toml").write_text(f'source = "draft"\n{line}\n{rest}', "utf-8")
    with pytest.raises(BrokenCalendar, match=r"calendars/cn/2027\.toml"):
        WorkCalendar("CN", tmp_path).is_working_day(date(2027, 1, 4))


@given(DAYS, st.integers(1, 300))
def test_shifting_counts_working_days_one_by_one(day: date, number: int) -> None:
    later, earlier = CN.shift(day, number), CN.shift(day, -number)
    assert CN.is_working_day(later)
    assert CN.is_working_day(earlier)
    assert CN.working_days_between(day, later) == number
    assert CN.working_days_between(earlier - timedelta(1), day - timedelta(1)) == number


@given(DAYS)
def test_the_next_and_the_last_working_day(day: date) -> None:
    assert CN.rest_days(day, CN.on_or_after(day)) == each_day(day, CN.on_or_after(day) - timedelta(1))
    assert CN.on_or_before(day) <= day <= CN.on_or_after(day)
    assert (CN.on_or_before(day) == day) == CN.is_working_day(day)


def test_american_holidays_have_chinese_names_too() -> None:
    for day in US.rest_days(date(2026, 1, 1), date(2026, 12, 31)):
        assert any("一" <= sign <= "鿿" for sign in US.name_of(day, "zh")), day
    assert US.name_of(date(2026, 7, 3), "zh") == "独立日（补休）"
    assert US.name_of(date(2026, 11, 26), "en") == "Thanksgiving Day"


def test_a_year_on_file_needs_no_holidays_package() -> None:
    program = (
        "import sys; from datetime import date; from config.workdays import work_calendar;"
        "work_calendar('CN').shift(date(2026, 3, 2), 15); sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
