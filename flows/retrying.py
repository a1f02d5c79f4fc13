"""Trying failed requests again. The case tells whether it worked, never the absence of an error."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from flows.accounts.authority import unit_of
from flows.batch import apply_alone
from flows.office import Office
from flows.office_journal import Deed, record
from flows.performing import WORKS
from models.base import AnyRow
from models.outbox import Message
from models.requests import Run, StepRequest


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
        of_these = StepRequest.id.in_(chosen)
        again = update(StepRequest).where(of_these, StepRequest.status == "failed")
        connection.execute(again.values(status="waiting"))
        # a follow-up case that could not be opened was parked under its request's key; its link is still to be written
        asked = update(Message).where(Message.kind == "open_case", Message.status == "parked")
        keys = select(StepRequest.key).where(of_these)
        connection.execute(asked.where(Message.key.in_(keys)).values(status="waiting", settled_at=None, error=""))
    for one in chosen:
        apply_alone(office, one, {"observed": False, "flow_run_id": ""})
    with office.store.read() as connection:
        count = select(func.count()).where(of_these)
        applied = connection.execute(count.where(StepRequest.status == "applied")).scalar_one()
        left = connection.execute(count.where(StepRequest.status == "failed")).scalar_one()
    return Retried(len(chosen), applied, left)


def may_be_asked_again(row: AnyRow, top: bool) -> bool:
    """Whether that work went wrong and can be done again as it was filed. What belongs to the whole office: at the top only."""
    return bool(row.state == "failed" and row.flow in WORKS and (row.person_id is not None or top))


def ask_again(office: Office, by: int, run_id: int) -> bool:
    """A work that went wrong waits for a process once more; what it wrote already is not written twice. False: it does not.

    Journalled with whoever asked for it.
    """
    failed = update(Run).where(Run.id == run_id, Run.state == "failed", Run.flow.in_(WORKS))
    with office.store.write() as connection:
        again = connection.execute(failed.values(state="waiting", error="", ended_at=None, filed_at=office.now()))
        if again.rowcount:
            record(connection, office.now(), Deed.REPAIRED, actor_id=by, unit_id=unit_of(connection, by, office.today()),
                   check="work_failed", subject=run_id, done=True)  # fmt: skip
        return bool(again.rowcount)
