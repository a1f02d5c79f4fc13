"""Putting a notice into words: frozen facts and a language become subject and body.

Templates are plain text, compiled once a process, and strict: a missing fact is a `TemplateFault`, never a
blank. They see words, not rows: names of states, steps and rules come from the case type in the reader's
language, days are written out, and every body ends with the one thing to do: a link where the office has
pages, else the command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from notifications.catalogue import NOTICES, Notice, Urgency
from notifications.faults import TemplateFault
from states.caseview import Outcome
from states.errors import BadDefinition
from states.labels import Label
from states.registry import case_type, versions_near

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("zh", "en")
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text only: there is no HTML template in the folder
)
_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_URGENT = Label("【急】", "[urgent] ")
_TO_DO = Label("办理", "To do")
_HARD = Label("法定期限，过期即生法律后果", "set by law; being late has legal effect")
_SOFT = Label("约定或内部期限", "agreed, or office policy")


@dataclass(frozen=True, slots=True)
class Words:
    """A notice as somebody reads it."""

    subject: str
    body: str


def render(notice_key: str, facts: Mapping[str, Any], language: str, base_url: str) -> Words:
    """The notice in the reader's language. Raises `TemplateFault` when a template or a fact is missing."""
    notice = NOTICES.get(notice_key)
    if notice is None:
        raise TemplateFault(f"this version knows no notice {notice_key}")
    lang = "en" if language == "en" else "zh"
    subject, body = _templates(lang, notice_key)
    try:
        seen = _seen(facts, lang)
        title = " ".join(subject.render(seen).split())
        text = body.render(seen).strip()
    except (TemplateError, KeyError, TypeError, ValueError) as fault:
        raise TemplateFault(f"{notice_key}/{lang}: {type(fault).__name__}: {fault}") from fault
    urgent = _URGENT.said(lang) if notice.urgency is Urgency.URGENT else ""
    to_do = f"{_TO_DO.said(lang)}{'：' if lang == 'zh' else ': '}{where(notice, facts, base_url)}"
    return Words(f"{urgent}{title}"[:300], f"{text}\n\n{to_do}\n")


def where(notice: Notice, facts: Mapping[str, Any], base_url: str) -> str:
    """The link or the command that does the thing; a reminder of the register leads to the contract."""
    place = notice.place_for(facts)
    return f"{base_url.rstrip('/')}{place.path}".format_map(facts) if base_url else place.command.format_map(facts)


@lru_cache(maxsize=1000)
def _templates(lang: str, key: str) -> tuple[Template, Template]:
    try:
        folder = f"{lang}/{key}"
        return _ENVIRONMENT.get_template(f"{folder}/subject.txt"), _ENVIRONMENT.get_template(f"{folder}/body.txt")
    except TemplateError as fault:
        raise TemplateFault(f"{key}/{lang}: {type(fault).__name__}: {fault}") from fault


def _seen(facts: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the templates see: the facts, with the names and days among them in words."""
    seen = dict(facts)
    for name in ("lines", "today", "week", "overdue"):
        if name in facts:
            seen[name] = [_clock_words(line, lang) for line in facts[name]]
    if "dates" in facts:
        seen.update(_step_words(facts, lang))
    if "due_on" in facts:
        seen.update(_clock_words(facts, lang))
    if "day" in facts:
        seen["day"] = day_words(facts["day"], lang)
    if "findings" in facts:
        seen["findings"] = [_finding(line, lang) for line in facts["findings"]]
    if "notice" in facts and facts["notice"] in NOTICES:
        seen["notice_label"] = NOTICES[facts["notice"]].label.said(lang)
    return seen


def _step_words(facts: Mapping[str, Any], lang: str) -> dict[str, str]:
    names = _names(facts["case_type"], lang)
    mark = "：" if lang == "zh" else ": "
    clocks = [
        f"- {_what(names.get(('rule', rule), rule), subject)}{mark}{day_words(due, lang)}"
        for rule, subject, due in facts["dates"]
    ]
    outcome = facts.get("outcome")
    return {
        "type": names.get(("type", ""), facts["case_type"]),
        "step": names.get(("step", facts["step"]), facts["step"]),
        "state": names.get(("state", facts["state"]), facts["state"]),
        "outcome": _OUTCOMES[outcome].said(lang) if outcome in _OUTCOMES else outcome or "",
        "clocks": "\n".join(clocks),
    }


_OUTCOMES = {str(one): one.label for one in Outcome}


def _clock_words(facts: Mapping[str, Any], lang: str) -> dict[str, Any]:
    names = _names(facts["case_type"], lang) if facts["case_type"] else {}
    stage: str = facts["stage"]
    return {
        **facts,
        "type": names.get(("type", ""), ""),
        "what": _what(Label(*facts["label"]).said(lang), facts["subject"]),
        "due": day_words(facts["due_on"], lang),
        "when": _when(facts["days"], lang),
        "why": (_HARD if facts["hard"] else _SOFT).said(lang),
        "stage": stage_words(stage, lang),
        "missed": (", " if lang == "en" else "、").join(stage_words(one, lang) for one in facts["missed"]),
    }


def _finding(line: Sequence[Any], lang: str) -> dict[str, Any]:
    code, count, *texts = line
    says, remedy = Label(*texts[:2]).said(lang), Label(*texts[2:4]).said(lang)
    return {"code": code, "count": count, "says": says, "remedy": remedy}


def _what(label: str, subject: str) -> str:
    return f"{label} {subject}" if subject else label


def _when(days: int, lang: str) -> str:
    if days == 0:
        return "today" if lang == "en" else "今天到期"
    if lang == "en":
        return f"in {days} days" if days > 1 else "tomorrow" if days == 1 else f"{-days} days late"
    return f"还有{days}天" if days > 0 else f"已过期{-days}天"


def stage_words(stage: str, lang: str) -> str:
    """The name of a stage for people: "d7" is seven days before."""
    if stage == "opens":
        return "opening day" if lang == "en" else "开始当日"
    if stage == "d0":
        return "last day" if lang == "en" else "到期当日"
    if stage.startswith("d") and stage[1:].isdigit():
        return f"{stage[1:]} days before" if lang == "en" else f"提前{stage[1:]}天"
    days = stage.removeprefix("over").lstrip("+") or "1"
    return f"{days} days over" if lang == "en" else f"过期第{days}天"


@lru_cache(maxsize=4000)
def day_words(iso: str, lang: str) -> str:
    """A day as people write it: "2026年11月30日（周一）", "Mon 30 Nov 2026"."""
    day = date.fromisoformat(iso)
    weekday = _WEEKDAYS[lang][day.weekday()]
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日（{weekday}）"
    return f"{weekday} {day.day} {_MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=64)
def _names(key: str, lang: str) -> Mapping[tuple[str, str], str]:
    """All names of a case type; of one that this version does not know none, and the codes are shown."""
    try:
        kind = case_type(key)
    except BadDefinition:
        return {}
    names: dict[tuple[str, str], str] = {}
    for one in reversed(list(versions_near(kind))):  # a case may be in an older version; the newest has the last word
        names |= {("state", str(stage)): stage.label.said(lang) for stage in one.stages}
        names |= {("step", step.name): step.label.said(lang) for step in (*one.steps, one.opening)}
        names |= {("rule", rule.name): rule.label.said(lang) for rule in one.deadlines}
    return {**names, ("type", ""): kind.label.said(lang)}
