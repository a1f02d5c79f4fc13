"""Following a case at the public desk: number and secret open it for half an hour, then they are asked for again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import FormData

from flows.office import Office
from flows.public_desk import Followed, follow, still_followed
from models.vault import VAULT
from states.errors import Reason, Refusal
from states.labels import Label
from web.access import TheOffice, form_key
from web.errors import FormRefused, NotFound, SignInNeeded
from web.pages.mine_acts import file_answer, own_row, paper_answer, send_file, write
from web.pages.mine_view import own_case_shown
from web.pages.public_desk import Sent, desk_is_open
from web.posted import is_key, text_of
from web.rendering import go, page

COOKIE = "concord_case"
#: seconds for which a case stays open without the secret
LIFE = 1800
router = APIRouter(prefix="/desk", dependencies=[Depends(desk_is_open)])


def followed(request: Request, office: TheOffice) -> Followed:
    """The case of the cookie. Raises `SignInNeeded`, which leads to where number and secret are asked for."""
    try:
        case_id, mark = _signer().loads(request.cookies.get(COOKIE, ""), max_age=LIFE)
    except (BadSignature, ValueError, TypeError):
        raise SignInNeeded("/desk/follow") from None
    with office.store.read() as connection:
        found = still_followed(connection, int(case_id), str(mark))
    if found is None:
        raise SignInNeeded("/desk/follow")
    return found


Following = Annotated[Followed, Depends(followed)]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(VAULT.derive("desk-case").hex())


def sent_by_follower(request: Request, form: Sent, _found: Following) -> FormData:
    """The form, if it came from the page of that case. Raises `FormRefused`."""
    if not is_key(text_of(form, "form_key"), form_key(request.cookies[COOKIE])):
        raise FormRefused
    return form


FromPage = Annotated[FormData, Depends(sent_by_follower)]


@router.get("/follow")
def ask(request: Request) -> Response:
    """Where number and secret are asked for."""
    return page(request, None, "desk/follow.html", reasons=(), number="")


@router.post("/follow")
def open_case(request: Request, office: TheOffice, form: Sent) -> Response:
    """Open the case for a while."""
    number, origin = text_of(form, "number"), request.client.host if request.client else ""
    try:
        found = follow(office, number, text_of(form, "secret"), origin=origin)
    except Refusal as refusal:
        return page(request, None, "desk/follow.html", status=422, reasons=refusal.reasons, number=number[:40])
    answer = go("/desk/case")
    token = _signer().dumps([found.case_id, found.mark])
    answer.set_cookie(
        COOKIE, token, max_age=LIFE, httponly=True, samesite="strict", secure=office.settings.https, path="/desk"
    )  # fmt: skip
    return answer


@router.get("/case")
def case(request: Request, office: TheOffice, found: Following) -> Response:
    """The case."""
    return _page(request, office, found)


@router.get("/case/papers/{document_id}/{file}")
def paper(office: TheOffice, found: Following, document_id: int, file: str) -> Response:
    """A paper that is the worker's to read."""
    with office.store.read() as connection:
        row = own_row(connection, found.person_id, case_id=found.case_id)
    return paper_answer(office, row, document_id, file)


@router.get("/case/files/{file_id}")
def fetch(office: TheOffice, found: Following, file_id: int) -> Response:
    """A file that is the worker's to open."""
    with office.store.read() as connection:
        row = own_row(connection, found.person_id, case_id=found.case_id)
    return file_answer(office, row, found.person_id, file_id)


@router.post("/case/messages")
def message(request: Request, office: TheOffice, found: Following, form: FromPage) -> Response:
    """Write to the office."""
    reasons = write(office, found.case_id, found.person_id, form)
    if reasons:
        return _page(request, office, found, reasons, text_of(form, "text"))
    return go("/desk/case#messages", Label("已发给承办人员", "sent to those who work on it"))


@router.post("/case/files")
def add_file(request: Request, office: TheOffice, found: Following, form: FromPage) -> Response:
    """Add a file."""
    reasons = send_file(office, found.case_id, found.person_id, form)
    return (
        _page(request, office, found, reasons)
        if reasons
        else go("/desk/case#files", Label("材料已收到", "the file was received"))
    )


@router.post("/case/leave")
def leave(_form: FromPage) -> Response:
    """Close the case on this telephone or computer."""
    answer = go("/desk", Label("已退出", "signed out"))
    answer.delete_cookie(COOKIE, path="/desk")
    return answer


def _page(
    request: Request, office: Office, found: Followed, reasons: tuple[Reason, ...] = (), text: str = ""
) -> Response:  # fmt: skip
    with office.store.read() as connection:
        shown = own_case_shown(connection, office, found.person_id, case_id=found.case_id)
    if shown is None:
        raise NotFound
    key = form_key(request.cookies[COOKIE])
    told = {"case": shown, "at": "/desk/case", "own_key": key, "reasons": reasons, "text": text, "desk": True}
    return page(request, None, "mine/case.html", status=422 if reasons else 200, **told)
