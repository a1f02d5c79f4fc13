"""Taking back what somebody put beside a case (a note, a file, an entry of the send log): struck out, never removed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select, update

from flows.office import Office
from states.errors import NotPermitted, refuse
from states.labels import Label


def withdraw(office: Office, table: Any, where: ColumnElement[bool], row_id: int, person_id: int, *, supervises: bool) -> bool:
    """Strike the row out; False where there is none in that place. Raises `NotPermitted` for somebody else's."""
    with office.store.write() as connection:
        row = connection.execute(select(table.person_id).where(table.id == row_id, where)).one_or_none()
        if row is None:
            return False
        if row.person_id != person_id and not supervises:
            raise refuse(
                NotPermitted,
                "not_yours",
                Label("这是别人写的,只有本人或督办可以收回", "somebody else wrote it; only he or the supervisor takes it back"),
                Label("请联系本人或督办", "ask him or the supervisor"),
            )
        mine = update(table).where(table.id == row_id, table.withdrawn_at.is_(None))
        connection.execute(mine.values(withdrawn_at=office.now()))
    return True
