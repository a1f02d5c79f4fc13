"""Many schedulers at once on everything that is due: the same comes of it as of one alone. And one that freezes."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from config.rules import load_pack
from config.workdays import work_calendar
from flows.batch import advance_batch
from flows.deadlines import sweep_deadlines
from flows.performing import perform
from flows.requests import Wish, file_batch
from flows.rescue import rescue_all
from flows.works import file_work
from models.cases import CaseEvent, CaseFile
from models.contracts import Contract
from models.deadlines import Deadline, Reminder
from models.outbox import Message
from models.processes import Lease
from models.requests import Run, StepRequest
from states.register import clocks_of
from tests import stores
from tests.chaos.dose import dose
from tests.chaos.figures import note
from tests.chaos.laws import laws_hold
from tests.chaos.nursery import Nursery, nursery
from tests.factories import CONSENT, FACTORY, REGISTRATION, STREET, Town, town_at
from tests.waiting import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]
PROCESSES, DISPUTES = dose(4, 8), dose(20, 200)
#: contracts of one clock each; few enough to be one chunk with the mediations, and the many of a long dose
FEW = 400
CONTRACTS = dose(480, 4800)
#: days after which the mediations are over and the contracts about to end
LATER = 60


@pytest.fixture(scope="module")
def source() -> Iterator[Nursery]:
    """Where the schedulers come from."""
    with nursery() as running:
        yield running


def due_everywhere(town: Town, contracts: int = FEW, disputes: int = 20) -> None:
    """Contracts that are about to end and mediations whose time is over, all on one morning.

    A contract has its term's clock or its renewal's, not both: the one falls silent once the other has opened the renewal, and
    what comes of both would depend on which is looked at first.
    """
    pack, expires = load_pack("cn"), town.today + timedelta(days=LATER + 20)
    with town.office.store.write() as connection:
        values = {
            "unit_id": STREET, "employer_id": FACTORY, "employer_name": "某制衣厂", "kind": "wage", "scope": "enterprise",
            "pack": "cn", "standing": "in_force", "expires_on": expires, "workers": 86, "women": 50, "more": {},
        }  # fmt: skip
        made = insert(Contract).returning(Contract.id)
        ids = connection.scalars(made, [{**values, "number": f"HT-{one}"} for one in range(contracts)]).all()
        clocks = clocks_of("wage", expires, pack, work_calendar(pack.calendar))
        rows = [{**clocks[number % len(clocks)], "contract_id": one} for number, one in enumerate(ids)]
        connection.execute(insert(Deadline), rows)
    by = town.people["mediator"]
    opening = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=by, answers=REGISTRATION)
    wishes = [opening] * disputes
    for step, answers in (
        ("open", {}),
        ("apply", {"received_on": town.iso()}),
        ("accept", {"accepted_on": town.iso(), **CONSENT}),
    ):
        if step != "open":
            wishes = [town.wish(step, "mediator", row.id, **answers) for row in town.rows(CaseFile)]
        assert advance_batch(town.office, file_batch(town.office, step, by, wishes)).applied == disputes
    town.clock.pass_time(days=LATER)


def what_came_of_it(town: Town) -> dict[str, Any]:
    """Everything a sweep does, in values that compare: rows that it made are called by what they belong to.

    Of two clocks that end by the same step the second is over by itself, or void because the first was quicker: that is the
    same. So is into how many notices somebody's reminders of one morning are bound together (`catch_up`).
    """
    case = {row.id: f"renewal of {row.predecessor_id}" if row.predecessor_id else row.number for row in town.rows(CaseFile)}
    case[None] = ""
    clocks = town.rows(Deadline)
    clock = {row.id: (case[row.case_id], row.contract_id, row.rule, row.subject) for row in clocks}
    return {
        "reminders": Counter((clock[row.deadline_id], row.stage, row.person_id) for row in town.rows(Reminder)),
        "clocks": Counter(
            (clock[row.id], *(("over",) if row.status in ("expired", "void") else (row.status, row.next_on))) for row in clocks
        ),
        "events": Counter((case[row.case_id], row.step) for row in town.rows(CaseEvent)),
        "told": Counter(
            (row.notice, case[row.case_id], row.person_id, row.channel)
            for row in town.rows(Message, Message.notice != "catch_up")
        ),
        "asked": Counter((row.key, row.status) for row in town.rows(StepRequest) if not row.actor_id),
    }  # fmt: skip


def as_of_one_alone(town: Town, expected: dict[str, Any]) -> None:
    """Nothing more and nothing less than that."""
    for what, there in what_came_of_it(town).items():
        assert there - expected[what] == Counter(), f"{what}: more than one alone makes"
        assert expected[what] - there == Counter(), f"{what}: less than one alone makes"


def one_alone(town: Town, tmp_path: Path) -> dict[str, Any]:
    """What one scheduler alone makes of the same morning, in a copy of the office."""
    stores.close_to_copy(town.office)
    alone = town_at(stores.copy_home(town.office.settings.home, tmp_path / "alone"), town.clock.now)
    sweep_deadlines(alone.office)
    try:
        return what_came_of_it(alone)
    finally:
        alone.office.store.close()


def start(source: Nursery, town: Town, does: str, number: int, tmp_path: Path, *arguments: Any) -> tuple[Any, Path]:
    """A scheduler, and where it writes what came of it."""
    home, out = town.office.settings.home, tmp_path / f"{does}-{number}.json"
    call, given = f"tests.chaos.schedulers:{does}", (str(home), town.office.settings.database, *arguments, str(out))
    return source.start(call, *given, env=stores.environment_at(home), log=tmp_path / f"{does}.log"), out


def test_many_sweep_at_once_and_it_is_as_if_one_had(town: Town, source: Nursery, tmp_path: Path) -> None:
    due_everywhere(town, CONTRACTS, DISPUTES)
    due = town.count(Deadline, Deadline.next_on <= town.today)
    expected = one_alone(town, tmp_path)
    gate = tmp_path / "gate"
    started = [
        start(source, town, "sweep", one, tmp_path, town.clock.now.isoformat(), str(gate)) for one in range(PROCESSES)
    ]  # fmt: skip
    eventually(lambda: all(out.with_suffix(".ready").exists() for _, out in started), 60)
    begun = time.monotonic()
    gate.touch()
    eventually(lambda: all(child.poll() is not None for child, _ in started), 600)
    seconds = time.monotonic() - begun
    counts = [json.loads(out.read_text()) for _, out in started]
    as_of_one_alone(town, expected)
    assert expected["reminders"]
    assert set(expected["reminders"].values()) == {1}
    assert town.count(CaseEvent, CaseEvent.step == "mediation_lapses") == DISPUTES
    if all(one["rung"] == 1 for one in counts):
        assert sum(one["looked_at"] for one in counts) == due
    laws_hold(town)
    note(
        "many schedulers", processes=PROCESSES, due=due, expired_steps=DISPUTES, reminders=expected["reminders"].total(),
        swept_by=sum(one["looked_at"] > 0 for one in counts), rung_again=sum(one["rung"] - 1 for one in counts),
        seconds=seconds, lost=0, doubled=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    "point",
    [
        "sweep.reminders-committed",
        pytest.param("sweep.expiry-filed", marks=pytest.mark.postgresql("who freezes while he writes stops all of SQLite")),
        pytest.param("batch.chunk-committed"),
    ],
)
def test_who_freezes_over_his_work_writes_nothing_when_he_wakes(
    town: Town, source: Nursery, tmp_path: Path, point: str
) -> None:
    due_everywhere(town)
    expected = one_alone(town, tmp_path)
    with town.office.store.write() as connection:
        run_id = file_work(connection, town.office, "sweep-deadlines", {}, key="this morning")
    frozen, out = start(source, town, "freeze_in", 0, tmp_path, town.clock.now.isoformat(), run_id, point)
    eventually(lambda: out.with_suffix(".frozen").exists(), 60)
    held = town.one(Run, Run.id == run_id)
    assert (held.state, held.attempt) == ("running", 1)
    assert not perform(town.office, run_id), "its lease is not over"
    town.clock.pass_time(minutes=5)
    assert perform(town.office, run_id), "another one takes it over"
    taken = town.one(Run, Run.id == run_id)
    assert (taken.state, taken.attempt) == ("done", 2)
    frozen.send_signal(signal.SIGCONT)
    eventually(lambda: frozen.poll() is not None, 60)
    left = town.one(Run, Run.id == run_id)
    assert (left.state, left.attempt, left.counts) == ("done", 2, taken.counts), "whoever wakes too late writes nothing"
    if point != "batch.chunk-committed":  # there nothing was left for it to write
        assert json.loads(out.read_text()) == "LeaseLost"
    town.clock.pass_time(minutes=5)
    rescue_all(town.office)
    sweep_deadlines(town.office)
    as_of_one_alone(town, expected)
    laws_hold(town)


def lease(town: Town) -> Any:
    """Who rings, as the store has it."""
    with town.office.store.read() as connection:
        return connection.execute(select(Lease.holder, Lease.term)).one()


def test_of_many_one_rings_and_every_change_is_a_term(town: Town, source: Nursery, tmp_path: Path) -> None:
    seconds = float(dose(7, 60))
    started = [start(source, town, "stand", one, tmp_path, "ringing-here", seconds) for one in range(PROCESSES)]
    eventually(lambda: all(out.with_suffix(".ready").exists() for _, out in started), 60)
    changes, ended = 0, time.monotonic() + seconds - 3
    while time.monotonic() < ended:
        time.sleep(1)
        holder = int(lease(town).holder.split(":")[1])
        leader, out = next((child, out) for child, out in started if child.pid == holder)
        out.with_suffix(".freeze").touch()  # it freezes past its lease of a second
        eventually(lambda was=holder: int(lease(town).holder.split(":")[1]) != was, 20)
        leader.send_signal(signal.SIGCONT)
        changes += 1
    eventually(lambda: all(child.poll() is not None for child, _ in started), seconds + 30)
    granted = {out.name: [tuple(one) for one in json.loads(out.read_text())] for _, out in started if out.exists()}
    holders = Counter(term for terms in granted.values() for term in {term for term, _, _ in terms})
    assert set(holders.values()) == {1}, "a term belongs to one"
    newest = lease(town)
    assert sorted(holders) == list(range(1, newest.term + 1)), "terms grow by one"
    assert newest.term > changes >= 1
    spans = sorted((term, asked, given) for terms in granted.values() for term, asked, given in terms)
    for (term, _, given), (following, asked, _) in pairwise(spans):
        assert following == term or asked >= given - 0.5, "nobody rang after his successor had begun"
    note("election", processes=PROCESSES, seconds=seconds, leaders_frozen=changes, terms=newest.term, leaders_at_once=1)
