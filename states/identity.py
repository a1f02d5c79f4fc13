"""Resident identity numbers (GB 11643): length, place, day of birth, check character. Pure.

The library knows the check character; it lets pass days of birth that are still to come and refuses the residence permits
of Hong Kong, Macao and Taiwan (81, 82, 83), so those two rules are our own.
"""

from __future__ import annotations

from datetime import date

from stdnum.cn import ric

from states.labels import Label

#: the first two figures of every province, and of the residence permits
_PLACES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
_LENGTH = Label("身份证号应为18位", "an identity number has 18 characters")
_PLACE = Label("身份证号前六位不是行政区划", "an identity number begins with a place")
_BIRTH = Label("身份证号里的出生日期不对", "the day of birth in the identity number cannot be")
_CHECK = Label("身份证号末位校验不符,可能有一位写错", "the check character does not fit: one character is probably wrong")


def against_identity(number: str, today: date) -> Label | None:
    """What is wrong with the number (no blanks, capitals); None: nothing, or it is a paper of another kind."""
    if not number or not (number.isdigit() or len(number) >= 15):
        return None  # a passport, say
    if len(number) != 18 or not number[:17].isdigit() or not number.isascii():
        return _LENGTH
    if number[:2] not in _PLACES:
        return _PLACE
    born = _born(number)
    if born is None or not date(1880, 1, 1) <= born <= today:
        return _BIRTH
    return None if ric.calc_check_digit(number) == number[17] else _CHECK


def _born(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def masked(number: str) -> str:
    """The number as it is shown: its ends only."""
    return f"{number[:3]}***{number[-4:]}" if len(number) >= 11 else "***" if number else ""
