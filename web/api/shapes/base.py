"""What all shapes share: closed bodies, pages, names in both languages, problems; and what no text of a request may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Header, Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from states.errors import Reason
from states.labels import Label, Named

MOST_PER_PAGE = 200
#: whole numbers that every JSON reader keeps exactly
_SAFE = 2**53
_DEEP, _DAY = 12, re.compile(r"(\d{4})-\d\d-\d\d")
_YEARS = range(1900, 2201)


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(BaseModel):
    """A body that is sent: unknown fields are refused, and a text is not taken for a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Asking(BaseModel):
    """The query of an address: unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Paging(Asking):
    """How much of a list, and from where."""

    limit: int = Field(50, ge=1, le=MOST_PER_PAGE, description="items a page")
    cursor: str = Field("", max_length=400, pattern=r"^[\w.=-]*$", description="`next` of the page before; empty: the first")


Item = TypeVar("Item")


class Page(Shape, Generic[Item]):
    """A page of a list. `next` is the cursor of the following page, null on the last one."""

    items: list[Item]
    next: str | None = None


class Word(Shape):
    """A value of a closed list with its two names."""

    value: str = Field(examples=["accepted"])
    zh: str = Field(examples=["已受理"])
    en: str = Field(examples=["Accepted"])

    @classmethod
    def of(cls, value: str, label: Label) -> Word:
        """That value under those names."""
        return cls(value=str(value), zh=label.zh, en=label.en)

    @classmethod
    def named(cls, value: str, words: type[Named]) -> Word:
        """That value of the closed list; one that the list does not know bears its own name."""
        return cls.of(value, words(value).label if value in set(words) else Label(value, value))


class ReasonShape(Shape):
    """One reason of a refusal: what is missing, and how to mend it."""

    code: str = Field(examples=["missing"], description="stable; what programs look at")
    field: str = Field(examples=["accepted_on"], description="the field it is about, empty for the whole")
    text: str = Field(examples=["受理日期:必须填写"])
    text_en: str = Field(examples=["Day of acceptance must be answered"])
    remedy: str = Field(examples=["请填写此项"])

    @classmethod
    def of(cls, reason: Reason, lang: str) -> ReasonShape:
        """The reason in that language."""
        return cls(
            code=reason.code, field=reason.field, text=reason.text.said(lang), text_en=reason.text.en,
            remedy=reason.remedy.said(lang),
        )  # fmt: skip


class ProblemShape(BaseModel):
    """What went wrong (RFC 9457). A problem may carry more members, named where they occur."""

    type: str = Field(examples=["urn:concord:invalid_answers"])
    title: str = Field(examples=["所填内容有误"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["invalid_answers"], description="stable; what programs look at")
    detail: str = Field(examples=["受理日期:必须填写"])
    reasons: list[ReasonShape]


def _sound(value: Any, depth: int = 0) -> Any:
    """Refuses what no office can mean and no database keeps: half characters, endless numbers, days outside 1900-2200."""
    if depth > _DEEP:
        raise PydanticCustomError("too_deep", "nested too deeply")
    if isinstance(value, str):
        _sound_text(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value) or abs(value) >= _SAFE:
            raise PydanticCustomError("number_too_large", "a number that is too large")
    elif isinstance(value, Mapping):
        _each(value.keys(), depth)
        _each(value.values(), depth)
    elif isinstance(value, list):
        _each(value, depth)
    return value


def _each(values: Iterable[Any], depth: int) -> None:
    for one in values:
        _sound(one, depth + 1)


def _sound_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise PydanticCustomError("not_a_text", "not a text")
    day = _DAY.fullmatch(text)
    if day and int(day[1]) not in _YEARS:
        raise PydanticCustomError("not_a_day", "a day outside 1900-2200")


def _known_day(value: Any) -> Any:
    if isinstance(value, str):
        _sound_text(value)
    return value


#: what a step or an opening asks, by the names of its fields; money as text in yuan ("1200.50") or as a whole number of fen
Answers = Annotated[dict[str, Any], BeforeValidator(_sound)]
#: a short text somebody sends
Line = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_sound)]
#: a day of a query
Day = Annotated[date, BeforeValidator(_known_day)]
#: the number of a case or contract, as part of an address
Number = Annotated[
    str, Path(min_length=1, max_length=60, description="number of the case or contract", examples=["D2026-00001"])
]
#: an id of ours, as part of an address
Id = Annotated[int, Path(ge=1, lt=2**63, examples=[1])]
#: the name of a step or type
NAME = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, Path(pattern=NAME, max_length=60)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$", examples=["0b6f5e0c-3f6e-4f6a-9b1e"],
        description="a word of your own choice, new for everything new you want: the same again is answered with the same",
    ),
]  # fmt: skip
