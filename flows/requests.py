"""Filing requests: what somebody wants done is written down before anything runs.

A request has an idempotency key. The same key again is the same request, and gets the same receipt; the same key with
another case, step or answers is refused. The answers stay here; Prefect sees the request's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from flows.judging import not_found
from flows.office import Office
from flows.works import file_work
from models.chain import digest
from models.requests import StepBatch, StepRequest
from models.upsert import insert_or_leave
from models.vault import seal_personal
from states.errors import KeyReused, refuse
from states.labels import Label

#: what is written together with a new batch: (connection, its id)
Beside = Callable[[Connection, int], None]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants: a step on a case, or (step "open") a case of a type in a unit."""

    step: str
    case_id: int | None = None
    actor_id: int | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    expected_version: int | None = None
    case_type: str = ""
    unit_id: int | None = None

    @property
    def digest(self) -> str:
        """What must be the same when the key is the same."""
        return digest([self.step, self.case_id, self.actor_id, dict(self.answers), self.case_type, self.unit_id])


def own_key(person_id: int, key: str, by: str = "web") -> str:
    """The key of a form ("web") or program ("api") of somebody, which nothing of anybody else can hit; empty for none."""
    return f"{by}:{person_id}:{key[:80]}" if key else ""


def as_row(wish: Wish, office: Office, batch_id: int | None = None) -> dict[str, Any]:
    """The wish as a waiting request."""
    return {
        "key": wish.key or uuid4().hex, "digest": wish.digest, "case_id": wish.case_id, "case_type": wish.case_type,
        "unit_id": wish.unit_id, "step": wish.step, "actor_id": wish.actor_id,
        "answers": seal_personal(wish.answers),
        "expected_version": wish.expected_version, "batch_id": batch_id, "status": "waiting",
        "created_at": office.now(), "attempt": 0, "flow_run_id": "", "error": "",
    }  # fmt: skip


def file_request(office: Office, wish: Wish) -> int:
    """Write the wish down and give the request's id. Raises `KeyReused`, and `CaseNotFound` for a case that is not there."""
    try:
        with office.store.write() as connection:
            return place(connection, office, wish)
    except IntegrityError as nobody:  # no row of that case, or of that person: absent is answered like hidden
        raise not_found() from nobody


def place(connection: Connection, office: Office, wish: Wish) -> int:
    """The same inside a transaction of the caller."""
    row = as_row(wish, office)
    made = insert_or_leave(connection, StepRequest, StepRequest.key).values(**row).returning(StepRequest.id)
    new: int | None = connection.execute(made).scalar_one_or_none()
    if new is not None:
        return new
    there = connection.execute(select(StepRequest.id, StepRequest.digest).where(StepRequest.key == row["key"])).one()
    if there.digest != row["digest"]:
        raise refuse(
            KeyReused,
            "key_reused",
            Label("同一请求号已用于另一项办理", "the same key was already used for another request"),
            Label("请换一个请求号重新提交", "send it again under a new key"),
        )
    found: int = there.id
    return found


def file_batch(
    office: Office, step: str, actor_id: int | None, wishes: Sequence[Wish], key: str = "", beside: Beside | None = None
) -> int:
    """Write a batch and its requests in one transaction; the same key gives the same batch.

    `beside` writes, in the same transaction and once, what belongs to a new batch besides: it gets the connection and the id.
    """
    key = key or uuid4().hex
    with office.store.write() as connection:
        found = connection.execute(select(StepBatch.id).where(StepBatch.key == key)).scalar_one_or_none()
        if found is not None:
            return int(found)
        batch_id = new_batch(connection, office, step, actor_id, key, len(wishes))
        if batch_id is None:  # the same click came twice at once
            return int(connection.execute(select(StepBatch.id).where(StepBatch.key == key)).scalar_one())
        rows = [as_row(wish, office, batch_id) for wish in wishes]
        for number, row in enumerate(rows):
            row["key"] = f"{key}:{number}"
        if rows:
            connection.execute(insert(StepRequest.__table__), rows)  # type: ignore[arg-type]
        if beside is not None:
            beside(connection, batch_id)
        return batch_id


def new_batch(connection: Connection, office: Office, step: str, actor_id: int | None, key: str, chosen: int) -> int | None:
    """The id of a new batch of so many, filed as a run for whoever is free; None where there is one under that key."""
    made = insert_or_leave(connection, StepBatch, StepBatch.key).returning(StepBatch.id)
    values = {"key": key, "step": step, "actor_id": actor_id, "chosen": chosen, "created_at": office.now()}
    found: int | None = connection.execute(made.values(**values)).scalar_one_or_none()
    if found is not None:
        file_work(connection, office, "advance-batch", {"batch_id": found}, key=f"batch:{found}", person_id=actor_id)
    return found


def place_batch(connection: Connection, office: Office, wishes: Iterable[Wish], name: str) -> int:
    """A batch of keyed requests inside the sweep's transaction; requests filed by an earlier sweep stay with theirs."""
    rows = [as_row(wish, office) for wish in wishes]
    made = insert(StepBatch).values(
        key=f"sweep:{name}:{uuid4().hex}", step=name, chosen=len(rows),
        created_at=office.now(),
    )  # fmt: skip
    batch_id: int = connection.execute(made.returning(StepBatch.id)).scalar_one()
    by_batch = [{**row, "batch_id": batch_id} for row in rows]
    if not by_batch:
        return batch_id
    kept = insert_or_leave(connection, StepRequest, StepRequest.key)
    connection.execute(kept, by_batch)
    # counted, not believed: what a driver says of many conflicting inserts differs
    filed = select(func.count()).where(StepRequest.batch_id == batch_id).scalar_subquery()
    connection.execute(update(StepBatch).where(StepBatch.id == batch_id).values(chosen=filed))
    return batch_id
