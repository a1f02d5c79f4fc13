"""A wire between the program and a server it needs, which a test cuts, holds, or lets answer with 503.

carry     what comes is passed on
hold      nothing is passed on, and nobody is told: whoever sends waits; so does whoever connects
turn away every request is answered with 503 (HTTP only)
cut       every connection is reset, and every new one
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CARRY, HOLD, TURN_AWAY, CUT = "carry", "hold", "turn away", "cut"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{}"
#: reset: the other side learns at once
RESET = struct.pack("ii", 1, 0)


@dataclass
class Wire:
    """It listens on a port of loopback and carries to a server: a port of loopback, or the path of a socket."""

    to: int | str
    way: str = CARRY
    carried: int = 0
    turned_away: int = 0
    _pairs: set[tuple[socket.socket, socket.socket]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port: int = self._door.getsockname()[1]
        self._over = threading.Event()
        self._goes = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def turn(self, way: str) -> None:
        """From now on it does that. What was held is carried on when it carries again."""
        with self._goes:
            self.way = way
            self._goes.notify_all()
        if way == CUT:
            for pair in list(self._pairs):
                _reset(*pair)

    def close(self) -> None:
        """No more wire."""
        self._over.set()
        self.turn(CUT)
        self._door.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self._wait_while_held()
        if self.way == TURN_AWAY:
            with suppress(OSError):
                near.recv(65536)
                self._say_busy(near)
            near.close()
            return
        try:
            far = self._far()
        except OSError:
            _reset(near)
            return
        self._pairs.add((near, far))
        threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
        threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _far(self) -> socket.socket:
        if self.way == CUT:
            raise ConnectionRefusedError
        if isinstance(self.to, int):
            return socket.create_connection(("127.0.0.1", self.to), timeout=None)
        far = socket.socket(socket.AF_UNIX)
        far.connect(self.to)
        return far

    def _carry(self, one: socket.socket, other: socket.socket, from_near: bool) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                self._wait_while_held()
                if from_near and self.way == TURN_AWAY:
                    self._say_busy(one)
                    break
                self.carried += 1
                other.sendall(said)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._pairs -= {(one, other), (other, one)}

    def _say_busy(self, near: socket.socket) -> None:
        self.turned_away += 1
        near.sendall(BUSY)

    def _wait_while_held(self) -> None:
        with self._goes:
            self._goes.wait_for(lambda: self.way != HOLD or self._over.is_set())


@contextmanager
def wire(to: int | str) -> Iterator[Wire]:
    """The wire, for the length of the block."""
    made = Wire(to)
    try:
        yield made
    finally:
        made.close()


def _reset(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            end.close()
