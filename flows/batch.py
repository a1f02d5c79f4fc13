"""The same step for hundreds of cases: one run, chunks of one transaction each, a result per case.

It is the one door again, taken set-wise: every case is judged on its own, then everything that was decided is written by one
statement a table. What is chosen is what is done plus what is refused, with reasons; a chunk that a defect breaks is done case
by case, so that one bad case does not stop the others. A batch that was interrupted goes on with what still waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.clock import day_at
from config.crashpoints import crashpoint
from flows.casework import REQUEST, Receipt, applied_row, receipt_of, refused_row, settle, take_step, write_acts
from flows.collector import collector_held
from flows.judging import CLOCK_ONLY, judge, not_found, roles_held, roles_in
from flows.migrating import Answer, Asking, move_cases
from flows.naming import Named
from flows.office import Office
from flows.opening import draft_cases, enter_cases
from flows.pace import chunk_sizes
from flows.works import LeaseLost, close_waiting, keep_hold
from models.base import AnyRow
from models.casebook import CaseRow, load_cases, positions_of
from models.clerk import Act, StaleWrite
from models.requests import StepBatch, StepRequest
from models.trouble import lost_a_race, trouble_of
from notifications.alerts import post_alert
from states.casetype import OPEN
from states.errors import ConcordError, Refusal
from states.roles import Role
from states.versions import MIGRATE

REST = 0.25  # seconds, where all that waits is in another process's hands: it may be frozen with its locks
#: how many requests of the batch are settled, of how many
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class BatchResult:
    """N chosen = N done + N refused + N failed."""

    batch_id: int
    chosen: int
    applied: int
    refused: int
    failed: int

    @property
    def waiting(self) -> int:
        """What is left to do."""
        return self.chosen - self.applied - self.refused - self.failed


def advance_batch(
    office: Office,
    batch_id: int,
    *,
    observed: bool = False,
    flow_run_id: str = "",
    progress: Progress | None = None,
) -> BatchResult:
    """Apply every waiting request of the batch and count the results."""
    seen = {"observed": observed, "flow_run_id": flow_run_id}
    result, sizes = result_of(office, batch_id), chunk_sizes(office)
    while result.waiting:
        _one_chunk(office, batch_id, next(sizes), seen)
        crashpoint("batch.chunk-committed")
        result = result_of(office, batch_id)
        if progress:
            progress(result.chosen - result.waiting, result.chosen)
    with office.store.write() as connection:
        done = update(StepBatch).where(StepBatch.id == batch_id, StepBatch.settled_at.is_(None))
        connection.execute(done.values(settled_at=office.now()))
        close_waiting(connection, office, "advance-batch", f"batch:{batch_id}")
    return result


def result_of(office: Office, batch_id: int) -> BatchResult:
    """How far the batch is."""
    with office.store.read() as connection:
        chosen = connection.execute(select(StepBatch.chosen).where(StepBatch.id == batch_id)).scalar_one()
        counted = select(StepRequest.status, func.count()).where(StepRequest.batch_id == batch_id)
        found = dict(connection.execute(counted.group_by(StepRequest.status)).all())
    return BatchResult(batch_id, chosen, found.get("applied", 0), found.get("refused", 0), found.get("failed", 0))


def _one_chunk(office: Office, batch_id: int, size: int, seen: Mapping[str, Any]) -> None:
    """The next requests nobody else has in hand; a rest where somebody has all of them."""
    try:
        with collector_held(), office.store.write() as connection:
            requests = _waiting(connection, batch_id, size)
            _apply_chunk(connection, office, requests, seen)
            keep_hold(connection)
            crashpoint("batch.chunk-written")
    except LeaseLost:
        raise
    except DBAPIError as fault:
        if not lost_a_race(fault):  # else the same chunk once more
            _one_by_one(office, batch_id, size, seen)
    except (SQLAlchemyError, StaleWrite, ConcordError, ValueError, LookupError):
        _one_by_one(office, batch_id, size, seen)
    else:
        if not requests:
            time.sleep(REST)


def _one_by_one(office: Office, batch_id: int, size: int, seen: Mapping[str, Any]) -> None:
    """The next requests each by itself: one bad case does not stop the others."""
    with office.store.read() as connection:
        left = [request.id for request in _waiting(connection, batch_id, size)]
    for request_id in left:
        apply_alone(office, request_id, seen)


def _waiting(connection: Connection, batch_id: int, size: int) -> list[AnyRow]:
    """The next requests, at most one a case: a second one must see what the first did."""
    query = (
        REQUEST.where(StepRequest.batch_id == batch_id, StepRequest.status == "waiting")
        .order_by(StepRequest.id)
        .limit(size)
        .with_for_update(skip_locked=True)
    )
    taken: set[int] = set()
    chosen = []
    for request in connection.execute(query):
        if request.case_id is None or request.case_id not in taken:
            chosen.append(request)
            taken.add(request.case_id)
    return chosen


def apply_alone(office: Office, request_id: int, seen: Mapping[str, Any]) -> None:
    """One request by itself; a refusal is its answer, a fault is marked on it for the operator.

    Where the store is full or away the request is left waiting, and the fault raised: the rescue goes on once it is back.
    """
    try:
        take_step(office, request_id, **seen)
    except Refusal:
        return
    except Exception as fault:
        if trouble_of(fault) is not None:
            raise
        mark_failed(office, request_id, fault)


def mark_failed(office: Office, request_id: int, fault: BaseException) -> None:
    """Keep on the request that something went wrong: the kind of fault, never its text (it may name persons)."""
    kind = type(fault).__name__
    with office.store.write() as connection:
        marked = connection.execute(
            update(StepRequest)
            .where(StepRequest.id == request_id, StepRequest.status == "waiting")
            .values(status="failed", error=kind, settled_at=office.now(), attempt=StepRequest.attempt + 1)
            .returning(StepRequest.case_id, StepRequest.step, StepRequest.attempt)
        ).one_or_none()
        if marked is not None:
            facts = {"what": f"{marked.step} (runs retry {request_id})", "reason": kind}
            key = f"failed:{request_id}:{marked.attempt}"
            post_alert(connection, "work_failed", key, facts, office.now(), case_id=marked.case_id)


def _apply_chunk(connection: Connection, office: Office, requests: Sequence[AnyRow], seen: Mapping[str, Any]) -> None:
    if not requests:
        return
    now = office.now()
    cases = _cases_of(connection, office, requests)
    roles = _Roles(connection, now)
    if requests[0].step == MIGRATE:  # a batch is of one step
        asked = [
            Asking(one, case, roles.in_case(case, one.actor_id) if case else frozenset())
            for one, case in zip(requests, cases, strict=True)
        ]
        answers = move_cases(connection, office, asked)
        settle(connection, [_moved_row(office, *one, seen) for one in zip(asked, answers, strict=True)])
        return
    named = Named(connection, day_at(now)).look_up(requests)
    acts: list[Act] = []
    rows = []
    opened: list[tuple[CaseRow, AnyRow]] = []
    for request, case in zip(requests, cases, strict=True):
        try:
            if case is None:
                raise not_found()
            act = judge(request, case, roles.in_case(case, request.actor_id), now)
            named.must_fit(request, case, act.decision.step)
            acts.append(act)
        except Refusal as refusal:
            rows.append(refused_row(office, request.id, refusal, seen))
        else:
            if request.step == OPEN:
                opened.append((case, request))
    if opened:  # only what is opened gets a number and a row
        enter_cases(connection, office, [case for case, _ in opened], [request for _, request in opened])
    if acts:
        write_acts(connection, acts)
    receipts = (receipt_of(act, act.request_id or 0) for act in acts)
    settle(connection, rows + [applied_row(office, receipt, seen) for receipt in receipts])


def _moved_row(office: Office, asked: Asking, answer: Answer, seen: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(answer, Refusal):
        return refused_row(office, asked.request.id, answer, seen)
    case = answer.case
    return applied_row(office, Receipt(asked.request.id, case.id, case.number, answer.seq, MIGRATE, answer.state), seen)


def _cases_of(connection: Connection, office: Office, requests: Sequence[AnyRow]) -> Iterator[CaseRow | None]:
    opening = [request for request in requests if request.step == OPEN]
    fresh = iter(draft_cases(connection, office, opening) if opening else [])
    asked = [request.case_id for request in requests if request.step != OPEN]
    there = load_cases(connection, [case_id for case_id in asked if case_id is not None])
    return (next(fresh) if request.step == OPEN else there.get(request.case_id) for request in requests)


class _Roles:
    """What each actor of the chunk is; his positions are read once."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now
        self.held: dict[int, list[tuple[str, str]]] = {}

    def in_case(self, case: CaseRow, actor_id: int | None) -> frozenset[Role]:
        """His roles in one case of the chunk."""
        if actor_id is None:
            return CLOCK_ONLY
        if actor_id not in self.held:
            self.held[actor_id] = positions_of(self.connection, actor_id, day_at(self.now))
        roles = roles_held(self.held[actor_id], case, actor_id)
        return roles or roles_in(self.connection, case, actor_id, self.now)
