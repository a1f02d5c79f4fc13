"""What runs how often. APScheduler only rings the bell; what is due is decided by rows, so a missed bell loses nothing.

Every instance may ring all of these at once: the sweeps claim what they do.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bell:
    """One entry: the sweep's name, and either a period in seconds or a time of day in the office's zone."""

    sweep: str
    every: float = 0.0
    at: str = ""


TIMETABLE = (
    Bell("outbox", every=5),
    Bell("hooks", every=5),
    Bell("follow-ups", every=15),
    Bell("rescue", every=30),
    Bell("deadlines", every=60),
    Bell("seal", every=3600),
    Bell("digest", at="08:30"),
    Bell("integrity", at="03:00"),
    Bell("audit", at="03:30"),
)
