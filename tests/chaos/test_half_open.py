"""A line to PostgreSQL that is there and carries nothing: nobody waits longer than is written in models/postgresql.py.

Also a line that is cut, and a server that lets nobody in. Who asked is told that the database does not answer, and sends the
same again; once the line carries, all goes on without a restart.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from models import postgresql
from models.cases import CaseEvent, CaseFile
from models.postgresql import GRACE, LET_IN
from models.session import Store, open_sealed
from models.trouble import Trouble, trouble_of
from tests.chaos.dose import dose
from tests.chaos.figures import note
from tests.chaos.laws import a_quarter_of_an_hour_later, laws_hold, nothing_waits
from tests.chaos.nursery import nursery
from tests.chaos.storm import open_webs
from tests.chaos.wire import CARRY, CUT, HOLD, Wire, wire
from tests.factories import REGISTRATION
from tests.postgres import DEBIAN, Server, debians_postgres, postgres
from tests.topology.stage import Topology, topology_on
from tests.waiting import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.prefect, pytest.mark.timeout(3600)]
#: seconds a statement may take here, and what a whole request may take: one that was under way, and is asked for once more
STATEMENT = 2.0
LIMIT = STATEMENT + GRACE + 2 * LET_IN + 1
AT_ONCE = 12
#: seconds within which whoever probes a process that has lost its database is answered
PROBE = 5.0


@dataclass(frozen=True)
class Haste:
    """Shorter limits than the real ones, so that each can be waited for."""

    statement: float = 1.0
    grace: float = 0.5
    ping: float = 1.0
    #: not less: the driver's own limit
    let_in: int = 2


HASTE = Haste()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of this file's own."""
    with debians_postgres() if DEBIAN else postgres() as running:
        yield running


def through(line: Wire, address: str) -> str:
    """That database, reached over the wire."""
    name = address.partition("@/")[2].partition("?")[0]
    return f"postgresql+psycopg://postgres@127.0.0.1:{line.port}/{name}"


def asked(store: Store, statement: str = "SELECT 1") -> tuple[Trouble | None, float]:
    """What was the matter, and after how many seconds it was known."""
    begun = time.monotonic()
    try:
        with store.read() as connection:
            connection.exec_driver_sql(statement)
    except DBAPIError as fault:
        return trouble_of(fault), time.monotonic() - begun
    return None, time.monotonic() - begun


def test_every_wait_has_an_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("GRACE", HASTE.grace), ("PING", HASTE.ping), ("LET_IN", HASTE.let_in)):
        monkeypatch.setattr(postgresql, name, seconds)
    address = server.database("waits")
    with wire(server.socket) as line:
        store = open_sealed(through(line, address), HASTE.statement)
        assert asked(store)[0] is None

        # the server ends a statement that takes too long; we need not
        trouble, slow = asked(store, "SELECT pg_sleep(10)")
        assert trouble is Trouble.AWAY
        assert HASTE.statement <= slow < HASTE.statement + HASTE.grace

        # a statement is under way when the line falls silent
        with store.read() as connection:
            connection.exec_driver_sql("SELECT 1")
            line.turn(HOLD)
            begun = time.monotonic()
            with pytest.raises(DBAPIError) as silence:
                connection.execute(select(1))
            silent = time.monotonic() - begun
        assert trouble_of(silence.value) is Trouble.AWAY
        assert silent < HASTE.statement + HASTE.grace + 0.5

        # nobody is let in
        trouble, outside = asked(store)
        assert trouble is Trouble.AWAY
        assert outside < HASTE.let_in + 0.5

        # one that lay idle is asked first; when it is silent, all others are given up with it
        line.turn(CARRY)
        with store.read(), store.read(), store.read():
            pass
        time.sleep(1.1)
        line.turn(HOLD)
        trouble, idle = asked(store)
        assert trouble is Trouble.AWAY
        assert idle < HASTE.ping + HASTE.let_in + 0.5
        line.turn(CARRY)
        assert asked(store)[0] is None

        # a line that is cut is known at once, and made anew
        line.turn(CUT)
        trouble, cut = asked(store)
        assert trouble is Trouble.AWAY
        assert cut < 1
        line.turn(CARRY)
        time.sleep(1.1)
        assert asked(store)[0] is None

        # who takes his time is not cut off, and leaves the limits as they were
        with store.snapshot() as connection:
            driver = connection.connection.driver_connection
            connection.exec_driver_sql(f"SELECT pg_sleep({HASTE.statement + HASTE.grace + 0.5})")
            assert driver.patience is None
        assert driver.patience == HASTE.statement + HASTE.grace
        store.close()
    note(
        "half-open line: one process", store="PostgreSQL", statement_limit=HASTE.statement,
        grace=HASTE.grace, ping=HASTE.ping, let_in=HASTE.let_in, slow_statement=slow,
        silent_statement=silent,        not_let_in=outside, idle_connection=idle, cut=cut,
    )  # fmt: skip


