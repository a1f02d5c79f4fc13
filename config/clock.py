"""The office's zone, and the one place where an instant becomes a day.

Instants are UTC everywhere; a *day* (of a deadline, a session, a payment) is a day in the office's zone. China has no
daylight saving time, so the zone is a fixed offset in practice; it is still asked by name.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1)
def office_zone() -> ZoneInfo:
    """Asia/Shanghai (LAW section 1, choice 5)."""
    return ZoneInfo("Asia/Shanghai")


def day_at(now: datetime) -> date:
    """The office's day at an instant. Raises ValueError for an instant without a zone."""
    if now.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return now.astimezone(office_zone()).date()


def start_of(day: date) -> datetime:
    """The instant (UTC) at which the office's day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=office_zone()).astimezone(UTC)


def noon_of(day: date) -> datetime:
    """The instant (UTC) of the office's noon, for work done by hand `--as-of` a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=office_zone()).astimezone(UTC)
