"""Where a page of a list ended: the keys of its last row, signed, so that the next page begins right behind it.

A page is asked for by keys and never by counting rows off: rows that are added meanwhile move nothing, and the thousandth page
costs what the first does. A cursor belongs to one list; what it is made of may change, so programs only pass it on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from itsdangerous import BadSignature, URLSafeSerializer

from models.vault import VAULT
from states.labels import Label
from web.api.problems import wrong
from web.api.shapes.base import Page

Row = TypeVar("Row")
Item = TypeVar("Item")


def _signer(name: str) -> URLSafeSerializer:
    return URLSafeSerializer(VAULT.derive("api-cursor"), salt=name)


def cursor(name: str, *keys: Any) -> str:
    """The cursor of the list `name` behind the row with those keys."""
    return str(_signer(name).dumps([key.isoformat() if isinstance(key, date) else key for key in keys]))


def keys_of(name: str, given: str) -> list[Any]:
    """The keys in a cursor of that list, none for the first page. Raises the problem 422."""
    if not given:
        return []
    try:
        return list(_signer(name).loads(given))
    except BadSignature:
        text = Label("游标无效", "is no cursor of this list")
        raise wrong("query.cursor", "cursor", text, Label("请用上一页的 next", "pass on `next` of the page before")) from None


def paged(
    rows: Sequence[Row], limit: int, shape: Callable[[Row], Item], name: str, keys: Callable[[Row], tuple[Any, ...]]
) -> Page[Item]:
    """A page of at most `limit` items; `rows` has one row more where there is a next page."""
    shown = rows[:limit]
    following = cursor(name, *keys(shown[-1])) if len(rows) > limit else None
    return Page(items=[shape(row) for row in shown], next=following)
