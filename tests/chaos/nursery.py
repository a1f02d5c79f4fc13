"""Processes that start in no time: forked from one that has the whole program loaded, so that a storm may kill many of them.

python -m tests.chaos.nursery MODULE…    loads these too, reads a job a line (JSON), forks a process for it, and answers with
                                         its number

What is forked has opened nothing yet: no database, no thread, no key; it is like a process that was started anew.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from config.settings import ROOT

#: loaded before the first fork: what a process of any role needs
LOADED = ("cli.__main__", "flows.serving", "web.server", "web.app", "psycopg", "sqlalchemy.dialects.postgresql.psycopg")


class Child:
    """A forked process: the part of `subprocess.Popen` that a test of faults needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._fd = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """None while it lives; how it ended nobody can say but its parent."""
        return 0 if self._fd < 0 or select.select([self._fd], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> int:
        """Come back when it has ended. Raises `subprocess.TimeoutExpired`."""
        if self._fd >= 0:
            if not select.select([self._fd], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            os.close(self._fd)
            self._fd = -1
        return 0

    def send_signal(self, number: int) -> None:
        """As a person would at the terminal; one that has ended hears nothing."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._fd, number)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)


@dataclass
class Nursery:
    """Where the processes come from."""

    source: subprocess.Popen[str]
    _one_at_a_time: Lock

    def start(self, call: str, *arguments: Any, env: Mapping[str, str], log: Path) -> Child:
        """A new process that calls "module:function" with those arguments, and ends with it."""
        assert self.source.stdin is not None
        assert self.source.stdout is not None
        job = {"call": call, "arguments": arguments, "env": dict(env), "log": str(log)}
        with self._one_at_a_time:
            self.source.stdin.write(json.dumps(job) + "\n")
            self.source.stdin.flush()
            return Child(int(self.source.stdout.readline()))

    def serve(self, role: str, env: Mapping[str, str], log: Path) -> Child:
        """`concord serve --role …`, as `tests.topology.stage.Topology` launches it."""
        return self.start("cli.__main__:main", ["serve", "--role", role], env=env, log=log)


@contextmanager
def nursery(*modules: str) -> Iterator[Nursery]:
    """A source of processes for the length of the block, with these modules loaded too. Who starts one ends it."""
    line = [sys.executable, "-m", "tests.chaos.nursery", *modules]
    env = {"MALLOC_ARENA_MAX": "2", **os.environ}  # as `concord` starts one
    with subprocess.Popen(line, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as source:
        try:
            yield Nursery(source, Lock())
        finally:
            source.kill()


def _be(job: Mapping[str, Any]) -> None:
    """The forked process: its own environment, its own log, its own name; then its work."""
    for number in (signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    log, nothing = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), os.open(os.devnull, os.O_RDONLY)
    for number, file in ((0, nothing), (1, log), (2, log)):
        os.dup2(file, number)
    os.environ.clear()
    os.environ.update(job["env"])
    from flows import heartbeat

    heartbeat.HERE.name = f"{heartbeat.socket.gethostname()[:60]}:{os.getpid()}:{heartbeat.secrets.token_hex(3)}"
    module, _, function = job["call"].partition(":")
    getattr(importlib.import_module(module), function)(*job["arguments"])


def main() -> None:
    """Fork until the input ends."""
    for module in (*LOADED, *sys.argv[1:]):
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    for line in sys.stdin:
        job = json.loads(line)
        sys.stdout.flush()
        child = os.fork()
        if not child:
            try:
                _be(job)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
