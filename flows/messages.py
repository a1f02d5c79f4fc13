"""What an administrator does with messages that are stuck: send them again, or give them up. Each is journalled."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from flows.accounts.authority import NotThere, must_administer, unit_of
from flows.office import Office
from flows.office_journal import Deed, record
from models.administration import message_ids, message_in
from models.outbox import Message
from notifications.outbox import resend
from states.errors import StepRefused, refuse
from states.labels import Label


def resend_message(office: Office, by: int, message_id: int) -> None:
    """A parked message tries again. Raises `NotThere` for one outside what the person administers."""
    row = _mine(office, by, message_id)
    if not resend(office.store, message_id, office.now()):
        raise refuse(
            StepRefused,
            "not_parked",
            Label("只有已搁置的通知可以重发", "only a parked message is sent again"),
            Label("请刷新后再看", "look at the list again"),
        )
    _note(office, by, Deed.MESSAGE_RESENT, row.person_id, 1)


def resend_all(office: Office, by: int) -> int:
    """All parked messages the person administers try again; how many."""
    with office.store.read() as connection:
        ids = message_ids(connection, must_administer(connection, by, office.today()), "parked")
    again = {"status": "waiting", "next_try_at": office.now(), "settled_at": None, "error": ""}
    with office.store.write() as connection:
        parked = update(Message).where(Message.id.in_(ids), Message.status == "parked")
        done = connection.execute(parked.values(again)).rowcount
    if done:
        _note(office, by, Deed.MESSAGE_RESENT, None, done)
    return done


def cancel_message(office: Office, by: int, message_id: int) -> None:
    """A waiting or parked message is given up."""
    row = _mine(office, by, message_id)
    with office.store.write() as connection:
        mine = update(Message).where(Message.id == message_id, Message.status.in_(("waiting", "parked")))
        done = connection.execute(mine.values(status="cancelled", settled_at=office.now(), lease_until=None)).rowcount
    if not done:
        raise refuse(
            StepRefused,
            "sent_already",
            Label("通知正在发送或已办结,不能取消", "the message is being sent, or is settled"),
            Label("请刷新后再看", "look at the list again"),
        )
    _note(office, by, Deed.MESSAGE_CANCELLED, row.person_id, 1)


def _mine(office: Office, by: int, message_id: int) -> Any:
    with office.store.read() as connection:
        row = message_in(connection, must_administer(connection, by, office.today()), message_id)
    if row is None:
        text, remedy = Label("没有这一通知", "there is no such message"), Label("请刷新后再看", "look at the list again")
        raise refuse(NotThere, "message_not_found", text, remedy)
    return row


def _note(office: Office, by: int, deed: Deed, person_id: int | None, messages: int) -> None:
    with office.store.write() as connection:
        unit_id = unit_of(connection, by, office.today())
        record(connection, office.now(), deed, actor_id=by, person_id=person_id, unit_id=unit_id, messages=messages)
