"""A program of Prefect's as our child: its server, or a worker of its pool.

Two promises: it is started again when it dies, and it never outlives us. *Never outlives us*: the child's standard input is
a pipe whose other end only we hold. However we end, by `kill -9` too, the kernel closes our end; the child reads end-of-file
and kills its process group. On Linux it asks for a death signal as well, which reaches a child that hangs.
`python -m flows.prefect_child WORDS…` **is** that child: see `main`.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from flows.prefect_home import child_environment

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a dead child starts again: doubled by each death, reset by one that lived a minute."""

GRACE = 5.0
"""Seconds a child gets to close its books before it is killed."""

CHECKOUT = Path(__file__).resolve().parents[1]
PR_SET_PDEATHSIG = 1
"""Linux, prctl(2)."""


class PrefectChild:
    """`prefect WORDS`, kept alive, with its log and the one thread that starts it, watches it and ends it."""

    def __init__(self, words: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        self.words, self.environment, self.log = words, environment, log
        self.pid: int | None = None
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None

    def start(self) -> None:
        """Start it and return at once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._stopping.clear()
        self._keeper = threading.Thread(target=self._keep, name=f"prefect-{self.words[0]}", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """End it and everything it started. Takes at most `GRACE` seconds and a little."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join(2 * GRACE)

    def may_start(self) -> bool:
        """Whether it makes sense to start it now; asked every second until it does."""
        return True

    def look(self) -> None:
        """Called five times a second while it lives."""

    def ended(self) -> None:
        """Called when it has ended."""

    def _keep(self) -> None:
        """Start, watch until the end, pause, start again; until `stop`."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            if not self.may_start():
                self._stopping.wait(1.0)
                continue
            born = time.monotonic()
            with self._spawn() as child:
                self.pid = child.pid
                while child.poll() is None and not self._stopping.wait(0.2):
                    self.look()
                self.ended()
                end_group(child)
            self.pid = None
            if time.monotonic() - born > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _spawn(self) -> subprocess.Popen[bytes]:
        """The child, in a session and so a process group of its own."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "flows.prefect_child", *self.words],
                env=child_environment(self.environment),
                cwd=CHECKOUT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End a child and its whole process group: asked first, killed after `GRACE` seconds."""
    for blow in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, blow)
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)


def die_with_parent() -> None:
    """In the child: make sure that our process group ends when the parent does, whatever ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()  # returns at end-of-file only: nobody ever writes
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait_for_the_end, name="lifeline", daemon=True).start()


def main() -> None:
    """The child: tie our life to the parent's, then be `prefect WORDS…` in this very process."""
    die_with_parent()
    sys.argv = ["prefect", *sys.argv[1:]]
    runpy.run_module("prefect", run_name="__main__")


if __name__ == "__main__":
    main()
