"""Supervision: the open cases of one's units, what is overdue, who carries how much."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from flows.handover import hand_over
from flows.office import Office
from models.staff import workers_under
from states.errors import Reason, Refusal
from states.labels import Label
from states.registry import newest_types
from states.roles import Role
from web.access import COOKIE, ForSupervisors, TheOffice, Visitor, visitor_now
from web.pages.case_list import Chosen, chosen_of, list_of
from web.pages.live import LONGEST, a_place, changes, counted
from web.pages.supervision_view import overview_of, supervised
from web.posted import Posted, numbers_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/supervision")
#: cases that can be ticked on one page
TICKED = 200
WORKERS = (Role.MEDIATOR, Role.OFFICER)
Filters = Annotated[Chosen, Depends(chosen_of)]


@router.get("")
def supervision(request: Request, office: TheOffice, visitor: ForSupervisors, unit: str = "") -> Response:
    """The open cases by unit, state and age, what is overdue, and who carries how much."""
    counts = counted(request.app, supervised(visitor), fresh=True)
    if request.headers.get("x-part") == "live":
        return page(request, visitor, "supervision/counters.html", counts=counts)
    with office.store.read() as connection:
        shown = overview_of(connection, visitor, counts, unit)
    return page(request, visitor, "supervision/overview.html", shown=shown, counts=counts)


@router.get("/live", response_class=EventSourceResponse, dependencies=[Depends(a_place)])
async def live(
    request: Request, office: TheOffice, visitor: ForSupervisors, seconds: int = LONGEST
) -> AsyncIterator[ServerSentEvent]:
    """Says when the counters change, for at most so many seconds, as long as he supervises the same units."""
    token, watched = request.cookies[COOKIE], supervised(visitor)

    def still() -> bool:
        now = visitor_now(office, token)
        return now is not None and supervised(now) == watched

    look = partial(counted, request.app, watched)
    async for change in changes(request.app, still, look, seconds):
        yield change


@router.get("/reassign")
def reassign_page(request: Request, office: TheOffice, visitor: ForSupervisors, chosen: Filters) -> Response:
    """Open cases to tick, and whom they go to."""
    return _reassign(request, office, visitor, chosen)


@router.post("/reassign")
def reassign(request: Request, office: TheOffice, visitor: ForSupervisors, chosen: Filters, form: Posted) -> Response:
    """Give the ticked cases to somebody, each by its own step; on to the results."""
    ticked, to = numbers_of(form, "case"), numbers_of(form, "to")
    checked, key = bool(text_of(form, "checked")), text_of(form, "key")
    try:
        batch_id = hand_over(office, visitor.person_id, to[0] if to else 0, chosen=ticked, checked=checked, key=key)
    except Refusal as refusal:
        told = {"ticked": ticked, "to": to[0] if to else 0, "checked": checked}
        return _reassign(request, office, visitor, chosen, status=422, reasons=refusal.reasons, **told)
    return go(f"/batches/{batch_id}", Label("已提交改派,逐件结果见下", "the cases are on their way; each has its result here"))


def _reassign(
    request: Request, office: Office, visitor: Visitor, chosen: Chosen, *, status: int = 200, reasons: Sequence[Reason] = (),
    **kept: Any,
) -> Response:  # fmt: skip
    narrowed = chosen if chosen.shown else chosen._replace(shown="open")
    with office.store.read() as connection:
        listed = list_of(connection, visitor, narrowed, TICKED)
        people = workers_under(connection, supervised(visitor), WORKERS, visitor.today)
    blank: dict[str, Any] = {"ticked": [], "to": 0, "checked": False}
    return page(
        request, visitor, "supervision/reassign.html", status=status, chosen=narrowed, listed=listed, people=people,
        reasons=reasons, key=uuid4().hex, types=newest_types(), **{**blank, **kept},
    )  # fmt: skip
