"""The office watches itself, once a minute, and tells its administrators: once when something begins, and not again until it
was well in between.

What was on at the last look stands in that look's own journal row, with the instant it began; the alert is keyed by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from config.clock import office_zone
from flows.checks.check import Look
from flows.checks.machinery import UNTAKEN, silent_processes
from flows.heartbeat import is_served
from flows.office import Office, utc_now
from models.outbox import DELIVERED, PENDING, Message
from models.requests import OPEN_RUNS, Run, StepRequest
from notifications.alerts import post_alert

#: a message that has waited for so long is told of: the drain rings every five seconds, the first pauses of a mail server that
#: is away add up to twenty-one minutes
MESSAGES_WAIT = timedelta(hours=1)
#: failures are counted over so long
WINDOW = timedelta(hours=1)
#: fewer failures than this are told one by one (`work_failed`) and no rate
FEWEST = 5
#: one in twenty: an office that works fails at none
RATE = 0.05
#: processes told of at once
MOST = 20

Facts = Mapping[str, Any]


def watch(office: Office) -> dict[str, Any]:
    """Look, and tell what has begun since the last look; what is on now."""
    now = office.now()
    with office.store.read() as connection:
        before = _last_look(connection)
        seen = dict(_seen(connection, office, now))
    on = {name: before.get(name, now.isoformat(timespec="seconds")) for name in seen}
    begun = [name for name in on if name not in before]
    if begun:
        with office.store.write() as connection:
            for name in begun:
                notice, _, _ = name.partition(":")
                post_alert(connection, notice, f"{name}:{on[name]}", seen[name], now)
    return {"on": on, "alerts": len(begun)}


def _last_look(connection: Connection) -> Mapping[str, str]:
    newest = select(Run.counts).where(Run.flow == "sweep-watch", Run.state == "done").order_by(Run.id.desc()).limit(1)
    counts = connection.scalar(newest) or {}
    on: Mapping[str, str] = counts.get("on", {})
    return on


def _seen(connection: Connection, office: Office, now: datetime) -> Iterator[tuple[str, Facts]]:
    waiting = select(func.count(), func.min(Message.created_at)).where(
        PENDING, Message.kind.in_(DELIVERED), Message.created_at < now - MESSAGES_WAIT
    )
    count, since = connection.execute(waiting).one()
    if count:
        yield "outbox_late", {"count": count, "since": _minute(since)}
    failed, total = _failures(connection, now - WINDOW)
    if failed >= FEWEST and failed >= RATE * total:
        yield "failures_many", {"failed": failed, "total": total}
    untaken = select(func.count(), func.min(Run.filed_at)).where(
        OPEN_RUNS, Run.state == "waiting", Run.filed_at < now - UNTAKEN
    )
    works, since = connection.execute(untaken).one()
    if works and not is_served(office, "worker"):
        yield "nobody_works", {"works": works, "since": _minute(since)}
    for row in connection.execute(silent_processes(Look(now, None, utc_now())).limit(MOST)):
        yield f"process_died:{row.subject}", {"process": row.number, "roles": row.detail, "last_at": _minute(row.at)}


def _failures(connection: Connection, since: datetime) -> tuple[int, int]:
    """Steps and runs since then that went wrong, and all of them."""
    steps = select(func.count().filter(StepRequest.status == "failed"), func.count())
    steps = steps.select_from(StepRequest).where(StepRequest.created_at >= since)
    runs = select(func.count().filter(or_(Run.state == "failed", Run.state == "lost")), func.count())
    runs = runs.select_from(Run).where(Run.started_at >= since)
    failed, total = map(sum, zip(connection.execute(steps).one(), connection.execute(runs).one(), strict=True))
    return failed, total


def _minute(at: datetime) -> str:
    return f"{at.astimezone(office_zone()):%Y-%m-%d %H:%M}"