def test_nobody_waits_at_the_counter_longer_than_the_limit(server: Server, tmp_path: Path) -> None:
    address = server.database("counter")
    with wire(server.socket) as line, nursery() as source:
        office = topology_on(address, tmp_path, CONCORD_PREFECT="false", CONCORD_DATABASE_PATIENCE=str(STATEMENT))
        office.settings["CONCORD_DATABASE_URL"] = through(line, address)
        office.launch = source.serve
        try:
            rounds = [_cut_off(office, line, number) for number in range(dose(1, 10))]
            a_quarter_of_an_hour_later(office.town.office, {})
            laws_hold(office.town)
            nothing_waits(office.town)
            assert office.town.count(CaseFile) == office.town.count(CaseEvent) == AT_ONCE * len(rounds)
        finally:
            line.turn(CARRY)
            for one in office.processes:
                one.kill()
            office.stop()
    note(
        "half-open line: a web", store="PostgreSQL", rounds=len(rounds),
        requests=AT_ONCE * len(rounds), statement_limit=STATEMENT, limit=LIMIT,
        answered_at_the_latest=max(one for one, _ in rounds), well_again=max(other for _, other in rounds), lost=0, doubled=0,
    )  # fmt: skip


def _cut_off(office: Topology, line: Wire, number: int) -> tuple[float, float]:
    """The line falls silent under a crowd; (seconds the last one waited, seconds until all was well)."""
    (web,) = office.processes or open_webs(office, 1)
    program = office.program(web, "mediator")
    program.timeout = httpx.Timeout(60)

    def opens(one: int) -> tuple[int, str, float]:
        body = {"type": "dispute", "unit": "qingbo", "answers": {**REGISTRATION, "applicant": f"张{number}{one}"}}
        begun = time.monotonic()
        answer = program.post("/cases", json=body, headers={"idempotency-key": f"{number}-{one}"})
        return answer.status_code, answer.json().get("code", ""), time.monotonic() - begun

    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way = [pool.submit(opens, one) for one in range(AT_ONCE)]
        time.sleep(0.05)
        line.turn(HOLD)
        assert httpx.get(f"{web.url}/health", trust_env=False, timeout=PROBE).status_code == 200
        assert httpx.get(f"{web.url}/ready", trust_env=False, timeout=PROBE).status_code == 503
        told = [one.result() for one in under_way]
        assert {status for status, _, _ in told} <= {201, 503}
        assert 503 in {status for status, _, _ in told}
        assert {code for status, code, _ in told if status == 503} == {Trouble.AWAY.value}
        waited = max(seconds for _, _, seconds in told)
        assert waited < LIMIT
        line.turn(CARRY)
        begun = time.monotonic()
        eventually(lambda: all(status == 201 for status, _, _ in pool.map(opens, range(AT_ONCE))), 20)
        return waited, time.monotonic() - begun
