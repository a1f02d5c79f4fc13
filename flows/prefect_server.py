"""Prefect's own server, as a child of the office.

The office opens its door at once and the server comes up beside it (7 to 12 seconds); until then steps run
bare. Three promises: nobody waits for it, it never outlives us (`flows.prefect_child`), and it never fights for a port that
belongs to somebody else.
"""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import ClassVar

from flows.prefect_child import PrefectChild
from flows.prefect_home import NEAR, Far, api_answers, origin_of, prefect_environment
from states.errors import Fault


class PortTaken(Fault):
    """Another program listens on the port meant for Prefect's server."""

    code: ClassVar[str] = "port_taken"


class PrefectServer(PrefectChild):
    """The child, and whether it answers. Its log is `home`/prefect-server.log."""

    def __init__(self, home: Path, port: int, far: Far = NEAR) -> None:
        self.home, self.port, self.host = home.resolve(), port, far.host
        #: the supervisors' view of the runs; usually reachable from this machine only
        self.ui_url = origin_of(port, far)
        super().__init__(("server", "start"), prefect_environment(self.home, port, far), self.home / "prefect-server.log")
        self.up = threading.Event()  # set once the server has answered, cleared when it dies

    def healthy(self) -> bool:
        """Whether the server answers now, asked with 0.3 seconds' patience."""
        return api_answers(f"{self.ui_url}/api")

    def start(self) -> None:
        """Start the server and return at once. Raises `PortTaken`, with the remedy, where the port is in
        use.
        """
        refuse_taken(self.port, self.host)
        super().start()

    def look(self) -> None:
        """Notice that it has come up."""
        if not self.up.is_set() and self.healthy():
            self.up.set()

    def ended(self) -> None:
        """Notice that it is gone."""
        self.up.clear()


def refuse_taken(port: int, host: str = "127.0.0.1") -> None:
    """Raise `PortTaken` unless a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"端口 {port} 已被占用：请关闭占用它的程序，或用环境变量 CONCORD_PREFECT_PORT 另设端口。 "
                f"Port {port} is in use: close that program or name another one in CONCORD_PREFECT_PORT."
            ) from error
