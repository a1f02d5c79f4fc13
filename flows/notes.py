"""Notes on a case: written by those who work in the office, for themselves or for the parties; taken back, never changed.

A note is no step: it moves nothing, starts no clock, and is not part of the case's chain.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import insert, select, update

from flows.office import Office
from models.notes import Audience, CaseNote
from states.errors import NotPermitted, refuse
from states.forms import Form, ask
from states.labels import Label

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class NoteForm(Form):
    """备注."""

    text: Text = ask("内容", "Text")
    audience: Audience = ask("谁可见", "Who reads it", Audience.INTERNAL)


def write_note(office: Office, case_id: int, person_id: int, note: NoteForm) -> int:
    """Keep the note; its id."""
    values = {"text": note.text, "audience": str(note.audience), "case_id": case_id, "person_id": person_id, "at": office.now()}
    with office.store.write() as connection:
        return int(connection.execute(insert(CaseNote).values(**values).returning(CaseNote.id)).scalar_one())


def withdraw_note(office: Office, case_id: int, note_id: int, person_id: int, *, supervises: bool) -> bool:
    """Take a note back; False when the case has no such note. Raises `NotPermitted` for somebody else's."""
    query = select(CaseNote.person_id).where(CaseNote.id == note_id, CaseNote.case_id == case_id)
    with office.store.write() as connection:
        row = connection.execute(query).one_or_none()
        if row is None:
            return False
        if row.person_id != person_id and not supervises:
            raise not_yours()
        mine = update(CaseNote).where(CaseNote.id == note_id, CaseNote.withdrawn_at.is_(None))
        connection.execute(mine.values(withdrawn_at=office.now()))
    return True


def not_yours() -> NotPermitted:
    """The answer to somebody who would take back what another put there."""
    refusal = refuse(
        NotPermitted,
        "not_yours",
        Label("这是别人写的,只有本人或督办可以收回", "somebody else wrote it; only he or the supervisor takes it back"),
        Label("请联系本人或督办", "ask him or the supervisor"),
    )
    assert isinstance(refusal, NotPermitted)
    return refusal
