"""Forms half filled in: one a person and form, sealed, kept until the step is taken or somebody throws it away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, select

from flows.office import Office
from models.notes import Draft
from models.upsert import insert_or_change

#: a draft is a form, not a store of files
LARGEST = 200_000


class Kept(NamedTuple):
    """What was typed, and when it was kept."""

    answers: dict[str, Any]
    saved_at: datetime


def draft_of(connection: Connection, person_id: int, form: str) -> Kept | None:
    """What the person began to fill in, None if nothing."""
    query = select(Draft.answers, Draft.saved_at).where(Draft.person_id == person_id, Draft.form == form)
    row = connection.execute(query).one_or_none()
    return Kept(orjson.loads(row.answers), row.saved_at) if row else None


def keep_draft(office: Office, person_id: int, form: str, answers: Mapping[str, Any]) -> None:
    """Keep what was typed, in place of what was kept before."""
    text = orjson.dumps(dict(answers)).decode()
    if len(text) > LARGEST:
        return
    values = {"answers": text, "saved_at": office.now()}
    with office.store.write() as connection:
        made = insert_or_change(connection, Draft, (Draft.person_id, Draft.form), ("answers", "saved_at"))
        connection.execute(made, [{"person_id": person_id, "form": form, **values}])


def drop_draft(office: Office, person_id: int, form: str) -> None:
    """Forget it: the form was sent."""
    with office.store.read() as connection:
        there = draft_of(connection, person_id, form)
    if there is not None:
        with office.store.write() as connection:
            connection.execute(delete(Draft).where(Draft.person_id == person_id, Draft.form == form))
