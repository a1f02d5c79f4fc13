"""What goes wrong, as a page: each says what happened, and what to do next. Nothing of it names a person.

`NotFound` stands for absent and for hidden alike. What nobody foresaw is answered by `web.last_resort`.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from states.errors import CaseNotFound, Refusal


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


def _page(request: Request, status: int, **told: object) -> Response:
    from web.rendering import error_page  # the pages need the errors, the errors one page

    return error_page(request, status, **told)


def _sign_in(request: Request, needed: Exception) -> Response:
    assert isinstance(needed, SignInNeeded)
    where = needed.where
    if where == "/sign-in" and request.method == "GET" and request.scope["path"] != "/":
        from urllib.parse import quote

        where += f"?next={quote(request.scope['path'])}"  # the path alone: what was searched for stays out of the address
    if where == "/sign-in" and request.method == "POST":
        return _ended_meanwhile(request)
    return RedirectResponse(where, status_code=303)


def _ended_meanwhile(request: Request) -> Response:
    """A form was sent after its session had ended: back to the page of the form, and said that nothing was done."""
    from urllib.parse import quote, urlsplit

    from states.labels import Label
    from web.rendering import go

    page = urlsplit(request.headers.get("referer", "")).path  # our pages send it to ourselves (`web.guards`)
    said = Label(
        "登录已过期,刚才提交的没有办理;登录后回到原页,重新提交",
        "you were signed out; nothing was done. Sign in and send it again",
    )
    return go(f"/sign-in?next={quote(page)}" if page else "/sign-in", said)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.scope["path"].startswith("/api/"):  # an address so odd that it never reached the interface
        from web.api.problems import answer, not_found

        return answer(request, not_found())
    return _page(request, 413 if error.status_code == 400 else error.status_code)  # 400: more fields or files than are read


def _unreadable(request: Request, _error: Exception) -> Response:
    """A number or a day in the address that is none: there is no such page."""
    return _page(request, 404)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if isinstance(error, CaseNotFound):
        return _page(request, 404)
    return _page(request, 422, reasons=error.reasons)
