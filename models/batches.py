"""Batches people filed: who may look at them, how far they are, and the result of each case in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, Date, String, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import CaseFile
from models.people import Organisation, Person, Position, below
from models.requests import StepBatch, StepRequest
from models.scope import Scope
from states.versions import MIGRATE

Rows = Sequence[AnyRow]
_BATCH = (
    StepBatch.id, StepBatch.step, StepBatch.actor_id, StepBatch.chosen, StepBatch.created_at, StepBatch.settled_at,
    Person.name.label("actor"),
)  # fmt: skip


def _seen(person_id: int, paths: Collection[str]) -> ColumnElement[bool]:
    """Batches of his own, and those of the people who worked below those paths when they filed them.

    Who watches over the whole office also sees the moves to another version that the operator of the machine filed.
    """
    inside = below(paths)
    then = or_(Position.to_on.is_(None), Position.to_on >= func.date(StepBatch.created_at, type_=Date))
    his = exists().where(
        Position.person_id == StepBatch.actor_id, Organisation.id == Position.organisation_id, inside, then
    )  # fmt: skip
    seen = or_(StepBatch.actor_id == person_id, and_(StepBatch.actor_id.is_not(None), his))
    if any(path.count("/") == 2 for path in paths):
        return or_(seen, and_(StepBatch.actor_id.is_(None), StepBatch.step == MIGRATE))
    return seen


def batch_seen(connection: Connection, batch_id: int, person_id: int, paths: Collection[str]) -> AnyRow | None:
    """The batch, if he filed it or watches over the one who did (`paths`: where he supervises or administers)."""
    query = select(*_BATCH).outerjoin(Person, Person.id == StepBatch.actor_id)
    return connection.execute(query.where(StepBatch.id == batch_id, _seen(person_id, paths))).one_or_none()


def batches_seen(connection: Connection, person_id: int, paths: Collection[str], before: int = 0, limit: int = 26) -> Rows:
    """Batches he may see, newest first; with `before`, those with a smaller id."""
    query = select(*_BATCH).outerjoin(Person, Person.id == StepBatch.actor_id).where(_seen(person_id, paths))
    if before:
        query = query.where(StepBatch.id < before)
    return connection.execute(query.order_by(StepBatch.id.desc()).limit(limit)).all()


def counts_of(connection: Connection, batch_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """(batch, status) → how many requests."""
    query = select(StepRequest.batch_id, StepRequest.status, func.count()).where(StepRequest.batch_id.in_(batch_ids))
    counted = connection.execute(query.group_by(StepRequest.batch_id, StepRequest.status))
    return {(int(batch or 0), status): count for batch, status, count in counted}


def results_of(connection: Connection, scope: Scope, batch_id: int, status: str = "", after: int = 0, limit: int = 101) -> Rows:
    """What became of each request of the batch, in the order filed. The case is named only inside the scope."""
    unit = aliased(Organisation)
    theirs = aliased(StepRequest)
    asked = select(theirs.case_id).where(theirs.batch_id == batch_id, theirs.case_id.is_not(None))
    seen = (
        select(CaseFile.id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(CaseFile.id.in_(asked), scope.cases())
        .correlate(None)
    )
    query = (
        select(
            StepRequest.id, StepRequest.status, StepRequest.receipt, StepRequest.error, CaseFile.id.label("case_id"),
            CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.facts, CaseFile.state,
            StepRequest.answers["employer"].as_string().label("employer"), unit.name.label("unit"),
        )
        .select_from(StepRequest)
        .outerjoin(CaseFile, and_(CaseFile.id == StepRequest.case_id, CaseFile.id.in_(seen)))
        .outerjoin(unit, unit.id == CaseFile.unit_id)
        .where(StepRequest.batch_id == batch_id)
    )  # fmt: skip
    if status:
        query = query.where(StepRequest.status == status)
    if after:
        query = query.where(StepRequest.id > after)
    return connection.execute(query.order_by(StepRequest.id).limit(limit)).all()


def refusals_counted(connection: Connection, batch_id: int, limit: int = 20) -> Rows:
    """How often each set of reasons was given: (receipt, error, n), the most frequent first.

    Refusals of one batch are few different texts; the database puts equal ones together.
    """
    reasons = StepRequest.receipt.cast(String)
    query = (
        select(func.min(StepRequest.id).label("id"), func.count().label("n"))
        .where(StepRequest.batch_id == batch_id, StepRequest.status.in_(("refused", "failed")))
        .group_by(reasons, StepRequest.error)
        .order_by(func.count().desc())
        .limit(limit)
    ).subquery()
    told = select(StepRequest.receipt, StepRequest.error, StepRequest.status, query.c.n).join(
        query, query.c.id == StepRequest.id
    )
    return connection.execute(told.order_by(query.c.n.desc(), StepRequest.id)).all()


def type_of(connection: Connection, batch_id: int) -> str:
    """The type of the cases of the batch, empty when none of its cases is there."""
    first = select(CaseFile.type).join(StepRequest, StepRequest.case_id == CaseFile.id).where(StepRequest.batch_id == batch_id)
    return connection.execute(first.limit(1)).scalar_one_or_none() or ""


def left_over(connection: Connection, batch_id: int, limit: int) -> Rows:
    """What was refused or failed: (case_id, case_type, unit_id, step, answers) of each request, in the order filed."""
    columns = (StepRequest.case_id, StepRequest.case_type, StepRequest.unit_id, StepRequest.step, StepRequest.answers)
    query = select(*columns).where(StepRequest.batch_id == batch_id, StepRequest.status.in_(("refused", "failed")))
    return connection.execute(query.order_by(StepRequest.id).limit(limit)).all()
