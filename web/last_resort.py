"""What nobody foresaw: a page with a reference, and a line in the log with the kind of fault and the place in our code.

The text of an exception may quote what somebody typed (a database names the values of its statement), so it goes nowhere: not
on the page, not into our log, and not up to the server, which would write it into its own.
"""

from __future__ import annotations

import logging
import re
from uuid import uuid4

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.exc import DataError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.logs import place_of
from models.trouble import REMEDY, STATUS, trouble_seen

log = logging.getLogger("concord.web")
_BEYOND = re.compile(r"\x00|\d{19}")


class LastResort:
    """Stands around everything but the headers, and answers for what fails inside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. An answer that was begun when something failed is cut off."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except ClientDisconnect:  # whoever asked has gone: nobody is left to answer
            return
        except Exception as fault:
            if scope["type"] != "http":
                raise
            answer = answer_to(Request(scope), fault)
            if not begun:
                await answer(scope, receive, send)


def answer_to(request: Request, fault: Exception) -> Response:
    """The page for that fault; it is in the log afterwards."""
    from web.rendering import error_page  # asked for when something failed, not when the guards are put up

    # a number in the address that is larger than any id, or U+0000: there is nothing there (SQLite and PostgreSQL say it
    # differently)
    in_address = request.method == "GET" or _BEYOND.search(request.scope["path"])
    if isinstance(fault, OverflowError) or (isinstance(fault, DataError) and in_address):
        return error_page(request, 404)
    reference = uuid4().hex[:8]
    log.error("fault %s: %s at %s", reference, type(fault).__name__, place_of(fault.__traceback__))
    trouble = trouble_seen(fault)
    if trouble is not None:
        return error_page(request, STATUS[trouble], reference=reference, trouble=(trouble, REMEDY[trouble]))
    return error_page(request, 500, reference=reference)
