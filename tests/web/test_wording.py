"""Chinese first, English complete: every text of the pages is wrapped, translated and used; no style or script in a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from web.rendering import TEMPLATES
from web.wording import LOCALE, catalogue

CHINESE = re.compile(r"[㐀-鿿]")
PAGES = sorted(TEMPLATES.rglob("*.html"))


def extracted() -> dict[str, str]:
    """Every text in a template with the file it stands in."""
    found = extract_from_dir(
        TEMPLATES, [("**.html", "jinja2")], keywords={"_": None}, options_map={"**.html": {"silent": "false"}}
    )
    return {str(text): name for name, _, text, _, _ in found}


def test_every_text_has_its_english() -> None:
    missing = {text: name for text, name in extracted().items() if text not in catalogue()}
    assert missing == {}, "add them to web/locale/en/<noun>.po"


def test_no_translation_is_left_over() -> None:
    assert set(catalogue()) - set(extracted()) == set(), "texts that no page shows any more"


def test_no_text_is_translated_twice() -> None:
    seen: dict[str, str] = {}
    twice = {}
    for file in sorted(LOCALE.glob("*.po")):
        with file.open("rb") as lines:
            entries = list(read_po(lines))
        for entry in entries:
            if entry.id and str(entry.id) in seen:
                twice[str(entry.id)] = f"{seen[str(entry.id)]} and {file.name}"
            seen[str(entry.id)] = file.name
    assert twice == {}


def test_both_languages_have_the_same_places_to_fill_in() -> None:
    places = re.compile(r"%\((\w+)\)s")
    assert {zh for zh, en in catalogue().items() if sorted(places.findall(zh)) != sorted(places.findall(en))} == set()


def test_no_english_is_chinese() -> None:
    assert {english for english in catalogue().values() if CHINESE.search(english)} == set()


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_no_text_stands_outside_the_catalogue(file: Path) -> None:
    text = re.sub(r"(?s){#.*?#}", "", file.read_text())
    text = re.sub(r"""_\((["']).*?\1[,)]""", "", text)
    allowed = re.sub(r'"English" if lang == "zh" else "中文"|<span class="seal" aria-hidden="true">和</span>', "", text)
    assert CHINESE.findall(allowed) == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_no_style_and_no_script_stands_in_a_page(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe\b", text)
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text), "nothing is loaded from elsewhere"
