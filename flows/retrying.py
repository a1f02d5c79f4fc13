"""Trying failed requests again. The case tells whether it worked, never the absence of an error."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from flows.batch import apply_alone
from flows.office import Office
from models.requests import StepRequest


@dataclass(frozen=True)
class Retried:
    """How many were tried again, and how many of them are applied or refused now."""

    chosen: int
    applied: int
    left: int


def retry_failed(office: Office, request_id: int | None = None, limit: int = 1000) -> Retried:
    """Try one failed request, or all of them, again."""
    failed = select(StepRequest.id).where(StepRequest.status == "failed").order_by(StepRequest.id).limit(limit)
    if request_id is not None:
        failed = failed.where(StepRequest.id == request_id)
    with office.store.write() as connection:
        chosen = list(connection.scalars(failed))
        connection.execute(
            update(StepRequest).where(StepRequest.id.in_(chosen), StepRequest.status == "failed").values(status="waiting")
        )
    for one in chosen:
        apply_alone(office, one, {"observed": False, "flow_run_id": ""})
    with office.store.read() as connection:
        of_these = select(func.count()).where(StepRequest.id.in_(chosen))
        applied = connection.execute(of_these.where(StepRequest.status == "applied")).scalar_one()
        left = connection.execute(of_these.where(StepRequest.status == "failed")).scalar_one()
    return Retried(len(chosen), applied, left)
