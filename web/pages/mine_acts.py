"""What a party does with his own case besides its steps: write to the office, add a file, read a paper or a file."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response
from sqlalchemy import Connection
from starlette.datastructures import FormData

from flows.attachments import LARGEST_FILE, add_attachment
from flows.office import Office
from flows.public_desk import tell_office, write_to_office
from models import own_case
from models.base import AnyRow
from models.notes import Audience
from states.errors import Reason, Refusal
from web.errors import NotFound
from web.pages.case_attachments import ALONE
from web.pages.case_papers import paper_answer as of_the_case
from web.pages.mine_view import FOR_PARTIES
from web.posted import file_of, text_of


def write(office: Office, case_id: int, person_id: int, form: FormData) -> tuple[Reason, ...]:
    """Send the office a message; the reasons, if it is refused."""
    try:
        write_to_office(office, case_id, person_id, text_of(form, "text"))
    except Refusal as refusal:
        return refusal.reasons
    return ()


def send_file(office: Office, case_id: int, person_id: int, form: FormData) -> tuple[Reason, ...]:
    """Add a file, for the office and for himself; the reasons, if it is refused."""
    sent = file_of(form, "file")
    content = sent.file.read(LARGEST_FILE + 1) if sent is not None else b""
    name = (sent.filename if sent is not None else "") or ""
    try:
        add_attachment(office, case_id, person_id, Audience.PARTIES, name, content)
    except Refusal as refusal:
        return refusal.reasons
    with office.store.write() as connection:
        tell_office(connection, case_id, person_id, office.now())
    return ()


def own_row(connection: Connection, person_id: int, *, number: str = "", case_id: int = 0) -> AnyRow:
    """The party's own case. Raises `NotFound`."""
    row = own_case.own_case(connection, person_id, number=number, case_id=case_id)
    if row is None:
        raise NotFound
    return row


def paper_answer(office: Office, row: AnyRow, document_id: int, file: str) -> Response:
    """A paper of the case that is the party's to read, as a page that prints or as a Word file. Raises `NotFound`."""
    with office.store.read() as connection:
        paper = own_case.paper(connection, row.id, row.party_id, FOR_PARTIES, document_id)
    if paper is None:
        raise NotFound
    return of_the_case(office, paper, document_id, file)


def file_answer(office: Office, row: AnyRow, person_id: int, file_id: int) -> Response:
    """A file of the case that is the party's to open, to be saved. Raises `NotFound`."""
    with office.store.read() as connection:
        found = own_case.file(connection, row.id, person_id, file_id)
    if found is None:
        raise NotFound
    named = f"attachment; filename=\"attachment-{file_id}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    headers = {"content-disposition": named, "content-security-policy": ALONE}
    return Response(found.content, media_type=found.kind, headers=headers)
