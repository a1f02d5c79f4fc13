"""Words for people, Chinese first: the value that owns a thing also owns its two names."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Self


class Label(NamedTuple):
    """One text in the two languages of the house."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """The text in `lang` ("zh" or "en"); anything else is answered in Chinese."""
        return self.en if lang == "en" else self.zh


class Named(StrEnum):
    """A closed list of values, each with its two names: `PAID = "paid", "已付清", "Paid in full"`."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh, member.en = zh, en
        return member

    @property
    def label(self) -> Label:
        """Both names."""
        return Label(self.zh, self.en)
