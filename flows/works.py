"""Work that is more than a step: a batch, a sweep, an import, a verification. It is a row before it is done.

    run_id = file_work(connection, office, "advance-batch", {"batch_id": 7})      # waits; anybody may take it
    with working(claim(office, run_id, holder)) as counts: …                      # taken, done, closed

A **claim** is the right to do a run for the length of a lease. Its process renews the lease by its heartbeat, a command as long
as it is at it; when the process dies or freezes, the lease runs out and the next one claims the run with the next **attempt**
number. What only its own command can do (`BY_COMMAND`) is closed as lost then. Every chunk's transaction ends with `keep_hold`,
so whoever wakes too late writes nothing: `LeaseLost` rolls his chunk back.

The rows are the journal as well: ours, because Prefect may be away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from flows.heartbeat import HERE, lease_from_now, renewed
from flows.noting import noted_run
from flows.office import Office
from flows.ticket import current_flow_run_id
from models.base import AnyRow
from models.requests import OPEN_RUNS, Run
from states.errors import Fault, Refusal

#: runs that nobody else can go on with: the same command, given again, does
BY_COMMAND = ("import-contracts", "import-ledger", "migrate-cases", "recount-dates")
#: filed so far ahead by a clock that has gone back since: it waits no longer
LONGEST_AHEAD = timedelta(minutes=5)
#: seconds between two notes of how far a run is
NOTED = 0.5

Counts = dict[str, Any]
#: (done, in all): how far it is
Progress = Callable[[int, int], None]


class LeaseLost(Fault):
    """Somebody else does this work by now; what was about to be written is not."""

    code: ClassVar[str] = "lease_lost"


@dataclass
class Claim:
    """The right to do one run."""

    office: Office
    run_id: int
    flow: str
    attempt: int
    asked: Mapping[str, Any]
    person_id: int | None = None
    counts: Counts = field(default_factory=dict)
    _noted: float = 0.0

    def hold(self, connection: Connection) -> None:
        """Within a transaction: it is written only if the run is still ours. Raises `LeaseLost`."""
        self._keep(connection, lease_until=lease_from_now(self.office))

    def progress(self, done: int, total: int) -> None:
        """Note how far it is, not more often than somebody looks. Raises `LeaseLost`."""
        self.counts.update(done=done, total=total)
        if time.monotonic() - self._noted >= NOTED:
            self._noted = time.monotonic()
            with self.office.store.write() as connection:
                self._keep(connection, counts=self.counts)

    def close(self, state: str, error: str = "") -> bool:
        """Write how it ended; False if somebody else does it by now."""
        ended = {"state": state, "counts": self.counts, "error": error, "ended_at": self.office.now(), "lease_until": None}
        with self.office.store.write() as connection:
            return bool(connection.execute(self._mine().values(**ended)).rowcount)

    def _keep(self, connection: Connection, **values: Any) -> None:
        if not connection.execute(self._mine().values(**values)).rowcount:
            raise LeaseLost(f"run {self.run_id} was taken over from attempt {self.attempt}")

    def _mine(self) -> Any:
        return update(Run).where(Run.id == self.run_id, Run.attempt == self.attempt, Run.state == "running")


_claim: ContextVar[Claim | None] = ContextVar("claim", default=None)


def keep_hold(connection: Connection) -> None:
    """The last word of a chunk's transaction: raises `LeaseLost` if the work under way belongs to somebody else by now."""
    if (mine := _claim.get()) is not None:
        mine.hold(connection)


def at_work() -> bool:
    """Whether this is done within a claimed run: by a worker, who cannot wait for himself."""
    return _claim.get() is not None


def file_work(
    connection: Connection, office: Office, flow: str, asked: Mapping[str, Any], *, key: str, person_id: int | None = None
) -> int:
    """Write down what is to be done, and give its id; whoever is free claims it."""
    row = insert(Run).values(_row(office, flow, asked, key, person_id))
    run_id: int = connection.execute(row.returning(Run.id)).scalar_one()
    return run_id


def _row(office: Office, flow: str, asked: Mapping[str, Any], key: str, person_id: int | None) -> dict[str, Any]:
    now = office.now()
    return {
        "flow": flow, "key": key[:120], "state": "waiting", "asked": dict(asked), "person_id": person_id, "filed_at": now,
        "started_at": now, "attempt": 0, "holder": "", "observed": False, "flow_run_id": "", "counts": {}, "error": "",
    }  # fmt: skip


def is_open(connection: Connection, flow: str) -> bool:
    """Whether a run of that flow waits or is done just now; one without a lease (of an older program) may be dead."""
    known = or_(Run.state == "waiting", Run.lease_until.is_not(None))
    return connection.execute(select(Run.id).where(OPEN_RUNS, Run.flow == flow, known).limit(1)).first() is not None


