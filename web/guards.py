"""What stands before every page: who may send a form, how much, and what the browser may do with our answers.

A form is taken from our own pages only: browsers say where a request comes from (`Sec-Fetch-Site`, else `Origin`), and a
request that says neither is refused. The form key of the session (`web.forms.posted`) is the second lock.

Where a newer program has the database, whatever was asked of the pages or of the REST interface may read and not write.
"""

from __future__ import annotations

from contextlib import nullcontext
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.heartbeat import HERE, overtaken
from models.session import reading_only

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: scripts, styles and pictures are our own files; nothing is loaded from elsewhere, nothing stands in the page itself
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cache-control": "no-store",
}


class SafeHeaders:
    """Puts the headers on every answer; an answer that has one of its own keeps it. With https no cookie goes without it."""

    def __init__(self, app: ASGIApp, https: bool = False) -> None:
        self.app, self.https = app, https
        self.headers = {**HEADERS, **({"strict-transport-security": "max-age=31536000"} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    answer.setdefault(name, value)
                if self.https:
                    message["headers"] = [_secured(*header) for header in message["headers"]]
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    plain = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if plain else value


class SmallForms:
    """Lets nobody send more than a form holds, unless it carries files: what is no file is kept in memory."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self.app, self.limited = app, RequestBodyLimitMiddleware(app, max_body_size=largest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 413."""
        kind = Headers(scope=scope).get("content-type", "") if scope["type"] == "http" else ""
        inner = self.app if kind.lower().startswith("multipart/form-data") else self.limited
        await inner(scope, receive, send)


class SameOrigin:
    """Refuses what another site sends in a person's name. The REST interface knows no cookies and is left alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 403."""
        sends = scope["type"] == "http" and scope["method"] not in SAFE and not scope["path"].startswith("/api/")
        if sends and not comes_from_us(Headers(scope=scope)):
            refused = PlainTextResponse("请从本系统的页面提交。Send this from one of our own pages.", status_code=403)
            await refused(scope, receive, send)
            return
        await self.app(scope, receive, send)


class ReadingOnly:
    """Lets an older program beside a newer database serve what is only read: the store refuses to write, the answer is 503."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        with reading_only(overtaken) if HERE.outdated else nullcontext():
            await self.app(scope, receive, send)


def comes_from_us(headers: Headers) -> bool:
    """Whether a form was sent by a page of this office."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")
