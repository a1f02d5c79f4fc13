"""The inbox: what the office tells somebody. It is read here, and stays readable."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from notifications import inbox
from states.labels import Label
from web.access import SignedIn, TheOffice
from web.posted import Posted, numbers_of
from web.rendering import go, page

router = APIRouter(prefix="/inbox")
A_PAGE = 50


@router.get("")
def letters(request: Request, office: TheOffice, visitor: SignedIn, shown: str = "", before: int = 0) -> Response:
    """What is unread, or (`shown=all`) everything, newest first."""
    everything = shown == "all"
    with office.store.read() as connection:
        rows = inbox.letters(connection, visitor.person_id, read=everything, limit=A_PAGE + 1, before=before or None)
    return page(
        request, visitor, "inbox/inbox.html", letters=rows[:A_PAGE], everything=everything, before=before,
        following=rows[A_PAGE - 1].id if len(rows) > A_PAGE else 0,
    )  # fmt: skip


@router.post("/read")
def read(office: TheOffice, visitor: SignedIn, form: Posted) -> Response:
    """Mark those letters as read; only one's own are touched."""
    ids = numbers_of(form, "letter")[: A_PAGE * 2]
    if ids:
        with office.store.write() as connection:
            inbox.mark_read(connection, visitor.person_id, ids, office.now())
    return go("/inbox", Label("已标为已读", "marked as read"))
