"""Coming in and going out: sign-in, second factor, password, language."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from flows.accounts.own import change_own_password, set_language
from flows.accounts.sessions import confirm, end, sign_in
from flows.office import Office
from states.errors import Refusal
from states.labels import Label
from web.access import COOKIE, Anybody, SignedIn, TheOffice
from web.navigation import first_page
from web.posted import Posted, read_form, text_of
from web.rendering import LANGUAGE, go, page

router = APIRouter()
#: sign-ins that are worked on at once
AT_ONCE = 3
#: says that the language was chosen in this browser just now, by somebody who was not signed in
CHOSEN = "concord_language_chosen"
#: a form of somebody who is not signed in: it has no key, the guard of the origin stands before it
Open = Annotated[FormData, Depends(read_form)]


@router.get("/")
def front(visitor: Anybody) -> Response:
    """To the first page of whoever asks."""
    return go(first_page(visitor) if visitor else "/sign-in")


@router.get("/sign-in")
def sign_in_page(request: Request, visitor: Anybody, next: str = "") -> Response:
    """The form to sign in."""
    if visitor is not None:
        return go("/")
    return page(request, None, "accounts/sign_in.html", reasons=(), account="", onward=_ours(next))


@router.post("/sign-in")
async def enter(request: Request, office: TheOffice, form: Open) -> Response:
    """Sign in; on to the second factor, to a new password, or to where the person wanted to go.

    Checking a password takes a fifth of a second of a processor, whoever asks: that waits in a queue of its own, and the
    threads that serve pages stay free.
    """
    return await run_sync(_entered, request, office, form, limiter=_queue_of(request.app))


def _queue_of(app: FastAPI) -> CapacityLimiter:
    """Who signs in at this moment."""
    queue: CapacityLimiter | None = getattr(app.state, "entering", None)
    if queue is None:
        queue = app.state.entering = CapacityLimiter(AT_ONCE)
    return queue


def _entered(request: Request, office: Office, form: FormData) -> Response:
    account, onward = text_of(form, "account"), _ours(text_of(form, "next"))
    try:
        entered = sign_in(
            office, account, text_of(form, "password"), origin=request.client.host if request.client else "",
            agent=request.headers.get("user-agent", "")[:200],
        )  # fmt: skip
    except Refusal as refusal:
        told = {"reasons": refusal.reasons, "account": account, "onward": onward}
        return page(request, None, "accounts/sign_in.html", status=422, **told)
    where = "/second-factor" if not entered.confirmed else "/password" if entered.must_change else onward or "/"
    answer = _with_session(request, entered.token, where)
    if request.cookies.get(CHOSEN):  # what somebody chose before signing in is what he wants to read
        set_language(office, entered.person_id, "en" if request.cookies.get(LANGUAGE) == "en" else "zh")
        answer.delete_cookie(CHOSEN)
    return answer


def _ours(where: str) -> str:
    """A path of our own pages, or nothing: an address that leads elsewhere is not followed."""
    return where if where.startswith("/") and not where.startswith(("//", "/\\")) and where.isprintable() else ""


def _with_session(request: Request, token: str, where: str) -> Response:
    answer = go(where)
    secure = request.app.state.office.settings.https
    answer.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/")
    return answer


@router.get("/second-factor")
def second_factor_page(request: Request, visitor: SignedIn) -> Response:
    """Where the one-time code is asked for."""
    return page(request, visitor, "accounts/second_factor.html", reasons=())


@router.post("/second-factor")
def second_factor(request: Request, office: TheOffice, visitor: SignedIn, form: Posted) -> Response:
    """Check the code; the session gets a new name."""
    try:
        token = confirm(office, request.cookies[COOKIE], text_of(form, "code"))
    except Refusal as refusal:
        return page(request, visitor, "accounts/second_factor.html", status=422, reasons=refusal.reasons)
    return _with_session(request, token, "/")


@router.post("/sign-out")
def leave(request: Request, office: TheOffice, visitor: Anybody, _form: Posted) -> Response:
    """End the session."""
    if visitor is not None:
        end(office, request.cookies[COOKIE])
    answer = go("/sign-in", Label("已退出", "signed out"))
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/password")
def password_page(request: Request, visitor: SignedIn) -> Response:
    """The form for a new password."""
    return page(request, visitor, "accounts/password.html", reasons=())


@router.post("/password")
def change_password(request: Request, office: TheOffice, visitor: SignedIn, form: Posted) -> Response:
    """A new password, given by somebody who knows the old one; other sessions of the person end."""
    try:
        old, new, again = (text_of(form, name) for name in ("old", "password", "again"))
        change_own_password(office, visitor.person_id, old, new, again, visitor.session_id)
    except Refusal as refusal:
        return page(request, visitor, "accounts/password.html", status=422, reasons=refusal.reasons)
    return go("/", Label("口令已更换", "your password is changed"))


@router.post("/language")
def language(office: TheOffice, visitor: Anybody, form: Open) -> Response:
    """The other language: kept with the person, or with the browser of somebody who is not signed in.

    Pages that ask nobody who he is (the public desk, an error) have no key of a session; the guard of the origin is enough.
    """
    to = "en" if text_of(form, "to") == "en" else "zh"
    if visitor is not None:
        set_language(office, visitor.person_id, to)
    answer = go(_ours(text_of(form, "back")) or "/")
    answer.set_cookie(LANGUAGE, to, max_age=31536000, samesite="lax")
    if visitor is None:
        answer.set_cookie(CHOSEN, "yes", max_age=600, samesite="lax")
    return answer
