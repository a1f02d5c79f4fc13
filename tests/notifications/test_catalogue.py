"""Every notice has a name, people to reach, and words in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from notifications import catalogue
from notifications.catalogue import NOTICES
from notifications.faults import TemplateFault
from notifications.render import LANGUAGES, TEMPLATES, day_words, render, stage_words
from states.register import REGISTER_RULES
from states.registry import all_types
from tests.notifications.town import step_facts

CLOCK = {
    "number": "D2026-00012", "case_type": "dispute", "contract_id": None, "rule": "limitation",
    "label": ["仲裁时效", "Limitation"], "subject": "1", "due_on": "2026-11-30", "stage": "d7", "days": 7,
    "missed": ["d30"], "hard": True, "notice": "deadline_near",
}  # fmt: skip
REGISTER = {**CLOCK, "number": "HT2026-00001", "case_type": "", "contract_id": 7, "label": ["合同到期", "Contract ends"]}
OWN: dict[str, Any] = {
    "lines": [CLOCK, REGISTER], "day": "2026-11-23", "overdue": [CLOCK], "today": [REGISTER], "week": [],
    "waiting": ["D2026-1"], "overdue_count": 40, "today_count": 1, "week_count": 0, "waiting_count": 1,
    "host": "example.org", "reason": "smtp 550", "notice": "session_fixed",
    "what": "sweep", "sweep": "deadlines", "last_at": "2026-11-20", "broken": [["D2026-1", "changed"]],
    "count": 12, "since": "2026-11-20 09:45", "failed": 7, "total": 90, "works": 3, "process": "host:12:ab", "roles": "worker",
    "person": "Li", "code": "M02", "until": "2026-11-20 09:45",
    "findings": [["parked", 3, "被搁置", "parked", "重发", "resend"]],
}  # fmt: skip
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def facts_of(key: str) -> dict[str, Any]:
    """Facts as the notice gets them."""
    if NOTICES[key].facts:
        return {name: OWN[name] for name in NOTICES[key].facts}
    if NOTICES[key] in catalogue.CLOCKS:
        return REGISTER if key in {"contract_expired", "renewal_window_open"} else CLOCK
    return step_facts("D2026-00012", outcome="paid")


def test_every_name_a_case_type_tells_is_in_the_catalogue() -> None:
    told = {name for rule in REGISTER_RULES.values() for name in (rule.notice, rule.over_notice)}
    for kind in all_types():
        told |= {name for step in (kind.opening, *kind.steps) for name in step.tells}
        told |= {name for rule in kind.deadlines for name in (rule.notice, rule.over_notice)}
    assert told - set(NOTICES) == set()


def test_the_folders_are_the_catalogue() -> None:
    for lang in LANGUAGES:
        assert {folder.name for folder in (TEMPLATES / lang).iterdir()} == set(NOTICES)


@pytest.mark.parametrize("key", sorted(NOTICES))
def test_every_notice_reads_in_both_languages(key: str) -> None:
    zh, en = (render(key, facts_of(key), lang, "") for lang in LANGUAGES)
    number = facts_of(key).get("number")
    for words in (zh, en):
        assert words.subject
        assert "\n" not in words.subject
        assert "{" not in words.body
        assert "concord " in words.body.splitlines()[-1]
        assert number is None or number in words.subject
    assert CHINESE.search(zh.subject + zh.body)
    if "broken" not in facts_of(key):
        assert not CHINESE.search(en.subject + en.body)


@pytest.mark.parametrize("key", sorted(key for key in NOTICES if NOTICES[key].place is catalogue.CASE))
def test_with_pages_the_link_stands_where_the_command_stood(key: str) -> None:
    body = render(key, facts_of(key), "zh", "https://office.example/").body
    kind = "contracts" if facts_of(key).get("contract_id") else "cases"
    assert body.endswith(f"https://office.example/{kind}/{facts_of(key)['number']}\n")


def test_a_missing_fact_is_a_fault_and_not_a_blank() -> None:
    facts = step_facts("D2026-1")
    del facts["state"]
    with pytest.raises(TemplateFault, match="state"):
        render("case_accepted", facts, "zh", "")
    with pytest.raises(TemplateFault, match="knows no notice"):
        render("from_tomorrow", facts, "zh", "")


def test_a_rule_of_a_newer_version_is_shown_by_its_code() -> None:
    facts = step_facts("D2026-1", dates=[["a-rule-of-tomorrow", "2", "2026-12-08"]], case_type="from_tomorrow")
    assert "a-rule-of-tomorrow 2：2026年12月8日（周二）" in render("case_accepted", facts, "zh", "").body


def test_subjects_cannot_break_the_header() -> None:
    subject = render("case_accepted", step_facts("D1\r\nBcc: everybody@example.org"), "zh", "").subject
    assert "\r" not in subject
    assert "\n" not in subject


def test_days_and_stages_in_words() -> None:
    assert day_words("2026-11-30", "zh") == "2026年11月30日（周一）"
    assert day_words("2026-11-30", "en") == "Mon 30 Nov 2026"
    names = [stage_words(stage, "zh") for stage in ("opens", "d7", "d0", "over", "over+3")]
    assert names == ["开始当日", "提前7天", "到期当日", "过期第1天", "过期第3天"]
