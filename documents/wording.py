"""The words of a paper: its one source a language, filled with the frozen facts, as plain text in marked lines.

What somebody typed can fill a line but never start one, split a cell or make a new mark: every value passes `_guarded`,
which swaps the characters that carry structure for private ones until `documents.blocks` has cut the text into blocks.
An empty value prints as a line to be filled in by hand. A name the facts lack fails the paper (`StrictUndefined`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from documents.amounts import renminbi, yuan
from documents.gathering import SEALED
from models.vault import VAULT

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("zh", "en")
#: characters an own text is set to at most: a hundred pages
MOST_SET = 200_000
#: What is to be filled in by hand.
BLANK = "________"
_BLANK_DAY = {"zh": "____年__月__日", "en": "____________"}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
#: Characters no XML and no page can hold, and those that stand for structure while a text is cut into blocks.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ue000-\ue002]")
BREAK, BAR, TYPED = "\ue000", "\ue001", "\ue002"
_STRUCTURE = str.maketrans({"\n": BREAK, "|": BAR, "\t": " ", "\u2028": BREAK, "\u2029": BREAK})


def printable(text: str) -> str:
    """The text without what no page can hold; a line to fill in by hand where nothing is left."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n") or BLANK


def _guarded(value: Any) -> Any:
    """What `{{ … }}` prints."""
    text = BLANK if value is None or value == [] else printable(str(value))
    return TYPED + text.translate(_STRUCTURE)


class Words(ImmutableSandboxedEnvironment):
    """The environment of one language. Its output is text, not markup: whoever sets it escapes it."""

    def __init__(self, lang: str) -> None:
        super().__init__(
            loader=FileSystemLoader(TEMPLATES / lang), undefined=StrictUndefined, finalize=_guarded,
            autoescape=False, auto_reload=False, cache_size=-1,
        )  # fmt: skip
        self.lang = lang
        for name in ("range", "cycler", "joiner", "lipsum"):
            self.globals.pop(name, None)
        self.filters.update(
            day=self.day, yuan=lambda fen: "" if fen == "" else yuan(fen), capitals=renminbi, said=self.said,
            names=self.names, opened=opened, others=self.others, ticked=lambda yes: "☑" if yes else "☐",
        )  # fmt: skip

    def day(self, iso: str) -> str:
        """An ISO day in words."""
        if not iso:
            return _BLANK_DAY[self.lang]
        day = date.fromisoformat(iso)
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def said(self, label: Mapping[str, str]) -> str:
        """The name of a member of a closed list."""
        return label[self.lang]

    def names(self, names: Sequence[str]) -> str:
        """Names in a row."""
        return ("、" if self.lang == "zh" else ", ").join(names)

    def others(self, name: str, count: int) -> str:
        """The first of several: 王二等12人."""
        if count < 2:
            return name
        return f"{name}等{count}人" if self.lang == "zh" else f"{name} and others ({count} persons)"


def opened(text: str) -> str:
    """A number of a person, opened by the vault."""
    return VAULT.open(text.removeprefix(SEALED)) if text.startswith(SEALED) else text


@lru_cache(maxsize=len(LANGUAGES))
def words(lang: str) -> Words:
    """The environment of that language, its templates compiled once. KeyError for a language there is not."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    return Words(lang)


def worded(key: str, facts: Mapping[str, Any], lang: str, template: Template | None = None) -> str:
    """The text of a paper in marked lines; `documents.blocks` knows the marks. `template`: the office's own words for it."""
    if template is None:
        return words(lang).get_template(f"{key}.j2").render(facts)
    return bounded(template, facts)


def bounded(template: Template, facts: Mapping[str, Any]) -> str:
    """The same of a text the office wrote. Raises `TextTooLong` rather than set more than any paper holds."""
    pieces, length = [], 0
    for piece in template.generate(facts):
        length += len(piece)
        if length > MOST_SET:
            raise TextTooLong
        pieces.append(piece)
    return "".join(pieces)


class TextTooLong(ValueError):
    """A paper would be longer than any paper is."""


@lru_cache(maxsize=256)
def template_version(key: str) -> str:
    """SHA-256 over everything that decides how the paper looks: its texts, the shared parts, the letterhead."""
    sources = [TEMPLATES / lang / f"{key}.j2" for lang in LANGUAGES]
    sources += sorted(TEMPLATES.glob("*/parts/*.j2")) + sorted(TEMPLATES.glob("letter/*")) + sorted(TEMPLATES.glob("*.html"))
    sources += [Path(__file__).with_name(f"{name}.py") for name in ("wording", "blocks", "letter", "catalogue")]
    found = hashlib.sha256()
    for source in sources:
        found.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return found.hexdigest()
