"""What lies beside the dispute of the scene: a note and a file of the office, a picture for the parties, a paper given."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from flows.attachments import add_attachment
from flows.notes import NoteForm, write_note
from flows.sendings import SendingForm, note_sending
from models.cases import Party
from models.notes import Audience
from models.papers import Document, PaperSending, Way
from tests.factories import OfficeCase, Town

#: the smallest picture there is: one pixel
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44"
    "ae426082"
)


def beside(town: Town, case: OfficeCase) -> dict[str, Any]:
    """Put the things there and give their ids by name."""
    office, person = town.office, town.people["mediator"]
    papers = town.rows(Document, Document.case_id == case.id)
    with office.store.read() as connection:
        party = connection.execute(
            select(Party.id).where(Party.case_id == case.id, Party.role == "applicant").order_by(Party.id)
        ).first()
    assert party is not None
    given = SendingForm(to=str(party.id), way=Way.HAND, sent_on=date.fromisoformat(town.iso()))
    note_sending(office, case.id, papers[-1].id, person, given)
    return {
        "note": write_note(office, case.id, person, NoteForm(text="当事人来电")),
        "file": add_attachment(office, case.id, person, Audience.INTERNAL, "笔记.txt", b"internal"),
        "picture": add_attachment(office, case.id, person, Audience.PARTIES, "工资条.png", PNG),
        "paper": papers[0].id, "given_paper": papers[-1].id, "sending": town.rows(PaperSending)[-1].id, "party": party.id,
        "show_number": f"{party.id}:identity", "a_type": "dispute",
    }  # fmt: skip
