"""Taking a step: the form made from the step's own questions, and the one door behind it.

A form carries the version of the case that was looked at and a key of its own: a double click is one step, and who comes
second is told what happened meanwhile and keeps what he typed.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from flows.drafts import draft_of, drop_draft, keep_draft
from flows.office import Office
from flows.requests import Wish, own_key
from states.errors import Refusal, StaleCase
from states.labels import Label
from web.access import SignedIn, TheDesk, TheOffice, Visitor
from web.pages.case_parts import EventShown
from web.pages.step_view import StepShown, step_shown
from web.posted import Posted, answers_of, number_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/cases/{number}/steps/{name}")


@router.get("")
def ask(request: Request, office: TheOffice, visitor: SignedIn, number: str, name: str) -> Response:
    """The form of a step, with what was begun before."""
    with office.store.read() as connection:
        kept = draft_of(connection, visitor.person_id, _form_name(number, name))
        shown = step_shown(connection, office, visitor, number, name, kept.answers if kept else None)
    return _form(request, visitor, shown, key=uuid4().hex, kept_at=kept.saved_at if kept else None)


@router.post("")
def take(
    request: Request, office: TheOffice, desk: TheDesk, visitor: SignedIn, number: str, name: str, form: Posted
) -> Response:
    """Take the step; or show more rows, or keep what was typed."""
    with office.store.read() as connection:
        shown = step_shown(connection, office, visitor, number, name, None)
    answers = answers_of(form, shown.step.asks)
    if form.get("more_rows") or form.get("keep"):
        return _again(request, office, visitor, shown, form, answers, keep=bool(form.get("keep")))
    version = number_of(form, "version")
    wish = Wish(
        step=name, case_id=shown.row.id, actor_id=visitor.person_id, answers=answers, expected_version=version or None,
        key=own_key(visitor.person_id, text_of(form, "key")),
    )  # fmt: skip
    try:
        receipt = desk.step(wish)
    except Refusal as refusal:
        return _refused(request, office, visitor, shown, answers, refusal, version)
    drop_draft(office, visitor.person_id, _form_name(number, name))
    return go(f"/cases/{receipt.number}", _done(shown, receipt.state))


@router.post("/draft")
def keep(office: TheOffice, visitor: SignedIn, number: str, name: str, form: Posted) -> Response:
    """Keep what is typed, while it is typed."""
    with office.store.read() as connection:
        shown = step_shown(connection, office, visitor, number, name, None)
    keep_draft(office, visitor.person_id, _form_name(number, name), answers_of(form, shown.step.asks))
    return Response(status_code=204)


def _form_name(number: str, name: str) -> str:
    return f"{number}:{name}"


def _done(shown: StepShown, state: str) -> Label:
    step, now = shown.step.label, shown.kind.stage(state).label
    return Label(f"已办理“{step.zh}”,现为“{now.zh}”", f"“{step.en}” is done; the case is now “{now.en}”")


def _form(request: Request, visitor: Visitor, shown: StepShown, **told: Any) -> Response:
    status = told.pop("status", 200)
    blank: dict[str, Any] = {"reasons": (), "meanwhile": (), "kept_at": None}
    return page(request, visitor, "cases/step.html", status=status, shown=shown, **{**blank, **told})


def _again(
    request: Request, office: Office, visitor: Visitor, shown: StepShown, form: FormData, answers: dict[str, Any], *, keep: bool
) -> Response:
    """The same form, with what was typed: more rows are asked for, or it is to be kept for later."""
    if keep:
        keep_draft(office, visitor.person_id, _form_name(shown.row.number, shown.step.name), answers)
        return go(f"/cases/{shown.row.number}", Label("已暂存,可稍后继续填写", "kept; you can go on later"))
    return _form(request, visitor, shown.filled(answers), key=text_of(form, "key") or uuid4().hex)


def _refused(
    request: Request,
    office: Office,
    visitor: Visitor,
    shown: StepShown,
    answers: dict[str, Any],
    refusal: Refusal,
    version: int,
) -> Response:
    """The form with every reason at its field. Somebody else's step in between is shown with it."""
    meanwhile: tuple[EventShown, ...] = ()
    if isinstance(refusal, StaleCase):
        with office.store.read() as connection:
            shown = step_shown(connection, office, visitor, shown.row.number, shown.step.name, None)
        meanwhile = tuple(event for event in shown.events if event.seq > version)
    filled = shown.filled(answers, refusal.reasons)
    return _form(
        request, visitor, filled, status=422, reasons=filled.loose, meanwhile=meanwhile, key=uuid4().hex
    )  # fmt: skip
