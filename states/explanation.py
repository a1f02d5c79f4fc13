"""Why this date: the record stored with every deadline, and the sentences printed from it.

The record is plain JSON and complete in itself, so that the question can be answered years later, when the
rule packs and the calendars have long changed. `states.counting` fills it in; here it is told in Chinese or
English.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal, NotRequired, TypedDict

from config.rules import Period, Who
from config.workdays import Language, WorkCalendar


class Stretch(TypedDict):
    """Days in a row with one name: a holiday, a weekend, a worked weekend. Both ends included."""

    first: str
    last: str
    zh: str
    en: str


class Change(TypedDict):
    """Something that happened to a running period: a consent to extend it, or a pause."""

    change: Literal["extended", "paused"]
    days: NotRequired[int]
    paused_on: NotRequired[str]
    resumed_on: NotRequired[str]
    due_before: str


class Explanation(TypedDict):
    """The rule, the day it started, what was skipped, the result. Dates in ISO form, Asia/Shanghai."""

    rule: dict[str, Any]
    calendar: str
    start: str
    day_one: str
    opens_on: str | None
    raw_on: str
    due_on: str
    moved_over: list[Stretch]
    skipped: list[Stretch]
    worked_weekends: list[Stretch]
    changes: list[Change]
    provisional: bool


_UNITS = {
    "ND": ("个自然日", "natural days"),
    "WD": ("个工作日", "working days"),
    "M": ("个月", "months"),
    "Y": ("年", "years"),
}
_MARKS = {
    "V": ("已核对条文原文，属法定期限", "read in the text of the article: a statutory period"),
    "V2": ("据二手资料引用，未核对条文原文", "quoted by a secondary source: not verified in the text"),
    "MEM": ("凭记忆登记，未核对", "from memory: not verified"),
    "policy": ("办公规则，非法定期限", "office policy: not a statutory period"),
}
_SENTENCES = {
    "rule": (
        "规则：{what}",
        "Rule: {what}",
    ),
    "basis": (
        "依据：{article}（{law_id}）",
        "Basis: {article} ({law_id})",
    ),
    "standing": (
        "规则包 {pack}，责任方：{who}；{mark}。",
        "Rule pack {pack}, on: {who}; {mark}.",
    ),
    "after": (
        "期限 {length}：{start} 当日不计入，第 1 日为 {day_one}。",
        "Period {length}: {start} itself is not counted, day 1 is {day_one}.",
    ),
    "before": (
        "{start} 之前 {length}：当日不计入，往前第 1 日为 {day_one}。",
        "{length} before {start}, not counting that day; day 1 backwards is {day_one}.",
    ),
    "window": (
        "{start} 期满前 {length}的窗口：{opens_on} 开启，{due_on} 关闭，均不顺延。",
        "Window of {length} before {start}: opens {opens_on}, closes {due_on}; neither rolls.",
    ),
    "§80": (
        "条文仅称“日”，依《劳动人事争议仲裁办案规则》第八十条按工作日计算。",
        "The text says 'days'; art. 80 of the Arbitration Case-Handling Rules: working days.",
    ),
    "skipped": (
        "不计入的休息日：{days}。",
        "Rest days not counted: {days}.",
    ),
    "worked": (
        "因调休上班而按工作日计：{days}。",
        "Worked by adjustment, so working days: {days}.",
    ),
    "extended": (
        "经同意或批准延长 {days} 日（原届满日 {due_before}）。",
        "Extended by {days} days by consent or approval (was due {due_before}).",
    ),
    "paused": (
        "{paused_on} 至 {resumed_on} 暂停计算（原届满日 {due_before}）。",
        "Paused from {paused_on} to {resumed_on} (was due {due_before}).",
    ),
    "later": (
        "届满日 {raw_on} 为休息日（{days}），顺延至 {due_on}。",
        "The last day {raw_on} is a rest day ({days}): moved to {due_on}.",
    ),
    "earlier": (
        "{raw_on} 为休息日（{days}），提前至 {due_on}。",
        "{raw_on} is a rest day ({days}): moved earlier, to {due_on}.",
    ),
    "due": (
        "最后一日：{due_on}。",
        "Last day: {due_on}.",
    ),
    "effect": (
        "期满的法律效果推定自 {effective} 起发生。",
        "The legal effect of its lapse is presumed from {effective}.",
    ),
    "provisional": (
        "该年度放假调休安排尚未公布，本日期为暂定，公布后重新计算。",
        "Provisional: the holiday notice for that year is not published; counted again when it is.",
    ),
}


def lines(stored: Explanation, lang: Language) -> list[str]:
    """The whole explanation, a sentence a line, in Chinese or English."""
    at = 0 if lang == "zh" else 1
    words = _words(stored, lang)

    def say(key: str, **more: object) -> str:
        return _SENTENCES[key][at].format(**{**words, **more})

    told = [say("rule"), say("basis")] if words["article"] else [say("rule")]
    told += [say("standing"), say(stored["rule"]["direction"])]
    told += [say("§80")] if stored["rule"].get("counted") == "§80" else []
    told += [say("skipped", days=_days(stored["skipped"], lang))] if stored["skipped"] else []
    told += [say("worked", days=_days(stored["worked_weekends"], lang))] if stored["worked_weekends"] else []
    told += [say(change["change"], **change) for change in stored["changes"]]
    if stored["raw_on"] != stored["due_on"]:
        direction = "later" if stored["due_on"] > stored["raw_on"] else "earlier"
        told.append(say(direction, days=_days(stored["moved_over"], lang)))
    told += [] if stored["opens_on"] else [say("due")]
    told += [say("effect")] if stored["rule"]["kind"] == "A" else []
    return told + ([say("provisional")] if stored["provisional"] else [])


def _words(stored: Explanation, lang: Language) -> dict[str, object]:
    """What the sentences are filled with."""
    rule, at = stored["rule"], 0 if lang == "zh" else 1
    who = Who(rule["who"])
    unit = _UNITS[rule["unit"]][at]
    if lang == "en" and rule["number"] == 1:
        unit = unit.removesuffix("s")
    return {
        **stored,
        "what": rule[lang],
        "article": rule["article" if lang == "zh" else "article_en"],
        "law_id": rule["law_id"],
        "pack": rule["pack"],
        "who": who.zh if lang == "zh" else who.en,
        "mark": _MARKS[rule["mark"]][at],
        "length": f"{rule['number']} {unit}",
        "effective": date.fromisoformat(stored["due_on"]) + timedelta(1),
    }


def _days(stretches: list[Stretch], lang: Language) -> str:
    told = []
    for stretch in stretches:
        first, last = stretch["first"], stretch["last"]
        dates = first if first == last else f"{first} – {last[5:] if last[:4] == first[:4] else last}"
        told.append(f"{dates} {stretch['zh' if lang == 'zh' else 'en']}")
    return ("、" if lang == "zh" else ", ").join(told)


@lru_cache(maxsize=512)
def rule_record(period: Period) -> dict[str, Any]:
    """A period as JSON; what it does not say is left out. Shared: copy it before changing anything."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in asdict(period).items()
        if value is not None
    }


def stretches(days: Iterable[date], calendar: WorkCalendar) -> list[Stretch]:
    """Neighbouring days of one name together: 10-01 to 10-07 国庆节."""

    def run(numbered: tuple[int, date]) -> tuple[int, str]:
        at, day = numbered
        return day.toordinal() - at, calendar.name_of(day, "zh")

    groups = ([day for _, day in group] for _, group in groupby(enumerate(days), key=run))
    return [
        {
            "first": group[0].isoformat(),
            "last": group[-1].isoformat(),
            "zh": calendar.name_of(group[0], "zh"),
            "en": calendar.name_of(group[0], "en"),
        }
        for group in groups
    ]
