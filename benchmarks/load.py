"""`python -m benchmarks.load [--quick] [--only http batch busy memory]`: the office under load, in real processes.

    http     steps a second through the REST interface, 1, 4 and 16 clients, on SQLite and PostgreSQL
    batch    steps a second of batches done by 1, 2 and 4 workers
    busy     what a person waits for a step while a batch of ten thousand runs, against the same before and after it, when it is
             quiet; and how fast that batch goes, against the same without the person
    memory   what each role holds

Everything of one section is interleaved in one run; read the ratios. The processes are those of tests.topology: a role each.
`python -m benchmarks.scale` asks how the cost of a step grows with the size of the store.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import psutil
from rich.console import Console
from rich.table import Table

from flows.batch import advance_batch
from flows.requests import Wish, file_batch
from models.cases import CaseFile
from models.requests import StepBatch
from tests.factories import REGISTRATION, STREET
from tests.postgres import postgres
from tests.topology.stage import Process, Topology, topology_on
from tests.waiting import eventually

STORES = ("sqlite", "postgresql")
CONSOLE = Console(width=120)


@dataclass(frozen=True)
class Dose:
    """How much is measured."""

    seconds: float = 8.0
    clients: Sequence[int] = (1, 4, 16)
    workers: Sequence[int] = (1, 2, 4)
    batch: int = 1000
    batches: int = 8
    busy: int = 10_000
    rounds: int = 2


QUICK = Dose(seconds=2.0, clients=(1, 4), workers=(1, 2), batch=200, batches=4, busy=1000, rounds=1)


@contextmanager
def office_on(store: str) -> Iterator[Topology]:
    """An office in an empty store of that kind; nothing runs yet."""
    with TemporaryDirectory(prefix="concord-load-") as folder:
        if store == "sqlite":
            made = topology_on(f"sqlite:///{folder}/concord.db", Path(folder), CONCORD_PREFECT="false", CONCORD_LEASE="60")
            try:
                yield made
            finally:
                made.stop()
            return
        with postgres() as server:
            made = topology_on(server.database("concord"), Path(folder), CONCORD_PREFECT="false", CONCORD_LEASE="60")
            try:
                yield made
            finally:
                made.stop()


def open_cases(office: Topology, count: int) -> list[str]:
    """So many disputes, opened set-wise in this process; their numbers."""
    town = office.town
    wish = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=town.people["mediator"], answers=REGISTRATION)
    for start in range(0, count, 5000):
        batch = file_batch(town.office, "open", wish.actor_id, [wish] * min(5000, count - start))
        advance_batch(town.office, batch)
    return [row.number for row in town.rows(CaseFile)][-count:]


@dataclass
class Clients:
    """Programs that take one step after the other, each over a connection of its own."""

    url: str
    #: more tokens than clients: the interface counts the requests of each
    tokens: list[str]
    today: str
    waits: list[float] = field(default_factory=list)
    #: seconds a client rests between two steps: a person, not a storm
    rest: float = 0.0

    def take(self, tokens: Sequence[str], numbers: Iterator[str], until: float) -> None:
        """One client: `apply` for one case after the other."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        body = json.dumps({"answers": {"received_on": self.today}, "expected_version": 1})
        for turn, number in enumerate(numbers):
            if time.perf_counter() > until:
                break
            sent = {
                "authorization": f"Bearer {tokens[turn % len(tokens)]}",
                "content-type": "application/json",
                "idempotency-key": number,
            }
            began = time.perf_counter()
            connection.request("POST", f"/api/v1/cases/{number}/steps/apply", body, sent)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{answer.status}: {told[:300]!r}")
            self.waits.append(time.perf_counter() - began)
            if self.rest:
                time.sleep(self.rest)
        connection.close()

    def storm(self, count: int, numbers: list[str], seconds: float) -> float:
        """So many clients at once for so long; steps a second."""
        shared, lock = iter(numbers), threading.Lock()

        def next_ones() -> Iterator[str]:
            while True:
                with lock:
                    found = next(shared, None)
                if found is None:
                    return
                yield found

        began = time.perf_counter()
        until = began + seconds
        threads = [threading.Thread(target=self.take, args=(self.tokens[no::count], next_ones(), until)) for no in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(self.waits) / (time.perf_counter() - began)


def clients_of(office: Topology, web: Process, count: int = 1, rest: float = 0.0) -> Clients:
    """Clients of that web process, each with a token of the mediator's."""
    programs = [office.program(web, "mediator") for _ in range(2 * count)]
    eventually(lambda: _answers(programs[0]), 60)
    tokens = [program.headers["authorization"].removeprefix("Bearer ") for program in programs]
    return Clients(web.url, tokens, office.town.iso(), rest=rest)


def _answers(program: Any) -> bool:
    try:
        return bool(program.get("/me").status_code == http.client.OK)
    except OSError:
        return False
    except Exception as fault:  # httpx's own, while nobody listens yet
        if "Connect" in type(fault).__name__ or "Read" in type(fault).__name__:
            return False
        raise


def p95(waits: Sequence[float]) -> float:
    """Milliseconds."""
    return quantiles(waits, n=20)[-1] * 1000 if len(waits) > 1 else 0.0


def measure_http(dose: Dose) -> list[dict[str, Any]]:
    """Steps a second over HTTP. The stores take turns within a round."""
    found = []
    for store in STORES:
        with office_on(store) as office:
            web = office.start("web")
            for turn in range(dose.rounds):
                for count in dose.clients:
                    numbers = open_cases(office, int(400 * dose.seconds))
                    clients = clients_of(office, web, count)
                    rate = clients.storm(count, numbers, dose.seconds)
                    found.append({"section": "http", "store": store, "clients": count, "round": turn, "steps_s": rate,
                                  "p50_ms": median(clients.waits) * 1000, "p95_ms": p95(clients.waits)})  # fmt: skip
    return found


def measure_batch(dose: Dose) -> list[dict[str, Any]]:
    """Steps a second of batches, from the filing of the first to the end of the last."""
    found = []
    for store in STORES:
        with office_on(store) as office:
            for count in dose.workers:
                numbers = open_cases(office, dose.batch * dose.batches)
                ids = {row.number: row.id for row in office.town.rows(CaseFile)}
                workers = [office.start("worker") for _ in range(count)]
                eventually(lambda c=count: _alive(office, c), 90)
                by, today = office.town.people["mediator"], office.town.iso()
                began = time.perf_counter()
                for start in range(0, len(numbers), dose.batch):
                    wishes = [Wish(step="apply", case_id=ids[number], actor_id=by, answers={"received_on": today})
                              for number in numbers[start : start + dose.batch]]  # fmt: skip
                    file_batch(office.town.office, "apply", by, wishes)
                eventually(lambda: not office.town.count(StepBatch, StepBatch.settled_at.is_(None)), 300, every=0.05)
                seconds = time.perf_counter() - began
                found.append({"section": "batch", "store": store, "workers": count, "steps_s": len(numbers) / seconds})
                for worker in workers:
                    worker.kill()
    return found


def _alive(office: Topology, count: int) -> bool:
    from flows.heartbeat import STALE
    from flows.office import utc_now
    from models.processes import Process as Row

    alive = (Row.ended_at.is_(None), Row.roles.contains("worker"), Row.beat_at > utc_now() - STALE)
    return office.town.count(Row, *alive) >= count


def measure_busy(dose: Dose) -> list[dict[str, Any]]:
    """What one person waits for a step: when it is quiet, and while a batch runs in a worker beside."""
    found = []
    for store in STORES:
        with office_on(store) as office:
            web = office.start("web")
            office.start("worker")
            eventually(lambda: _alive(office, 1), 60)
            clients_of(office, web).storm(1, open_cases(office, 100), 1)  # the first steps of a process load what they need
            found += [
                {"section": "busy", "store": store, "round": turn, **_busy(office, web, dose)} for turn in range(dose.rounds)
            ]
    return found


def _busy(office: Topology, web: Process, dose: Dose) -> dict[str, Any]:
    alone, beside, mine = (open_cases(office, count) for count in (dose.busy, dose.busy, 4000))
    ids = {row.number: row.id for row in office.town.rows(CaseFile)}
    by, today = office.town.people["mediator"], office.town.iso()

    def file(numbers: Sequence[str]) -> Callable[[], Any]:
        """Such a batch; what tells whether it is done."""
        wishes = [Wish(step="apply", case_id=ids[one], actor_id=by, answers={"received_on": today}) for one in numbers]
        batch = file_batch(office.town.office, "apply", by, wishes)
        return lambda: office.town.one(StepBatch, StepBatch.id == batch).settled_at

    took_alone = _seconds(lambda: eventually(file(alone), 300, every=0.05))
    quiet, busy = clients_of(office, web, rest=0.03), clients_of(office, web, rest=0.03)
    quiet.storm(1, mine[:500], dose.seconds)
    settled = file(beside)

    def work_beside() -> None:
        while not settled():
            busy.storm(1, mine[500 + len(busy.waits) : -500], 0.5)

    took_beside = _seconds(work_beside)
    quiet.storm(1, mine[-500:], dose.seconds)
    return {
        "quiet_p50_ms": median(quiet.waits) * 1000, "quiet_p95_ms": p95(quiet.waits), "busy_p50_ms": median(busy.waits) * 1000,
        "busy_p95_ms": p95(busy.waits), "ratio_p95": p95(busy.waits) / p95(quiet.waits), "steps_beside": len(busy.waits),
        "batch_alone_s": dose.busy / took_alone, "batch_beside_s": dose.busy / took_beside,
    }  # fmt: skip


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure_memory(dose: Dose) -> list[dict[str, Any]]:
    """Resident memory of each role after it has worked a little, megabytes; children (Prefect's server) apart."""
    found = []
    with office_on("postgresql") as office:
        office.settings["CONCORD_PREFECT"] = "true"
        prefect = office.start("prefect")
        roles = {role: office.start(role) for role in ("web", "scheduler", "worker")}
        clients = clients_of(office, roles["web"], 2)
        clients.storm(2, open_cases(office, 300), 5)
        time.sleep(20 * (dose.seconds > QUICK.seconds))
        for role, process in {**roles, "prefect": prefect}.items():
            tree = psutil.Process(process.child.pid)
            own = tree.memory_info().rss / 2**20
            below = sum(one.memory_info().rss for one in tree.children(recursive=True)) / 2**20
            found.append({"section": "memory", "role": role, "own_mb": own, "children_mb": below})
    return found


SECTIONS = {"http": measure_http, "batch": measure_batch, "busy": measure_busy, "memory": measure_memory}


def show(rows: Sequence[dict[str, Any]]) -> None:
    """A table a section."""
    for section in dict.fromkeys(row["section"] for row in rows):
        mine = [{name: value for name, value in row.items() if name != "section"} for row in rows if row["section"] == section]
        table = Table(title=section, title_justify="left")
        for name in mine[0]:
            table.add_column(name)
        for row in mine:
            table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
        CONSOLE.print(table)


def main() -> None:
    """Measure what was asked for, show it, and keep it beside the other figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", default=list(SECTIONS), choices=list(SECTIONS))
    asked = parser.parse_args()
    rows = []
    for name in asked.only:
        rows += SECTIONS[name](QUICK if asked.quick else Dose())
        show(rows[-40:] if len(asked.only) == 1 else [row for row in rows if row["section"] == name])
    kept = Path(__file__).parent.parent / "var" / "bench" / "load.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
