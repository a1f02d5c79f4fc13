"""Health, readiness and metrics of a process without pages: a few answers on a port of its own, from a thread of its own.

status = StatusServer(office, ready)          # CONCORD_STATUS_PORT; loopback unless CONCORD_STATUS_HOST says otherwise
status.start(); …; status.stop()
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from flows.metrics import CONTENT_TYPE, Metrics
from flows.office import Office

#: what a proxy adds to what it passes on: then whoever asks sits elsewhere
_PASSED_ON: Final = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
#: seconds a caller may take for his question
SLOW: Final = 5.0


def may_read_metrics(token: str, client: str, headers: Mapping[str, str]) -> bool:
    """Whether figures are for him: he sits at this machine and nobody passed him on, or he has the token."""
    shown = headers.get("authorization", "")
    if token and hmac.compare_digest(shown.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        return True
    asked = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    return _is_here(client) and _is_here(asked) and not any(name in headers for name in _PASSED_ON)


def _is_here(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


class StatusServer:
    """Answers /health, /ready and /metrics, and nothing else."""

    def __init__(self, office: Office, ready: Callable[[], bool]) -> None:
        settings = office.settings
        self._server = _Listening((settings.status_host, settings.status_port), _Answer)
        self._server.ready, self._server.metrics, self._server.token = ready, Metrics(office), settings.metrics_token
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="status", daemon=True)

    def start(self) -> None:
        """Begin to answer; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(timeout=5)
        self._server.server_close()


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    ready: Callable[[], bool]
    metrics: Metrics
    token: str

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has gone; there is nothing to tell."""


class _Answer(BaseHTTPRequestHandler):
    server: _Listening
    server_version, sys_version = "Concord", ""
    timeout = SLOW

    def do_GET(self) -> None:
        """Answer one question."""
        path = urlsplit(self.path).path
        if path == "/health":
            self._say(200, b"ok\n")
        elif path == "/ready":
            well = self.server.ready()
            self._say(200 if well else 503, b"ready\n" if well else b"not ready\n")
        elif path == "/metrics" and self._may_read():
            self._say(200, self.server.metrics.text(), CONTENT_TYPE)
        else:
            self._say(404, b"not found\n")

    def _may_read(self) -> bool:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return may_read_metrics(self.server.token, str(self.client_address[0]), headers)

    def _say(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        for name, value in (("content-type", kind), ("content-length", str(len(body))), ("cache-control", "no-store")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """No log of addresses."""
