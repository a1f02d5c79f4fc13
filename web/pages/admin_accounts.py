"""What an administrator does to somebody's account: a new pass phrase, the lost telephone, sessions left open somewhere."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.accounts.people import reset_password
from flows.accounts.second_factor import disable
from flows.accounts.sessions import end_all
from states.errors import Refusal
from states.labels import Label
from web.access import ForAdministrators, TheOffice
from web.pages.admin_people import person_page, person_row
from web.posted import Posted
from web.rendering import go

router = APIRouter(prefix="/administration/people")


@router.post("/{person_id}/password")
def new_password(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, _form: Posted) -> Response:
    """A new pass phrase, shown on this one page."""
    person_row(office, visitor, person_id)
    try:
        phrase = reset_password(office, visitor.person_id, person_id)
    except Refusal as refusal:
        return person_page(request, office, visitor, person_id, refusal)
    return person_page(request, office, visitor, person_id, phrase=phrase)


@router.post("/{person_id}/second-factor")
def drop_second_factor(
    request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, _form: Posted
) -> Response:  # fmt: skip
    """The telephone is lost: the password alone is enough again."""
    person_row(office, visitor, person_id)
    try:
        disable(office, person_id, visitor.person_id)
    except Refusal as refusal:
        return person_page(request, office, visitor, person_id, refusal)
    return go(f"/administration/people/{person_id}", Label("第二重验证已停用", "the second factor is off"))


@router.post("/{person_id}/sessions")
def end_sessions(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, _form: Posted) -> Response:
    """Sign the person out everywhere."""
    person_row(office, visitor, person_id)
    try:
        ended = end_all(office, person_id, by=visitor.person_id)
    except Refusal as refusal:
        return person_page(request, office, visitor, person_id, refusal)
    return go(f"/administration/people/{person_id}", Label(f"已结束 {ended} 处登录", f"{ended} sessions ended"))
