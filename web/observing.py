"""Counts and times every request by the pattern of its address: numbers of cases and names never become a label."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.metrics import note_request

log = logging.getLogger("concord.web")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: seconds after which a request is worth a line
SLOW = 2.0


class Observed:
    """Stands around everything. What goes on for long (counters that are watched) is timed until its first byte."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, told = time.perf_counter(), [500, 0.0]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                told[:] = message["status"], time.perf_counter() - begun
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            status, seconds = int(told[0]), told[1] or time.perf_counter() - begun
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = pattern_of(scope)
            note_request(method, route, status, seconds)
            extra = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
            log.log(logging.WARNING if seconds > SLOW else logging.DEBUG, "request", extra=extra)


def pattern_of(scope: Scope) -> str:
    """ "/cases/{number}": the address as it was declared. What no route answers is one and the same."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if path is not None:
        return f"{scope.get('root_path', '')}{path}" if scope.get("root_path") else str(path)
    return "/static/…" if scope["path"].startswith("/static/") else "other"
