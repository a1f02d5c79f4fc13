"""Web-hooks: whose they are, the events they have not been told of, and what became of each delivery."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, String, and_, cast, exists, func, literal, or_, select, true

from models.base import AnyRow
from models.cases import CaseEvent, CaseFile
from models.offices import WebHook
from models.outbox import Message
from models.people import Organisation, Person
from models.scope import Scope

Rows = Sequence[AnyRow]
#: the channel of its deliveries, and their kind of message
HOOK = "hook"
_LINE = (WebHook.id, WebHook.url, WebHook.events, WebHook.created_at, WebHook.ended_at)


def hooks_of(connection: Connection, person_id: int, limit: int = 100) -> Rows:
    """The person's web-hooks, newest first, those that have ended too."""
    query = select(*_LINE).where(WebHook.person_id == person_id)
    return connection.execute(query.order_by(WebHook.id.desc()).limit(limit)).all()


def hook_of(connection: Connection, person_id: int, hook_id: int) -> AnyRow | None:
    """One of the person's web-hooks."""
    return connection.execute(select(*_LINE).where(WebHook.id == hook_id, WebHook.person_id == person_id)).first()


def running_count(connection: Connection, person_id: int) -> int:
    """How many web-hooks of the person have not ended."""
    mine = (WebHook.person_id == person_id, WebHook.ended_at.is_(None))
    return int(connection.execute(select(func.count()).select_from(WebHook).where(*mine)).scalar_one())


def running(connection: Connection, limit: int = 500) -> Rows:
    """Web-hooks that have not ended, the one that is farthest behind first, with the day their keeper left."""
    query = (
        select(
            WebHook.id, WebHook.person_id, WebHook.url, WebHook.events, WebHook.created_at, WebHook.seen_event, Person.left_on
        )
        .join(Person, Person.id == WebHook.person_id)
        .where(WebHook.ended_at.is_(None))
    )
    return connection.execute(query.order_by(WebHook.seen_event, WebHook.id).limit(limit)).all()


def addresses(connection: Connection, ids: Collection[int]) -> dict[int, AnyRow]:
    """id → (url, secret, ended_at) of those web-hooks."""
    query = select(WebHook.id, WebHook.url, WebHook.secret, WebHook.ended_at).where(WebHook.id.in_(ids))
    return {row.id: row for row in connection.execute(query)}


def newest_event(connection: Connection) -> int:
    """The highest id among the events of all cases, 0 without any."""
    return int(connection.execute(select(func.max(CaseEvent.id))).scalar_one() or 0)


def first_event_since(connection: Connection, since: datetime) -> int | None:
    """The lowest id among the events after that instant; None without any."""
    return connection.execute(select(func.min(CaseEvent.id)).where(CaseEvent.at > since)).scalar_one()


def untold(connection: Connection, scope: Scope, hook: AnyRow, since: datetime, limit: int) -> Rows:
    """Events this web-hook asks for and its keeper sees, without a message yet: after its mark, or younger than `since`.

    On PostgreSQL an event can become visible after one with a higher id; looking back over the last minutes finds it.
    """
    floor = first_event_since(connection, since)
    start = hook.seen_event if floor is None else min(hook.seen_event, floor - 1)
    fresh = or_(CaseEvent.id > hook.seen_event, and_(CaseEvent.at > since, CaseEvent.at > hook.created_at))
    key = literal(f"{HOOK}:{hook.id}:").concat(cast(CaseEvent.id, String))
    query = (
        select(
            CaseEvent.id, CaseEvent.case_id, CaseEvent.seq, CaseEvent.step, CaseEvent.to_state, CaseEvent.at, CaseFile.number,
            CaseFile.type, Organisation.code.label("unit"),
        )
        .join(CaseFile, CaseFile.id == CaseEvent.case_id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(CaseEvent.id > start, fresh, _asked_for(hook.events), scope.cases(), ~exists().where(Message.key == key))
    )  # fmt: skip
    return connection.execute(query.order_by(CaseEvent.id).limit(limit)).all()


def _asked_for(events: Collection[str]) -> ColumnElement[bool]:
    return true() if "*" in events else CaseEvent.step.in_(sorted(events))


def deliveries_of(connection: Connection, person_id: int, hook_id: int, before: int, limit: int) -> Rows:
    """Deliveries of one of the person's web-hooks, newest first; with `before`, those with a smaller id."""
    query = select(
        Message.id, Message.key, Message.facts, Message.status, Message.attempt, Message.created_at, Message.settled_at,
        Message.next_try_at, Message.error,
    ).where(
        Message.person_id == person_id, Message.channel == HOOK, Message.kind == HOOK,
        Message.facts[HOOK].as_integer() == hook_id,
    )  # fmt: skip
    if before:
        query = query.where(Message.id < before)
    return connection.execute(query.order_by(Message.id.desc()).limit(limit)).all()


def has_left(hook: AnyRow, day: date) -> bool:
    """Whether the person who keeps it is no longer there."""
    return hook.left_on is not None and hook.left_on <= day
