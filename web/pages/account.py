"""My account: what I am, language, password, second factor, where I am signed in, tokens of my programs and calendars."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from config.clock import start_of
from flows.accounts.second_factor import begin, disable, enable
from flows.accounts.sessions import end_all, end_session, sessions_of
from flows.accounts.tokens import TokenKind, TokenScope, make, revoke, tokens_of
from models.administration import person_whole, positions_held
from models.scope import EVERYTHING
from states.errors import Refusal
from states.forms import Form, Line, ask, read_answers
from states.labels import Label
from states.roles import Role
from web.access import SignedIn, TheOffice, Visitor
from web.errors import NotFound
from web.fields import Asking, fields_of, loose_reasons
from web.posted import Posted, answers_of, number_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/account")
ROLES = {str(one): one.label for one in Role}
#: what a new token of a program is offered to live
USUAL = timedelta(days=90)


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("MicroMessenger/", "WeChat"), ("Chrome/", "Chrome"),
             ("Safari/", "Safari"))  # fmt: skip
_MACHINES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
             ("Linux", "Linux"))  # fmt: skip


def browser_said(agent: str) -> str:
    """What people call the program that calls itself that: "Firefox · Windows"; its own words where nothing is known."""
    found = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _MACHINES)]
    return " · ".join(filter(None, found)) or agent[:60]


class NewToken(Form):
    """A token for a program."""

    name: Line = ask("用途", "What for")
    scopes: list[TokenScope] = ask("权限", "What it may do")
    expires_on: date = ask("有效至(至多一年)", "Good until (a year at most)")


@router.get("")
def account(request: Request, office: TheOffice, visitor: SignedIn) -> Response:
    """The whole account on one page."""
    return _account(request, office, visitor)


def _account(
    request: Request, office: TheOffice, visitor: Visitor, *, token: str = "", values: dict[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> Response:  # fmt: skip
    with office.store.read() as connection:
        held = positions_held(connection, EVERYTHING, [visitor.person_id])
        sessions = sessions_of(connection, visitor.person_id, office.now())
        tokens = tokens_of(connection, visitor.person_id)
        who = person_whole(connection, EVERYTHING, visitor.person_id)
    reasons = refusal.reasons if refusal is not None else ()
    asked = Asking(visitor.lang, values or {"scopes": ["read"], "expires_on": (visitor.today + USUAL).isoformat()}, reasons)
    running = [one for one in held if one.to_on is None or one.to_on >= visitor.today]
    return page(
        request, visitor, "account/account.html", status=422 if refusal is not None else 200, who=who, held=running,
        roles=ROLES, sessions=sessions, tokens=tokens, token=token, fields=fields_of(NewToken, asked), now=office.now(),
        reasons=loose_reasons(NewToken, reasons), scopes={str(one): one.label for one in TokenScope},
        kinds={str(one): one.label for one in TokenKind}, browser=browser_said,
    )  # fmt: skip


@router.post("/sessions")
def sign_out(office: TheOffice, visitor: SignedIn, form: Posted) -> Response:
    """End one session of mine, or all others."""
    which = number_of(form, "session")
    if which:
        if not end_session(office, visitor.person_id, which):
            raise NotFound
        return go("/account", Label("该处登录已结束", "that session is ended"))
    ended = end_all(office, visitor.person_id, visitor.session_id)
    return go("/account", Label(f"已结束其他 {ended} 处登录", f"{ended} other sessions ended"))


@router.get("/second-factor")
def ask_second_factor(request: Request, office: TheOffice, visitor: SignedIn) -> Response:
    """A new secret as a picture and as text, and the form for its first code."""
    return _second_factor(request, office, visitor, "")


def _second_factor(
    request: Request, office: TheOffice, visitor: Visitor, secret: str, refusal: Refusal | None = None
) -> Response:  # fmt: skip
    secret, address = begin(office, visitor.person_id, secret)
    drawn = io.BytesIO()
    code = segno.make(address, error="m")
    code.save(drawn, kind="svg", xmldecl=False, scale=5, border=4, svgclass=None, lineclass=None, light="#fff", dark="#000")
    picture = Markup(drawn.getvalue().decode())  # noqa: S704  drawn here, of an address made here
    status, reasons = (422, refusal.reasons) if refusal is not None else (200, ())
    spaced = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return page(request, visitor, "account/second_factor.html", status=status, reasons=reasons, secret=secret, spaced=spaced,
                picture=picture)  # fmt: skip


@router.post("/second-factor")
def switch_second_factor(request: Request, office: TheOffice, visitor: SignedIn, form: Posted) -> Response:
    """Switch it on with a code of the new secret, or off."""
    if text_of(form, "act") == "off":
        disable(office, visitor.person_id, visitor.person_id)
        return go("/account", Label("第二重验证已停用", "the second factor is off"))
    secret = text_of(form, "secret")
    try:
        enable(office, visitor.person_id, secret, text_of(form, "code"))
    except Refusal as refusal:
        return _second_factor(request, office, visitor, secret, refusal)
    return go(
        "/account", Label("第二重验证已启用,下次登录须输入验证码", "the second factor is on; the next sign-in asks for it")
    )


@router.post("/tokens")
def make_token(request: Request, office: TheOffice, visitor: SignedIn, form: Posted) -> Response:
    """A new token, shown on this one page."""
    answers = answers_of(form, NewToken)
    try:
        told = read_answers(NewToken, answers).model_dump()
        until = start_of(told["expires_on"] + timedelta(days=1)) if told["expires_on"].year < 9999 else None
        token = make(office, visitor.person_id, TokenKind.API, told["name"], [str(one) for one in told["scopes"]], until)
    except Refusal as refusal:
        for_day = [_on_the_day(one) for one in refusal.reasons]
        return _account(request, office, visitor, values=answers, refusal=type(refusal)(for_day))
    return _account(request, office, visitor, token=token)


def _on_the_day(reason: Any) -> Any:
    """The reason against the end of a token stands at the field that asks for the day."""
    return replace(reason, field="expires_on") if reason.field == "expires_at" else reason


@router.post("/tokens/{token_id}")
def revoke_token(office: TheOffice, visitor: SignedIn, token_id: int, _form: Posted) -> Response:
    """One of my tokens is good for nothing from now on."""
    revoke(office, visitor.person_id, token_id)
    return go("/account", Label("令牌已撤销", "the token is revoked"))
