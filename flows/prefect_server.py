"""Prefect's own server, as a child of the office.

The office opens its door at once and the server comes up beside it (7 to 12 seconds); until then steps run
bare. Three promises: nobody waits for it, it never outlives us, and it never fights for a port that belongs
to somebody else.

*Never outlives us*: the child's standard input is a pipe whose other end only we hold. However we end, by
`kill -9` too, the kernel closes our end; the child reads end-of-file and kills its process group. On Linux
it asks for a death signal as well, which reaches a child that hangs. `python -m flows.prefect_server` **is**
that child: see `main`.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from flows.prefect_home import api_answers, prefect_environment
from states.errors import Fault

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a dead server starts again: doubled by each death, reset by one that lived a minute."""

GRACE = 5.0
"""Seconds a server gets to close its books before it is killed."""

CHECKOUT = Path(__file__).resolve().parents[1]
PR_SET_PDEATHSIG = 1
"""Linux, prctl(2)."""


class PortTaken(Fault):
    """Another program listens on the port meant for Prefect's server."""

    code: ClassVar[str] = "port_taken"


class PrefectServer:
    """The child, its log (`home`/prefect-server.log), and the one thread that starts it, watches it and
    ends it.
    """

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home.resolve(), port
        self.log = self.home / "prefect-server.log"
        self.up = threading.Event()  # set once the server has answered, cleared when it dies
        self.pid: int | None = None
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None

    @property
    def ui_url(self) -> str:
        """The supervisors' view of the runs; reachable from this machine only."""
        return f"http://127.0.0.1:{self.port}"

    def healthy(self) -> bool:
        """Whether the server answers now, asked with 0.3 seconds' patience."""
        return api_answers(f"{self.ui_url}/api")

    def start(self) -> None:
        """Start the server and return at once. Raises `PortTaken`, with the remedy, where the port is in
        use.
        """
        refuse_taken(self.port)
        self.home.mkdir(parents=True, exist_ok=True)
        self._stopping.clear()
        self._keeper = threading.Thread(target=self._keep, name="prefect-server", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """End the server and everything it started. Takes at most `GRACE` seconds and a little."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join(2 * GRACE)

    def _keep(self) -> None:
        """Start, watch until the end, pause, start again; until `stop`."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            born = time.monotonic()
            with self._spawn() as child:
                self.pid = child.pid
                self._watch(child)
                end_group(child)
            self.pid = None
            if time.monotonic() - born > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        while child.poll() is None and not self._stopping.wait(0.2):
            if not self.up.is_set() and self.healthy():
                self.up.set()
        self.up.clear()

    def _spawn(self) -> subprocess.Popen[bytes]:
        """The child, in a session and so a process group of its own."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "flows.prefect_server"],
                env=os.environ | prefect_environment(self.home, self.port),
                cwd=CHECKOUT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def refuse_taken(port: int) -> None:
    """Raise `PortTaken` unless a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(
                f"端口 {port} 已被占用：请关闭占用它的程序，或用环境变量 CONCORD_PREFECT_PORT 另设端口。 "
                f"Port {port} is in use: close that program or name another one in CONCORD_PREFECT_PORT."
            ) from error


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
    """The child: tie our life to the parent's, then be `prefect server start` in this very process."""
    die_with_parent()
    sys.argv = ["prefect", "server", "start"]
    runpy.run_module("prefect", run_name="__main__")


if __name__ == "__main__":
    main()
