"""The same step for many cases: reviewed, filed once, watched, and its result case by case. For every step of every type.

Another list sends its ticked cases here: POST /batches/review with `type`, `step` and a field `ids` a case.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData

from flows.batch import result_of
from flows.campaign import file_again, file_for, filed_before
from flows.exporting import workbook
from flows.office_journal import Deed, record
from models import batches as stored
from models.campaign import MOST
from states.casetype import OPEN
from states.labels import Label
from web.access import COOKIE, ForStaff, TheOffice, Visitor, visitor_now
from web.pages.batches_view import (
    A_LIST,
    HEADINGS,
    WATCHING,
    Review,
    batch_shown,
    exported,
    progress_of,
    review_of,
    seen,
    step_of,
    unpacked,
)
from web.pages.contracts import KINDS, attachment
from web.pages.live import a_place
from web.posted import Posted, answers_of, text_of, texts_of
from web.rendering import go, page

router = APIRouter(prefix="/batches")
#: how often a live page looks, and for how long at most before the browser asks anew (seconds)
LOOK, LONGEST = 0.4, 600
#: after how many looks it is asked again whether he may look
AGAIN = 10


@router.get("")
def batches(request: Request, office: TheOffice, visitor: ForStaff, before: int = 0) -> Response:
    """The batches he filed, and those of the people he watches over, newest first."""
    with office.store.read() as connection:
        rows = stored.batches_seen(connection, visitor.person_id, visitor.paths(*WATCHING), before, A_LIST + 1)
        shown = progress_of(connection, rows[:A_LIST])
    following = rows[A_LIST - 1].id if len(rows) > A_LIST else 0
    return page(request, visitor, "batches/list.html", shown=shown, next=following, before=before)


@router.get("/{batch_id}")
def batch(request: Request, office: TheOffice, visitor: ForStaff, batch_id: int, status: str = "", after: int = 0) -> Response:
    """One batch: how far it is, and what became of each case."""
    with office.store.read() as connection:
        shown = batch_shown(connection, visitor, batch_id, status, after)
    return page(request, visitor, "batches/batch.html", shown=shown, status_chosen=status, after=after, key=uuid4().hex)


def _may_watch(office: TheOffice, visitor: ForStaff, batch_id: int) -> int:
    with office.store.read() as connection:
        seen(connection, visitor, batch_id)
    return batch_id


def _still(office: TheOffice, token: str, batch_id: int) -> bool:
    """Whether he is signed in and may look at the batch at this moment."""
    visitor = visitor_now(office, token)
    if visitor is None or not visitor.held:
        return False
    with office.store.read() as connection:
        return stored.batch_seen(connection, batch_id, visitor.person_id, visitor.paths(*WATCHING)) is not None


@router.get("/{batch_id}/live", response_class=EventSourceResponse, dependencies=[Depends(_may_watch), Depends(a_place)])
async def live(request: Request, office: TheOffice, batch_id: int) -> AsyncIterator[ServerSentEvent]:
    """A word whenever more cases have their result, and one when all have, or when it is no longer for him."""
    told = -1
    for turn in range(int(LONGEST / LOOK)):
        asked_anew = turn and turn % AGAIN == 0
        if request.app.state.closing or (asked_anew and not await run_sync(_still, office, request.cookies[COOKIE], batch_id)):
            yield ServerSentEvent(event="done", data=0)
            return
        result = await run_sync(result_of, office, batch_id)
        if result.waiting != told:
            told = result.waiting
            yield ServerSentEvent(event="changed", data=told)
        if not told:
            yield ServerSentEvent(event="done", data=0)
            return
        await anyio.sleep(LOOK)


@router.get("/{batch_id}/result.xlsx")
def result(office: TheOffice, visitor: ForStaff, batch_id: int) -> Response:
    """The result case by case as a spreadsheet."""
    with office.store.read() as connection:
        rows = exported(connection, visitor, batch_id)
    with office.store.write() as connection:
        record(
            connection,
            office.now(),
            Deed.LIST_EXPORTED,
            actor_id=visitor.person_id,
            list="batch",
            batch=batch_id,
            rows=len(rows),
        )
    return attachment(workbook(HEADINGS[visitor.lang], rows), f"batch-{batch_id}.xlsx", KINDS["xlsx"][0])


@router.get("/{batch_id}/again")
def again(request: Request, office: TheOffice, visitor: ForStaff, batch_id: int) -> Response:
    """What was refused or failed, chosen anew: the form of the step with those cases; openings are simply filed again."""
    with office.store.read() as connection:
        row = seen(connection, visitor, batch_id)
        left = stored.left_over(connection, batch_id, MOST)
        if row.step == OPEN:
            return page(request, visitor, "batches/again.html", batch=row, left=len(left), key=uuid4().hex)
        asked = step_of(visitor, stored.type_of(connection, batch_id), row.step)
        ids = [one.case_id for one in left if one.case_id]
        shown = review_of(connection, office, visitor, asked, ids)
    return _form(request, visitor, shown)


@router.post("/{batch_id}/again")
def open_again(office: TheOffice, visitor: ForStaff, batch_id: int, form: Posted) -> Response:
    """File the openings that were refused or failed once more."""
    with office.store.read() as connection:
        seen(connection, visitor, batch_id)
    made = file_again(office, visitor.person_id, visitor.scope, batch_id, text_of(form, "key") or uuid4().hex)
    return go(f"/batches/{made}", Label("已重新提交", "filed again"))


@router.post("/review")
def review(request: Request, office: TheOffice, visitor: ForStaff, form: Posted) -> Response:
    """The form of the step, for the cases that were chosen on a list."""
    asked = step_of(visitor, text_of(form, "type"), text_of(form, "step"))
    with office.store.read() as connection:
        shown = review_of(connection, office, visitor, asked, _ids(form))
    return _form(request, visitor, shown)


@router.post("")
def file(request: Request, office: TheOffice, visitor: ForStaff, form: Posted) -> Response:
    """File the batch and go to where it is watched; or try first, or mend a form that no case would accept."""
    asked = step_of(visitor, text_of(form, "type"), text_of(form, "step"))
    ids, answers = _ids(form), answers_of(form, asked[1].asks)
    before = filed_before(office, visitor.person_id, text_of(form, "key"))
    if before is not None:
        return go(f"/batches/{before}", Label("这一批先前已经提交", "this batch was filed before"))
    with office.store.read() as connection:
        shown = review_of(connection, office, visitor, asked, ids, answers)
    if form.get("try") or form.get("more_rows") or not ids or not shown.rehearsal.able:
        wrong = not form.get("try") and not form.get("more_rows")
        return _form(request, visitor, shown, status=422 if wrong else 200, key=text_of(form, "key") or shown.key)
    made = file_for(office, visitor.person_id, asked[1].name, ids, answers, text_of(form, "key") or shown.key)
    return go(f"/batches/{made}")


def _ids(form: FormData) -> list[int]:
    return unpacked(",".join(texts_of(form, "ids")))


def _form(request: Request, visitor: Visitor, shown: Review, status: int = 200, **told: Any) -> Response:
    return page(request, visitor, "batches/review.html", status=status, shown=shown, **{"key": shown.key, **told})
