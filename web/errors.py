"""What goes wrong, as a page: each says what happened, and what to do next. Nothing of it names a person.

`NotFound` stands for absent and for hidden alike. A fault gets a short reference that is also in the log, so that the office
can find it; the page never shows the fault itself.
"""

from __future__ import annotations

import logging
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from states.errors import CaseNotFound, Refusal

log = logging.getLogger("concord.web")


class NotFound(HTTPException):
    """No such page, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__(404)


class SignInNeeded(Exception):
    """The page is for people who signed in (or who finished signing in): go to `where` first."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class FormRefused(HTTPException):
    """A form that did not come from one of our pages, or from a session that has ended."""

    def __init__(self) -> None:
        super().__init__(403)


def add_error_pages(app: FastAPI) -> None:
    """Hang the answers to errors into the program."""
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(HTTPException, _known)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(Exception, _fault)


def _page(request: Request, status: int, **told: object) -> Response:
    from web.rendering import error_page  # the pages need the errors, the errors one page

    return error_page(request, status, **told)


def _sign_in(request: Request, needed: Exception) -> Response:
    assert isinstance(needed, SignInNeeded)
    where = needed.where
    if where == "/sign-in" and request.method == "GET" and request.url.path != "/":
        from urllib.parse import quote

        where += f"?next={quote(request.url.path)}"  # the path alone: what was searched for stays out of the address
    return RedirectResponse(where, status_code=303)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.scope["path"].startswith("/api/"):  # an address so odd that it never reached the interface
        from web.api.problems import answer, not_found

        return answer(request, not_found())
    return _page(request, error.status_code)


def _unreadable(request: Request, _error: Exception) -> Response:
    """A number or a day in the address that is none: there is no such page."""
    return _page(request, 404)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if isinstance(error, CaseNotFound):
        return _page(request, 404)
    return _page(request, 422, reasons=error.reasons)


def _fault(request: Request, fault: Exception) -> Response:
    reference = uuid4().hex[:8]
    # the kind and the place only: the text of an exception may quote what somebody typed
    log.error("fault %s: %s at %s", reference, type(fault).__name__, request.scope.get("route_path", "?"))
    return _page(request, 500, reference=reference)
