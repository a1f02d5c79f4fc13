"""The calendar: months, weeks and days of sessions, dates and renewals; and its feed for other programs.

Calendar programs send no cookies, so the address of a feed carries its token: whoever has the address reads the feed. It is
shown once, can be revoked, and stands in no log (the pages log no addresses).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.accounts.tokens import TokenKind, make, note_use, revoke, tokens_of
from flows.office import Office
from states.errors import Refusal
from states.labels import Label
from web.access import ForStaff, TheOffice, Visitor
from web.errors import NotFound
from web.pages.calendar_feed import feed_of
from web.pages.calendar_view import calendar_of, first_of, month_name, span_of
from web.posted import Posted, text_of
from web.rendering import go, page

router = APIRouter(prefix="/calendar")


@router.get("")
def this_month(request: Request, office: TheOffice, visitor: ForStaff, whose: str = "") -> Response:
    """The month that is now."""
    return _shown(request, office, visitor, month_name(visitor.today), whose)


@router.get("/feed")
def feeds(request: Request, office: TheOffice, visitor: ForStaff) -> Response:
    """The feeds of the person: to make one, to revoke one."""
    return _feeds(request, office, visitor)


@router.post("/feed")
def make_feed(request: Request, office: TheOffice, visitor: ForStaff, form: Posted) -> Response:
    """A new feed; its address is shown this once."""
    name = text_of(form, "name") or Label("日历订阅", "Calendar").said(visitor.lang)
    try:
        token = make(office, visitor.person_id, TokenKind.CALENDAR, name, (), None)
    except Refusal as refusal:
        return _feeds(request, office, visitor, status=422, reasons=refusal.reasons)
    return _feeds(request, office, visitor, address=f"{_base(request, office)}/calendar/feed/{token}.ics")


@router.post("/feed/{token_id}/revoke")
def revoke_feed(office: TheOffice, visitor: ForStaff, token_id: int, _form: Posted) -> Response:
    """That feed is good for nothing from now on."""
    with office.store.read() as connection:
        mine = [one.id for one in tokens_of(connection, visitor.person_id) if one.kind == TokenKind.CALENDAR]
    if token_id not in mine:
        raise NotFound
    revoke(office, visitor.person_id, token_id)
    return go("/calendar/feed", Label("订阅已撤销", "the feed is revoked"))


@router.get("/feed/{token}.ics")
def feed(request: Request, office: TheOffice, token: str) -> Response:
    """The calendar of whoever made the token, from thirty days back to half a year ahead."""
    with office.store.read() as connection:
        found = feed_of(connection, token, office.today(), office.now(), office.settings.base_url)
    if found is None:
        raise NotFound
    note_use(office, found.token_id, found.used_at)
    headers = {"etag": found.mark, "cache-control": "private, max-age=900"}
    if request.headers.get("if-none-match") == found.mark:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/{span}")
def calendar(request: Request, office: TheOffice, visitor: ForStaff, span: str, whose: str = "") -> Response:
    """A month ("2026-11"), a week ("2026-W47") or a day."""
    return _shown(request, office, visitor, span, whose)


def _shown(request: Request, office: Office, visitor: Visitor, span: str, whose: str) -> Response:
    chosen = whose if whose in ("mine", "unit") else first_of(visitor)
    days = span_of(span)
    with office.store.read() as connection:
        shown = calendar_of(connection, visitor, days, chosen)
    return page(request, visitor, "calendar/calendar.html", shown=shown, first=first_of(visitor))


def _base(request: Request, office: Office) -> str:
    return (office.settings.base_url or str(request.base_url)).rstrip("/")


def _feeds(request: Request, office: Office, visitor: Visitor, *, status: int = 200, **told: object) -> Response:
    with office.store.read() as connection:
        tokens = [one for one in tokens_of(connection, visitor.person_id) if one.kind == TokenKind.CALENDAR]
    running = [one for one in tokens if one.revoked_at is None]
    blank: dict[str, object] = {"address": "", "reasons": ()}
    return page(request, visitor, "calendar/feed.html", status=status, tokens=running, **{**blank, **told})
