"""Taking in a dispute at the counter: opening it, ending it at once, and what was begun and not yet sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from flows.casework import Receipt
from flows.drafts import keep_draft
from flows.office import Office
from flows.requests import Wish
from flows.steps import Desk
from models.base import AnyRow
from models.marks import plain_identity
from models.notes import Draft
from models.people import Organisation, below
from states.casetype import OPEN
from states.dispute.process import DISPUTE
from states.errors import Reason, Refusal
from states.identity import against_identity
from states.labels import Label

#: units somebody can choose from; a district with more names its own first
MOST_UNITS = 500
#: steps that may end a dispute in one go with its registration
AT_ONCE = ("settle_on_spot", "give_advice")
DRAFTS = "registration:"
MOST_DRAFTS = 30


def units_for(connection: Connection, paths: Sequence[str]) -> Sequence[AnyRow]:
    """Where somebody may register: the units of his positions, and those below them that mediate; his own first."""
    inside = below(paths)
    query = select(Organisation.id, Organisation.name, Organisation.path).where(
        inside, Organisation.closed_on.is_(None), or_(Organisation.mediates.is_(True), Organisation.path.in_(paths))
    )
    return connection.execute(query.order_by(Organisation.path.in_(paths).desc(), Organisation.path).limit(MOST_UNITS)).all()


def against_number(typed: str, today: date, field: str = "identity") -> list[Reason]:
    """What is wrong with an identity number as it was typed; nothing when it is empty."""
    wrong = against_identity(plain_identity(typed), today)
    remedy = Label("核对后更正;没有证件时可留空", "check it, or leave it empty when there is no paper")
    return [Reason("identity_wrong", wrong, remedy, field)] if wrong else []


def open_dispute(desk: Desk, actor_id: int, unit_id: int, answers: Mapping[str, Any], key: str) -> Receipt:
    """Register the dispute through the one door. Raises the `Refusal`."""
    return desk.step(
        Wish(step=OPEN, case_type=DISPUTE.key, unit_id=unit_id, actor_id=actor_id, answers=answers, key=key)
    )  # fmt: skip


def end_at_once(
    office: Office, desk: Desk, opened: Receipt, actor_id: int, step: str, answers: Mapping[str, Any], key: str
) -> Refusal | None:
    """Take the step that ends it. What is refused is given back, and what was typed waits in the form of that step."""
    try:
        desk.step(Wish(step=step, case_id=opened.case_id, actor_id=actor_id, answers=answers, key=f"{key}:then"))
    except Refusal as refusal:
        keep_draft(office, actor_id, f"{opened.number}:{step}", answers)
        return refusal
    return None


def drafts_of(connection: Connection, person_id: int) -> Sequence[AnyRow]:
    """The registrations somebody began and has not sent, the newest first."""
    query = select(Draft.id, Draft.form, Draft.answers, Draft.saved_at)
    mine = (Draft.person_id == person_id, Draft.form.startswith(DRAFTS, autoescape=True))
    return connection.execute(query.where(*mine).order_by(Draft.saved_at.desc(), Draft.id.desc()).limit(MOST_DRAFTS)).all()


def throw_away(office: Office, person_id: int, draft_id: int) -> bool:
    """Forget a registration that was begun; False when it is none of this person's."""
    mine = (Draft.id == draft_id, Draft.person_id == person_id, Draft.form.startswith(DRAFTS, autoescape=True))
    with office.store.write() as connection:
        return bool(connection.execute(delete(Draft).where(*mine)).rowcount)
