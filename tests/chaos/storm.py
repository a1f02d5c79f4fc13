"""An office of several processes, and somebody who kills one of them again and again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random

import httpx

from flows.office import utc_now
from models.processes import Process as ProcessRow
from tests.chaos.nursery import nursery
from tests.factories import Town
from tests.topology.stage import LEASE, Process, Topology
from tests.waiting import eventually


@contextmanager
def spread(town: Town, **settings: str) -> Iterator[Topology]:
    """The town's office as processes that share its database; they start in no time, and end with the block."""
    town.clock.now = utc_now()  # they live by the wall clock
    given = town.office.settings
    told = {
        "CONCORD_DATABASE_URL": given.database, "CONCORD_LEASE": str(LEASE), "CONCORD_PREFECT": "false",
        "CONCORD_PREFECT_PORT": "4200", "CONCORD_MAIL_FROM": "concord@union.example", "PYTHONUNBUFFERED": "1", **settings,
    }  # fmt: skip
    with nursery() as source:
        office = Topology(given.home, told, town, launch=source.serve)
        try:
            yield office
        finally:
            for one in office.processes:
                one.kill()
            office.stop()


def open_webs(office: Topology, how_many: int) -> list[Process]:
    """So many webs; they listen."""
    webs = [office.start("web") for _ in range(how_many)]
    programs = [office.program(web, "mediator") for web in webs]
    for program in programs:
        eventually(partial(answers, program), 60, "a web does not come up")
    return webs


def answers(program: httpx.Client) -> bool:
    """Whether the web listens."""
    try:
        return program.get("/me").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@dataclass
class Killer:
    """Kills a process that has come up, starts it anew, and waits a little; so often, or until it is told to stop."""

    office: Topology
    random: Random
    deaths: int
    pause: tuple[float, float] = (0.3, 1.0)
    killed: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Killer:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kills, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _kills(self) -> None:
        while self.killed.total() < self.deaths and not self._over.wait(self.random.uniform(*self.pause)):
            victim = self.random.choice(self.office.processes)
            if self.office.town.count(ProcessRow, ProcessRow.pid == victim.child.pid):
                self.office.again(victim)
                self.killed[victim.role] += 1
