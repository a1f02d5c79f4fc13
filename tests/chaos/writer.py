"""Processes that take steps as fast as they can until they are killed: a case each time, and steps on the cases there are.

python -m tests.chaos.writer HOME      forks a writer for every line it reads, and says its number; so a new one costs nothing
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from config.settings import ROOT
from flows.requests import Wish
from flows.steps import Desk
from states.errors import Refusal
from tests.factories import CONSENT, REGISTRATION, STREET, Town, town_at


@dataclass
class Writers:
    """Where writers come from."""

    source: subprocess.Popen[str]

    def start(self) -> int:
        """The process id of a new one; it writes already."""
        assert self.source.stdin is not None
        assert self.source.stdout is not None
        self.source.stdin.write("one\n")
        self.source.stdin.flush()
        return int(self.source.stdout.readline())


@contextmanager
def writers(home: Path) -> Iterator[Writers]:
    """Writers for the office in that folder."""
    line = [sys.executable, "-m", "tests.chaos.writer", str(home)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as source:
        try:
            yield Writers(source)
        finally:
            source.kill()


def write(town: Town, name: str, rounds: Iterable[int]) -> None:
    """Write, a round after the other."""
    desk, by, random = Desk(town.office), town.people["mediator"], Random(name)
    opening = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=by, answers=REGISTRATION)
    for number in rounds:
        case_id = desk.step(Wish(**{**vars(opening), "key": f"{name}-{number}"})).case_id
        chosen = random.randint(max(1, case_id - 3), case_id)
        for step, answers in (("apply", {"received_on": town.iso()}), ("accept", {"accepted_on": town.iso(), **CONSENT})):
            try:
                desk.step(town.wish(step, "mediator", chosen, f"{name}-{number}-{step}", **answers))
            except Refusal:
                continue  # another process was there first


def main(home: str) -> None:
    """Fork a writer for every line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    town = town_at(Path(home))
    write(town, "first", range(3))  # what is loaded and compiled once is there for all
    town.office.store.close()
    for number, _ in enumerate(sys.stdin):
        child = os.fork()
        if child == 0:
            write(town, f"w{number}", count())
        print(child, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
