"""Files of a case: sent in, looked at, fetched, taken back. Whatever is fetched is saved and never run."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.attachments import LARGEST_CASE, LARGEST_FILE, AttachmentForm, add_attachment, withdraw_attachment
from flows.file_kinds import PICTURES, FileKind
from flows.office import Office
from flows.office_journal import Deed, record
from models import case_page
from models.base import AnyRow
from states.errors import Reason, Refusal
from states.forms import read_answers
from states.labels import Label
from web.access import SignedIn, TheOffice, Visitor
from web.errors import NotFound
from web.fields import Asking, fields_of
from web.pages.case_reach import reach
from web.posted import Posted, answers_of, file_of
from web.rendering import go, page

router = APIRouter(prefix="/cases/{number}/attachments")
MOST = 300
#: a file is nobody's page: it loads nothing, runs nothing, is framed by nobody
ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"


@router.get("")
def attachments(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """All files the visitor may open, newest first."""
    return _page(request, office, visitor, number, ())


@router.post("")
def add(request: Request, office: TheOffice, visitor: SignedIn, number: str, form: Posted) -> Response:
    """Keep a file."""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
    sent = file_of(form, "file")
    content = sent.file.read(LARGEST_FILE + 1) if sent is not None else b""
    try:
        asked = read_answers(AttachmentForm, answers_of(form, AttachmentForm))
        assert isinstance(asked, AttachmentForm)
        name = (sent.filename if sent is not None else "") or ""
        add_attachment(office, found.case.id, visitor.person_id, asked.audience, name, content)
    except Refusal as refusal:
        return _page(request, office, visitor, number, refusal.reasons)
    return go(f"/cases/{number}#attachments", Label("附件已保存", "the file is kept"))


@router.get("/{attachment_id}")
def fetch(office: TheOffice, visitor: SignedIn, number: str, attachment_id: int) -> Response:
    """The file, to be saved; that it was fetched stands in the journal."""
    row = _opened(office, visitor, number, attachment_id)
    named = f"attachment; filename=\"attachment-{row.id}\"; filename*=UTF-8''{quote(row.name, safe='')}"
    return Response(row.content, media_type=row.kind, headers={"content-disposition": named, "content-security-policy": ALONE})


@router.get("/{attachment_id}/view")
def view(office: TheOffice, visitor: SignedIn, number: str, attachment_id: int) -> Response:
    """A picture, shown; anything else is only fetched."""
    row = _opened(office, visitor, number, attachment_id, only_pictures=True)
    return Response(
        row.content, media_type=row.kind, headers={"content-disposition": "inline", "content-security-policy": ALONE}
    )  # fmt: skip


@router.post("/{attachment_id}/withdraw")
def withdraw(office: TheOffice, visitor: SignedIn, number: str, attachment_id: int, form: Posted) -> Response:  # noqa: ARG001
    """Take a file back: one's own, or as the supervisor any."""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
    if not withdraw_attachment(office, found.case.id, attachment_id, visitor.person_id, supervises=found.supervises):
        raise NotFound
    return go(f"/cases/{number}#attachments", Label("附件已收回", "the file was taken back"))


def _opened(office: Office, visitor: Visitor, number: str, attachment_id: int, *, only_pictures: bool = False) -> AnyRow:
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
        row = case_page.attachment(connection, found.case.id, attachment_id, found.audiences)
    if row is None or (only_pictures and row.kind not in PICTURES):
        raise NotFound
    with office.store.write() as connection:
        record(
            connection, office.now(), Deed.ATTACHMENT_SHOWN, actor_id=visitor.person_id, case_id=found.case.id,
            attachment=attachment_id,
        )  # fmt: skip
    return row


def _page(request: Request, office: Office, visitor: Visitor, number: str, reasons: Sequence[Reason]) -> Response:
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
        rows = case_page.attachments(connection, found.case.id, MOST, found.audiences)
    return page(
        request, visitor, "cases/attachments.html", status=422 if reasons else 200, case=found, attachments=rows,
        reasons=reasons,
        fields=fields_of(AttachmentForm, Asking(visitor.lang)), kinds=list(FileKind), pictures=PICTURES,
        most=(LARGEST_FILE // 1024**2, LARGEST_CASE // 1024**2),
    )  # fmt: skip
