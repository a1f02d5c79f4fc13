"""Web-hooks: registering them, and the sweep that looks at what happened and puts it into the outbox for each of them.

A step knows nothing of web-hooks and pays nothing for them. The sweep reads the events behind each web-hook's mark, as far as
the person who keeps it may see their cases today, writes a message for each under a key of its own, and moves the mark in the
same transaction: an event is posted once, and delivered at least once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import Connection, insert, update

from config.crashpoints import crashpoint
from flows.accounts.authority import unit_of
from flows.office import Office
from flows.office_journal import Deed, record
from models import hooks
from models.base import AnyRow
from models.hooks import HOOK
from models.offices import WebHook
from models.outbox import Message
from models.scope import scope_of
from models.undoing import UNDO
from models.upsert import insert_or_leave
from notifications.alerts import WEB_HOOK
from notifications.delivering import Drained
from notifications.hooks import HookChannel
from notifications.hooks_address import against
from notifications.outbox import drain_channel
from notifications.tell import message_row
from states.casetype import OPEN
from states.errors import InvalidAnswers, Reason
from states.labels import Label
from states.registry import all_types
from states.versions import MIGRATE

#: web-hooks a person may keep at once
MOST = 10
#: events looked at for one web-hook in one round; deliveries of one round
EVENTS, DELIVERIES = 500, 500
#: how far back a round looks for events that became visible late
LOOK_BACK = timedelta(minutes=5)
EVERY = "*"
TEST = "test"


def make(office: Office, person_id: int, url: str, events: Sequence[str]) -> tuple[int, str]:
    """A new web-hook and its secret, shown this once. It hears of what happens from now on. Refused with all reasons."""
    secret, now = "whsec_" + secrets.token_urlsafe(32), office.now()
    with office.store.write() as connection:
        reasons = [*against(url, office.settings), *_against_events(events)]
        if hooks.running_count(connection, person_id) >= MOST:
            reasons.append(_TOO_MANY)
        if reasons:
            raise InvalidAnswers(reasons)
        made = insert(WebHook).values(
            person_id=person_id, url=url, secret=secret, events=sorted(set(events)), created_at=now,
            seen_event=hooks.newest_event(connection),
        )  # fmt: skip
        hook_id: int = connection.execute(made.returning(WebHook.id)).scalar_one()
        _record(connection, office, Deed.HOOK_MADE, person_id, hook_id)
    return hook_id, secret


def _record(connection: Connection, office: Office, deed: Deed, person_id: int, hook_id: int) -> None:
    unit_id = unit_of(connection, person_id, office.today())
    record(connection, office.now(), deed, actor_id=person_id, person_id=person_id, unit_id=unit_id, hook=hook_id)


def _against_events(events: Sequence[str]) -> Iterator[Reason]:
    known = {step.name for kind in all_types() for step in kind.steps} | {OPEN, UNDO, MIGRATE, EVERY}
    if not set(events) <= known:
        text = Label("有的步骤名称不存在", "some of these are no steps")
        yield Reason("unknown_step", text, Label("见 GET /types;全部步骤用 *", "see GET /types; * for all"), "events")


_TOO_MANY = Reason(
    "too_many_hooks",
    Label(f"回调至多 {MOST} 个", f"{MOST} web-hooks at most"),
    Label("请先停用不用的", "end those that are not used"),
)


def end(office: Office, person_id: int, hook_id: int) -> bool:
    """End the person's web-hook: nothing more goes out to it. False when it is none of his."""
    with office.store.write() as connection:
        if hooks.hook_of(connection, person_id, hook_id) is None:
            return False
        mine = (WebHook.id == hook_id, WebHook.ended_at.is_(None))
        if connection.execute(update(WebHook).where(*mine).values(ended_at=office.now())).rowcount:
            _record(connection, office, Deed.HOOK_ENDED, person_id, hook_id)
    return True


def file_test(office: Office, person_id: int, hook_id: int) -> str | None:
    """Put a test event on its way and give the key of its delivery; None when the web-hook is none of his, or has ended."""
    with office.store.write() as connection:
        hook = hooks.hook_of(connection, person_id, hook_id)
        if hook is None or hook.ended_at is not None:
            return None
        key = f"{HOOK}:{hook_id}:{TEST}:{uuid4().hex}"
        body = {
            "event": 0, "number": "", "type": "", "step": TEST, "state": "", "version": 0, "at": office.now().isoformat(),
            "unit": "",
        }  # fmt: skip
        row = _message(office, key, person_id, hook, body)
        connection.execute(insert(Message).values(**row))
    return key


def has_news(office: Office) -> bool:
    """Whether anything happened that a running web-hook has not been told of. An idle office asks three indexes and no more."""
    with office.store.read() as connection:
        running = hooks.running(connection)
        newest = hooks.newest_event(connection) if running else 0
        recent = bool(running) and hooks.first_event_since(connection, office.now() - LOOK_BACK) is not None
        return any(
            hooks.has_left(hook, office.today()) or newest - hook.seen_event >= EVENTS or _untold(connection, office, hook, 1)
            for hook in running
            if recent or newest > hook.seen_event or hooks.has_left(hook, office.today())
        )


def _untold(connection: Connection, office: Office, hook: AnyRow, limit: int) -> Sequence[AnyRow]:
    """What it is to be told, through the eyes of the person who keeps it, as they are today."""
    scope = scope_of(connection, hook.person_id, office.today())
    return hooks.untold(connection, scope, hook, office.now() - LOOK_BACK, limit)


def post_events(office: Office) -> int:
    """Write what every running web-hook is to be told into the outbox; how many events. A transaction a web-hook."""
    with office.store.read() as connection:
        running = hooks.running(connection)
    return sum(_post(office, hook) for hook in running)


def _post(office: Office, hook: AnyRow) -> int:
    with office.store.write() as connection:
        if hooks.has_left(hook, office.today()):
            connection.execute(update(WebHook).where(WebHook.id == hook.id).values(ended_at=office.now()))
            return 0
        newest = hooks.newest_event(connection)  # before the events: what comes between is read again
        events = _untold(connection, office, hook, EVENTS)
        rows = [_message(office, f"{HOOK}:{hook.id}:{event.id}", hook.person_id, hook, _body(event)) for event in events]
        if rows:
            connection.execute(insert_or_leave(connection, Message, Message.key), rows)
        mark = events[-1].id if len(events) == EVENTS else newest
        moved = update(WebHook).where(WebHook.id == hook.id, WebHook.seen_event < mark)
        connection.execute(moved.values(seen_event=mark))
    crashpoint("hooks.posted")
    return len(rows)


def _body(event: AnyRow) -> dict[str, Any]:
    """What the far end reads: which case moved and how; no person, no text anybody typed."""
    return {
        "event": event.id, "number": event.number, "type": event.type, "step": event.step, "state": event.to_state,
        "version": event.seq, "at": event.at.isoformat(), "unit": event.unit,
    }  # fmt: skip


def _message(office: Office, key: str, person_id: int, hook: AnyRow, body: dict[str, Any]) -> dict[str, Any]:
    facts = {HOOK: hook.id, "host": urlsplit(hook.url).hostname or "", "body": body}
    row = message_row(key, WEB_HOOK, facts, office.now(), person_id=person_id)
    return {**row, "kind": HOOK, "channel": HOOK}


def deliver_events(office: Office) -> Drained:
    """Send what waits; a channel of its own, so that a slow far end holds up no mail."""
    channel = HookChannel(office.store, office.settings)
    return drain_channel(office.store, office.settings, office.now(), channel, DELIVERIES)
