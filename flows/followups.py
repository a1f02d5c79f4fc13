"""Follow-up cases: what a step asked to be opened after its commit (a renewal, a second dispute).

The wish lies in the outbox as a message of kind "open_case", keyed by its event; the new case is opened through the one door
under that key, so a crash between opening and recording opens nothing twice.
"""

from __future__ import annotations

from sqlalchemy import select, true, update

from config.crashpoints import crashpoint
from flows.batch import mark_failed
from flows.casework import take_step
from flows.office import Office
from flows.requests import Wish, file_request
from models.base import AnyRow
from models.cases import CaseFile, CaseLink
from models.outbox import Message
from models.trouble import trouble_of
from models.upsert import insert_or_leave
from states.casetype import OPEN
from states.errors import Refusal

LIMIT = 200


def open_follow_ups(office: Office, case_id: int | None = None) -> int:
    """Open the follow-up cases that wait, of one case or of all; how many were opened. A refused one is parked with reasons."""
    with office.store.read() as connection:
        waiting = (
            select(
                Message.id, Message.key, Message.case_id, Message.notice, Message.facts, CaseFile.unit_id,
                CaseFile.contract_id, CaseFile.employer_id, CaseFile.pack,
            )
            .join(CaseFile, CaseFile.id == Message.case_id)
            .where(Message.kind == "open_case", Message.status == "waiting")
            .where(Message.case_id == case_id if case_id is not None else true())
            .order_by(Message.id)
            .limit(LIMIT)
        )  # fmt: skip
        rows = connection.execute(waiting).all()
    return sum(_open(office, row) for row in rows)


def _open(office: Office, row: AnyRow) -> bool:
    # what the asking step could not know: the ids of the rows behind it
    known = {"predecessor_id": row.contract_id, "employer_id": row.employer_id, "pack": row.pack}
    answers = {**row.facts["facts"], **{name: value for name, value in known.items() if value is not None}}
    wish = Wish(step=OPEN, case_type=row.facts["case_type"], unit_id=row.unit_id, answers=answers, key=row.key)
    request_id = file_request(office, wish)
    try:
        opened = take_step(office, request_id)
    except Refusal as refusal:
        _settle(office, row.id, "parked", "; ".join(refusal.said("zh")))
        return False
    except Exception as fault:
        if trouble_of(fault) is not None:
            raise
        mark_failed(office, request_id, fault)
        _settle(office, row.id, "parked", type(fault).__name__)
        return False
    crashpoint("follow-up.opened")
    with office.store.write() as connection:
        link = insert_or_leave(connection, CaseLink, CaseLink.case_id, CaseLink.other_id, CaseLink.relation)
        connection.execute(link.values(case_id=opened.case_id, other_id=row.case_id, relation=row.notice))
    _settle(office, row.id, "sent", "")
    return True


def _settle(office: Office, message_id: int, status: str, error: str) -> None:
    with office.store.write() as connection:
        done = update(Message).where(Message.id == message_id, Message.status == "waiting")
        connection.execute(done.values(status=status, error=error, settled_at=office.now()))
