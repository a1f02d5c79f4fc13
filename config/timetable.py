"""What runs how often. APScheduler only rings the bell; what is due is decided by rows, so a missed bell loses nothing.

Draining bells ring in every worker: whoever is free claims what waits. The others ring in the scheduler that leads; two of them
at once would do no harm, for the sweeps claim what they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.roles import SCHEDULER, WORKER


@dataclass(frozen=True)
class Bell:
    """One entry: the sweep's name, and either a period in seconds or a time of day in the office's zone."""

    sweep: str
    every: float = 0.0
    at: str = ""
    #: rung in every worker, and done there; otherwise in the scheduler, as a run that any worker does
    draining: bool = False
    #: done by the scheduler that leads, at once: it must not wait for a worker, for it tells when there is none;
    #: by a worker where no scheduler is heard of
    leading: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """The roles in which it rings."""
        return frozenset({WORKER} if self.draining else {SCHEDULER, WORKER} if self.leading else {SCHEDULER})

    @property
    def patience(self) -> timedelta:
        """How long it may not have ended well before it is late: two periods, at least fifteen minutes; a day and two hours."""
        return timedelta(hours=26) if self.at else max(timedelta(minutes=15), timedelta(seconds=2 * self.every))


TIMETABLE = (
    Bell("outbox", every=5, draining=True),
    Bell("hooks", every=5, draining=True),
    Bell("follow-ups", every=15, draining=True),
    Bell("rescue", every=30, draining=True),
    Bell("deadlines", every=60),
    Bell("watch", every=60, leading=True),
    Bell("reconcile", every=300),
    Bell("seal", every=3600),
    Bell("digest", at="08:30"),
    Bell("integrity", at="03:00"),
    Bell("audit", at="03:30"),
)
BELLS = {bell.sweep: bell for bell in TIMETABLE}
