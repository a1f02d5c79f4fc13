"""The papers of a case: looked at as they print, fetched as Word files, and the log of who was given them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from documents.catalogue import PAPERS
from flows.office import Office
from flows.sendings import OTHER, SendingForm, note_sending, paper_file, withdraw_sending
from models import case_page
from models.base import AnyRow
from models.papers import Way
from states.errors import Reason, Refusal
from states.forms import read_answers
from states.labels import Label
from web.access import SignedIn, TheOffice, Visitor
from web.errors import NotFound
from web.fields import Asking, fields_of, loose_reasons
from web.guards import POLICY
from web.pages.case_parts import role_of
from web.pages.case_reach import Reach, reach
from web.pages.case_view import papers_shown
from web.posted import Posted, answers_of
from web.rendering import go, page

router = APIRouter(prefix="/cases/{number}/papers")
MOST = 300
#: what a paper is fetched as: the language and the form
FILES = {"zh.html": ("zh", "html"), "en.html": ("en", "html"), "zh.docx": ("zh", "docx"), "en.docx": ("en", "docx")}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_STYLE, _ATTRIBUTE = re.compile(r"<style>(.*?)</style>", re.DOTALL), re.compile(r'style="([^"]*)"')


@router.get("")
def papers(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """All papers the visitor may open, newest first."""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
        rows = papers_shown(connection, found, MOST)
    return page(request, visitor, "cases/papers.html", case=found, papers=rows)


@router.get("/{document_id}")
def paper(request: Request, office: TheOffice, visitor: SignedIn, number: str, document_id: int) -> Response:
    """One paper: its page in a frame, its files, who was given it."""
    return _page(request, office, visitor, number, document_id, {}, ())


@router.get("/{document_id}/{file}")
def paper_as(office: TheOffice, visitor: SignedIn, number: str, document_id: int, file: str) -> Response:
    """The paper itself, as a page that prints or as a Word file."""
    with office.store.read() as connection:
        _, row = _paper(connection, office, visitor, number, document_id)
    return paper_answer(office, row, document_id, file)


def paper_answer(office: Office, row: AnyRow, document_id: int, file: str) -> Response:
    """An issued paper as a page that prints or as a Word file; `file` is of `FILES`. Raises `NotFound` for another form."""
    if file not in FILES:
        raise NotFound
    lang, form = FILES[file]
    content = paper_file(office, document_id, form, lang)
    if form == "html":
        headers = {"content-security-policy": policy_of(content.decode())}
        return Response(content, media_type="text/html; charset=utf-8", headers=headers)
    named = f'attachment; filename="{row.serial}-{lang}.docx"'
    return Response(content, media_type=WORD, headers={"content-disposition": named})


@router.post("/{document_id}/sendings")
def send(request: Request, office: TheOffice, visitor: SignedIn, number: str, document_id: int, form: Posted) -> Response:
    """Note down that the paper was given to somebody."""
    with office.store.read() as connection:
        found, _ = _paper(connection, office, visitor, number, document_id)
    answers = answers_of(form, SendingForm)
    try:
        asked = read_answers(SendingForm, answers)
        assert isinstance(asked, SendingForm)
        note_sending(office, found.case.id, document_id, visitor.person_id, asked)
    except Refusal as refusal:
        return _page(request, office, visitor, number, document_id, answers, refusal.reasons)
    return go(f"/cases/{number}/papers/{document_id}", Label("送达已登记", "the sending is noted down"))


@router.post("/{document_id}/sendings/{sending_id}/withdraw")
def withdraw(
    office: TheOffice, visitor: SignedIn, number: str, document_id: int, sending_id: int, form: Posted  # noqa: ARG001
) -> Response:  # fmt: skip
    """Strike an entry of the log that was wrong."""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
        _paper(connection, office, visitor, number, document_id)
    if not withdraw_sending(office, document_id, sending_id, visitor.person_id, supervises=found.supervises):
        raise NotFound
    return go(f"/cases/{number}/papers/{document_id}", Label("已收回这条登记", "the entry was taken back"))


def policy_of(text: str) -> str:
    """What a browser may do with a paper: show it with exactly its own style, inside our own pages only."""
    blocks = " ".join(f"'sha256-{_hash(style)}'" for style in _STYLE.findall(text)) or "'none'"
    attributes = "".join(f" 'sha256-{_hash(style)}'" for style in sorted(set(_ATTRIBUTE.findall(text))))
    inside = f"'unsafe-hashes'{attributes}" if attributes else "'none'"
    allowed = f"style-src-elem {blocks}; style-src-attr {inside}"
    return f"default-src 'none'; {allowed}; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"


def _hash(style: str) -> str:
    return b64encode(sha256(style.encode()).digest()).decode()


def _paper(connection: Connection, office: Office, visitor: Visitor, number: str, document_id: int) -> tuple[Reach, AnyRow]:
    """The case and its paper. Raises `NotFound`."""
    found = reach(connection, office, visitor, number)
    row = case_page.paper(connection, found.case.id, document_id, found.given_to)
    if row is None:
        raise NotFound
    return found, row


def _page(
    request: Request, office: Office, visitor: Visitor, number: str, document_id: int, answers: Mapping[str, Any],
    reasons: Sequence[Reason],
) -> Response:  # fmt: skip
    with office.store.read() as connection:
        found, row = _paper(connection, office, visitor, number, document_id)
        sent = case_page.sendings(connection, [document_id])
        people = case_page.party_names(connection, found.case.id)
    choices = [(str(one.id), f"{one.name}({role_of(one).said(visitor.lang)})") for one in people]
    choices.append((OTHER, Label("其他(在下面填写)", "Somebody else (named below)").said(visitor.lang)))
    filled = {"sent_on": visitor.today.isoformat(), **answers}
    answer = page(
        request, visitor, "cases/paper.html", status=422 if reasons else 200, case=found, paper=row,
        label=PAPERS[row.paper].label, sent=sent, ways={str(way): way.label for way in Way},
        reasons=loose_reasons(SendingForm, reasons),
        fields=fields_of(SendingForm, Asking(visitor.lang, filled, reasons, {"to": choices})),
    )  # fmt: skip
    answer.headers["content-security-policy"] = f"{POLICY}; frame-src 'self'"
    return answer
