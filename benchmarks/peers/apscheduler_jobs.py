"""One APScheduler job a reminder, in its SQLAlchemy job store: what the program does not do, and why.

Measured with `jobs` jobs and extrapolated to a million by their number (adding is linear). The job itself
only counts, so the tick is the scheduler's own price.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from benchmarks.peers.engine import engine_on
from benchmarks.sweep import SweepFigure

DUE = 1_000
MILLION = 1_000_000


class Counted:
    """How many jobs ran; jobs are stored by name, so the count is a module's own."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.left = 0
        self.done = Event()

    def expect(self, jobs: int) -> None:
        """Wait for that many."""
        self.left = jobs
        self.done.clear()

    def one(self) -> None:
        """A job ran."""
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.done.set()


COUNTED = Counted()


def remind(deadline_id: int) -> None:
    """The job."""
    COUNTED.one()


def add_jobs(scheduler: BackgroundScheduler, jobs: int, due: int) -> float:
    """Add `jobs` jobs, the first `due` of them due in the past; the seconds it took."""
    now = datetime.now(UTC)
    start = time.perf_counter()
    for i in range(jobs):
        when = now + (timedelta(days=-1) if i < due else timedelta(days=1, seconds=i))
        scheduler.add_job(remind, "date", run_date=when, args=(i,), id=str(i), misfire_grace_time=None)
    return time.perf_counter() - start


def measure(directory: Path, jobs: int) -> SweepFigure:
    """Add the jobs, then let the due ones run."""
    store = SQLAlchemyJobStore(engine=engine_on(directory / "jobs.sqlite"))
    scheduler = BackgroundScheduler(jobstores={"default": store}, executors={"default": ThreadPoolExecutor(10)}, timezone=UTC)
    scheduler.start(paused=True)
    due = min(DUE, jobs // 2)
    COUNTED.expect(due)
    build_s = add_jobs(scheduler, jobs, due)
    start = time.perf_counter()
    scheduler.resume()
    ran = COUNTED.done.wait(timeout=120)
    sweep_ms = (time.perf_counter() - start) * 1_000
    scheduler.shutdown(wait=True)
    if not ran:
        raise RuntimeError(f"{COUNTED.left} of {due} due jobs did not run")
    note = f"measured; adding 1,000,000 would take {build_s * MILLION / jobs / 60:.1f} min (extrapolated)"
    return SweepFigure("apscheduler-job-each", jobs, due, sweep_ms, None, build_s, note)
