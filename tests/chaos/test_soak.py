"""A whole office in one process under a mixed load: it grows no further, keeps no lines it does not use, and letters go out.

What counts is the process's own memory, without pages of files, which the kernel may take back at any time.
Two hours by `CHAOS_DOSE=600`; the small dose sees only the beginning, when everything is warmed up.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from flows.office import utc_now
from models.cases import CaseFile
from models.outbox import Message
from tests.chaos.crowd import Crowd, Program
from tests.chaos.dose import dose, seeded
from tests.chaos.figures import note
from tests.chaos.laws import laws_hold
from tests.chaos.postbox import serving
from tests.chaos.storm import answers, spread
from tests.factories import CONSENT, REGISTRATION, Town
from tests.topology.stage import free_port
from tests.waiting import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.prefect, pytest.mark.timeout(9000)]
SECONDS = dose(12, 7200)
PROGRAMS = 3
#: seconds a program rests after each of its requests: a busy office, not a race
REST = 0.1
#: two rounds of the outbox's bell, seconds
TWO_SWEEPS = 10.0
#: what the second half of the time may add, MB: noise, and what a longer run must not exceed either
GROWTH = 15.0
MB = 1024 * 1024


def memory(pid: int) -> float:
    """MB of its own that process holds; no pages of files (Linux)."""
    resident, of_files = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    return (int(resident) - int(of_files)) * os.sysconf("SC_PAGE_SIZE") / MB


def lines(town: Town, pid: int) -> int:
    """Connections to the store, of that process or (PostgreSQL) of everybody."""
    if town.office.store.is_sqlite:
        held = [one.resolve() for one in Path(f"/proc/{pid}/fd").iterdir()]
        return sum(one.name == "concord.db" for one in held)
    with town.office.store.read() as connection:
        here = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(connection.execute(here).scalar_one())


class Mixed(Program):
    """Opens, reads, takes steps, files batches, and rests in between."""

    def keeps_on(self, until: float) -> int:
        """Until then; how many requests it made."""
        today, made = self.crowd.town.iso(), 0
        with self.client:
            for number in count():
                if time.monotonic() > until:
                    return made
                for _ in self._round(f"{self.group.start}-{number}", today):
                    made += 1
                    time.sleep(REST)
        return made

    def _round(self, name: str, today: str) -> Iterator[object]:
        opened = []
        for one in range(3):
            body = {"type": "dispute", "unit": "qingbo", "answers": {**REGISTRATION, "applicant": f"张{name}{one}"}}
            told = self.asks("POST", "/cases", body, f"{name}-{one}")
            opened.append(told["number"])
            yield told
        yield self.asks("GET", f"/cases/{opened[0]}")
        body = {"step": "apply", "numbers": opened, "answers": {"received_on": today}}
        batch = self.asks("POST", "/batches", body, f"{name}-apply")["id"]
        yield batch
        while (told := self.asks("GET", f"/batches/{batch}"))["applied"] < len(opened):
            yield told
        for number in opened:
            body = {"answers": {"accepted_on": today, **CONSENT}, "expected_version": 2}
            yield self.asks("POST", f"/cases/{number}/steps/accept", body, f"{number}-accept")
        yield self.asks("GET", "/worklist")
        yield self.asks("GET", "/cases?limit=20")


def test_an_office_under_load_grows_no_further(town: Town) -> None:
    random = seeded("soak")
    with serving() as box, spread(town, CONCORD_SMTP_HOST="127.0.0.1", CONCORD_SMTP_PORT=str(box.port)) as office:
        one = office.start("all", CONCORD_WEB_PORT=str(port := free_port()))
        one.port = port
        program = office.program(one, "mediator")
        eventually(lambda: answers(program), 60)
        crowd, begun = Crowd(town, [one.url], random), time.monotonic()
        seen: list[tuple[float, float, int]] = []
        with ThreadPoolExecutor(PROGRAMS) as pool:
            at_work = [
                pool.submit(Mixed(crowd, range(n * 1000, n * 1000 + 1)).keeps_on, begun + SECONDS) for n in range(PROGRAMS)
            ]
            while not all(done.done() for done in at_work):
                seen.append((time.monotonic() - begun, memory(one.child.pid), lines(town, one.child.pid)))
                time.sleep(SECONDS / 40)
            requests = sum(done.result() for done in at_work)
        assert one.child.poll() is None
        due = (Message.status.in_(("waiting", "sending")), Message.created_at < utc_now())
        eventually(lambda: not town.count(Message, *due), 20, "letters lie about")
    half = seen[len(seen) // 2 :]
    slope = statistics.linear_regression([at for at, _, _ in half], [size for _, size, _ in half]).slope
    ages = sorted((row.settled_at - row.created_at).total_seconds() for row in town.rows(Message) if row.settled_at)
    p99 = ages[int(0.99 * len(ages))]
    assert slope * SECONDS / 2 < GROWTH, seen
    before, after = (statistics.median(held for _, _, held in some) for some in (seen[: len(seen) // 2], half))
    assert after <= before + 2, seen  # more may be in use for a moment
    assert p99 < TWO_SWEEPS
    laws_hold(town)
    note(
        "soak", seconds=SECONDS, requests=requests, cases=town.count(CaseFile), letters=len(ages),
        memory_mb=" ".join(f"{size:.0f}" for _, size, _ in seen[:: max(1, len(seen) // 10)]),
        slope_mb_an_hour=slope * 3600, kb_a_request=slope * SECONDS / requests * 1024,
        connections=after, outbox_age_p99=p99,
    )  # fmt: skip
