"""The official calendar: which days are worked, and what the others are called.

China moves working days about every year (调休): a Sunday is worked so that a holiday week becomes longer.
The State Council says so each autumn for the year to come. Until then nobody knows, so a year without
published make-up working days is *provisional*: we count with the statutory holidays and say that the date
may still move.

A year comes from `calendars/<country>/<year>.toml` where that file exists (the notice, typed in: the whole
truth of its year), else from the `holidays` package. Either way it becomes one sorted tuple of working days,
and counting is a bisection. The calendar is the official one, also where a firm works other days (CAL-14).
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

CALENDARS = Path(__file__).parent / "calendars"
Country = Literal["CN", "US"]
Language = Literal["zh", "en"]
Name = tuple[str, str]  #: Chinese, English

_WEEKEND: Name = ("周末", "weekend")
_MAKE_UP: Name = ("调休工作日", "make-up working day")
_LANGUAGES = {"CN": ("zh_CN", "en_US"), "US": ("en_US", "en_US")}
_US_IN_CHINESE = {
    "New Year's Day": "元旦",
    "Martin Luther King Jr. Day": "马丁·路德·金纪念日",
    "Washington's Birthday": "总统日",
    "Memorial Day": "阵亡将士纪念日",
    "Juneteenth National Independence Day": "六月节",
    "Independence Day": "独立日",
    "Labor Day": "劳动节",
    "Columbus Day": "哥伦布日",
    "Veterans Day": "退伍军人节",
    "Thanksgiving Day": "感恩节",
    "Christmas Day": "圣诞节",
}


class BrokenCalendar(ValueError):
    """A calendar file cannot be understood; the text names the file, the key and the remedy."""


class _Rest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    first: date
    last: date
    zh: str
    en: str


class _Notice(BaseModel):
    """A year's notice as typed: what is off, and which weekend days are worked for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: str
    working: list[date]
    rest: list[_Rest]


@dataclass(frozen=True, slots=True)
class _Year:
    working: tuple[int, ...]  #: ordinals, ascending
    is_working: frozenset[int]
    names: Mapping[date, Name]  #: holidays and make-up days; ordinary weekends are not listed
    provisional: bool


class WorkCalendar:
    """The working days of one country, a year at a time, read when first asked for."""

    def __init__(self, country: Country, folder: Path = CALENDARS) -> None:
        self.country: Country = country
        self._folder = folder / country.lower()
        self._years: dict[int, _Year] = {}

    def __repr__(self) -> str:
        return f"WorkCalendar({self.country!r})"

    def is_working_day(self, day: date) -> bool:
        """Is this day worked (make-up weekends included)?"""
        return day.toordinal() in self._year(day.year).is_working

    def is_rest_day(self, day: date) -> bool:
        """Is this a weekend or holiday as adjusted by 调休 (the 法定休假日 of Civil Code art. 203)?"""
        return not self.is_working_day(day)

    def name_of(self, day: date, lang: Language) -> str:
        """The holiday's name, else the weekend day's; "" for an ordinary working day."""
        chinese, english = self._name(day)
        return chinese if lang == "zh" else english

    def is_provisional(self, year: int) -> bool:
        """Are the make-up working days of that year still unknown?"""
        return self._year(year).provisional

    def may_still_move(self, day: date) -> bool:
        """Is that day's status open? A year's last days hang on the next year's New Year notice."""
        if day.month == 12 and day.day >= 28 and day.year < date.max.year:
            return self.is_provisional(day.year) or self.is_provisional(day.year + 1)
        return self.is_provisional(day.year)

    def shift(self, day: date, working_days: int) -> date:
        """The n-th working day after a day (before it, if n is negative); the day itself is not counted."""
        year = day.year
        table = self._year(year).working
        if working_days > 0:
            at = bisect_right(table, day.toordinal()) + working_days - 1
            while at >= len(table):
                at, year = at - len(table), year + 1
                table = self._year(year).working
        else:
            at = bisect_left(table, day.toordinal()) + working_days
            while at < 0:
                year -= 1
                table = self._year(year).working
                at += len(table)
        return date.fromordinal(table[at])

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next working day."""
        return day if self.is_working_day(day) else self.shift(day, 1)

    def on_or_before(self, day: date) -> date:
        """The day itself if it is worked, else the last working day before it."""
        return day if self.is_working_day(day) else self.shift(day, -1)

    def working_days_between(self, after: date, upto: date) -> int:
        """How many working days lie after the first day, up to and including the second."""
        return sum(self.is_working_day(day) for day in _days(after + timedelta(1), upto))

    def rest_days(self, first: date, last: date) -> list[date]:
        """The rest days from `first` to `last`, both included."""
        return [day for day in _days(first, last) if self.is_rest_day(day)]

    def make_up_days(self, first: date, last: date) -> list[date]:
        """The weekend days that are worked, from `first` to `last`, both included."""
        return [day for day in _days(first, last) if day.weekday() >= 5 and self.is_working_day(day)]

    def _name(self, day: date) -> Name:
        if named := self._year(day.year).names.get(day):
            return named
        return _WEEKEND if day.weekday() >= 5 else ("", "")

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = _read_notice(self._folder, year) or _from_package(self.country, year)
        return found


@cache
def work_calendar(country: Country) -> WorkCalendar:
    """The calendar of a country, one a process (`work_calendar.cache_clear()` after a new file)."""
    return WorkCalendar(country)


def _days(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))


def _table(year: int, rest: Mapping[date, Name], working: set[date], *, provisional: bool) -> _Year:
    """Weekends off, `rest` off, `working` on: the year as a sorted tuple."""
    worked = tuple(
        day.toordinal()
        for day in _days(date(year, 1, 1), date(year, 12, 31))
        if day in working or (day.weekday() < 5 and day not in rest)
    )
    return _Year(worked, frozenset(worked), {**rest, **dict.fromkeys(working, _MAKE_UP)}, provisional)


def _read_notice(folder: Path, year: int) -> _Year | None:
    """The year as its file has it, or None without a file; `BrokenCalendar` if it cannot be understood."""
    path = folder / f"{year}.toml"
    if not path.exists():
        return None
    where = f"config/calendars/{folder.name}/{path.name}"
    try:
        notice = _Notice.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BrokenCalendar(f"{where}: {error}; correct the key named above") from error
    rest = {day: (range_.zh, range_.en) for range_ in notice.rest for day in _days(range_.first, range_.last)}
    strange = [day for day in [*rest, *notice.working] if day.year != year]
    strange += [day for day in notice.working if day.weekday() < 5 or day in rest]
    if strange:
        raise BrokenCalendar(
            f"{where}: {strange[0]} is not a day of {year}, or is both off and worked, or is no weekend day "
            "though listed under `working`; compare it with the notice"
        )
    return _table(year, rest, set(notice.working), provisional=False)


def _from_package(country: Country, year: int) -> _Year:
    """The year as the `holidays` package knows it."""
    import holidays  # 0.2 s: not at start-up, and not at all for a year that has a file

    chinese, english = (holidays.country_holidays(country, years=year, language=lang) for lang in _LANGUAGES[country])
    working = {day for day in english.weekend_workdays if day.year == year}
    rest = {day: (_chinese(country, chinese[day]), english[day]) for day in english if day.year == year}
    return _table(year, rest, working, provisional=country == "CN" and not working)


def _chinese(country: Country, name: str) -> str:
    if country == "CN":
        return name
    plain = name.removesuffix(" (observed)")
    return _US_IN_CHINESE.get(plain, plain) + ("（补休）" if plain != name else "")
