"""What a clock asks of the sweeps, and when: the opening of a window, reminders, the end, overdue days. Pure.

A deadline row carries one date, `next_on`: the next day on which something is due here. The sweep acts on everything up to
today and asks this module for the following day. Stages have names ("d30", "d0", "opens", "over", "over+3"), which with the
last day and the person make the key of a reminder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from config.workdays import WorkCalendar
from states.casetype import DeadlineRule

#: days after the last one during which the supervisor hears of it every working day
NAGS_DAILY = 30


@dataclass(frozen=True)
class Stage:
    """Something due on a day: "opens", "d7" (seven days before), "d0", "over" (the last day is past)."""

    on: date
    name: str

    @property
    def is_reminder(self) -> bool:
        """Whether people are told beforehand (and not that it is over)."""
        return self.name.startswith("d")


@lru_cache(maxsize=4096)
def stages(rule: DeadlineRule, opens_on: date | None, due_on: date) -> tuple[Stage, ...]:
    """All stages of a clock up to the day after its last day, earliest first."""
    found = [Stage(due_on - timedelta(days=days), f"d{days}") for days in rule.remind.before]
    if opens_on is not None and (rule.remind.opening or rule.on_opening):
        found.append(Stage(opens_on, "opens"))
    found.append(Stage(due_on + timedelta(days=1), "over"))
    return tuple(sorted(found, key=lambda stage: (stage.on, stage.name != "opens")))


def first_day(rule: DeadlineRule, opens_on: date | None, due_on: date, *, after: date | None = None) -> date:
    """The first day on which a sweep must look at the clock; with `after`, the first one later than that."""
    if opens_on is not None and after is not None and rule.on_opening and opens_on <= after <= due_on:
        return opens_on  # a window that is open already: its opening is still to be acted on
    days = [stage.on for stage in stages(rule, opens_on, due_on)]
    later = [day for day in days if after is None or day > after]
    return later[0] if later else due_on + timedelta(days=1)


def due_stages(rule: DeadlineRule, opens_on: date | None, due_on: date, since: date, today: date) -> list[Stage]:
    """The stages from `since` to `today`, both included: the last one is acted on, the others were missed."""
    return [stage for stage in stages(rule, opens_on, due_on) if since <= stage.on <= today]


def next_day(rule: DeadlineRule, opens_on: date | None, due_on: date, today: date) -> date | None:
    """The day after `today` on which the running clock is due again; None when nothing is left."""
    return next((stage.on for stage in stages(rule, opens_on, due_on) if stage.on > today), None)


def next_overdue_day(rule: DeadlineRule, due_on: date, today: date, calendar: WorkCalendar) -> date | None:
    """The next working day on which the supervisor hears of an overdue duty; None where the rule does not nag.

    Daily for the first month, weekly after that: a list nobody can shorten any more must not drown the others.
    """
    if not rule.remind.overdue:
        return None
    day = today + timedelta(days=1 if (today - due_on).days < NAGS_DAILY else 7)
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def overdue_stage(due_on: date, today: date) -> str:
    """The name of an overdue day, a new one for each day: "over+3" is the third day after the last."""
    return f"over+{(today - due_on).days}"
