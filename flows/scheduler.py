"""The bell ringer: APScheduler with a memory store and a handful of jobs. It decides nothing and remembers nothing.

`misfire_grace_time=None` and `coalesce=True`: a late bell rings once, never not at all (the library's default drops a job
that is one second late). A job's body never raises: an exception in a job would be logged and forgotten, ours are journalled.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from config.clock import office_zone
from config.timetable import TIMETABLE, Bell

log = logging.getLogger("concord.scheduler")
#: a clock that goes back by less is being set right, and caught up with soon enough
BACK = timedelta(seconds=30)


class Scheduler:
    """Rings each bell of the timetable by calling `ring(sweep)`, in threads of its own."""

    def __init__(self, ring: Callable[[str], None], timetable: tuple[Bell, ...] = TIMETABLE) -> None:
        self._ring = ring
        self._seen = datetime.min.replace(tzinfo=UTC)
        self._scheduler = BackgroundScheduler(
            timezone=office_zone(),
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for bell in timetable:
            self._scheduler.add_job(self._safely, _trigger(bell), args=[bell.sweep], id=bell.sweep)

    def start(self) -> None:
        """Begin to ring."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ringing and wait for what is being done."""
        self._scheduler.shutdown(wait=True)

    def keep_time(self, now: datetime) -> None:
        """Said every few seconds. After the clock went back the bells count from the new time: the library would wait."""
        if now + BACK < self._seen:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=job.trigger.get_next_fire_time(None, now.astimezone(office_zone())))
        self._seen = now

    @property
    def alive(self) -> bool:
        """Whether its thread lives; the library's own `running` stays True when the thread has died."""
        return any(thread.name == "APScheduler" and thread.is_alive() for thread in threading.enumerate())

    def _safely(self, sweep: str) -> None:
        try:
            self._ring(sweep)
        except Exception as fault:
            log.warning("sweep %s failed: %s", sweep, type(fault).__name__)


def _trigger(bell: Bell) -> CronTrigger | IntervalTrigger:
    if bell.at:
        hour, _, minute = bell.at.partition(":")
        return CronTrigger(hour=int(hour), minute=int(minute), timezone=office_zone())
    return IntervalTrigger(seconds=bell.every, timezone=office_zone())
