"""Single sign-on: to the identity provider and back. There are no such pages in an office that has none."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from flows.accounts.sessions import admit
from flows.accounts.single_sign_on import Ticket, arrive, depart, is_offered, person_for
from flows.office import Office
from models.vault import VAULT
from states.errors import Refusal
from web.access import COOKIE, TheOffice
from web.errors import NotFound
from web.rendering import go, page

router = APIRouter(prefix="/sign-in/oidc")
#: the cookie that carries the ticket to the provider and back, and how long that may take
TICKET, SECONDS = "concord_ticket", 600
PATH = "/sign-in/oidc"


def with_single_sign_on(office: TheOffice) -> Office:
    """The office, if it has single sign-on."""
    if not is_offered(office.settings):
        raise NotFound
    return office


SignOnOffice = Annotated[Office, Depends(with_single_sign_on)]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(VAULT.derive("single-sign-on").hex())


def _back(request: Request, office: Office) -> str:
    base = office.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}{PATH}/back"


@router.get("")
def go_there(request: Request, office: SignOnOffice) -> Response:
    """Leave for the provider; a signed ticket stays with this browser."""
    try:
        where, ticket = depart(office.settings, _back(request, office))
    except Refusal as refusal:
        return _refused(request, refusal)
    answer = RedirectResponse(where, status_code=303)
    answer.set_cookie(
        TICKET, _signer().dumps(asdict(ticket)), max_age=SECONDS, httponly=True, samesite="lax",
        secure=office.settings.https, path=PATH,
    )  # fmt: skip
    return answer


@router.get("/back")
def come_back(request: Request, office: SignOnOffice, state: str = "", code: str = "") -> Response:
    """The provider sent the person back: check everything, then sign him in. The ticket is good once."""
    try:
        claims = arrive(office.settings, _back(request, office), _ticket(request), state, code, office.now())
        person_id = person_for(office, claims)
    except Refusal as refusal:
        answer = _refused(request, refusal)
    else:
        entered = admit(office, person_id, agent=request.headers.get("user-agent", "")[:200])
        answer = go("/" if entered.confirmed else "/second-factor")
        answer.set_cookie(COOKIE, entered.token, httponly=True, samesite="lax", secure=office.settings.https, path="/")
    answer.delete_cookie(TICKET, path=PATH)
    return answer


def _ticket(request: Request) -> Ticket:
    """The ticket of this browser; one that fits nothing when there is none."""
    try:
        return Ticket(**_signer().loads(request.cookies.get(TICKET, ""), max_age=SECONDS))
    except (BadSignature, TypeError):
        return Ticket(secrets.token_urlsafe(24), "", "")


def _refused(request: Request, refusal: Refusal) -> Response:
    return page(request, None, "welcome/sign_on_refused.html", status=422, reasons=refusal.reasons)
