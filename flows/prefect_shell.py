"""The thread that speaks with Prefect, and the flow that stands around a body.

One daemon thread with its own event loop owns everything of Prefect's: the import (a second), the client
(kept open), the flows. The flow **accompanies** the work: it opens a run, lets the person's thread begin,
and closes the run with the verdict that thread leaves on the `Ticket`.

    person's thread   board ──────────── claim ── body ── settle ─ has the answer, is gone
    this thread             open the run ─ enter ─ ─ ─ ─ ─ settled ── close the run

The run is Running exactly while its body runs. Prefect on SQLite endures one conversation at a time, so a
run holds the turn while it is opened or closed, and gives it back while its body runs: a batch of a minute
is in nobody's way.

Prefect learns an id and a verdict; never an answer, a name, or the text of an exception. Its pages know no
permissions.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import AsyncExitStack, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from config.logs import take_over
from flows.loopback import loopback_wire
from flows.pool import offer
from flows.ticket import Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from prefect import Flow
    from prefect.client.schemas import State

log = logging.getLogger("concord.flows.prefect")

FIRST_PACE = 0.1
"""Seconds that opening and closing a run is taken to last, before the first one has been measured."""

CLOSING = 5.0
"""Seconds that open runs get for their last words when the thread ends."""


class PrefectThread:
    """Opens and closes runs for the tickets on board, one conversation at a time.

    `on_trouble` and `on_success` hear how each run went; they are called in this thread, so they must not
    block.
    """

    def __init__(self, on_trouble: Callable[[], None], on_success: Callable[[], None]) -> None:
        self.ready = threading.Event()  # set while tickets may board
        self.pace = FIRST_PACE  # seconds, a moving average
        self._on_trouble, self._on_success = on_trouble, on_success
        self._aboard: set[Ticket] = set()  # those whose run is not open yet
        self._busy_since: float | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start, once; `ready` is set when Prefect is imported and its client is open."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._live, name="prefect", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let open runs end, within `CLOSING` seconds, and end the thread."""
        thread, self._thread = self._thread, None
        if thread is not None and self.ready.wait(CLOSING):
            self.ready.clear()
            self._loop.call_soon_threadsafe(self._queue.put_nowait, None)
            thread.join(2 * CLOSING)

    def board(self, ticket: Ticket, wait: float) -> bool:
        """Take the ticket along, unless its turn would hardly come within `wait` seconds."""
        if not self.ready.is_set() or len(self._aboard) * self.pace > wait:
            return False
        self._aboard.add(ticket)
        self._loop.call_soon_threadsafe(self._queue.put_nowait, ticket)
        return True

    def offer(self, flow: str, run_id: int) -> None:
        """Offer a filed run to the work pool, if Prefect is awake; nobody waits, and nobody needs it to arrive."""
        if self.ready.is_set():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, (flow, run_id))

    def stuck(self, seconds: float) -> bool:
        """Whether the conversation under way has lasted so long: then the server is at fault, not a queue."""
        since = self._busy_since
        return since is not None and time.monotonic() - since >= seconds

    def _live(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        """The thread's life: open the client, then a task for each ticket."""
        self._loop, self._turn = asyncio.get_running_loop(), asyncio.Lock()
        self._queue: asyncio.Queue[Ticket | tuple[str, int] | None] = asyncio.Queue()
        async with AsyncExitStack() as stack:
            await _open_client(stack)
            self.ready.set()
            tasks: set[asyncio.Task[None]] = set()
            while aboard := await self._queue.get():
                work = self._accompany(aboard) if isinstance(aboard, Ticket) else offer(*aboard)
                task = asyncio.create_task(work)
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            if tasks:
                await asyncio.wait(tasks, timeout=CLOSING)

    async def _accompany(self, ticket: Ticket) -> None:
        """One run from opening to close. What Prefect raises is Prefect's trouble and never the body's."""
        from prefect.flow_engine import run_flow_async

        await self._take_turn()
        _escort.set((self, ticket))
        try:
            if not ticket.left:
                ids = {"request_id": ticket.key}
                await run_flow_async(_flow(ticket.flow_name), parameters=ids, return_type="state")
                self._on_success()
        except Exception as error:  # the run shell: recorded here, and by the breaker
            log.warning("prefect run not recorded: %s", type(error).__name__)
            self._on_trouble()
        finally:
            self._aboard.discard(ticket)
            ticket.give_up()
            self._give_turn()

    async def during(self, ticket: Ticket, flow_run_id: str) -> str:
        """The body's time, as the flow sees it: the turn is free meanwhile. Answers with the verdict."""
        in_time = ticket.enter(flow_run_id)
        self._aboard.discard(ticket)
        opening = time.monotonic() - self._busy_since if self._busy_since else 0.0
        self.pace += 0.2 * (min(1.5 * opening, 1.0) - self.pace)  # closing takes half as long again
        self._give_turn()
        try:
            verdict = await asyncio.wrap_future(ticket.verdict)
            if verdict == "applied" and not in_time:
                verdict = await asyncio.to_thread(ticket.repeat, flow_run_id)
        finally:
            await self._take_turn()
        return verdict

    async def _take_turn(self) -> None:
        await self._turn.acquire()
        self._busy_since = time.monotonic()

    def _give_turn(self) -> None:
        self._busy_since = None
        self._turn.release()


_escort: ContextVar[tuple[PrefectThread, Ticket]] = ContextVar("escort")


@cache
def _flow(name: str) -> Flow[[str], Coroutine[Any, Any, State]]:
    """The flow of that name. It keeps no result, checks no parameters, retries nothing and logs nothing."""
    from pathlib import Path

    from prefect import flow
    from prefect.runtime import flow_run
    from prefect.settings import get_current_settings

    @flow(
        name=name,
        validate_parameters=False,
        persist_result=False,
        result_storage=Path(get_current_settings().home) / "storage",  # else the server is asked, twice a run
    )
    async def accompany(request_id: str) -> State:  # noqa: ARG001  the id is for those who look at the run
        thread, ticket = _escort.get()
        return _state(await thread.during(ticket, str(flow_run.id)))

    return accompany


def _state(verdict: str) -> State:
    """The run's last state: a refusal is a completed run, a fault a failed one."""
    from prefect.states import Completed, Failed

    if verdict == "applied":
        return Completed(message=verdict)
    return Completed(name="Refused", message=verdict) if verdict == "refused" else Failed(message=verdict)


@contextmanager
def _root_logger_kept() -> Iterator[None]:
    """Within, Prefect may be imported: it replaces the root logger's handlers unless one of them has a
    formatter.
    """
    guard = logging.NullHandler()
    guard.setFormatter(logging.Formatter())
    logging.getLogger().addHandler(guard)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(guard)


async def _open_client(stack: AsyncExitStack) -> None:
    """Prefect imported, without its heartbeat, and its clients open for the whole life of the thread.

    The heartbeat (a thread a run; a second a run where the flow is synchronous) cannot be turned off by
    environment.
    """
    with _root_logger_kept():
        import prefect.flow_engine  # noqa: F401  here, and not in the first person's 0.3 seconds
    take_over("prefect")
    from prefect.context import AsyncClientContext, SyncClientContext
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    stack.enter_context(temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}))
    stack.enter_context(SyncClientContext())  # never used, but else Prefect builds one for each run
    await stack.enter_async_context(AsyncClientContext(httpx_settings=loopback_wire()))
