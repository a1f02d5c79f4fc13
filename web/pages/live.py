"""Counters that are watched while somebody looks: a stream that says "changed", and the page reads itself anew.

What is counted is shared by all who supervise the same units and counted at most once in `EVERY` seconds, however many look.
A stream ends with the session and with the position it was opened for, when the office closes, and after `LONGEST` seconds;
the browser then asks again. There are so many at once and no more: who finds no place reads the page anew by hand.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.sse import ServerSentEvent
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from flows.office import Office
from models.base import AnyRow
from models.overview import counters
from web.access import SignedIn

EVERY, LONGEST = 5.0, 600
#: streams of one session, and of all
EACH, MOST = 6, 400
Answer = TypeVar("Answer")
#: how often a stream looks whether the office closes
_LOOK = 0.5


@dataclass
class Shared:
    """What was asked for one set of units, and when."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked_at: float = 0.0
    found: Any = None


def counted(app: FastAPI, paths: tuple[str, ...], *, fresh: bool = False) -> AnyRow:
    """The counters of those units; those of the last seconds unless they must be fresh."""
    office: Office = app.state.office
    return shared(app, "counters", paths, lambda asked: counters(asked, paths, office.today(), office.now()), fresh=fresh)


def shared(
    app: FastAPI, what: str, paths: tuple[str, ...], ask: Callable[[Connection], Answer], *, every: float | None = None,
    fresh: bool = False,
) -> Answer:  # fmt: skip
    """What `ask` answers for those units, asked at most once in `every` seconds unless it must be fresh."""
    kept: dict[tuple[str, tuple[str, ...]], Shared] = getattr(app.state, "shared", None) or {}
    app.state.shared = kept
    mine = kept.setdefault((what, paths), Shared())
    office: Office = app.state.office
    with mine.lock:
        if fresh or mine.found is None or time.monotonic() - mine.asked_at >= (EVERY if every is None else every):
            with office.store.read() as connection:
                mine.found = ask(connection)
            mine.asked_at = time.monotonic()
        answer: Answer = mine.found
        return answer


async def a_place(request: Request, visitor: SignedIn) -> AsyncIterator[None]:
    """A place for one more stream, kept while it runs. Raises 429 when there is none."""
    running: Counter[int] = getattr(request.app.state, "streams", None) or Counter()
    request.app.state.streams = running
    if running[visitor.session_id] >= EACH or running.total() >= MOST:
        raise HTTPException(429)
    running[visitor.session_id] += 1
    try:
        yield
    finally:
        running[visitor.session_id] -= 1
        if not running[visitor.session_id]:
            del running[visitor.session_id]


async def changes(
    app: FastAPI, still: Callable[[], bool], look: Callable[[], object], seconds: float
) -> AsyncIterator[ServerSentEvent]:
    """An event "changed" whenever what `look` sees is another; "done" once whoever watches may watch no more (`still`)."""
    until = time.monotonic() + min(seconds, LONGEST)
    before = await anyio.to_thread.run_sync(look)
    yield ServerSentEvent(comment="watching", retry=int(EVERY * 1000))
    while time.monotonic() < until and await _open(app, min(EVERY, until - time.monotonic())):
        if not await anyio.to_thread.run_sync(still):
            yield ServerSentEvent(event="done", data="")
            return
        now = await anyio.to_thread.run_sync(look)
        if now != before:
            yield ServerSentEvent(event="changed", data="")
        before = now


async def _open(app: FastAPI, seconds: float) -> bool:
    """Wait so long; False as soon as the office closes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if app.state.closing:
            return False
        await anyio.sleep(min(_LOOK, max(0.0, until - time.monotonic())))
    return not app.state.closing