def close_waiting(connection: Connection, office: Office, flow: str, key: str) -> None:
    """What that run was to do has been done already: nobody need claim it."""
    done = update(Run).where(OPEN_RUNS, Run.flow == flow, Run.key == key, Run.state == "waiting")
    connection.execute(done.values(state="done", ended_at=office.now()))


def free_works(office: Office, flows: Collection[str], waited: timedelta = timedelta(0), limit: int = 20) -> list[AnyRow]:
    """Runs (id, flow) that wait for somebody since `waited`, or whose process was not heard of; the oldest first.

    Of those flows only: one that this program does not know is left to the newer one that filed it.
    """
    now = office.now()
    silent = and_(Run.state == "running", Run.lease_until < office.lease_now())
    ripe = or_(Run.filed_at <= now - waited, Run.filed_at > now + LONGEST_AHEAD)
    free = or_(and_(Run.state == "waiting", ripe), silent)
    query = select(Run.id, Run.flow).where(OPEN_RUNS, free, Run.flow.in_(flows)).order_by(Run.id).limit(limit)
    with office.store.read() as connection:
        return list(connection.execute(query))


def claim(office: Office, run_id: int, flows: Collection[str]) -> Claim | None:
    """Take the run, if it is of one of those flows; None if somebody else has it, or it has ended."""
    now, flow_run_id = office.now(), current_flow_run_id() or ""
    free = or_(Run.state == "waiting", and_(Run.state == "running", Run.lease_until < office.lease_now()))
    taken = (
        update(Run)
        .where(Run.id == run_id, Run.flow.in_(flows), free)
        .values(
            state="running", attempt=Run.attempt + 1, holder=HERE.name, lease_until=lease_from_now(office), started_at=now,
            observed=bool(flow_run_id), flow_run_id=flow_run_id,
        )
        .returning(Run.flow, Run.attempt, Run.asked, Run.person_id)
    )  # fmt: skip
    with office.store.write() as connection:
        row = connection.execute(taken).one_or_none()
    return None if row is None else Claim(office, run_id, row.flow, row.attempt, row.asked, row.person_id)


@contextmanager
def working(mine: Claim) -> Iterator[Counts]:
    """Do the claimed run within the block; what it puts into the yielded dict becomes the run's counts."""
    token = _claim.set(mine) if _claim.get() is None else None  # what is done inside a claimed run stands under its claim
    HERE.in_hand.add(mine.run_id)
    try:
        with renewed(mine.office), noted_run(mine.run_id, mine.flow, mine.attempt, mine.counts):
            yield mine.counts
    except Refusal as refusal:
        mine.counts["reasons"] = [{"text": list(one.text), "remedy": list(one.remedy)} for one in refusal.reasons]
        mine.close("refused")
        raise
    except BaseException as fault:
        mine.close("failed", type(fault).__name__)
        raise
    else:
        mine.close("done")
    finally:
        HERE.in_hand.discard(mine.run_id)
        if token is not None:
            _claim.reset(token)


@contextmanager
def journalled(office: Office, flow: str, key: str) -> Iterator[Counts]:
    """Do the block as one run, begun at once. Inside a claimed run it is a part of that one and has no row of its own."""
    if _claim.get() is not None:
        yield {}
        return
    flow_run_id = current_flow_run_id() or ""
    begun = _row(office, flow, {}, key, None) | {
        "state": "running", "attempt": 1, "holder": HERE.name, "lease_until": lease_from_now(office),
        "observed": bool(flow_run_id), "flow_run_id": flow_run_id,
    }  # fmt: skip
    with office.store.write() as connection:
        run_id: int = connection.execute(insert(Run).values(begun).returning(Run.id)).scalar_one()
    with working(Claim(office, run_id, flow, 1, {})) as counts:
        yield counts


def close_lost(connection: Connection, office: Office) -> int:
    """Close the runs of silent processes that nobody can claim; how many."""
    ended = {"state": "lost", "ended_at": office.now(), "error": "ProcessEnded", "lease_until": None}
    return connection.execute(update(Run).where(_lost_by(office)).values(**ended)).rowcount


def any_lost(office: Office) -> bool:
    """Whether there is one to close."""
    with office.store.read() as connection:
        return connection.execute(select(Run.id).where(_lost_by(office)).limit(1)).first() is not None


def _lost_by(office: Office) -> ColumnElement[bool]:
    """A run without a lease was begun by a program older than this one: nobody renews it."""
    silent = and_(Run.lease_until < office.lease_now(), Run.flow.in_(BY_COMMAND))
    return and_(OPEN_RUNS, Run.state == "running", or_(silent, Run.lease_until.is_(None)))


def last_done(office: Office, flow: str) -> datetime | None:
    """When that flow last ended well; None before the first time."""
    query = select(func.max(Run.ended_at)).where(Run.flow == flow, Run.state == "done")
    with office.store.read() as connection:
        ended: datetime | None = connection.execute(query).scalar_one_or_none()
        return ended
