"""The language of an answer: what `Accept-Language` prefers among Chinese and English; Chinese where it is silent."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request

Language = Literal["zh", "en"]


def language_of(request: Request) -> Language:
    """The better liked of the two; the first named wins a tie."""
    best, found = 0.0, "zh"
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, rest = part.partition(";")
        name, liked = tag.strip().lower().split("-")[0], _weight(rest)
        if name in ("zh", "en") and liked > best:
            best, found = liked, name
    return "en" if found == "en" else "zh"


def _weight(rest: str) -> float:
    try:
        return float(rest.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
