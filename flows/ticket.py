"""One step's meeting point between the person's thread and the thread that speaks with Prefect.

Two threads race for it: the shell wants to *enter* (a run is open, the body may begin inside it), and the
person's thread gives up waiting and *leaves* (the body begins bare). A lock lets exactly one of them win.
Whoever does, the body runs in the person's thread, once, and leaves a verdict for the shell.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar

from states.errors import Refusal

_flow_run_id: ContextVar[str | None] = ContextVar("flow_run_id", default=None)


def current_flow_run_id() -> str | None:
    """Prefect's id of the run that accompanies the body now; None in a bare body. For the run journal."""
    return _flow_run_id.get()


@contextmanager
def accompanied_by(flow_run_id: str | None) -> Iterator[None]:
    """Within, `current_flow_run_id()` says `flow_run_id`."""
    token = _flow_run_id.set(flow_run_id)
    try:
        yield
    finally:
        _flow_run_id.reset(token)


def verdict_on(error: BaseException | None) -> str:
    """How a body ended, in words that hold no personal data: "applied", "refused" or "fault: <class>"."""
    if error is None:
        return "applied"
    return "refused" if isinstance(error, Refusal) else f"fault: {type(error).__name__}"


class Ticket:
    """A body on its way: `key` is an opaque id, `body` the work without its result."""

    def __init__(self, flow_name: str, key: str, body: Callable[[str], object]) -> None:
        self.flow_name, self.key, self.body = flow_name, key, body
        self.left = False
        self.verdict: Future[str] = Future()
        self.verdict.set_running_or_notify_cancel()  # from here on nobody can cancel it
        self._flow_run_id: str | None = None
        self._race = threading.Lock()
        self._decided = threading.Event()

    def enter(self, flow_run_id: str) -> bool:
        """The shell's move: the run is open. False where the person's thread has left already."""
        with self._race:
            if self.left:
                return False
            self._flow_run_id = flow_run_id
        self._decided.set()
        return True

    def give_up(self) -> None:
        """The shell's other move: no run could be opened, so there is nothing to wait for."""
        self._decided.set()

    def claim(self, wait: float) -> str | None:
        """The person's move: the run's id, or None after `wait` seconds without one; then the shell comes
        too late.
        """
        self._decided.wait(wait)
        with self._race:
            self.left = self._flow_run_id is None
        return self._flow_run_id

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Around the person's wait and body: however they end, a verdict is left behind."""
        try:
            yield
        except BaseException as error:
            self.verdict.set_result(verdict_on(error))
            raise
        self.verdict.set_result(verdict_on(None))

    def repeat(self, flow_run_id: str) -> str:
        """The body once more, for a shell that came too late: it finds the work done, and can note the
        run's id.
        """
        try:
            with accompanied_by(flow_run_id):
                self.body(self.key)
        except Exception as error:  # the run shell records it as the run's state
            return verdict_on(error)
        return verdict_on(None)
