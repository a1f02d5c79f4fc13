"""A calendar as its page shows it: a month, a week or a day, rest days and make-up working days marked."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from config.workdays import WorkCalendar, work_calendar
from models import agenda_page, daybook
from models.agenda_page import Whose
from models.base import AnyRow
from states.labels import Label
from states.register import REGISTER_RULES
from states.registry import case_type
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.titles import title_of

#: items of each kind that a day shows
EACH = {"month": 4, "week": 40, "day": 200}
MEETINGS = {
    "session": Label("调解会", "Mediation session"), "round": Label("协商会议", "Bargaining round"),
    "congress": Label("职工代表大会", "Workers' congress"),
}  # fmt: skip
OPENS = Label("续订窗口开启", "Renewal window opens")
_ONE = timedelta(days=1)
#: years an office's calendar is looked at
_FIRST_YEAR, _LAST_YEAR = 1990, 2199


class Span(NamedTuple):
    """The days of a page; `name` is its part of the address, `before` and `after` those of the pages beside it."""

    kind: Literal["month", "week", "day"]
    name: str
    first: date
    last: date
    #: the month whose days are the page's own; days around it fill the weeks
    inside: tuple[date, date]
    before: str
    after: str


def span_of(name: str) -> Span:
    """The days of "2026-11", "2026-W47" or "2026-11-21". Raises `NotFound` for anything else."""
    if not re.fullmatch(r"\d{4}-(\d\d|W\d\d|\d\d-\d\d)", name) or not _FIRST_YEAR <= int(name[:4]) <= _LAST_YEAR:
        raise NotFound
    try:
        if "W" in name:
            return _week(date.fromisocalendar(int(name[:4]), int(name[6:]), 1))
        if len(name) == len("2026-11-21"):
            day = date.fromisoformat(name)
            return Span("day", name, day, day, (day, day), str(day - _ONE), str(day + _ONE))
        return _month(date(int(name[:4]), int(name[5:]), 1))
    except ValueError:
        raise NotFound from None


def week_name(day: date) -> str:
    """The week of a day as the address has it."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def month_name(day: date) -> str:
    """The month of a day as the address has it."""
    return f"{day:%Y-%m}"


def _week(monday: date) -> Span:
    sunday = monday + timedelta(days=6)
    beside = (week_name(monday - _ONE), week_name(sunday + _ONE))
    return Span("week", week_name(monday), monday, sunday, (monday, sunday), *beside)


def _month(first: date) -> Span:
    last = first.replace(day=monthrange(first.year, first.month)[1])
    begins, ends = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    return Span("month", month_name(first), begins, ends, (first, last), month_name(first - _ONE), month_name(last + _ONE))


@dataclass(frozen=True)
class Item:
    """Something on a day: what, of which case or contract, where it leads."""

    #: meeting, clock, contract
    kind: str
    label: Label
    path: str
    number: str
    title: str
    place: str = ""
    unit: str = ""
    owner: str = ""
    subject: str = ""
    hard: bool = False


@dataclass
class Day:
    """A day of the calendar; `more`: items that are not shown."""

    on: date
    inside: bool
    rest: bool
    made_up: bool
    name: str
    #: the year's make-up days are not published yet
    provisional: bool
    items: list[Item] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Calendar:
    """A page of the calendar."""

    span: Span
    whose: str
    weeks: list[list[Day]]
    #: how many items the days of the page have
    total: int
    provisional: bool
    month: str
    week: str


def whose_of(visitor: Visitor, whose: str) -> Whose:
    """The cases and contracts of the visitor himself, or of his units."""
    contracts = visitor.paths(Role.OFFICER, Role.CHAIR, Role.SUPERVISOR)
    if whose == "unit":
        return agenda_page.units(visitor.scope.paths, contracts, visitor.scope.employers)
    return agenda_page.own(visitor.person_id, contracts, visitor.scope.employers)


def first_of(visitor: Visitor) -> str:
    """Whose calendar opens first: one's own; that of the units, of the enterprise, for those who hold no cases themselves."""
    return "unit" if visitor.roles <= {Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CHAIR} else "mine"


def calendar_of(connection: Connection, visitor: Visitor, span: Span, whose: str) -> Calendar:
    """The page of those days."""
    found = agenda_page.of_days(connection, whose_of(visitor, whose), span.first, span.last, EACH[span.kind])
    names = daybook.applicants(connection, {row.case_id for row in (*found.meetings, *found.clocks)})
    items: dict[date, list[Item]] = defaultdict(list)
    counts: dict[tuple[str, date], int] = {}
    for kind, row, item in _items(found, names, visitor.lang):
        items[row.day].append(item)
        counts[kind, row.day] = row.in_day
    totals: dict[date, int] = defaultdict(int)
    for (_, day), count in counts.items():
        totals[day] += count
    calendar, each = work_calendar("CN"), EACH[span.kind]
    days = [_day(calendar, span, day, visitor.lang) for day in _between(span.first, span.last)]
    for one in days:
        one.items = items[one.on][:each]
        one.more = totals[one.on] - len(one.items)
    weeks = [days[start : start + 7] for start in range(0, len(days), 7)]
    middle = min(max(visitor.today, span.inside[0]), span.inside[1])
    return Calendar(span, whose, weeks, sum(totals[one.on] for one in days if one.inside), any(day.provisional for day in days),
                    month_name(middle), week_name(middle))  # fmt: skip


def _items(found: agenda_page.Days, names: dict[int, str], lang: str) -> Iterator[tuple[str, AnyRow, Item]]:
    for row in found.meetings:
        label = MEETINGS.get(row.kind, Label(row.kind, row.kind))
        title = title_of(row, names.get(row.case_id), lang)
        yield "meeting", row, Item("meeting", label, f"/cases/{row.number}", row.number, title, row.place or "", row.unit,
                                   row.owner or "", "", True)  # fmt: skip
    for row in found.clocks:
        label = case_type(row.type, row.type_version).rule[row.rule].label
        title = title_of(row, names.get(row.case_id), lang)
        yield "clock", row, Item("clock", label, f"/cases/{row.number}", row.number, title, "", row.unit, row.owner or "",
                                 row.subject, row.hard)  # fmt: skip
    for row in found.contracts:
        label = OPENS if row.rule == "renewal-window" else REGISTER_RULES[row.rule].label
        yield "contract", row, Item("contract", label, f"/contracts/{row.number}", row.number, row.employer_name, unit=row.unit)


def _day(calendar: WorkCalendar, span: Span, day: date, lang: Any) -> Day:
    rest = calendar.is_rest_day(day)
    made_up = not rest and day.weekday() >= 5
    plain = rest and day.weekday() >= 5 and calendar.name_of(day, "zh") == "周末"
    name = "" if plain else calendar.name_of(day, lang)
    return Day(day, span.inside[0] <= day <= span.inside[1], rest, made_up, name, calendar.may_still_move(day))


def _between(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(no) for no in range(first.toordinal(), last.toordinal() + 1))
