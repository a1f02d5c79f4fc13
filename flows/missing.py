"""What a step still owes: the state is saved, but a paper, a notice or a follow-up case is not there.

A step's transaction writes all of it together, so nothing is missing unless somebody took it away; the monitor asks all the
same, and offers the one repair that makes good just that part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from documents.catalogue import PAPERS
from models.base import AnyRow
from models.cases import CaseEvent, CaseFile
from models.outbox import Message
from models.papers import Document
from models.undoing import UNDO
from models.version_cases import written_under
from notifications.catalogue import NOTICES
from states.labels import Label
from states.registry import case_type

FOLLOW_UP = Label("后续案件", "Follow-up case")


@dataclass(frozen=True)
class Missing:
    """One thing that an event names and that is not there."""

    request_id: int
    event_id: int
    #: "paper", "notice" or "follow_up"
    kind: str
    #: the paper, the notice, the type of the case
    name: str
    what: Label
    #: what `flows.repairing.repair` is told; "" where there is no safe repair
    code: str
    subject: int


def missing_of(connection: Connection, request_ids: Collection[int]) -> Sequence[Missing]:
    """What the applied steps of those requests still owe, by five statements however many they are."""
    events = connection.execute(
        select(
            CaseEvent.id, CaseEvent.case_id, CaseEvent.seq, CaseEvent.step, CaseEvent.request_id, CaseEvent.detail,
            CaseFile.type, written_under().label("type_version"),
        )
        .join(CaseFile, CaseFile.id == CaseEvent.case_id)
        .where(CaseEvent.request_id.in_(list(request_ids)))
        .order_by(CaseEvent.id)
    ).all()  # fmt: skip
    cases = {event.case_id for event in events}
    papers = _there(connection, Document.paper, Document, cases)
    told = _there(connection, Message.notice, Message, cases)
    opened = _messages(connection, cases)
    undone = _undone(connection, cases)
    found = []
    for event in events:
        step = case_type(event.type, event.type_version).step(event.step)
        if step is None or (event.case_id, event.seq) in undone:
            continue
        at = (event.case_id, event.seq)
        ids = (event.request_id, event.id)
        found += [Missing(*ids, "paper", name, PAPERS[name].label, "paper_missing", event.id)
                  for name in step.papers if (*at, name) not in papers]  # fmt: skip
        found += [Missing(*ids, "notice", name, NOTICES[name].label, "notice_missing", event.id)
                  for name in step.tells if (*at, name) not in told]  # fmt: skip
        for entry in event.detail["entries"]:
            if entry["entry"] == "OpenCase":
                found += _follow_up(event, str(entry["case_type"]), opened)
    return found


def _follow_up(event: AnyRow, kind: str, opened: Mapping[str, tuple[int, str]]) -> Sequence[Missing]:
    """The case that was to be opened: its message is gone, or was parked."""
    message_id, status = opened.get(f"{event.case_id}:{event.seq}:open:{kind}", (0, ""))
    ids = (event.request_id, event.id)
    if not message_id:
        return [Missing(*ids, "follow_up", kind, FOLLOW_UP, "follow_up_missing", event.id)]
    return [Missing(*ids, "follow_up", kind, FOLLOW_UP, "follow_up_not_opened", message_id)] if status == "parked" else []


def _there(connection: Connection, name: Any, table: Any, cases: Collection[int]) -> set[tuple[int, int, str]]:
    query = select(table.case_id, table.seq, name).where(table.case_id.in_(cases), table.seq.is_not(None))
    return {(row[0], row[1], row[2]) for row in connection.execute(query)}


def _messages(connection: Connection, cases: Collection[int]) -> dict[str, tuple[int, str]]:
    query = select(Message.key, Message.id, Message.status).where(Message.case_id.in_(cases), Message.kind == "open_case")
    return {row.key: (row.id, row.status) for row in connection.execute(query)}


def _undone(connection: Connection, cases: Collection[int]) -> set[tuple[int, int]]:
    query = select(CaseEvent.case_id, CaseEvent.seq - 1).where(CaseEvent.case_id.in_(cases), CaseEvent.step == UNDO)
    return {(row[0], row[1]) for row in connection.execute(query)}
