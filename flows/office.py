"""The office of this process: its store, its settings, its clock. Built once at the start and passed along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from config.clock import day_at
from config.settings import Settings
from models.session import Store, open_store


def utc_now() -> datetime:
    """The wall clock: the only place below the command line that reads it, handed on as `Office.clock`."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Office:
    """What everything that happens needs."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime] = utc_now
    #: the clock of what processes agree about, where a command looks at another day; None: there is one clock
    machine_clock: Callable[[], datetime] | None = None

    def now(self) -> datetime:
        """This instant, UTC."""
        return self.clock()

    def lease_now(self) -> datetime:
        """This instant, UTC, for leases: the same for all processes, whatever day a command takes it to be."""
        return (self.machine_clock or self.clock)()

    def today(self) -> date:
        """This day in the office's zone."""
        return day_at(self.clock())

    def at(self, clock: Callable[[], datetime]) -> Office:
        """The same office with another clock (`--as-of`)."""
        return Office(self.store, self.settings, clock, self.machine_clock or self.clock)


def open_office(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Office:
    """The office of those settings. The tables must exist (`models.migrating.migrate`)."""
    store = open_store(settings.database, settings.home / "secret.key", settings.database_patience)
    return Office(store, settings, clock)
