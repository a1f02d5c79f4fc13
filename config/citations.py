"""Articles of law, written the way each language writes them.

A rule pack cites shortly: "order-17 10(2)" is a law of the pack's [laws] table, an article, and (in brackets)
a paragraph. Chinese papers want 《企业劳动争议协商调解规定》第十条第二款; English readers "…, art. 10(2)".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ConfigDict

_ARTICLE = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d+))?(?:\((?P<paragraph>\d+)\))?")
_DIGITS = "零一二三四五六七八九"


class Law(BaseModel):
    """A statute, rule or regulation: full title in both languages, and where its text was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str
    source: str


def chinese_number(number: int) -> str:
    """1 to 999 in Chinese numerals: 10 十, 14 十四, 205 二百零五, 430 四百三十."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def cite_zh(cites: Iterable[str], laws: Mapping[str, Law]) -> str:
    """Short citations as a Chinese paper prints them; a law cited twice running is named once."""
    parts = _named_once(cites, laws, chinese=True)
    return "、".join(law + article.replace("§", " §") for law, article in parts)


def cite_en(cites: Iterable[str], laws: Mapping[str, Law]) -> str:
    """The same in English."""
    parts = [f"{law}, {article}".strip(", ") for law, article in _named_once(cites, laws, chinese=False)]
    return "; ".join(parts)


def _named_once(cites: Iterable[str], laws: Mapping[str, Law], *, chinese: bool) -> Iterator[tuple[str, str]]:
    """(law, article) in words; the law is empty where it is the one just named."""
    before = ""
    for cite in cites:
        key, _, article = cite.partition(" ")
        law = laws[key].zh if chinese else laws[key].en
        yield "" if key == before else law, _article(article, chinese=chinese)
        before = key


def _article(text: str, *, chinese: bool) -> str:
    found = _ARTICLE.fullmatch(text)
    if not found:  # none (office policy, or not seen), or a foreign numbering such as "§ 158(d)(1)"
        return text
    first, last, paragraph = found["first"], found["last"], found["paragraph"]
    if not chinese:
        return (f"arts {first}–{last}" if last else f"art. {first}") + (f"({paragraph})" if paragraph else "")
    words = f"第{chinese_number(int(first))}条" + (f"至第{chinese_number(int(last))}条" if last else "")
    return words + (f"第{chinese_number(int(paragraph))}款" if paragraph else "")
