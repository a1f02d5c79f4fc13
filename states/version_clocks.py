"""The clocks of a case under another version of its type: which stop, which move, which start. Pure; part of `version_plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from config.rules import Period, Unit
from config.workdays import WorkCalendar
from states.agenda import first_day
from states.casetype import CaseType, DeadlineRule
from states.caseview import Moment
from states.counting import Count, count, recount
from states.explanation import rule_record
from states.forms import NoAnswers
from states.machine import Start, started_by_rule


class ClockView(Protocol):
    """A clock that is not settled, as it is stored."""

    @property
    def id(self) -> int: ...
    @property
    def rule(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def opens_on(self) -> date | None: ...
    @property
    def due_on(self) -> date: ...
    @property
    def next_on(self) -> date | None: ...
    @property
    def opened(self) -> bool: ...
    @property
    def explanation(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Anew:
    """A clock under its new rule: the columns that change. `due_on` may stay when only its reminders do."""

    clock: ClockView
    values: Mapping[str, Any]

    @property
    def due_on(self) -> date:
        """Its last day from now on."""
        day: date = self.values.get("due_on", self.clock.due_on)
        return day

    @property
    def moves(self) -> bool:
        """Whether its last day changes."""
        return self.due_on != self.clock.due_on


@dataclass(frozen=True)
class Passage:
    """From which state of which version to which."""

    old: CaseType
    before: str
    new: CaseType
    after: str
    facts: Mapping[str, Any]


Clocks = Sequence[ClockView]


def under_way(passage: Passage, clocks: Clocks, moment: Moment) -> tuple[tuple[ClockView, ...], tuple[Anew, ...]]:
    """The clocks that stop, and those that go on otherwise than before."""
    left = set(passage.old.on_entering.get(passage.before, ())) - set(passage.new.on_entering.get(passage.after, ()))
    stops, moves = [], []
    for clock in clocks:
        rule = passage.new.rule.get(clock.rule)
        if rule is None or clock.rule in left:
            stops.append(clock)
            continue
        values = _anew(passage.old.rule.get(clock.rule), rule, clock, passage.facts, moment)
        if values is None:
            stops.append(clock)
        elif values:
            moves.append(Anew(clock, values))
    return tuple(stops), tuple(moves)


def _anew(
    old: DeadlineRule | None, rule: DeadlineRule, clock: ClockView, facts: Mapping[str, Any], moment: Moment
) -> dict[str, Any] | None:
    """The columns of the clock that change under its new rule; None where the text sets no period any more."""
    if not _counts_otherwise(old, rule, clock, facts):
        return _rearmed(old, rule, clock, moment.today)
    stored = clock.explanation
    start = _start(old, rule, stored, facts)
    period = moment.pack.period(rule.period_for(facts), start)
    if period.unit is Unit.NONE:
        return None
    counted, why = _counted_again(stored, start, period, moment.calendar)
    if clock.status == "expired" and counted.due_on < moment.today:
        return {}  # it is over either way; a past day is not moved
    values: dict[str, Any] = {
        "status": "open", "due_on": counted.due_on, "opens_on": counted.opens_on, "hard": period.hard,
        "provisional": counted.provisional, "opened": clock.opened and (counted.opens_on or moment.today) <= moment.today,
        "next_on": first_day(rule, counted.opens_on, counted.due_on, after=moment.today),
        "explanation": {**why, "was": clock.due_on.isoformat()},
    }  # fmt: skip
    return values


def _counted_again(
    stored: Mapping[str, Any], start: date, period: Period, calendar: WorkCalendar
) -> tuple[Count, Mapping[str, Any]]:
    if not stored["changes"]:
        return _counted(start, period, calendar)
    record: Any = {**stored, "rule": rule_record(period), "start": start.isoformat()}
    try:
        counted = recount(record, calendar)
    except ValueError:  # extended or paused, which the new period cannot be: those fall away, the period itself holds
        return _counted(start, period, calendar)
    return counted, counted.explanation


@lru_cache(maxsize=1024)
def _counted(start: date, period: Period, calendar: WorkCalendar) -> tuple[Count, Mapping[str, Any]]:
    """Thousands of cases run from the same days."""
    counted = count(start, period, calendar)
    return counted, counted.explanation


def _counts_otherwise(old: DeadlineRule | None, rule: DeadlineRule, clock: ClockView, facts: Mapping[str, Any]) -> bool:
    stored = clock.explanation
    if not rule.period or stored.get("agreed") or "rule" not in stored:
        return False  # people agreed on that day, and no version changes what they agreed
    same_period = old.period == rule.period if old else stored["rule"]["name"] == rule.period_for(facts)
    return not same_period or _start(old, rule, stored, facts).isoformat() != stored["start"]


def _start(old: DeadlineRule | None, rule: DeadlineRule, stored: Mapping[str, Any], facts: Mapping[str, Any]) -> date:
    """The stored start; another one only where the new rule runs from a fact of the case that the old one did not run from."""
    source, _, name = rule.runs_from.partition(".")
    other = old is not None and old.runs_from != rule.runs_from
    if other and source == "facts" and isinstance(facts.get(name), str) and facts[name]:
        return date.fromisoformat(str(facts[name]))
    return date.fromisoformat(str(stored["start"]))


def _rearmed(old: DeadlineRule | None, rule: DeadlineRule, clock: ClockView, today: date) -> dict[str, Any]:
    """The same day; only when the sweeps look at it next may change with its reminders."""
    if clock.status != "open" or old is None or (old.remind, old.on_opening) == (rule.remind, rule.on_opening):
        return {}
    next_on = first_day(rule, clock.opens_on, clock.due_on, after=today)
    return {"next_on": next_on} if next_on != clock.next_on else {}


def started(passage: Passage, clocks: Clocks, moment: Moment) -> tuple[Start, ...]:
    """What the new version starts with the state and the old one did not; a clock of its rule that is there goes on instead."""
    had = {str(name) for name in passage.old.on_entering.get(passage.before, ())}
    there = {clock.rule for clock in clocks}
    fresh = [name for name in passage.new.on_entering.get(passage.after, ()) if name not in had | there]
    counted = (started_by_rule(passage.new.rule[name], passage.facts, NoAnswers(), moment) for name in fresh)
    return tuple(start for start in counted if start is not None)
