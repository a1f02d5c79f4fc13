"""The office at work, whole in one process or one role a process, on as many machines as needed.

    web         pages and REST; the steps of those who use them run here, in the lane
    scheduler   rings the bells of the timetable: of several, the one that leads; files what is to be done
    worker      does what was filed, and drains the outbox
    prefect     Prefect's own server

Prefect may come up late or never: the office works from the first moment, its steps are then `observed = false`. Everything
here can be killed at any time; what was filed is found again by its rows.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from config.roles import PREFECT, ROLES, SCHEDULER, WEB, WORKER
from config.timetable import BELLS, TIMETABLE
from flows.casework import Receipt
from flows.heartbeat import HERE, Heartbeat, is_served, memory_of_this_process
from flows.lane import Lane
from flows.leading import lead, step_down
from flows.office import Office
from flows.pool import GRACE, prepare_pool
from flows.pool_worker import PoolWorker
from flows.prefect_home import apply_environment, far_of, prefect_environment
from flows.prefect_server import PrefectServer
from flows.readiness import Readiness
from flows.scheduler import Scheduler
from flows.status_server import StatusServer
from flows.steps import Desk, apply_request
from flows.sweeps import run_sweep, warn_if_late
from flows.taking import Leading, Offers, Requests, Timekeeper, Watcher, Works
from flows.works import file_work, is_open

#: a scheduler without a worker in sight does by itself what nobody took for so long
ALONE = timedelta(seconds=60)
#: seconds until a pool that could not be made is tried again
PREPARE_AGAIN = 30.0


class Service:
    """Everything of those roles that runs while the office is open."""

    def __init__(self, office: Office, roles: Collection[str] = ROLES) -> None:
        self.office, self.roles = office, frozenset(roles)
        self.lane: Lane[Receipt] = Lane(lambda key: apply_request(office, int(key)), wait=office.settings.patience)
        self.desk = Desk(office, self.lane)
        bells = [bell for bell in TIMETABLE if bell.roles & self.roles]
        self.scheduler = Scheduler(self._ring, tuple(bells))
        #: Prefect's server has no need of the case database, and waits for it
        self._alone = self.roles == {PREFECT}
        named = tuple(role for role in ROLES if role in self.roles)
        self.heart = Heartbeat(office, named, self.condition, patient=self._alone)
        self.home = office.settings.home / "prefect"
        self.server: PrefectServer | None = None
        self.pool: PoolWorker | None = None
        self._watchers = list(self._make_watchers())
        self._stopping = threading.Event()
        self._status: StatusServer | None = None

    def _make_watchers(self) -> Iterator[Watcher]:
        pooled = self.office.settings.work_pool
        if WEB in self.roles:
            yield Requests(self.office, self.lane)
        if WORKER in self.roles:
            yield Works(self.office, self.lane, GRACE if pooled else timedelta(0))
        elif SCHEDULER in self.roles:
            yield Works(self.office, self.lane, ALONE)
        if SCHEDULER in self.roles:
            yield Leading(self.office, self.scheduler)
        if self.roles & {SCHEDULER, WORKER}:
            yield Timekeeper(self.office, self.scheduler)
        if SCHEDULER in self.roles and pooled:
            yield Offers(self.office, self.lane.prefect.offer)

    def start(self) -> None:
        """Open the office. Raises `PortTaken` if another program holds Prefect's port."""
        settings = self.office.settings
        if settings.prefect:
            self._start_prefect()
        if WEB not in self.roles and settings.status_port:
            ready = Readiness(self.office, self._stopping.is_set) if self.server is None or not self._alone else self._serves
            self._status = StatusServer(self.office, ready)
            self._status.start()
        self.heart.start()
        for watcher in self._watchers:
            watcher.start()
        self.scheduler.start()

    def _start_prefect(self) -> None:
        settings = self.office.settings
        place = (self.home, settings.prefect_port, far_of(settings))
        apply_environment(*place)
        if PREFECT in self.roles and not settings.prefect_url:
            self.server = PrefectServer(*place)
            self.server.start()
        if not self._alone:
            self.lane.start()
        if settings.work_pool:
            if self.server is not None:
                threading.Thread(target=self._prepare_pool, name="pool-preparing", daemon=True).start()
            if WORKER in self.roles:
                self.pool = PoolWorker(settings.work_pool, self.home, prefect_environment(*place))
                self.pool.start()

    def _prepare_pool(self) -> None:
        """Once the server answers: its pool and deployments, as prefect.yaml says."""
        server, settings = self.server, self.office.settings
        while server is not None and not self._stopping.is_set():
            if server.up.wait(1.0):
                if prepare_pool(settings.work_pool, server.environment):
                    return
                self._stopping.wait(PREPARE_AGAIN)

    def stop(self) -> None:
        """Close the office: no new work, what is under way ends, Prefect's server last."""
        self._stopping.set()
        with ExitStack() as last:
            if self._status is not None:
                last.callback(self._status.stop)
            if self.server is not None:
                last.callback(self.server.stop)
            last.callback(self.heart.stop)
            last.callback(self.lane.stop)
            if self.pool is not None:
                last.callback(self.pool.stop)
            self.scheduler.stop()
            for watcher in self._watchers:
                watcher.stop()
            if SCHEDULER in self.roles:
                step_down(self.office)

    def condition(self) -> dict[str, Any]:
        """What the monitor shows of this process: its breaker, and its memory in bytes."""
        away = not self.server.up.is_set() if self._alone and self.server is not None else self.lane.breaker.is_open
        breaker = "off" if not self.office.settings.prefect else "open" if away else "closed"
        return {"breaker": breaker, "memory": memory_of_this_process()}

    def _serves(self) -> bool:
        """Whether Prefect's server answers: all that a process is for that does nothing else."""
        return not self._stopping.is_set() and self.server is not None and self.server.up.is_set() and self.server.healthy()

    def _ring(self, sweep: str) -> None:
        if self._stopping.is_set() or HERE.outdated:
            return
        if BELLS[sweep].draining:
            run_sweep(self.office, sweep)
        elif SCHEDULER not in self.roles:
            self._stand_in(sweep)
        elif lead(self.office) is not None:
            warn_if_late(self.office, sweep)
            if BELLS[sweep].leading:
                run_sweep(self.office, sweep)
                return
            with self.office.store.write() as connection:
                if not is_open(connection, f"sweep-{sweep}"):
                    file_work(connection, self.office, f"sweep-{sweep}", {}, key=self.office.now().isoformat())

    def _stand_in(self, sweep: str) -> None:
        """Where no scheduler is heard of, one of the workers says so: without reminders the office would just be quiet."""
        if not is_served(self.office, SCHEDULER) and lead(self.office) is not None:
            for bell in TIMETABLE:
                if not bell.draining:
                    warn_if_late(self.office, bell.sweep)
            run_sweep(self.office, sweep)


@contextmanager
def serving(office: Office, roles: Collection[str] = ROLES) -> Iterator[Service]:
    """The office, open for the length of the block."""
    service = Service(office, roles)
    service.start()
    try:
        yield service
    finally:
        service.stop()
