"""How a period becomes a date, and how the date is explained.

The Civil Code counts like this: the day of the event is not counted (art. 201); a month or year ends on the
corresponding day, or on the month's last day if there is none (art. 202); a period of natural days runs
through holidays, and only if its *last* day is a rest day does it end on the first working day after (art.
203). Working days are counted only where the text says so. Where no text settles a point we chose, once:

1. rest days of art. 203 are weekends and holidays as adjusted by 调休: a Sunday that is worked ends a period;
2. backward periods ("five days before the hearing") never roll forward; a rest day moves them *earlier*;
3. "in the last sixty days" is a window, [expiry − 60, expiry]: neither end rolls;
4. "takes effect if nobody objects in fifteen days" takes effect on the day after the last one, presumably;
5. days are days in Asia/Shanghai.

A `Count` is what came out. Its `explanation` is plain JSON, complete in itself: it is stored with the
deadline, it can be printed years later (`explain`), and it can be counted again when a calendar is published
(`recount`), with the consents and pauses that happened to it since.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import TypeAdapter

from config.rules import Direction, Kind, Mark, Period, Unit, Who, load_pack, parse_length
from config.workdays import Language, WorkCalendar
from states.explanation import Change, Explanation, lines, rule_record, stretches

_PERIOD = TypeAdapter(Period)


@dataclass(frozen=True, slots=True)
class Count:
    """A period counted from a start. All dates in Asia/Shanghai; `due_on` is the last day in time."""

    start: date  #: the day of the event (for BEFORE and WINDOW: the event ahead); never itself counted
    due_on: date
    opens_on: date | None  #: first day of a window
    raw_on: date  #: the last day before any rolling
    provisional: bool  #: hangs on a calendar that is not published yet
    period: Period
    calendar: WorkCalendar
    changes: tuple[Change, ...] = ()

    @property
    def effective_from(self) -> date | None:
        """The day an automatic effect is presumed to arise (kind A), else None."""
        return self.due_on + timedelta(1) if self.period.kind is Kind.A else None

    @property
    def explanation(self) -> Explanation:
        """The record to store with the deadline, and to give to `explain` and `recount`."""
        return _explanation(self)


def count(start: date, period: Period, calendar: WorkCalendar) -> Count:
    """Count a period from its event. `ValueError` if the text gives no number: then no deadline arises."""
    if not period.arises:
        raise ValueError(f"{period.pack}: {period.name} has no number in the text; no deadline arises from it")
    if period.direction is Direction.WINDOW:
        opens = _moved(start, -period.number, period.unit, calendar)
        hangs = period.unit is Unit.WD and _open(calendar, opens, start)
        return Count(start, start, opens, start, hangs, period, calendar)
    sign = 1 if period.direction is Direction.AFTER else -1
    raw = _moved(start, sign * period.number, period.unit, calendar)
    return _settled(start, raw, period, calendar)


def extend(earlier: Count, days: int) -> Count:
    """Lengthen by consent or approval: `days` (working days for a WD period), counted from the raw end.

    A 45-day period extended by 15 ends on its 60th day, not 15 days after the day it had rolled to.
    """
    if days < 1 or earlier.period.direction is not Direction.AFTER:
        raise ValueError(f"{earlier.period.name} cannot be extended by {days} days: it must run, and by one or more")
    unit = Unit.WD if earlier.period.unit is Unit.WD else Unit.ND
    raw = _moved(earlier.raw_on, days, unit, earlier.calendar)
    change: Change = {"change": "extended", "days": days, "due_before": earlier.due_on.isoformat()}
    return _settled(earlier.start, raw, earlier.period, earlier.calendar, (*earlier.changes, change))


def resume(earlier: Count, paused_on: date, resumed_on: date) -> Count:
    """Shift by a pause: what was left after `paused_on` runs on from the day after `resumed_on`."""
    running = earlier.period.direction is Direction.AFTER and earlier.start <= paused_on <= earlier.due_on
    if not running or resumed_on < paused_on:
        raise ValueError(f"{earlier.period.name} does not run at {paused_on}, or resumes before it ({resumed_on})")
    return _resumed(earlier, paused_on, resumed_on)


def recount(stored: Explanation, calendar: WorkCalendar) -> Count:
    """The same rule, start, consents and pauses, on the calendar as it is known now."""
    counted = count(date.fromisoformat(stored["start"]), _PERIOD.validate_python(stored["rule"]), calendar)
    for change in stored["changes"]:
        if change["change"] == "extended":
            counted = extend(counted, change["days"])
        else:
            # A pause that was within the period stays, even if the new calendar ends the period before it.
            paused, resumed = change["paused_on"], change["resumed_on"]
            counted = _resumed(counted, date.fromisoformat(paused), date.fromisoformat(resumed))
    return counted


def explain(counted: Count | Explanation, lang: Language) -> list[str]:
    """Why this date, a sentence a line; from a count or from what was stored of it."""
    return lines(counted.explanation if isinstance(counted, Count) else counted, lang)


def parse_period(text: str, pack_key: str) -> Period:
    """A period typed by a person: "15ND", "60ND-window", or a name of the pack ("mediation-decide")."""
    pack = load_pack(pack_key)
    if text in pack.rows:
        return pack.period(text)
    number, unit, direction = parse_length(text)
    return Period(
        name=text,
        number=number,
        unit=unit,
        direction=direction,
        kind=Kind.W if direction is Direction.WINDOW else Kind.D,
        who=Who.OFFICE,
        zh="按所给期限计算。",
        en="Counted as asked.",
        article="",
        article_en="",
        law_id="",
        source="",
        mark=Mark.POLICY,
        pack=pack_key,
        rolls=pack.calendar == "CN",
    )


def _moved(day: date, number: int, unit: Unit, calendar: WorkCalendar) -> date:
    """`number` units after a day (before it, if negative), without rolling."""
    if unit is Unit.WD:
        return calendar.shift(day, number)
    if unit is Unit.ND:
        return date.fromordinal(day.toordinal() + number)
    month = day.year * 12 + day.month - 1 + (number * 12 if unit is Unit.Y else number)
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _settled(start: date, raw: date, period: Period, calendar: WorkCalendar, changes: tuple[Change, ...] = ()) -> Count:
    """Roll the raw end off a rest day, and say whether an unpublished calendar could move the result."""
    due = raw
    if period.direction is Direction.BEFORE:
        due = calendar.on_or_before(raw)
    elif period.rolls:
        due = calendar.on_or_after(raw)
    first = start if period.unit is Unit.WD else raw
    provisional = _open(calendar, min(first, due), max(first, due))
    return Count(start, due, None, raw, provisional, period, calendar, changes)


def _resumed(earlier: Count, paused_on: date, resumed_on: date) -> Count:
    if earlier.period.unit is Unit.WD:
        left = earlier.calendar.working_days_between(paused_on, earlier.raw_on)
        raw = earlier.calendar.shift(resumed_on, left) if left else resumed_on
    else:
        raw = resumed_on + max(earlier.raw_on - paused_on, timedelta(0))
    change: Change = {
        "change": "paused",
        "paused_on": paused_on.isoformat(),
        "resumed_on": resumed_on.isoformat(),
        "due_before": earlier.due_on.isoformat(),
    }
    return _settled(earlier.start, raw, earlier.period, earlier.calendar, (*earlier.changes, change))


def _open(calendar: WorkCalendar, first: date, last: date) -> bool:
    """Does any year (or year's end) the count touched still wait for its notice?"""
    return (
        calendar.may_still_move(first)
        or calendar.may_still_move(last)
        or any(calendar.is_provisional(year) for year in range(first.year + 1, last.year))
    )


def _explanation(counted: Count) -> Explanation:
    period, calendar = counted.period, counted.calendar
    first, last = sorted((counted.start, counted.due_on))
    by_days = period.unit is Unit.WD
    rolled_from, rolled_to = sorted((counted.raw_on, counted.due_on))
    step = 1 if period.direction is Direction.AFTER else -1
    day_one = counted.opens_on or _moved(counted.start, step, Unit.WD if by_days else Unit.ND, calendar)
    skipped = [day for day in calendar.rest_days(first, last) if day != counted.start] if by_days else []
    worked = calendar.make_up_days(first if by_days else rolled_from, last if by_days else rolled_to)
    return {
        "rule": dict(rule_record(period)),
        "calendar": calendar.country,
        "start": counted.start.isoformat(),
        "day_one": day_one.isoformat(),
        "opens_on": counted.opens_on.isoformat() if counted.opens_on else None,
        "raw_on": counted.raw_on.isoformat(),
        "due_on": counted.due_on.isoformat(),
        "moved_over": stretches(calendar.rest_days(rolled_from, rolled_to), calendar),
        "skipped": stretches(skipped, calendar),
        "worked_weekends": stretches([day for day in worked if day != counted.start], calendar),
        "changes": list(counted.changes),
        "provisional": counted.provisional,
    }
