"""A party's own cases, for a party with an account: the list, the case, papers, messages, files."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.office import Office
from states.errors import Reason
from states.labels import Label
from web.access import SignedIn, TheOffice, Visitor
from web.errors import NotFound
from web.pages.mine_acts import file_answer, own_row, paper_answer, send_file, write
from web.pages.mine_view import own_case_shown, own_lines
from web.posted import Posted, text_of
from web.rendering import go, page

router = APIRouter(prefix="/mine")


@router.get("")
def mine(request: Request, office: TheOffice, visitor: SignedIn) -> Response:
    """The cases the person is a party to."""
    with office.store.read() as connection:
        lines = own_lines(connection, visitor.person_id)
    return page(request, visitor, "mine/list.html", lines=lines)


@router.get("/{number}")
def my_case(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """One of them."""
    return _page(request, office, visitor, number)


@router.get("/{number}/papers/{document_id}/{file}")
def my_paper(office: TheOffice, visitor: SignedIn, number: str, document_id: int, file: str) -> Response:
    """A paper that is his to read."""
    with office.store.read() as connection:
        row = own_row(connection, visitor.person_id, number=number)
    return paper_answer(office, row, document_id, file)


@router.get("/{number}/files/{file_id}")
def my_file(office: TheOffice, visitor: SignedIn, number: str, file_id: int) -> Response:
    """A file that is his to open."""
    with office.store.read() as connection:
        row = own_row(connection, visitor.person_id, number=number)
    return file_answer(office, row, visitor.person_id, file_id)


@router.post("/{number}/messages")
def message(request: Request, office: TheOffice, visitor: SignedIn, number: str, form: Posted) -> Response:
    """Write to the office."""
    with office.store.read() as connection:
        row = own_row(connection, visitor.person_id, number=number)
    reasons = write(office, row.id, visitor.person_id, form)
    if reasons:
        return _page(request, office, visitor, number, reasons, text_of(form, "text"))
    return go(f"/mine/{number}#messages", Label("已发给承办人员", "sent to those who work on it"))


@router.post("/{number}/files")
def add_file(request: Request, office: TheOffice, visitor: SignedIn, number: str, form: Posted) -> Response:
    """Add a file."""
    with office.store.read() as connection:
        row = own_row(connection, visitor.person_id, number=number)
    reasons = send_file(office, row.id, visitor.person_id, form)
    if reasons:
        return _page(request, office, visitor, number, reasons)
    return go(f"/mine/{number}#files", Label("材料已收到", "the file was received"))


def _page(
    request: Request, office: Office, visitor: Visitor, number: str, reasons: tuple[Reason, ...] = (), text: str = ""
) -> Response:  # fmt: skip
    with office.store.read() as connection:
        shown = own_case_shown(connection, office, visitor.person_id, number=number, acts=not visitor.held)
    if shown is None:
        raise NotFound
    told = {
        "case": shown,
        "at": f"/mine/{number}",
        "own_key": visitor.form_key,
        "reasons": reasons,
        "text": text,
        "desk": False,
    }
    return page(request, visitor, "mine/case.html", status=422 if reasons else 200, **told)
