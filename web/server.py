"""The pages served from a thread of the office's own process; stateless, so any number of processes may serve them."""

from __future__ import annotations

import threading
import time

import uvicorn

from flows.office import Office
from flows.steps import Desk
from web.app import create_app

#: seconds that answers under way get when the office closes
GRACE = 3


class WebServer:
    """The pages of an office, listening."""

    def __init__(self, office: Office, desk: Desk) -> None:
        settings = office.settings
        self._app = create_app(office, desk)
        config = uvicorn.Config(
            self._app, host=settings.web_host, port=settings.web_port, log_config=None, log_level="warning",
            access_log=False,
            server_header=False, timeout_graceful_shutdown=GRACE,
        )  # fmt: skip
        self.url = settings.base_url or f"http://{settings.web_host}:{settings.web_port}"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="pages", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    @property
    def up(self) -> bool:
        """Whether it listens."""
        return self._server.started

    def wait_until_up(self, seconds: float = 10.0) -> None:
        """Come back once it listens. Raises `TimeoutError` if it does not in time: somebody else may hold the port."""
        until = time.monotonic() + seconds
        while not self.up:
            if time.monotonic() > until or not self._thread.is_alive():
                raise TimeoutError(f"the pages do not listen at {self.url}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Take nothing more, finish what is under way; streams end by themselves when they see it."""
        self._app.state.closing = True
        self._server.should_exit = True
        self._thread.join(timeout=GRACE + 2)
