"""The first start in the browser: an office without organisations is founded with the code that `concord serve` printed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.accounts.first_start import found
from flows.office import Office
from models.people import Organisation
from states.errors import InvalidAnswers, Reason, Refusal
from states.labels import Label
from web.access import TheOffice
from web.errors import NotFound
from web.posted import read_form, text_of
from web.rendering import go, page

router = APIRouter(prefix="/welcome")
#: what an office that is not founded yet answers itself
OPEN = ("/welcome", "/static/", "/language", "/health", "/ready", "/metrics")
ASKED = ("office_name", "admin_code", "admin_name")


def is_founded(office: Office) -> bool:
    """Whether there is any organisation."""
    with office.store.read() as connection:
        return connection.execute(select(Organisation.id).limit(1)).first() is not None


class Founding:
    """Leads every page of an office nobody founded to its first one. Once it is founded, nothing is asked any more."""

    def __init__(self, app: ASGIApp, office: Office, founded: bool) -> None:
        self.app, self.office, self.founded = app, office, founded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or send it to the first page."""
        if not self.founded and scope["type"] == "http":
            self.founded = await run_in_threadpool(is_founded, self.office)
            if not self.founded and not scope["path"].startswith(OPEN):
                await RedirectResponse("/welcome", status_code=303)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def not_founded(office: TheOffice) -> None:
    """For an office that is there already, there is no such page."""
    if is_founded(office):
        raise NotFound


@router.get("", dependencies=[Depends(not_founded)])
def welcome(request: Request) -> Response:
    """The form that founds the office."""
    return page(request, None, "welcome/welcome.html", reasons=(), typed=dict.fromkeys(ASKED, ""))


@router.post("", dependencies=[Depends(not_founded)])
def found_here(request: Request, office: TheOffice, form: Annotated[FormData, Depends(read_form)]) -> Response:
    """Found the office; on to the sign-in page."""
    typed = {name: text_of(form, name) for name in ASKED}
    secret = text_of(form, "password")
    try:
        if secret != text_of(form, "again"):
            raise InvalidAnswers([_DIFFER])
        found(office, text_of(form, "code"), typed["office_name"], typed["admin_code"], typed["admin_name"], secret)
    except Refusal as refusal:
        return page(request, None, "welcome/welcome.html", status=422, reasons=refusal.reasons, typed=typed)
    return go("/sign-in", Label("办公室已建立,请登录", "the office is founded; sign in"))


_DIFFER = Reason("passwords_differ", Label("两次输入的口令不一致", "the two passwords differ"),
                 Label("请重新输入", "type them again"), "again")  # fmt: skip
