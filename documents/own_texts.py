"""The words of a paper as the office wrote them, in place of ours: which are in use, and how they are set.

A text that people edit is a program in small, so it may use only what our own texts use (`documents.text_checks`), is set in a
sandbox of its own that multiplies numbers only, and ends at a hundred pages. A frozen paper that was set once stays as it is;
the version kept with it covers the office's words too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError
from sqlalchemy import Connection, select

from documents.wording import Words, template_version
from models.offices import PaperText

#: what can go wrong while a text that somebody wrote is set: its names, its layout, what it does with values
SETTING_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class OwnWords(Words):
    """The environment of texts the office wrote."""

    intercepted_binops = frozenset({"*"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """A product of two numbers; a text is never repeated."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise TypeError("only numbers are multiplied")
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=2)
def own_words(lang: str) -> OwnWords:
    """The environment of that language."""
    return OwnWords(lang)


@lru_cache(maxsize=128)
def own_template(text: str, lang: str) -> Template:
    """The text, compiled. Raises `TemplateError` for one that is none."""
    return own_words(lang).from_string(text)


def texts_in_use(connection: Connection, papers: Sequence[str]) -> dict[str, dict[str, str]]:
    """paper → language → text, of those papers for which the office uses words of its own."""
    query = (
        select(PaperText.paper, PaperText.language, PaperText.text)
        .where(PaperText.paper.in_(papers), PaperText.ended_at.is_(None))
        .order_by(PaperText.version)
    )
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.paper, {})[row.language] = row.text
    return found


def version_with(key: str, texts: Mapping[str, str]) -> str:
    """The version of everything that decides how the paper looks, the office's own words included."""
    ours = template_version(key)
    if not texts:
        return ours
    told = "\0".join([ours, *(f"{lang}\0{text}" for lang, text in sorted(texts.items()))])
    return hashlib.sha256(told.encode()).hexdigest()
