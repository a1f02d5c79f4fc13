"""What a case is called on a page: "张三 · 某制衣厂", and its cause or kind. A number alone tells nobody anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from states.bargaining.words import Kind
from states.dispute.words import Cause
from states.labels import Label

CONFIDENTIAL = Label("申请人不公开", "applicant confidential")


def title_of(row: Any, applicant: str | None, lang: str) -> str:
    """The people of a case. An applicant who wants to stay confidential is not named in lists."""
    facts: Mapping[str, Any] = row.facts
    employer = str(facts.get("employer", ""))
    if row.type == "bargaining":
        return employer
    who = CONFIDENTIAL.said(lang) if facts.get("confidential") else applicant or ""
    others = int(facts.get("claimants", 1) or 1)
    if others > 1 and who:
        who += f" 等{others}人" if lang == "zh" else f" and {others - 1} more"
    return " · ".join(part for part in (who, employer) if part)


def subject_of(row: Any, lang: str) -> str:
    """What it is about: the cause of a dispute, the kind of a contract."""
    known = {"dispute": ("cause", Cause), "bargaining": ("kind", Kind)}.get(row.type)
    if known is None or row.facts.get(known[0]) not in list(known[1]):
        return ""
    return known[1](row.facts[known[0]]).label.said(lang)
