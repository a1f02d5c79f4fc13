"""The public desk: a worker without an account registers a grievance, and follows it by a number and a secret.

Nothing here asks who is signed in. What the worker may see is kept for half an hour in a signed cookie that names one case;
number and secret never stand in an address. Where the office has switched the desk off, there are no such pages.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import FormData

from flows.office import Office
from flows.public_desk import read_grievance, register
from models.own_case import mediating_unit, mediating_units
from models.vault import VAULT
from states.dispute.grievance import Grievance
from states.errors import Reason, Refusal
from states.labels import Label
from web.access import TheDesk, TheOffice, office_of
from web.errors import NotFound
from web.fields import Asking, fields_of
from web.posted import answers_of, read_form, text_of, whole
from web.rendering import language_of, page

#: a form that was opened so long ago is shown again with what was typed, to be sent once more
FORM_LIFE = 24 * 3600
#: more units than that are looked for by name
MOST_UNITS = 60
NO_UNIT = Reason(
    "no_unit_chosen", Label("请选择工会", "choose a union"), Label("选离单位最近的", "the one nearest to your work"), "unit"
)
STALE = Reason(
    "form_old", Label("页面打开太久", "the page was open for too long"), Label("请再点一次提交", "please send it once more")
)
Sent = Annotated[FormData, Depends(read_form)]


async def desk_is_open(request: Request) -> None:
    """Raises `NotFound` where the office has switched the desk off."""
    office = await office_of(request)
    if not office.settings.public_desk:
        raise NotFound


router = APIRouter(prefix="/desk", dependencies=[Depends(desk_is_open)])


@router.get("")
def front(request: Request) -> Response:
    """The two ways: register, or follow."""
    return page(request, None, "desk/front.html")


@router.get("/new")
def ask(request: Request, office: TheOffice, unit: int = 0, place: str = "") -> Response:
    """The form; where there are many units, first the one to bring it to."""
    return _form(request, office, {"unit": str(unit) if unit else ""}, place=place[:40])


@router.post("/new")
def send(request: Request, office: TheOffice, desk: TheDesk, form: Sent) -> Response:
    """Register, and show number and secret: once, and again only to the very same form."""
    typed: dict[str, Any] = {**answers_of(form, Grievance), "unit": text_of(form, "unit")}
    answers = {name: value for name, value in typed.items() if name != "unit"}
    once = _once(text_of(form, "once"))
    try:
        grievance = read_grievance(answers)
        with office.store.read() as connection:
            unit = mediating_unit(connection, whole(typed["unit"]) or 0)
        if unit is None or once is None:
            return _form(request, office, typed, (NO_UNIT if unit is None else STALE,))
        done = register(
            office, desk, grievance, unit.id, once=once, origin=_origin(request), language=language_of(request, None)
        )  # fmt: skip
    except Refusal as refusal:
        return _form(request, office, typed, refusal.reasons)
    address = office.settings.base_url or str(request.base_url).rstrip("/")
    return page(request, None, "desk/slip.html", done=done, unit=unit.name, address=address)


def _form(
    request: Request, office: Office, typed: dict[str, Any], reasons: tuple[Reason, ...] = (), place: str = ""
) -> Response:  # fmt: skip
    asking = Asking(language_of(request, None), typed, reasons)
    fields = {one.name: one for one in fields_of(Grievance, asking)}
    with office.store.read() as connection:
        units = mediating_units(connection, place, MOST_UNITS + 1)
        chosen = mediating_unit(connection, whole(typed["unit"]) or 0)
    told = {
        "fields": fields, "units": units[:MOST_UNITS], "many": len(units) > MOST_UNITS, "chosen": chosen, "place": place,
        "reasons": [one for one in reasons if one.field not in fields], "once": _signer().dumps(secrets.token_urlsafe(24)),
    }  # fmt: skip
    return page(request, None, "desk/form.html", status=422 if reasons else 200, **told)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(VAULT.derive("desk-form").hex())


def _once(sealed: str) -> str | None:
    """The random text of a form of ours; None for one that is too old, or made up."""
    try:
        return str(_signer().loads(sealed, max_age=FORM_LIFE))
    except BadSignature:
        return None


def _origin(request: Request) -> str:
    return request.client.host if request.client else ""
