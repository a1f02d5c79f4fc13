"""The office in Prometheus' words: what the store says of it, and what this process did. Counts and ages only.

What comes from the store is the same in every process: take `max by (…)` over them. It is asked for every five seconds at most,
however often somebody scrapes, and what costs more (all open cases) every minute.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from config.timetable import TIMETABLE
from config.version import version_of_the_program
from flows.heartbeat import STALE, memory_of_this_process
from flows.office import Office
from flows.tally import TALLY
from models.figures import Figures, deadlines_missed, figures, open_cases

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
#: seconds for which figures of the store are kept
KEPT, KEPT_LONGER = 5.0, 60.0
#: seconds: from a page of the desk to an export that somebody waits for
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: sweeps that leave a trace each time they end, with what is between two of them
TRACED: Final = tuple(bell for bell in TIMETABLE if not bell.draining)

# when a counter was first raised is nobody's question, and a line more for each of them
disable_created_metrics()  # type: ignore[no-untyped-call]
_OWN: Final = CollectorRegistry()
_REQUESTS: Final = Histogram(
    "concord_http_request_seconds", "Time of a request by method, address pattern and status.", ("method", "route", "status"),
    buckets=BUCKETS, registry=_OWN,
)  # fmt: skip


def note_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request; `route` is the pattern of its address, never the address."""
    _REQUESTS.labels(method, route, str(status)).observe(seconds)


class Metrics(Collector):
    """The figures of an office, as a scrape gets them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._lock = threading.Lock()
        self._figures: Figures | None = None
        self._slow: tuple[dict[str, int], int] | None = None
        self._asked = self._asked_slow = -KEPT_LONGER
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """Everything, in the text format."""
        return generate_latest(self._registry) + generate_latest(_OWN)

    def describe(self) -> Iterator[Metric]:
        """Nothing: the store is not asked when the collector is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures, each family once. A store that does not answer is a figure, too."""
        yield from _process()
        up = GaugeMetricFamily("concord_store_up", "Whether the case database answered.")
        try:
            now_figures, slow = self._current()
        except SQLAlchemyError:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        now = self.office.now()
        yield from _work(now_figures, now)
        yield from _sweeps(now_figures, now)
        yield from _processes(now_figures)
        yield from _cases(*slow)

    def _current(self) -> tuple[Figures, tuple[dict[str, int], int]]:
        with self._lock:
            at = time.monotonic()
            if self._figures is None or self._slow is None or at - self._asked >= KEPT:
                with self.office.store.read() as connection:
                    names = [bell.sweep for bell in TRACED]
                    self._figures = figures(connection, self.office.now(), names, STALE)
                    if self._slow is None or at - self._asked_slow >= KEPT_LONGER:
                        self._slow = (open_cases(connection), deadlines_missed(connection, self.office.today()))
                        self._asked_slow = at
                self._asked = at
            return self._figures, self._slow


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"concord_{name}", about, value=value)


def _process() -> Iterator[Metric]:
    version = GaugeMetricFamily("concord_version", "1; its label is the version of this process.", labels=("version",))
    version.add_metric((version_of_the_program(),), 1)
    yield version
    yield _gauge("process_memory_bytes", "Memory of the process that answers.", memory_of_this_process())
    for name, about in _TALLIED.items():
        counts = TALLY.read(name)
        names = tuple(key for key, _ in next(iter(counts), ()))
        family = CounterMetricFamily(f"concord_{name}", about, labels=names)
        for labels, count in sorted(counts.items()):
            family.add_metric([value for _, value in labels], count)
        yield family


#: counters of this process: name → what it counts
_TALLIED: Final = {
    "steps": "Single steps this process applied, refused or failed at; those of batches stand in its runs.",
    "runs_ended": "Runs (sweeps, batches, imports) this process ended, by flow and end.",
    "run_seconds": "Time this process spent on runs, by flow.",
}


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


def _work(found: Figures, now: datetime) -> Iterator[Metric]:
    yield _gauge("outbox_waiting", "Messages not sent yet.", found.outbox_waiting)
    yield _gauge("outbox_parked", "Messages that will not be tried again by themselves.", found.outbox_parked)
    waits = _age(found.outbox_due_since, now)
    yield _gauge("outbox_oldest_due_seconds", "How long the message is due that waits longest.", waits)
    yield _gauge("requests_waiting", "Requests nobody has taken up.", found.requests_waiting)
    yield _gauge("requests_failed", "Requests that went wrong and wait for a retry.", found.requests_failed)
    yield _gauge("runs_waiting", "Filed work nobody has claimed.", found.runs_waiting)
    runs = GaugeMetricFamily("concord_runs_last_hour", "Runs begun in the last hour.", labels=("flow", "state"))
    seconds = GaugeMetricFamily("concord_run_seconds_last_hour", "How long they took together.", labels=("flow", "state"))
    for key, (count, lasted) in sorted(found.runs.items()):
        runs.add_metric(key, count)
        seconds.add_metric(key, lasted)
    yield runs
    yield seconds


def _sweeps(found: Figures, now: datetime) -> Iterator[Metric]:
    since = GaugeMetricFamily("concord_sweep_since_end_seconds", "Time since the sweep last ended well.", labels=("sweep",))
    overdue = GaugeMetricFamily("concord_sweep_overdue", "1: it did not end well when it should have.", labels=("sweep",))
    for bell in TRACED:
        last = found.sweeps.get(bell.sweep)
        if last is not None:
            since.add_metric((bell.sweep,), _age(last, now))
        overdue.add_metric((bell.sweep,), last is not None and now - last > bell.patience)
    yield since
    yield overdue
    if found.backed_up_at is not None:
        yield _gauge("backup_since_seconds", "Time since the last backup was whole.", _age(found.backed_up_at, now))
    if found.verified is not None:
        yield _gauge("audit_broken", "Places the last verification of the record found changed.", found.verified.broken)
        yield _gauge("audit_since_seconds", "Time since the record was last verified.", _age(found.verified.ended_at, now))


def _processes(found: Figures) -> Iterator[Metric]:
    alive = Counter(role for process in found.processes for role in process.roles)
    roles = GaugeMetricFamily("concord_processes", "Processes heard of in the last seconds, by role.", labels=("role",))
    for role in ("web", "scheduler", "worker", "prefect"):
        roles.add_metric((role,), alive[role])
    yield roles
    states = Counter(process.breaker for process in found.processes)
    breakers = GaugeMetricFamily("concord_breakers", "Processes by what their breaker for Prefect says.", labels=("state",))
    for state in ("closed", "open", "off"):
        breakers.add_metric((state,), states[state])
    yield breakers


def _cases(by_type: dict[str, int], missed: int) -> Iterator[Metric]:
    cases = GaugeMetricFamily("concord_open_cases", "Open cases, by type.", labels=("type",))
    for kind, count in sorted(by_type.items()):
        cases.add_metric((kind,), count)
    yield cases
    yield _gauge("deadlines_missed", "Clocks a sweep should have looked at before today.", missed)
