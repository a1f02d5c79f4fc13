"""Batches: the same step for up to a thousand cases, filed at once and done in the background, with a result for each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from flows.casework import refusal_from
from flows.filing import file_for_numbers
from models import batches
from models.base import AnyRow
from models.requests import RequestStatus
from states.errors import Reason
from states.labels import Label
from states.registry import all_types
from states.roles import Role
from web.access import TheOffice
from web.api.access import Caller, Reader, Writer
from web.api.cursors import keys_of, paged
from web.api.language import Language
from web.api.problems import not_found, wrong
from web.api.shapes import base
from web.api.shapes.base import Page, Paging, ReasonShape, Word
from web.api.shapes.steps import BatchShape, BatchWanted, ResultShape

router = APIRouter(prefix="/batches", tags=["batches"])
_FAILED = Reason(
    "failed", Label("办理时出错", "it went wrong here"), Label("系统管理员可重试", "the administrator can try again")
)


@router.post("", status_code=202)
def file(office: TheOffice, caller: Writer, wanted: BatchWanted, key: base.Key, response: Response) -> BatchShape:
    """File the batch. The same key with the same body is the same batch."""
    if not any(wanted.step in kind.by_name for kind in all_types()):
        text = Label("没有这一步骤", "there is no such step")
        raise wrong("body.step", "unknown_step", text, Label("见 GET /types", "see GET /types"))
    batch_id = file_for_numbers(office, caller.person_id, caller.scope, wanted.step, wanted.numbers, wanted.answers, key)
    response.headers["location"] = f"/api/v1/batches/{batch_id}"
    with office.store.read() as connection:
        return _shape(connection, caller, batch_id)


@router.get("/{id}")
def batch(office: TheOffice, caller: Reader, id: base.Id) -> BatchShape:
    """How far the batch is."""
    with office.store.read() as connection:
        return _shape(connection, caller, id)


@router.get("/{id}/results")
def results(office: TheOffice, caller: Reader, id: base.Id, asked: Annotated[Paging, Query()]) -> Page[ResultShape]:
    """What became of each case, in the order filed."""
    with office.store.read() as connection:
        _seen(connection, caller, id)
        (after,) = keys_of(f"results:{id}", asked.cursor) or [0]
        rows = batches.results_of(connection, caller.scope, id, after=after, limit=asked.limit + 1)
    return paged(rows, asked.limit, lambda row: _result(row, caller.lang), f"results:{id}", lambda row: (row.id,))


def _seen(connection: Connection, caller: Caller, batch_id: int) -> AnyRow:
    above = caller.paths(Role.SUPERVISOR, Role.ADMINISTRATOR)
    row = batches.batch_seen(connection, batch_id, caller.person_id, above)
    if row is None:
        raise not_found()
    return row


def _shape(connection: Connection, caller: Caller, batch_id: int) -> BatchShape:
    row = _seen(connection, caller, batch_id)
    counts = {status: count for (_, status), count in batches.counts_of(connection, [batch_id]).items()}
    settled = {status: counts.get(status, 0) for status in ("applied", "refused", "failed")}
    return BatchShape(
        id=row.id, step=row.step, chosen=row.chosen, waiting=row.chosen - sum(settled.values()), filed_at=row.created_at,
        settled_at=row.settled_at, **settled,
    )  # fmt: skip


def _result(row: AnyRow, lang: Language) -> ResultShape:
    reasons: tuple[Reason, ...] = ()
    if row.status == "refused" and row.receipt:
        reasons = refusal_from(row.receipt).reasons
    elif row.status == "failed":
        reasons = (_FAILED,)
    version = row.receipt["version"] if row.status == "applied" and row.number else None
    return ResultShape(
        number=row.number, status=Word.named(row.status, RequestStatus), version=version,
        reasons=[ReasonShape.of(reason, lang) for reason in reasons],
    )  # fmt: skip
