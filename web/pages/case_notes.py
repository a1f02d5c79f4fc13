"""Notes on a case: written, read, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.notes import NoteForm, withdraw_note, write_note
from flows.office import Office
from models import case_page
from models.notes import Audience
from states.errors import Reason, Refusal
from states.forms import read_answers
from states.labels import Label
from web.access import SignedIn, TheOffice, Visitor
from web.errors import NotFound
from web.fields import Asking, fields_of
from web.pages.case_reach import reach
from web.posted import Posted, answers_of
from web.rendering import go, page

router = APIRouter(prefix="/cases/{number}/notes")
MOST = 300


@router.get("")
def notes(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """All notes the visitor may read, newest first."""
    return _page(request, office, visitor, number, {}, ())


@router.post("")
def write(request: Request, office: TheOffice, visitor: SignedIn, number: str, form: Posted) -> Response:
    """Keep a note."""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
    answers = answers_of(form, NoteForm)
    try:
        note = read_answers(NoteForm, answers)
        assert isinstance(note, NoteForm)
        write_note(office, found.case.id, visitor.person_id, note)
    except Refusal as refusal:
        return _page(request, office, visitor, number, answers, refusal.reasons)
    return go(f"/cases/{number}#notes", Label("备注已保存", "the note is kept"))


@router.post("/{note_id}/withdraw")
def withdraw(office: TheOffice, visitor: SignedIn, number: str, note_id: int, form: Posted) -> Response:  # noqa: ARG001
    """Take a note back: one's own, or as the supervisor any."""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
    if not withdraw_note(office, found.case.id, note_id, visitor.person_id, supervises=found.supervises):
        raise NotFound
    return go(f"/cases/{number}#notes", Label("备注已收回", "the note was taken back"))


def _page(
    request: Request, office: Office, visitor: Visitor, number: str, answers: Mapping[str, Any], reasons: Sequence[Reason]
) -> Response:
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
        rows = case_page.notes(connection, found.case.id, MOST, found.audiences)
    fields = fields_of(NoteForm, Asking(visitor.lang, {"audience": Audience.INTERNAL, **answers}, reasons))
    return page(
        request, visitor, "cases/notes.html", status=422 if reasons else 200, case=found, notes=rows, fields=fields
    )  # fmt: skip
