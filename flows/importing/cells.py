"""Reading a cell as people write it: full-width digits, stray spaces, three spellings of a day, numbers kept as floats.

Each reader takes what the spreadsheet gave (text, float, date, …) and answers with the value, or raises `Unreadable` with
the code of the reason. An empty cell never comes here. Times are dropped from days; money becomes fen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidLength, ValidationError

Reader = Callable[[Any], Any]


class Unreadable(Exception):
    """The cell does not hold what its column asks for; `code` is a reason of `flows.importing.reasons`."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


_BLANK = " \t\r\n\f\v\u00a0\u3000\u200b\ufeff"
#: what a spreadsheet would take for a formula; our own files put an apostrophe before it
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_EPOCH = date(1899, 12, 30)


def is_empty(value: Any) -> bool:
    """Whether nobody wrote anything there."""
    return value is None or (isinstance(value, str) and not value.strip(_BLANK))


def plain(value: Any) -> str:
    """The cell as a line of plain characters: full-width forms folded, no blanks around. For numbers and days."""
    text = _as_text(value)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip(_BLANK)


def fold(text: str) -> str:
    """A name or heading for comparing: case, width and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip(_BLANK)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.date().isoformat() if isinstance(value, datetime) else str(value)


def text(value: Any) -> str:
    """Text as it was typed, blanks around it gone, our own apostrophe before a formula taken off."""
    found = _as_text(value)
    return found[1:] if found[:1] == "'" and found[1:].startswith(FORMULA) else found


_YMD = re.compile(r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})\s*[日号]?(?:[T\s]+\d{1,2}:\d{2}(?::\d{2})?.*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ZERO = re.compile(r"0+(?:\.0+)?|0?0:00(?::00)?|1900[-/.年]0?1[-/.月]0?0日?|0000-00-00")


def day(value: Any, order: str = "ymd") -> date:
    """A day: a date cell, a serial number, or text with the year first. `order` "mdy"/"dmy": texts with the year last."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        if value <= date(1900, 1, 1):
            raise Unreadable("zero_date")
        return value
    if isinstance(value, time | timedelta):
        raise Unreadable("zero_date" if not value or value == time(0) else "not_a_day")
    return _written_day(plain(value), order)


@lru_cache(maxsize=8192)
def _written_day(said: str, order: str) -> date:
    if _ZERO.fullmatch(said):
        raise Unreadable("zero_date")
    if found := _YMD.fullmatch(said) or _COMPACT.fullmatch(said):
        return _real_day(found[1], found[2], found[3])
    if said.isdigit() and 10_000 <= int(said) <= 99_999:
        return _EPOCH + timedelta(days=int(said))
    if order != "ymd" and (found := _YEAR_LAST.fullmatch(said)):
        month, number = (found[1], found[2]) if order == "mdy" else (found[2], found[1])
        return _real_day(found[3], month, number)
    raise Unreadable("not_a_day")


def _real_day(year: str, month: str, number: str) -> date:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise Unreadable("not_a_day") from None


_COUNTED = re.compile(r"[人名个位家份]$")


def whole(value: Any) -> int:
    """A whole number that is not negative: 12, 12.0, "1,200", "１２人"."""
    if type(value) is float and value.is_integer():
        number = int(value)
    else:
        said = _COUNTED.sub("", plain(value).replace(",", "").replace(" ", ""))
        try:
            exact = Decimal(said)
        except InvalidOperation:
            raise Unreadable("not_whole") from None
        if not exact.is_finite() or exact != exact.to_integral_value():
            raise Unreadable("not_whole")
        number = int(exact)
    if number < 0:
        raise Unreadable("negative")
    if number > 100_000_000:
        raise Unreadable("too_big", limit="100,000,000")
    return number


def money(value: Any) -> int:
    """An amount in yuan as typed ("1,200.50", "¥3000元", "1.5万") → fen."""
    said = plain(value).replace(",", "").replace(" ", "").lstrip("¥￥").removesuffix("元")
    scale = 1_000_000 if said.endswith("万") else 100
    try:
        fen = Decimal(said.removesuffix("万")) * scale
    except InvalidOperation:
        raise Unreadable("not_money") from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise Unreadable("not_money")
    if fen < 0:
        raise Unreadable("negative")
    if fen > 10**15:
        raise Unreadable("too_big", limit="10,000,000,000,000")
    return int(fen)


_YES = frozenset(("是", "有", "√", "y", "yes", "true", "1"))
_NO = frozenset(("否", "无", "没有", "×", "n", "no", "false", "0"))


def yes_no(value: Any) -> bool:
    """是/否, yes/no, a tick."""
    said = fold(_as_text(value))
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise Unreadable("not_yes_no")


_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}|400\d{7}|\+(?!86)\d{8,15}")


def phone(value: Any) -> str:
    """A telephone number without blanks and strokes: a mobile, a landline with or without area code, or +…"""
    said = re.sub(r"[\s()\-—–]", "", plain(value)).removeprefix("+86").removeprefix("0086")
    if not _PHONE.fullmatch(said):
        raise Unreadable("not_a_phone")
    return said


def identity(value: Any) -> str:
    """An 18-character resident identity number with its check digit."""
    if isinstance(value, float):
        raise Unreadable("identity_rounded")
    said = re.sub(r"[\s\-]", "", plain(value)).upper()
    try:
        return str(ric.validate(said))
    except InvalidLength:
        raise Unreadable("identity_length") from None
    except ValidationError:
        raise Unreadable("identity_wrong") from None


def credit_code(value: Any) -> str:
    """A unified social credit code (18 characters, check character)."""
    try:
        return str(uscc.validate(plain(value).replace(" ", "").upper()))
    except ValidationError:
        raise Unreadable("credit_wrong") from None


def email(value: Any) -> str:
    """A mail address, as far as can be seen from outside."""
    said = plain(value)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", said):
        raise Unreadable("not_an_email")
    return said
