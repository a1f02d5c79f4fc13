"""The drain: what waits in the outbox goes out, each message at least once; once only where the far end
looks at keys.

    fan out (a transaction a chunk) → claim with lease and attempt → deliver, outside any transaction → record

A worker that dies leaves a lease behind; `rescue` frees the row when it has run out. After eight attempts,
or at once where another makes no sense, a message is parked with the reason, and the administrators are
told.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, literal, select, update

from config.crashpoints import crashpoint
from config.settings import Settings
from models.base import Instant
from models.outbox import DELIVERED, PENDING, Message
from models.people import Person
from models.session import Store
from notifications.alerts import post_parked
from notifications.channels import Channel, Channels
from notifications.delivering import ATTEMPTS, LEASE, Drained, Work
from notifications.fanout import Fanned, fan_out, waiting_notices

#: Messages claimed at a time.
GROUP = 25
#: Rows a rescue frees at a time.
RESCUED = 1000
NOTHING = Drained()
GONE = "the worker did not come back"


def drain(store: Store, settings: Settings, now: datetime, channels: Channels, limit: int = 200) -> Drained:
    """Fan out up to `limit` notices and deliver up to `limit` messages a channel. Call again while `more`."""
    fanned = _fan_out(store, settings, now, channels, limit)
    done = Drained(fanned.notices, fanned.messages, parked=fanned.parked, more=fanned.notices >= limit)
    for channel in channels.values():
        done = drain_channel(store, settings, now, channel, limit, done)
    return done


def _fan_out(store: Store, settings: Settings, now: datetime, channels: Channels, limit: int) -> Fanned:
    with store.read() as connection:  # an idle drain must not hold up the writers of SQLite
        if not waiting_notices(connection, now, 1):
            return Fanned()
    with store.write() as connection:
        fanned = fan_out(connection, settings, channels, now, limit)
    crashpoint("outbox.fanned-out")
    return fanned


def drain_channel(store: Store, settings: Settings, now: datetime, channel: Channel, limit: int,
                  done: Drained = NOTHING) -> Drained:  # fmt: skip
    """Deliver up to `limit` messages that wait for that channel; counted on top of what is `done` already."""
    left = limit
    while left > 0:
        begun = time.monotonic()
        rows = _claim(store, channel.name, now, min(GROUP, left))
        if not rows:
            return done
        crashpoint("outbox.claimed")
        work = Work(store, settings, now, channel, begun, done)
        work.deliver(rows)
        if work.stopped:
            return work.done
        done, left = work.done, left - len(rows)
    return replace(done, more=True)


def _claim(store: Store, channel: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Messages that are this worker's for the time of the lease; each row has the attempt before this one."""
    waiting = (
        select(Message.id, Message.key, Message.kind, Message.notice, Message.facts, Message.person_id, Message.attempt,
               Person.email, Person.language, Person.left_on)
        .join(Person, Person.id == Message.person_id)
        .where(PENDING, Message.status == "waiting", Message.channel == channel,
               Message.kind.in_(DELIVERED), Message.next_try_at <= now)
        .order_by(Message.next_try_at, Message.id)
        .limit(limit)
    )  # fmt: skip
    with store.read() as connection:
        if connection.execute(waiting.limit(1)).first() is None:
            return []
    with store.write() as connection:
        rows = connection.execute(waiting.with_for_update(of=Message, skip_locked=True)).all()
        mine = update(Message).where(Message.id.in_([row.id for row in rows]), Message.status == "waiting")
        connection.execute(mine.values(status="sending", attempt=Message.attempt + 1, lease_until=now + LEASE))
    return rows


def rescue(store: Store, now: datetime) -> int:
    """Free the messages whose worker did not come back; how many. One that took eight along is parked."""
    with store.write() as connection:
        lost = _lost(connection, now)
        if lost:
            stuck = Message.attempt % ATTEMPTS == 0
            free = update(Message).where(Message.id.in_([row.id for row in lost]), Message.status == "sending")
            connection.execute(
                free.values(
                    status=case((stuck, "parked"), else_="waiting"), lease_until=None, next_try_at=now,
                    settled_at=case((stuck, literal(now, Instant())), else_=None), error=GONE,
                )
            )  # fmt: skip
            parked = [{**row._mapping, "error": GONE} for row in lost if row.attempt % ATTEMPTS == 0]
            post_parked(connection, parked, now)
    return len(lost)


def _lost(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    query = select(Message.id, Message.notice, Message.attempt, Message.person_id, Message.facts).where(
        PENDING, Message.status == "sending", Message.kind.in_(DELIVERED), Message.lease_until < now
    )
    return connection.execute(query.limit(RESCUED).with_for_update(skip_locked=True)).all()


def resend(store: Store, message_id: int, now: datetime) -> bool:
    """Let a parked message try again, by hand; False if it is not parked."""
    again = update(Message).where(Message.id == message_id, Message.status == "parked", Message.kind.in_(DELIVERED))
    with store.write() as connection:
        done = connection.execute(again.values(status="waiting", next_try_at=now, settled_at=None, error=""))
    return done.rowcount == 1
