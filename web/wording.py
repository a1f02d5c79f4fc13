"""The words of the pages: Chinese stands in the templates, English in `web/locale/en/*.po`, one file a noun.

`_("今日待办")` in a template is the text itself in Chinese and its translation in English. Words that belong to a value (a
state, a step, a reason) are `Label`s beside the value and are said with `.said(lang)`; they never stand in a catalogue.
A test finds every text that is not wrapped, not translated, or translated and used no more.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale" / "en"


@cache
def catalogue() -> dict[str, str]:
    """Every Chinese text of the pages with its English."""
    words: dict[str, str] = {}
    for file in sorted(LOCALE.glob("*.po")):
        with file.open("rb") as lines:
            words |= {str(entry.id): str(entry.string) for entry in read_po(lines, locale="en") if entry.id and entry.string}
    return words


def say(text: str, lang: str, **values: object) -> str:
    """The text in `lang`, `%(name)s` filled in; a text without English is shown in Chinese rather than not at all."""
    said = text if lang != "en" else catalogue().get(text, text)
    return said % values if values else said
