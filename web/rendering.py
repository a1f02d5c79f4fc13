"""From a template to an answer. One environment a language, so that a template is compiled once and knows its words.

    page(request, visitor, "cases/case.html", case=view)

Templates get values and ask nothing of the store. What every page needs (who is signed in, the language, the form key, a
message from the step before) is put in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.clock import office_zone
from models.vault import VAULT
from states.labels import Label, Named
from web.access import COOKIE, Visitor
from web.navigation import entries_for
from web.wording import say

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
#: the cookie that carries one sentence from a form to the next page
SAID = "concord_said"
LANGUAGE = "concord_language"
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_said(day: date | str | None, lang: str) -> str:
    """A day as people say it: "2026年11月21日 周六", "Sat 21 Nov 2026"; empty for none."""
    if not day:
        return ""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    if lang == "en":
        return f"{WEEKDAYS['en'][day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日 周{WEEKDAYS['zh'][day.weekday()]}"


def short_day(day: date | None, lang: str) -> str:
    """A day without its year, for lists: "11月21日 周六", "Sat 21 Nov"."""
    if day is None:
        return ""
    said = day_said(day, lang)
    return said.rpartition(" ")[0] if lang == "en" else said.partition("年")[2]


def when_said(at: datetime | None) -> str:
    """An instant on the office's clock: "2026-11-21 09:30"."""
    return "" if at is None else at.astimezone(office_zone()).strftime("%Y-%m-%d %H:%M")


def yuan(fen: int | None) -> str:
    """An amount in yuan as people read it; empty for none."""
    return "" if fen is None else f"{fen / 100:,.2f}"


def label_said(value: Label | Named | None, lang: str) -> str:
    """A label, or the label of a value of a closed list, in the language."""
    if value is None:
        return ""
    return (value.label if isinstance(value, Named) else value).said(lang)


@cache
def environment(lang: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False, extensions=["jinja2.ext.do"],
    )  # fmt: skip
    made.globals |= {"_": partial(say, lang=lang), "lang": lang, "static": static_url}
    made.filters |= {
        "day": partial(day_said, lang=lang), "short_day": partial(short_day, lang=lang), "when": when_said, "yuan": yuan,
        "said": partial(label_said, lang=lang),
    }  # fmt: skip
    return made


@cache
def static_url(name: str) -> str:
    """The address of a file of ours with a mark of its content: it may be kept for a year."""
    import hashlib

    return f"/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def language_of(request: Request, visitor: Visitor | None) -> str:
    """Of the person; of the browser's choice for somebody who is not signed in; Chinese first."""
    if visitor is not None:
        return visitor.lang
    return "en" if request.cookies.get(LANGUAGE) == "en" else "zh"


def render(lang: str, template: str, **told: Any) -> str:
    """A template as text."""
    return environment(lang).get_template(template).render(told)


def page(request: Request, visitor: Visitor | None, template: str, *, status: int = 200, **told: Any) -> HTMLResponse:
    """The page, with what every page needs."""
    lang = language_of(request, visitor)
    said = _said_before(request, lang)
    answer = HTMLResponse(
        render(lang, template, **_frame(request, visitor, lang), message=said, **told), status_code=status
    )  # fmt: skip
    if said is not None:
        answer.delete_cookie(SAID)
    return answer


def _frame(request: Request, visitor: Visitor | None, lang: str) -> dict[str, Any]:
    path = request.scope["path"]
    settings = request.app.state.office.settings
    return {
        "visitor": visitor, "path": path, "settings": settings, "today": request.app.state.office.today(),
        "navigation": entries_for(visitor, path) if visitor else [], "form_key": visitor.form_key if visitor else "",
        "other_language": "zh" if lang == "en" else "en",
    }  # fmt: skip


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(VAULT.derive("said").hex())


def _said_before(request: Request, lang: str) -> str | None:
    kept = request.cookies.get(SAID)
    if not kept:
        return None
    try:
        return label_said(Label(*cast(list[str], _signer().loads(kept, max_age=60))), lang)
    except (BadSignature, TypeError):
        return None


def go(where: str, said: Label | None = None) -> RedirectResponse:
    """On to another page after something was done, with a sentence that says so (no personal data in it)."""
    answer = RedirectResponse(where, status_code=303)
    if said is not None:
        answer.set_cookie(SAID, _signer().dumps(list(said)), max_age=60, httponly=True, samesite="lax")
    return answer


def error_page(request: Request, status: int, **told: Any) -> Response:
    """The page of an error; who is signed in is not asked again, because asking may be what failed."""
    lang = "en" if request.cookies.get(LANGUAGE) == "en" else "zh"
    shown: Mapping[str, Any] = {"reasons": (), "reference": "", "trouble": None, **told}
    frame = {**_frame(request, None, lang), "signed_in": COOKIE in request.cookies}
    return HTMLResponse(render(lang, "error.html", **frame, message=None, status=status, **shown), status_code=status)
