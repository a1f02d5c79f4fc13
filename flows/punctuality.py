"""Whether the sweeps keep their hours, by their own stamps in the journal: what a scheduler says of itself proves nothing.

Sweeps that ring every few seconds leave a stamp only when they did something. They are late when something waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from config.clock import office_zone
from config.timetable import TIMETABLE, Bell
from models.monitoring import last_runs, outbox

#: which kind of message waits for which sweep
_WAITS_FOR = {"outbox": "notice", "hooks": "hook", "follow-ups": "open_case"}


@dataclass(frozen=True)
class Hours:
    """How one sweep keeps its hours."""

    bell: Bell
    #: when it last ended well; empty: never, or not within the journal's memory
    well_at: datetime | None
    #: its newest run, and how that stands; 0: none
    run_id: int
    state: str
    #: when it is expected next; empty for one that rings every few seconds, and before its first time
    next_at: datetime | None
    #: how much longer than its patience nothing was heard of it; empty: it keeps its hours
    late: timedelta | None


def hours_kept(connection: Connection, now: datetime) -> list[Hours]:
    """Every sweep of the timetable, in its order."""
    stamps = last_runs(connection, [f"sweep-{bell.sweep}" for bell in TIMETABLE])
    since = {row.kind: row.since for row in outbox(connection, now)}
    return [_kept(bell, stamps.get(f"sweep-{bell.sweep}"), since, now) for bell in TIMETABLE]


def _kept(bell: Bell, stamp: object, since: Mapping[str, datetime | None], now: datetime) -> Hours:
    well_at: datetime | None = getattr(stamp, "well_at", None)
    heard = since.get(_WAITS_FOR.get(bell.sweep, "")) if bell.draining else well_at
    silent = now - heard if heard is not None else timedelta(0)
    late = silent if silent > bell.patience else None
    return Hours(bell, well_at, getattr(stamp, "id", 0), getattr(stamp, "state", ""), next_of(bell, well_at, now), late)


def next_of(bell: Bell, well_at: datetime | None, now: datetime) -> datetime | None:
    """When the bell rings next: of a daily one by the office's zone, of another a period after the sweep's own stamp."""
    if bell.at:
        hour, minute = map(int, bell.at.split(":"))
        here = now.astimezone(office_zone())
        ring = datetime.combine(here.date(), time(hour, minute), here.tzinfo)
        return ring if ring > now else ring + timedelta(days=1)
    return None if bell.draining or well_at is None else well_at + timedelta(seconds=bell.every)
