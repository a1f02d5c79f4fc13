"""Watching for what others filed and doing it: single requests of short-lived processes, and runs that wait for somebody.

Each watcher is a thread that looks again and again; what it finds is done in a few threads of its own, accompanied by a Prefect
run where one can be had in time.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flows.casework import Receipt
from flows.heartbeat import HERE
from flows.lane import Lane
from flows.leading import lead
from flows.office import Office
from flows.performing import WORKS, perform
from flows.scheduler import Scheduler
from flows.steps import waiting_requests
from flows.works import LeaseLost, free_works
from states.errors import Refusal

log = logging.getLogger("concord.taking")

#: requests a watcher does at once, and runs
HANDS = 4
#: seconds of rest after the store did not answer
REST = 1.0


class Watcher(ABC):
    """Calls `look` every so many seconds until it is stopped; trouble is logged, and it looks again."""

    def __init__(self, name: str, every: float) -> None:
        self.name, self.every = name, every
        self.stopping = threading.Event()
        self.hands = ThreadPoolExecutor(HANDS, thread_name_prefix=name)
        self._thread = threading.Thread(target=self._watch, name=f"{name}-watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Take up nothing more, and wait for what is being done."""
        self.stopping.set()
        self._thread.join(timeout=5)
        self.hands.shutdown(wait=True)

    @abstractmethod
    def look(self) -> None:
        """Find something and give it to a hand."""

    def _watch(self) -> None:
        while not self.stopping.wait(self.every):
            if HERE.outdated:
                continue  # a newer program has the database by now; `flows.heartbeat` said so
            try:
                self.look()
            except Exception as fault:
                log.warning("%s: %s", self.name, type(fault).__name__)
                self.stopping.wait(REST)


class Requests(Watcher):
    """Takes up the single requests that other processes filed: a command line, or one that died."""

    def __init__(self, office: Office, lane: Lane[Receipt]) -> None:
        super().__init__("requests", 0.02 if office.store.is_sqlite else 0.1)
        self.office, self.lane = office, lane
        self._taken: set[int] = set()

    def look(self) -> None:
        """Those that waited already the last time are somebody's by now."""
        waiting = set(waiting_requests(self.office))
        for request_id in sorted(waiting - self._taken):
            self.hands.submit(self._take_up, request_id)
        self._taken = waiting

    def _take_up(self, request_id: int) -> None:
        try:
            self.lane.run(str(request_id))
        except Refusal:
            return  # the person reads it from the request
        except Exception as fault:
            log.warning("request %s: %s", request_id, type(fault).__name__)


class Works(Watcher):
    """Takes up runs that wait: at once, or only what nobody took for a while (`waited`)."""

    def __init__(self, office: Office, lane: Lane[Receipt], waited: timedelta = timedelta(0)) -> None:
        super().__init__("works", 0.1 if office.store.is_sqlite else 0.25)
        self.office, self.lane, self.waited = office, lane, waited
        self._busy: set[int] = set()

    def look(self) -> None:
        """As many as there are free hands; the others are left to other workers."""
        for row in free_works(self.office, WORKS, self.waited):
            if row.id not in self._busy and len(self._busy) < HANDS:
                self._busy.add(row.id)
                self.hands.submit(self._take_up, row.id, row.flow)

    def _take_up(self, run_id: int, flow: str) -> None:
        accompanied: Lane[bool] = self.lane.beside(flow, lambda key: perform(self.office, int(key)))
        try:
            accompanied.run(str(run_id))
        except (Refusal, LeaseLost):
            return  # the row says it; another one goes on
        except Exception as fault:
            log.warning("run %s: %s", run_id, type(fault).__name__)
        finally:
            self._busy.discard(run_id)


class Leading(Watcher):
    """Stands for election as long as its bells ring: renews the lease of the ringing scheduler, or takes it over."""

    def __init__(self, office: Office, scheduler: Scheduler) -> None:
        super().__init__("leading", office.settings.lease / 12)
        self.office, self.scheduler = office, scheduler

    def look(self) -> None:
        """Once more."""
        if self.scheduler.alive:
            lead(self.office)


class Timekeeper(Watcher):
    """Has the bells count anew when the clock of this machine went back."""

    def __init__(self, office: Office, scheduler: Scheduler) -> None:
        super().__init__("timekeeper", 5.0)
        self.office, self.scheduler = office, scheduler

    def look(self) -> None:
        """What time it is now."""
        self.scheduler.keep_time(self.office.now())


class Offers(Watcher):
    """Offers runs that wait to Prefect's work pool, once each."""

    def __init__(self, office: Office, offer: Callable[[str, int], None]) -> None:
        super().__init__("offers", 0.25)
        self.office, self.offer = office, offer
        self._offered: set[int] = set()

    def look(self) -> None:
        """Whoever else offers the same run does no harm: its key is the run's."""
        waiting = {row.id: row.flow for row in free_works(self.office, WORKS, limit=100)}
        for run_id in sorted(waiting.keys() - self._offered):
            self.offer(waiting[run_id], run_id)
        self._offered = set(waiting)
