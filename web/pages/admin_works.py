"""Long work: how far it is, how it ended; the page may be closed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from flows.office_journal import Deed, record
from flows.uploads import IMPORT, refused_rows
from flows.verifying import VERIFY
from models.works import Work, work_of
from states.labels import Label
from web.access import ForAdministrators, TheOffice, Visitor
from web.errors import NotFound
from web.pages.admin_imports import SPREADSHEET
from web.rendering import page

router = APIRouter(prefix="/administration/works")
#: seconds between two looks, and how long one browser is told
LOOK, TOLD = 1.0, 600
TITLES = {IMPORT: Label("导入", "Import"), VERIFY: Label("核验办案记录", "Verification of the record")}
BACK = {IMPORT: "/administration/imports", VERIFY: "/administration/record"}


def _work(office: TheOffice, visitor: Visitor, run_id: int) -> Work:
    with office.store.read() as connection:
        found = work_of(connection, visitor.person_id, run_id, *TITLES)
    if found is None:
        raise NotFound
    return found


@router.get("/{run_id}")
def work(request: Request, office: TheOffice, visitor: ForAdministrators, run_id: int) -> Response:
    """How far it is, or how it ended."""
    found = _work(office, visitor, run_id)
    told: dict[str, Any] = {"title": TITLES[found.flow], "back": BACK[found.flow]}
    return page(request, visitor, "administration/work.html", work=found, **told)


def mine(office: TheOffice, visitor: ForAdministrators, run_id: int) -> Work:
    """The work, before anything is answered: a stream that has begun can no longer say that there is none."""
    return _work(office, visitor, run_id)


@router.get("/{run_id}/live", response_class=EventSourceResponse, dependencies=[Depends(mine)])
async def live(office: TheOffice, visitor: ForAdministrators, run_id: int) -> AsyncIterator[ServerSentEvent]:
    """Says that something changed, and when it is over."""
    before = -1
    for _ in range(int(TOLD / LOOK)):
        found = await run_in_threadpool(_work, office, visitor, run_id)
        if found.done != before or not found.running:
            before = found.done
            yield ServerSentEvent(event="changed", data=found.done)
        if not found.running:
            break
        await asyncio.sleep(LOOK)
    yield ServerSentEvent(event="done", data=before)


@router.get("/{run_id}/refused")
def refused(office: TheOffice, visitor: ForAdministrators, run_id: int) -> Response:
    """The refused rows with their reasons, to be mended and sent again."""
    found = _work(office, visitor, run_id)
    with office.store.write() as connection:
        kept = refused_rows(connection, visitor.person_id, str(found.counts.get("upload", "")))
        if kept is None:
            raise NotFound
        record(connection, office.now(), Deed.LIST_EXPORTED, actor_id=visitor.person_id, what="refused-rows", run=run_id)
    named = f"attachment; filename*=UTF-8''{quote(kept[0])}"
    return Response(kept[1], media_type=SPREADSHEET, headers={"content-disposition": named})
