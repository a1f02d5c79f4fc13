"""What goes wrong, as `application/problem+json` (RFC 9457): a stable code, a status, and every reason with its remedy.

`type` is `urn:concord:<code>`; programs look at `code` and at the codes of the reasons, people read `detail`. Texts are in the
language asked for (`Accept-Language`, Chinese where nothing is said). Nothing of it repeats what was sent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from models.trouble import REMEDY, STATUS, Trouble, trouble_seen
from states.errors import CaseNotFound, KeyReused, NotPermitted, Reason, Refusal, StaleCase
from states.labels import Label
from web.api.language import language_of

log = logging.getLogger("concord.api")
MEDIA = "application/problem+json"

TITLES: Mapping[str, Label] = {
    "unauthorised": Label("请出示有效的令牌", "A valid token is needed"),
    "scope_missing": Label("令牌没有此项权限", "The token lacks this scope"),
    "password_must_change": Label("须先修改口令", "The password must be changed first"),
    "not_permitted": Label("您无权办理", "You may not do that here"),
    "not_found": Label("没有找到,或您无权查看", "Not there, or not for you to see"),
    "case_not_found": Label("没有这一案件,或您无权查看", "No such case, or not for you to see"),
    "invalid_request": Label("请求填写有误", "The request is not right"),
    "invalid_answers": Label("所填内容有误", "The answers are not right"),
    "step_refused": Label("现在不能办理此步骤", "The step cannot be taken now"),
    "stale_case": Label("案件已由他人办理", "Somebody else moved the case"),
    "key_reused": Label("请求号已用于另一项办理", "The key was used for another request"),
    "too_many_requests": Label("请求过于频繁", "Too many requests"),
    "too_large": Label("请求内容过大", "The request is too large"),
    "method_not_allowed": Label("此地址不支持该方法", "Not a method of this address"),
    "fault": Label("系统出错", "Something went wrong here"),
    **{str(trouble): trouble.label for trouble in Trouble},
}
#: a refusal's class → the status it is answered with; every other refusal is 422
_STATUS: Mapping[type[Refusal], int] = {CaseNotFound: 404, NotPermitted: 403, StaleCase: 409, KeyReused: 409}
_CODES = {401: "unauthorised", 403: "not_permitted", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class Problem(Exception):
    """An answer that is no success: status, stable code, the reasons, and whatever else belongs to it."""

    def __init__(
        self, status: int, code: str, reasons: Sequence[Reason] = (), headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.reasons = status, code, tuple(reasons)
        self.headers, self.more = dict(headers or {}), more


def not_found() -> Problem:
    """The one answer for what is absent and for what is hidden."""
    return Problem(404, "not_found")


def wrong(field: str, code: str, text: Label, remedy: Label) -> Problem:
    """One field of a request that is not right, found by looking closer than its type."""
    return Problem(422, "invalid_request", [Reason(code, text, remedy, field)])


def of_refusal(refusal: Refusal, **more: Any) -> Problem:
    """The problem a refusal is told as."""
    status = next((status for kind, status in _STATUS.items() if isinstance(refusal, kind)), 422)
    code = refusal.code
    if any(reason.code == "stale_case" for reason in refusal.reasons):
        status, code = 409, "stale_case"
    return Problem(status, code, refusal.reasons, **more)


def said(reason: Reason, lang: str) -> dict[str, str]:
    """A reason as JSON."""
    return {
        "code": reason.code, "field": reason.field, "text": reason.text.said(lang), "text_en": reason.text.en,
        "remedy": reason.remedy.said(lang),
    }  # fmt: skip


def answer(request: Request, problem: Problem) -> JSONResponse:
    """The problem as an answer to that request."""
    lang = language_of(request)
    title = TITLES.get(problem.code, TITLES["step_refused" if problem.status == 422 else "not_permitted"]).said(lang)
    told = [reason.text.said(lang) for reason in problem.reasons]
    body = {
        "type": f"urn:concord:{problem.code}", "title": title, "status": problem.status, "code": problem.code,
        "detail": "; ".join(told) or title, "reasons": [said(reason, lang) for reason in problem.reasons], **problem.more,
    }  # fmt: skip
    headers = {"content-language": lang, "vary": "accept-language", **problem.headers}
    return JSONResponse(body, problem.status, headers, media_type=MEDIA)


def add_problems(api: FastAPI) -> None:
    """Hang the answers to errors into the interface."""
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(Refusal, _refusal)
    api.add_exception_handler(RequestValidationError, _unreadable)
    api.add_exception_handler(HTTPException, _known)
    api.add_exception_handler(Exception, _fault)


def _problem(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    return answer(request, problem)


def _refusal(request: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, Refusal)
    return answer(request, of_refusal(refusal))


def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "invalid_request")
    status = 422 if error.status_code == 400 else error.status_code
    return answer(request, Problem(status, code, headers=error.headers))


def _unreadable(request: Request, error: Exception) -> JSONResponse:
    """What the request's own form refuses. An address that cannot be is an address where nothing is."""
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(one["loc"][:1] == ("path",) for one in errors):
        return answer(request, not_found())
    return answer(request, Problem(422, "invalid_request", [_reason(one) for one in errors[:50]]))


_MISSING = Label("必须填写", "must be given")
_UNKNOWN = Label("没有这一项", "is not known here")
_WRONG = Label("填写有误", "is not right")
_SEE = Label("请对照 openapi.json", "see openapi.json")


def _reason(error: Mapping[str, Any]) -> Reason:
    """One field and the rule it breaks: pydantic's kind of error is the code, its words may quote nothing of the request."""
    kind = str(error["type"])
    known = {"missing": _MISSING, "extra_forbidden": _UNKNOWN}.get(kind, _WRONG)
    unknown = kind == "extra_forbidden"  # a field nobody knows is not repeated: its name is what somebody typed
    path = [str(part)[:60] for part in (error["loc"][:-1] if unknown else error["loc"])]
    rules = {name: value for name, value in error.get("ctx", {}).items() if name in _RULES}
    told = ", ".join(f"{name} {value}" for name, value in rules.items())
    text = Label(f"{known.zh}({told})", f"{known.en} ({told})") if told else known
    return Reason(kind, text, _SEE, ".".join(path))


#: what pydantic's errors say of the rule itself
_RULES = frozenset({"ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "expected"})


def _fault(request: Request, fault: Exception) -> JSONResponse:
    reference = uuid4().hex[:8]
    # the kind and the place only: the text of an exception may quote what somebody typed
    log.error("fault %s: %s at %s", reference, type(fault).__name__, request.scope.get("route_path", "?"))
    trouble = trouble_seen(fault)
    if trouble is not None:
        reason = Reason(str(trouble), trouble.label, REMEDY[trouble])
        return answer(request, Problem(STATUS[trouble], str(trouble), [reason], reference=reference))
    return answer(request, Problem(500, "fault", reference=reference))
