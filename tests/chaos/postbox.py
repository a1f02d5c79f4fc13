"""A mail server on a real socket that misbehaves by plan: a handful of lines of SMTP, so that it can break off anywhere.

aiosmtpd (tests/notifications/test_mail.py) answers as a server answers; this one also hangs, and dies between any two bytes.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from random import Random
from typing import Any

#: what it can do to a letter, besides taking it
MISCHIEF = (
    "refuse", "busy", "busy at rcpt", "unknown", "hang", "hang after data", "die at greeting", "die in data",
    "die before the answer", "die after the answer",
)  # fmt: skip
#: the letter was taken although the sender never heard so
TAKEN_UNHEARD = frozenset({"die before the answer", "hang after data"})


class Postbox(socketserver.ThreadingTCPServer):
    """Takes letters; `plan` names what it does to the next ones, the first first."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.plan: list[str] = []
        self.arrived: Counter[str] = Counter()
        self.unheard: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def next_mischief(self) -> str:
        """What it does to the letter that begins now."""
        how = self.plan.pop(0) if self.plan else ""
        self.done[how or "taken"] += 1
        return how

    def take(self, content: bytes, how: str) -> None:
        """A letter has arrived whole."""
        key = str(message_from_bytes(content, policy=policy.default)["Message-ID"])
        self.arrived[key] += 1
        if how in TAKEN_UNHEARD:
            self.unheard[key] += 1

    def handle_error(self, *_: Any) -> None:
        """Who hangs up in the middle is no news here."""


class _Session(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        """One connection."""
        self.how = ""
        self._say("421 no" if self._greeted_badly() else "220 postbox")
        while line := self.rfile.readline():
            if not self._answered(line.decode("ascii", "replace").strip().upper()):
                return

    def _greeted_badly(self) -> bool:
        if self.server.plan[:1] == ["die at greeting"]:
            self.server.next_mischief()
            self._die()
        return False

    def _answered(self, command: str) -> bool:
        verb = command.split(":")[0]
        if verb.startswith("MAIL"):
            self.how = self.server.next_mischief()
            if self.how == "hang":
                self.server.closing.wait(30)
                return False
            self._say("451 try later" if self.how == "busy" else "250 ok")
        elif verb.startswith("RCPT"):
            self._say({"unknown": "550 no such user", "busy at rcpt": "450 busy"}.get(self.how, "250 ok"))
        elif verb == "DATA":
            return self._data()
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("250 postbox")
        return True

    def _data(self) -> bool:
        self._say("554 no" if self.how == "refuse" else "354 go on")
        if self.how == "refuse":
            return True
        content = b""
        while (line := self.rfile.readline()) != b".\r\n":
            content += line
            if not line or (self.how == "die in data" and len(content) > 100):
                self._die()
        self.server.take(content, self.how)
        if self.how == "die before the answer":
            self._die()
        if self.how == "hang after data":
            self.server.closing.wait(30)
            return False
        self._say("250 taken")
        if self.how == "die after the answer":
            self._die()
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _die(self) -> None:
        """At once, without a word: the other side reads a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        raise ConnectionAbortedError


@contextmanager
def serving() -> Iterator[Postbox]:
    """The server, for the length of the block."""
    with Postbox() as box:
        thread = threading.Thread(target=box.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            box.closing.set()
            box.shutdown()
            thread.join()


def planned(random: Random, letters: int) -> list[str]:
    """Mischief for about two letters in three."""
    return [random.choice(MISCHIEF) if random.random() < 0.66 else "" for _ in range(letters)]
