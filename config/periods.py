"""The words a rule is made of: units, directions, kinds, marks; a `Period` and a `Threshold`.

A *period* is a named time limit ("reply-to-demand-wage": 20 natural days after the demand arrives); a
*threshold* is a named number ("team-min": three representatives). Both carry what must happen, in Chinese
and English, the article that says so, and a *mark*: how well we know it. Only a row read in the text of the
article itself (mark `V`) is `hard`: it may carry automatic effects and be shown as a statutory date. Whatever
else is useful is shown too, and called what it is: not verified, or office policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal


class Unit(StrEnum):
    """What a period is counted in. NONE: the text gives no number ("及时"), so no deadline arises."""

    ND = "ND"
    WD = "WD"
    M = "M"
    Y = "Y"
    NONE = "NONE"


class Direction(StrEnum):
    """AFTER an event, BEFORE an event, or the WINDOW that ends with it."""

    AFTER = "after"
    BEFORE = "before"
    WINDOW = "window"


class Kind(StrEnum):
    """What happens when the period is over (LAW.md section 0)."""

    D = "D"  #: somebody's duty: its lapse opens a remedy for the other side
    R = "R"  #: a right expires
    A = "A"  #: an automatic legal effect arises
    F = "F"  #: a fiction: silence is deemed something
    W = "W"  #: a window: the act is possible only inside it


class Mark(StrEnum):
    """How well a row is known."""

    V = "V"  #: read in the text of the article
    V2 = "V2"  #: a secondary source quotes the article
    MEM = "MEM"  #: from memory
    POLICY = "policy"  #: no law: the office's own rule


class Who(StrEnum):
    """On whom a period lies, with the words for people."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Who:
        member = str.__new__(cls, code)
        member._value_, member.zh, member.en = code, zh, en
        return member

    COMMITTEE = "committee", "调解委员会", "mediation committee"
    UNION = "union", "工会", "trade union"
    OFFICE = "office", "承办单位", "the office handling the case"
    PARTY = "party", "当事人", "the party"
    PARTIES = "parties", "双方当事人", "both parties"
    OTHER_PARTY = "other-party", "对方当事人", "the other party"
    WORKER = "worker", "劳动者", "worker"
    EMPLOYER = "employer", "用人单位", "employer"
    SIDE = "side", "协商一方", "one side of the bargaining"
    OTHER_SIDE = "other-side", "协商对方", "the other side of the bargaining"
    SIDES = "sides", "协商双方", "both sides of the bargaining"
    COMMISSION = "commission", "劳动人事争议仲裁委员会", "labour arbitration commission"
    COURT = "court", "人民法院", "people's court"
    HRSS = "hrss", "人力资源社会保障行政部门", "labour administration (HRSS)"
    INSPECTORATE = "inspectorate", "劳动保障监察机构", "labour inspectorate"
    AGENCY = "agency", "受转办单位", "the body the case was referred to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One time limit, complete: number, unit and direction, what must happen, and where that is written."""

    name: str
    number: int
    unit: Unit
    direction: Direction
    kind: Kind
    who: Who
    zh: str
    en: str
    article: str
    article_en: str
    law_id: str
    source: str
    mark: Mark
    pack: str
    valid_from: date | None = None
    valid_to: date | None = None
    #: "§80": the text says only 日, but art. 80 of the arbitration rules reads 3/5/10 日 as working days.
    counted: Literal["natural", "§80"] | None = None
    #: False where the law does not roll a last day that is a rest day; in China it always does (CAL-05).
    rolls: bool = True

    @property
    def hard(self) -> bool:
        """May this be shown as a statutory date and carry automatic effects?"""
        return self.mark is Mark.V

    @property
    def arises(self) -> bool:
        """Is there a number at all? Without one no deadline is written."""
        return self.unit is not Unit.NONE

    def valid_on(self, day: date) -> bool:
        """Is this row the law on that day (both ends included)?"""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number (or a choice between readings) that a guard compares with."""

    name: str
    value: Fraction | int | str
    zh: str
    en: str
    article: str
    article_en: str
    law_id: str
    source: str
    mark: Mark
    pack: str


LENGTH = re.compile(r"(?P<number>\d+)\s*(?P<unit>ND|WD|M|Y)(?:[ -](?P<direction>before|window))?")


def parse_length(text: str) -> tuple[int, Unit, Direction]:
    """Read "3 WD", "15ND", "60 ND window", "5ND-before" or "none"; `ValueError` says what is understood."""
    if text == "none":
        return 0, Unit.NONE, Direction.AFTER
    found = LENGTH.fullmatch(text.strip())
    if not found or int(found["number"]) == 0:
        raise ValueError(f'{text!r} is no period: write "15 ND", "3 WD", "1 Y", "60 ND before", "60 ND window" or "none"')
    return int(found["number"]), Unit(found["unit"]), Direction(found["direction"] or "after")
