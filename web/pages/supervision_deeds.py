"""Deeds that concern a supervisor's people: lock-outs, substitutes, positions, hand-overs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from flows.office_journal import Deed, deeds
from models.scope import Scope
from states.labels import Label
from web.access import Visitor
from web.pages.supervision_view import supervised

#: deeds that are shown to whoever supervises the person they concern
WATCHED = (Deed.LOCKED, Deed.PASSWORD_RESET, Deed.SUBSTITUTE, Deed.ABSENCE_ENDED, Deed.HANDED_OVER, Deed.PERSON_LEFT,
           Deed.POSITION_GIVEN, Deed.POSITION_ENDED, Deed.SECOND_FACTOR_OFF)  # fmt: skip


@dataclass(frozen=True)
class DeedShown:
    """Something of the office that is no step of a case."""

    what: Label
    actor: str
    person: str
    unit: str
    at: datetime
    bad: bool


def deeds_of(connection: Connection, visitor: Visitor, person_id: int | None = None, limit: int = 30) -> list[DeedShown]:
    """Lock-outs, substitutes, positions and hand-overs of his people, newest first."""
    scope = Scope(visitor.person_id, supervised(visitor))
    rows = deeds(connection, scope, person_id=person_id, limit=limit * 4)
    watched = [row for row in rows if row.deed in WATCHED][:limit]
    return [
        DeedShown(Deed(row.deed).label, row.actor or "", row.person or "", row.unit or "", row.at, row.deed == Deed.LOCKED)
        for row in watched
    ]
