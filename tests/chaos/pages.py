"""Small web processes over one store: each serves the pages and the REST interface of the office in a folder, on a morning.

python -m tests.chaos.pages HOME PORT DATABASE      serves until its input ends
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.settings import ROOT, Settings
from flows.office import open_office
from flows.steps import Desk
from tests.clock import Clock


def free_port() -> int:
    """A port nobody listens at just now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@contextmanager
def serving(home: Path, processes: int, database_url: str = "") -> Iterator[list[str]]:
    """The addresses of so many processes, which end with the block."""
    with ExitStack() as ending:
        started = []
        for port in {free_port() for _ in range(processes)}:
            line = [sys.executable, "-W", "error", "-m", "tests.chaos.pages", str(home), str(port), database_url]
            one = ending.enter_context(
                subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            ending.callback(one.kill)
            started.append((port, one))
        for _, one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "up\n"
        yield [f"http://127.0.0.1:{port}" for port, _ in started]


def main(home: str, port: str, database_url: str) -> None:
    """Serve."""
    from web.server import WebServer

    settings = Settings(home=Path(home), prefect=False, database_url=database_url, web_port=int(port), web_host="127.0.0.1")
    office = open_office(settings, Clock())
    pages = WebServer(office, Desk(office))
    pages.start()
    pages.wait_until_up(30)
    print("up", flush=True)
    sys.stdin.read()
    pages.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
