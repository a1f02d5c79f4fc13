"""Work whose process died: requests filed and never applied, batches half done, messages in the hands of nobody.

Everything that must happen stands in a row before it happens, so rescuing is finding old rows and going on with them. Going on
is harmless when the owner is alive after all: the request is applied once whoever applies it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from flows.batch import advance_batch, apply_alone
from flows.hooks import has_news
from flows.office import Office
from flows.works import any_lost, close_lost
from models.outbox import DELIVERED, Message
from models.requests import StepBatch, StepRequest
from notifications.outbox import rescue

#: older than any person's patience: the process that filed it is gone
ABANDONED = timedelta(seconds=60)
#: a batch without a settled request for so long has lost its runner
STALLED = timedelta(seconds=90)
LIMIT = 200


def rescue_all(office: Office) -> dict[str, Any]:
    """Go on with everything that was left behind; what was found."""
    with office.store.write() as connection:
        runs = close_lost(connection, office)
    messages = rescue(office.store, office.now())
    requests = abandoned_requests(office)
    for request_id in requests:
        apply_alone(office, request_id, {"observed": False, "flow_run_id": ""})
    batches = stalled_batches(office)
    for batch_id in batches:
        advance_batch(office, batch_id)
    return {"runs": runs, "messages": messages, "requests": len(requests), "batches": len(batches)}


def abandoned_requests(office: Office) -> list[int]:
    """Single requests that wait longer than anybody would."""
    query = (
        select(StepRequest.id)
        .where(
            StepRequest.status == "waiting",
            StepRequest.batch_id.is_(None),
            StepRequest.created_at < office.now() - ABANDONED,
        )
        .order_by(StepRequest.id)
        .limit(LIMIT)
    )
    with office.store.read() as connection:
        return list(connection.scalars(query))


def stalled_batches(office: Office) -> list[int]:
    """Batches that are not done and have not moved for a while."""
    since = office.now() - STALLED
    moving = exists().where(StepRequest.batch_id == StepBatch.id, StepRequest.settled_at > since)
    query = (
        select(StepBatch.id)
        .where(StepBatch.settled_at.is_(None), StepBatch.created_at < since, ~moving)
        .order_by(StepBatch.id)
        .limit(LIMIT)
    )
    with office.store.read() as connection:
        return list(connection.scalars(query))


def pending_work(office: Office, sweep: str) -> bool:
    """Whether a sweep that runs every few seconds would find anything at all."""
    if sweep == "rescue":
        left = abandoned_requests(office) or stalled_batches(office) or _messages(office, "sending", *DELIVERED)
        return bool(left or any_lost(office))
    if sweep == "hooks":
        return _messages(office, "waiting", "hook") or has_news(office)
    return _messages(office, "waiting", "open_case" if sweep == "follow-ups" else "notice")


def _messages(office: Office, status: str, *kinds: str) -> bool:
    query = select(Message.id).where(Message.status == status, Message.kind.in_(kinds), Message.next_try_at <= office.now())
    with office.store.read() as connection:
        return connection.execute(query.limit(1)).first() is not None
