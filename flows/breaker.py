"""Whether it is worth waiting for Prefect.

Closed: every call gives Prefect its 0.3 seconds. After trouble the breaker is open: calls go bare without
any wait, while a thread in the background asks for the server's health until it answers. A server that says
"healthy" and then fails again (a locked database looks like that) is asked ever more rarely: pauses of 1,
2, 4 … seconds, `open_for` at most.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from flows.prefect_home import api_answers

FIRST_PAUSE = 1.0
"""Seconds before the first question to a server that gave trouble."""


class Breaker:
    """Opened by `trip`, closed by the background probe or by a run that `went_well`. Safe to use from any
    thread.
    """

    def __init__(self, open_for: float = 30.0, probe: Callable[[], bool] = api_answers) -> None:
        self.open_for, self._probe = open_for, probe
        self._pause = min(FIRST_PAUSE, open_for)
        self._open = threading.Event()
        self._closing = threading.Event()
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether callers should not wait for Prefect now."""
        return self._open.is_set()

    def trip(self) -> None:
        """Something went wrong on Prefect's side: open, and watch for its return. While open it changes
        nothing.
        """
        with self._lock:
            if self._open.is_set():
                return
            self._closing.clear()
            self._open.set()
            pause, self._pause = self._pause, min(2 * self._pause, self.open_for)
        threading.Thread(target=self._watch, args=(pause,), name="prefect-breaker", daemon=True).start()

    def went_well(self) -> None:
        """A run was opened and closed: close, and forget earlier troubles."""
        with self._lock:
            self._pause = min(FIRST_PAUSE, self.open_for)
            self._closing.set()
            self._open.clear()

    def _watch(self, pause: float) -> None:
        """Until somebody closed the breaker: pause, ask, close it if the server answers."""
        while not self._closing.wait(pause):
            if self._probe():
                self._open.clear()
                return
