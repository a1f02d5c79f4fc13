"""The office in one process: Prefect's server beside it, the lane, the watcher of requests, the bell ringer.

Prefect may come up late or never: the office works from the first moment, its steps are then `observed = false`. Everything
here can be killed at any time; what was filed is found again by its rows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import select

from flows.batch import BatchResult
from flows.casework import Receipt
from flows.lane import Lane
from flows.office import Office
from flows.prefect_home import apply_environment
from flows.prefect_server import PrefectServer
from flows.presence import BEAT, beat, leave
from flows.scheduler import Scheduler
from flows.steps import Desk, apply_batch, apply_request, waiting_requests
from flows.sweeps import run_sweep, warn_if_late
from models.requests import StepBatch
from states.errors import Refusal

log = logging.getLogger("concord.serving")

#: how often the watcher looks for requests filed by other processes
WATCH = 0.02


class Service:
    """Everything that runs while the office is open."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.lane: Lane[Receipt] = Lane(lambda key: apply_request(office, int(key)), wait=office.settings.patience)
        self.batches: Lane[BatchResult] = self.lane.beside("advance-batch", lambda key: apply_batch(office, int(key)))
        self.desk = Desk(office, self.lane)
        self.scheduler = Scheduler(self._ring)
        self.server: PrefectServer | None = None
        self._stopping = threading.Event()
        self._taken: set[int] = set()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="steps")
        self._threads = [
            threading.Thread(target=self._watch, args=(self._take_up_requests, WATCH), name="watcher", daemon=True),
            threading.Thread(target=self._watch, args=(self._take_up_batches, 0.1), name="batches", daemon=True),
            threading.Thread(target=self._beat, name="presence", daemon=True),
        ]

    def start(self) -> None:
        """Open the office. Raises `PortTaken` if another program holds Prefect's port."""
        if self.office.settings.prefect:
            home = self.office.settings.home / "prefect"
            apply_environment(home, self.office.settings.prefect_port)
            self.server = PrefectServer(home, self.office.settings.prefect_port)
            self.server.start()
            self.lane.start()
        for thread in self._threads:
            thread.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Close the office: no new work, what is under way ends, Prefect's server last."""
        self._stopping.set()
        self.scheduler.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        self._pool.shutdown(wait=True)
        self.lane.stop()
        if self.server is not None:
            self.server.stop()
        leave(self.office)

    def _ring(self, sweep: str) -> None:
        if not self._stopping.is_set():
            name = f"sweep-{sweep}"
            quiet: Lane[dict[str, object]] = self.lane.beside(name, lambda _key: run_sweep(self.office, sweep))
            if sweep == "deadlines":
                warn_if_late(self.office, sweep)
            if sweep in ("outbox", "hooks", "follow-ups", "rescue"):
                run_sweep(self.office, sweep)
            else:
                quiet.run(self.office.now().isoformat())

    def _beat(self) -> None:
        while not self._stopping.is_set():
            beat(self.office)
            self._stopping.wait(BEAT)

    def _watch(self, take_up: Callable[[], None], every: float) -> None:
        """Take up, again and again, what other processes filed."""
        while not self._stopping.wait(every):
            try:
                take_up()
            except Exception as fault:
                log.warning("watcher: %s", type(fault).__name__)
                self._stopping.wait(1.0)

    def _take_up_requests(self) -> None:
        waiting = set(waiting_requests(self.office))
        for request_id in sorted(waiting - self._taken):
            self._pool.submit(self._take_up, request_id)
        self._taken = waiting

    def _take_up_batches(self) -> None:
        for batch_id in self._open_batches():
            self.batches.run(str(batch_id))

    def _take_up(self, request_id: int) -> None:
        try:
            self.lane.run(str(request_id))
        except Refusal:
            return  # the person reads it from the request
        except Exception as fault:
            log.warning("request %s: %s", request_id, type(fault).__name__)

    def _open_batches(self) -> list[int]:
        """Batches a person filed and nobody has done. The clock's own are done by the sweep that filed them."""
        filed = (StepBatch.settled_at.is_(None), StepBatch.actor_id.is_not(None))
        query = select(StepBatch.id).where(*filed).order_by(StepBatch.id).limit(5)
        with self.office.store.read() as connection:
            return list(connection.scalars(query))


@contextmanager
def serving(office: Office) -> Iterator[Service]:
    """The office, open for the length of the block."""
    service = Service(office)
    service.start()
    try:
        yield service
    finally:
        service.stop()
