"""A clock the test sets by hand: days go by when the story says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from config.clock import day_at, office_zone

#: Monday, half past nine in Shanghai: no holiday and no make-up workday near it.
MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@dataclass
class Clock:
    """Says `now` until it is set; handed to the office as its clock."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    @property
    def today(self) -> date:
        """The day in the office's zone."""
        return day_at(self.now)

    def set(self, day: date, hour: int = 9) -> None:
        """Go to that hour (Shanghai) of a day, forward or back."""
        self.now = datetime(day.year, day.month, day.day, hour, 30, tzinfo=office_zone()).astimezone(UTC)

    def pass_time(self, **time: float) -> None:
        """Let `minutes=…`, `hours=…` or `days=…` go by."""
        self.now += timedelta(**time)

    def iso(self, days: int = 0) -> str:
        """Today, or so many days later (earlier below zero), as a form takes it."""
        return (self.today + timedelta(days=days)).isoformat()
