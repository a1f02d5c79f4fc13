"""Notes on a case: written by those who work in the office, for themselves or for the parties; taken back, never changed.

A note is no step: it moves nothing, starts no clock, and is not part of the case's chain.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import insert

from flows.office import Office
from flows.withdrawing import withdraw
from models.notes import Audience, CaseNote
from models.repeated import there_already
from states.forms import Form, ask

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class NoteForm(Form):
    """备注."""

    text: Text = ask("内容", "Text")
    audience: Audience = ask("谁可见", "Who reads it", Audience.INTERNAL)


def write_note(office: Office, case_id: int, person_id: int, note: NoteForm) -> int:
    """Keep the note; its id. The same sent twice within a moment is one."""
    values = {"text": note.text, "audience": str(note.audience), "case_id": case_id, "person_id": person_id, "at": office.now()}
    with office.store.write() as connection:
        if (there := there_already(connection, CaseNote, values)) is not None:
            return there
        return int(connection.execute(insert(CaseNote).values(**values).returning(CaseNote.id)).scalar_one())


def withdraw_note(office: Office, case_id: int, note_id: int, person_id: int, *, supervises: bool) -> bool:
    """Take a note back; False when the case has no such note. Raises `NotPermitted` for somebody else's."""
    return withdraw(office, CaseNote, CaseNote.case_id == case_id, note_id, person_id, supervises=supervises)
