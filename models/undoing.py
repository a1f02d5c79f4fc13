"""Taking the last step of a case back: an event of its own that restores what the step changed.

Nothing is erased. What the step wrote stays, marked as undone; clocks it started are void, clocks it ended run again; its
papers are void; notices that have not gone out are cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.base import AnyRow
from models.casebook import CaseRow
from models.cases import CaseEvent, CaseFile, Claim, Party
from models.chain import digest, event_hash
from models.deadlines import Deadline
from models.items import Ballot, Clause, Meeting, Payment, ProposalRow, SettlementItem
from models.outbox import Message
from models.papers import Document
from models.search_index import Kind, refresh

UNDO = "undo"
#: entries whose effect reaches beyond the case: a step that wrote one of them is not taken back
OUTWARD = frozenset({"ContractSigned", "ContractBecomes", "OpenCase", "MoveUp"})
_CHILDREN: tuple[Any, ...] = (Party, Claim, SettlementItem, Payment, Meeting, ProposalRow, Clause, Ballot)


@dataclass(frozen=True)
class Undoing:
    """Who takes the last step back, when, why and for which request."""

    case: CaseRow
    last: AnyRow
    at: datetime
    day: date
    actor_id: int | None
    role: str
    request_id: int | None
    reason: str


def last_event(connection: Connection, case: CaseRow) -> AnyRow:
    """The newest event of the case."""
    query = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.seq == case.version)
    return connection.execute(select(*query.subquery().c)).one()


def entries_of(event: AnyRow) -> set[str]:
    """The kinds of entries an event wrote."""
    return {entry["entry"] for entry in event.detail["entries"]}


def write_undo(connection: Connection, undoing: Undoing) -> None:
    """Append the event and restore the case."""
    case, last, seq = undoing.case, undoing.last, undoing.case.version + 1
    before = last.detail["before"]
    facts = {**case.facts, **before["facts"]}
    event = {
        "case_id": case.id, "seq": seq, "step": UNDO, "from_state": case.state, "to_state": last.from_state,
        "actor_id": undoing.actor_id, "role": undoing.role, "unit_id": case.unit_id, "request_id": undoing.request_id,
        "at": undoing.at, "previous": case.head,
        "detail": {"entries": [], "before": {}, "undoes": last.seq, "reason": undoing.reason},
    }  # fmt: skip
    event["detail_digest"] = digest(event["detail"])
    event["hash"] = event_hash(case.head, event)
    connection.execute(insert(CaseEvent), event)
    closed_on = before.get("closed_on")
    connection.execute(
        update(CaseFile)
        .where(CaseFile.id == case.id, CaseFile.version == case.version)
        .values(
            state=last.from_state, version=seq, head=event["hash"], moved_at=undoing.at,
            facts={name: value for name, value in facts.items() if value is not None},
            owner_id=before.get("owner_id", case.owner_id), outcome=before.get("outcome"),
            closed_on=date.fromisoformat(closed_on) if closed_on else None,
        )
    )  # fmt: skip
    _restore_clocks(connection, undoing, seq)
    for table in _CHILDREN:
        connection.execute(update(table).where(table.case_id == case.id, table.seq == last.seq).values(undone=True))
    connection.execute(update(Document).where(Document.case_id == case.id, Document.seq == last.seq).values(void=True))
    _cancel_notices(connection, undoing)
    refresh(connection, Kind.CASE, [case.id])  # parties who are taken back are no longer found


def _restore_clocks(connection: Connection, undoing: Undoing, seq: int) -> None:
    case, last = undoing.case, undoing.last
    started = update(Deadline).where(
        Deadline.case_id == case.id, Deadline.started_by == last.seq, Deadline.status.in_(("open", "expired"))
    )
    connection.execute(started.values(status="void", next_on=None, ended_by=seq))
    before = last.detail["before"]
    moved = {clock[0] for clock in before.get("moved", [])}
    ran = {clock[0]: clock for clock in [*before.get("ended", []), *before.get("moved", [])]}
    query = select(Deadline.id, Deadline.explanation).where(Deadline.id.in_(sorted(ran)))
    for row in connection.execute(query).all() if ran else ():
        _, status, due_on, next_on = ran[row.id]
        why = row.explanation["was"] if row.id in moved else row.explanation
        again = {
            "status": status, "due_on": date.fromisoformat(due_on), "ended_by": None, "met_on": None,
            "next_on": date.fromisoformat(next_on) if next_on else None,
            "explanation": why, "provisional": why.get("provisional", False),
        }  # fmt: skip
        connection.execute(update(Deadline).where(Deadline.id == row.id).values(**again))


def _cancel_notices(connection: Connection, undoing: Undoing) -> None:
    of_step = (Message.case_id == undoing.case.id, Message.seq == undoing.last.seq)
    waiting = update(Message).where(*of_step, Message.status == "waiting")
    connection.execute(waiting.values(status="cancelled", settled_at=undoing.at))
    told = select(Message.id).where(*of_step, Message.status.in_(("sent", "sending"))).limit(1)
    if connection.execute(told).first() is None:
        return
    connection.execute(
        insert(Message).values(
            key=f"{undoing.case.id}:{undoing.case.version + 1}:step_undone", kind="notice", notice="step_undone",
            case_id=undoing.case.id, seq=undoing.case.version + 1, channel="", status="waiting", attempt=0,
            next_try_at=undoing.at, created_at=undoing.at, error="", subject="", body="",
            facts={
                "number": undoing.case.number, "case_type": undoing.case.type, "step": undoing.last.step,
                "state": undoing.last.from_state, "outcome": None, "actor_id": undoing.actor_id, "dates": [],
            },
        )
    )  # fmt: skip
