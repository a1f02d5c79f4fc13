"""Repairs of what a step owes: the missing paper, the missing notice, the follow-up case; and of messages that are stuck.

Everything is made from the event, keyed by it, and once: what is there already is left alone.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select, update

from documents.issue import issue_papers
from flows.checks.check import Spot
from flows.followups import open_follow_ups
from flows.heartbeat import is_served
from flows.hooks import deliver_events
from flows.office import Office
from flows.repairs.answer import Body
from flows.repairs.rebuilding import act_of
from flows.works import at_work
from models import entries as rows_of
from models.base import AnyRow
from models.clerk import Act
from models.outbox import Message, MessageStatus
from models.papers import Document
from models.requests import StepRequest
from notifications.channels import channels_of
from notifications.outbox import drain, rescue, resend
from notifications.tell import post
from states.entries import OpenCase
from states.labels import Label

#: seconds somebody waits for a worker to send a message
PATIENCE = 3.0
LOOK = 0.05


def issue_missing(office: Office, _by: int | None, spot: Spot) -> Label:
    """The papers of the event that are not there, with its facts and under new serials."""
    with office.store.write() as connection:
        act = act_of(connection, spot.subject)
        there = set(connection.scalars(_documents(act, Document.paper)))
        issued = issue_again(connection, act, [name for name in act.decision.step.papers if name not in there])
    serials = ", ".join(issued)
    return Label(f"已补制:{serials}", f"issued: {serials}")


def issue_again(connection: Connection, act: Act, papers: list[str]) -> list[str]:
    """Issue those papers of the act; their serials. A newer paper that stands in the older one's place stays valid."""
    newer = select(Document.id).where(
        Document.case_id == act.case.id, Document.seq > act.seq, Document.paper.in_(papers), Document.void.is_(False)
    )
    stand = connection.execute(newer.add_columns(Document.paper)).all()
    before = set(connection.scalars(_documents(act, Document.id)))
    step = replace(act.decision.step, papers=tuple(papers))
    issue_papers(connection, [replace(act, decision=replace(act.decision, step=step))])
    made = _documents(act, Document.id, Document.serial, Document.paper).order_by(Document.id)
    fresh = [row for row in connection.execute(made) if row.id not in before]
    replaced = {row.paper for row in stand if connection.scalar(select(Document.void).where(Document.id == row.id))}
    if replaced:
        connection.execute(update(Document).where(Document.id.in_([row.id for row in stand])).values(void=False))
        over = [row.id for row in fresh if row.paper in replaced]
        connection.execute(update(Document).where(Document.id.in_(over)).values(void=True))
    return [row.serial for row in fresh]


def _documents(act: Act, *columns: Any) -> Any:
    return select(*columns).where(Document.case_id == act.case.id, Document.seq == act.seq)


def post_missing(office: Office, _by: int | None, spot: Spot) -> Label:
    """Exactly the notices of the event that are not in the outbox; they go out like any other."""
    with office.store.write() as connection:
        act = act_of(connection, spot.subject)
        of_event = (Message.case_id == act.case.id, Message.seq == act.seq)
        there = set(connection.scalars(select(Message.notice).where(*of_event)))
        missing = tuple(name for name in act.decision.step.tells if name not in there)
        step = replace(act.decision.step, tells=missing)
        post(connection, [replace(act, at=office.now(), decision=replace(act.decision, step=step))])
    return Label(f"已补发通知 {len(missing)} 份", f"{len(missing)} notices posted")


def ask_again(office: Office, _by: int | None, spot: Spot) -> None:
    """The wish to open a follow-up case whose row is gone, written again and carried out."""
    with office.store.write() as connection:
        act = act_of(connection, spot.subject)
        children: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for entry in act.decision.entries:
            if isinstance(entry, OpenCase):
                rows_of.collect(children, replace(act, at=office.now()), entry)
        keys = [row["key"] for row in children[Message]]
        known = set(connection.scalars(select(Message.key).where(Message.key.in_(keys))))
        children[Message] = [row for row in children[Message] if row["key"] not in known]
        if children[Message]:
            rows_of.write_children(connection, children)
    open_follow_ups(office, spot.case_id)


def open_again(office: Office, _by: int | None, spot: Spot) -> Label:
    """Try to open the follow-up case again; its earlier refusal or fault is no answer to a person."""
    with office.store.write() as connection:
        key = connection.scalar(select(Message.key).where(Message.id == spot.subject))
        asked = update(StepRequest).where(StepRequest.key == key, StepRequest.status.in_(("failed", "refused")))
        connection.execute(asked.values(status="waiting", receipt=None, settled_at=None, error=""))
        mine = update(Message).where(Message.id == spot.subject, Message.status == "parked")
        connection.execute(mine.values(status="waiting", settled_at=None, error=""))
    open_follow_ups(office, spot.case_id)
    row = _message(office, spot.subject)
    if row.status == "sent":
        return Label("后续案件已登记", "the follow-up case is open")
    return Label(f"仍未登记:{row.error}", f"still not opened: {row.error}")


def send_now(office: Office, _by: int | None, spot: Spot) -> Label:
    """Free a message from a worker that is gone, and try it now; a parked one is taken up again."""
    rescue(office.store, office.now())
    resend(office.store, spot.subject, office.now())
    if is_served(office, "worker") and not at_work():
        until = time.monotonic() + PATIENCE
        while _message(office, spot.subject).status in ("waiting", "sending") and time.monotonic() < until:
            time.sleep(LOOK)
    else:
        drain(office.store, office.settings, office.now(), channels_of(office.settings))
        deliver_events(office)
    row = _message(office, spot.subject)
    state = MessageStatus(row.status).label
    error = f":{row.error}" if row.error else ""
    return Label(f"通知现为“{state.zh}”{error}", f"the message is now “{state.en}”{error}")


def _message(office: Office, message_id: int) -> AnyRow:
    columns = (Message.status, Message.error, Message.attempt)
    with office.store.read() as connection:
        return connection.execute(select(*columns).where(Message.id == message_id)).one()


BODIES: Mapping[str, Body] = {
    "paper_missing": issue_missing,
    "notice_missing": post_missing,
    "follow_up_missing": ask_again,
    "follow_up_not_opened": open_again,
    "outbox_old": send_now,
    "parked": send_now,
}
