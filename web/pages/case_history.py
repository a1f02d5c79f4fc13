"""Everything that happened in a case, a hundred events a page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models import case_page
from web.access import SignedIn, TheOffice
from web.pages.case_parts import events_shown
from web.pages.case_reach import reach
from web.rendering import page

router = APIRouter(prefix="/cases/{number}/history")
A_PAGE = 100


@router.get("")
def history(
    request: Request, office: TheOffice, visitor: SignedIn, number: str, before: int = 0, by: str = ""
) -> Response:  # fmt: skip
    """Events before one, newest first; of people only, or of the clock only."""
    by = by if by in ("people", "clock") else ""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
        # one row more at either end: the event after the page says whether its newest was taken back
        rows = case_page.history(connection, found.case.id, A_PAGE + 2, before=before + 1 if before else 0, by=by)
    shown = [event for event in events_shown(found.kind, rows) if not before or event.seq < before]
    events = shown[:A_PAGE]
    return page(
        request, visitor, "cases/history.html", case=found, events=events, by=by, before=before,
        following=events[-1].seq if len(shown) > A_PAGE else 0,
    )  # fmt: skip
