"""The law as data: every name the case types use, in every pack, with its article and an honest mark."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from config.citations import chinese_number
from config.rules import (
    BrokenRulePack,
    Direction,
    Kind,
    Mark,
    MissingRule,
    Period,
    Unit,
    load_pack,
    pack_keys,
    parse_length,
    read_pack,
)

BARGAINING = """
    announce-team representative-vacancy reply-to-demand-collective reply-to-demand-wage
    reply-to-demand-women urging-reply supervision-reply information-before bargain-begin
    negotiation-max suspension-max coordination-request-after coordination coordination-extension
    draft-to-vote papers-before-congress revote file-collective file-wage file-women review resubmit
    publish-collective publish-wage publish-women file-with-higher-union renewal-window-collective
    renewal-window-wage renewal-window-women performance-report end-filing team-min outsiders-max
    congress-quorum congress-majority congress-base term-min-years term-max-years
"""
DISPUTE = """
    negotiation-reply mediation-decide mediation-refusal-notice mediation-from-receipt
    mediation-from-acceptance arbitration-review-window arbitration-review-decision
    judicial-confirmation-window judicial-confirmation-acceptance judicial-confirmation-decision
    payment-order-acceptance payment-order-issue payment-order-objection payment-order-service
    limitation arbitration-acceptance arbitration-defence arbitration-award hearing-notice
    sue-after-award annul-after-award appeal enforcement injury-employer-application
    injury-worker-application inspection-complaint inspection-acceptance referral-reply
    case-stagnant follow-up-first follow-up-second close-after-end archive-after-close
    session-reminder group-claimants group-representatives-min group-representatives-max
"""
EVERY_ROW = [(key, row) for key in pack_keys() for rows in load_pack(key).rows.values() for row in rows]


def test_the_nation_defines_every_name_and_each_province_answers_for_them() -> None:
    assert set(pack_keys()) == {"cn", "cn-shandong", "cn-shanghai", "cn-zhejiang", "us-nlra"}
    for key in pack_keys():
        wanted = set(BARGAINING.split()) | (set(DISPUTE.split()) if key.startswith("cn") else set())
        assert wanted <= load_pack(key).names(), key


@pytest.mark.parametrize(("key", "row"), EVERY_ROW, ids=[f"{key}:{row.name}" for key, row in EVERY_ROW])
def test_every_row_says_what_must_happen_in_both_languages_and_where_it_is_written(key: str, row: Period) -> None:
    assert any("一" <= sign <= "鿿" for sign in row.zh)
    assert row.en.isascii() or "半数以上" in row.en
    assert row.article
    assert row.article_en
    assert row.source
    assert row.law_id
    assert row.who.zh
    assert row.who.en
    assert row.arises == (row.number > 0)
    assert (row.kind is Kind.W) == (row.direction is Direction.WINDOW)


def test_only_what_was_read_in_the_article_is_hard() -> None:
    for _, row in EVERY_ROW:
        assert row.hard == (row.mark is Mark.V)
        if "from memory" in row.source or row.law_id == "policy":
            assert not row.hard, row.name
    assert not load_pack("cn").period("papers-before-congress").hard
    assert load_pack("cn-shanghai").period("papers-before-congress").hard


@pytest.mark.parametrize(
    ("pack", "name", "number", "unit"),
    [
        ("cn", "reply-to-demand-wage", 20, Unit.ND),
        ("cn-zhejiang", "reply-to-demand-wage", 10, Unit.WD),
        ("cn-shanghai", "reply-to-demand-collective", 15, Unit.ND),
        ("cn-shandong", "reply-to-demand-wage", 10, Unit.ND),
        ("cn-shandong", "reply-to-demand-collective", 20, Unit.ND),
        ("cn", "file-wage", 7, Unit.ND),
        ("cn-zhejiang", "renewal-window-wage", 90, Unit.ND),
        ("cn", "renewal-window-collective", 3, Unit.M),
        ("cn-zhejiang", "limitation", 1, Unit.Y),
        ("cn", "draft-to-vote", 0, Unit.NONE),
        ("us-nlra", "review", 0, Unit.NONE),
        ("us-nlra", "notice-other-side-health", 90, Unit.ND),
    ],
)
def test_a_province_overrides_the_nation_and_leaves_the_rest(pack: str, name: str, number: int, unit: Unit) -> None:
    row = load_pack(pack).period(name)
    assert (row.number, row.unit) == (number, unit)


def test_before_the_province_legislated_the_nation_ruled() -> None:
    zhejiang = load_pack("cn-zhejiang")
    assert zhejiang.period("reply-to-demand-wage", date(2010, 12, 31)).pack == "cn"
    assert zhejiang.period("reply-to-demand-wage", date(2011, 1, 1)).pack == "cn-zhejiang"


def test_kinds_that_carry_effects() -> None:
    nation = load_pack("cn")
    assert nation.period("mediation-from-receipt").kind is Kind.A
    assert nation.period("mediation-from-acceptance").kind is Kind.F
    assert nation.period("review").kind is Kind.A
    assert nation.period("hearing-notice").direction is Direction.BEFORE
    assert nation.period("hearing-notice").counted == "§80"


def test_thresholds_are_exact_numbers() -> None:
    nation = load_pack("cn")
    assert nation.threshold("congress-quorum").value == Fraction(2, 3)
    assert nation.threshold("outsiders-max").value == Fraction(1, 3)
    assert nation.threshold("group-claimants").value == 10
    assert nation.threshold("congress-majority").value == "more_than_half"
    assert load_pack("cn-shandong").threshold("frontline-min").value == Fraction(1, 3)
    assert load_pack("cn-shanghai").threshold("file-counts-from").value == "employer-notice"


def test_articles_read_as_each_language_writes_them() -> None:
    row = load_pack("cn").period("arbitration-award")
    assert row.article == "《劳动争议调解仲裁法》第四十三条、《劳动人事争议仲裁办案规则》第四十五条、第四十八条"
    assert row.article_en.startswith("Labour Dispute Mediation and Arbitration Law, art. 43; ")
    assert load_pack("us-nlra").period("notice-other-side").article_en == "29 U.S.C., § 158(d)(1)"
    numerals = {
        1: "一",
        10: "十",
        14: "十四",
        20: "二十",
        100: "一百",
        205: "二百零五",
        430: "四百三十",
        115: "一百一十五",
    }
    assert {number: chinese_number(number) for number in numerals} == numerals


def test_a_missing_name_says_pack_and_name() -> None:
    with pytest.raises(MissingRule, match=r"us-nlra.*'limitation'"):
        load_pack("us-nlra").period("limitation")
    with pytest.raises(MissingRule, match=r"cn.*'team-max'"):
        load_pack("cn").threshold("team-max")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15ND", (15, Unit.ND, Direction.AFTER)),
        ("3 WD", (3, Unit.WD, Direction.AFTER)),
        ("60ND-window", (60, Unit.ND, Direction.WINDOW)),
        ("5 WD before", (5, Unit.WD, Direction.BEFORE)),
        ("none", (0, Unit.NONE, Direction.AFTER)),
    ],
)
def test_lengths_are_read_as_people_type_them(text: str, expected: tuple[int, Unit, Direction]) -> None:
    assert parse_length(text) == expected


@pytest.mark.parametrize("text", ["", "15", "0 ND", "15 days", "-3 WD", "3 WD after"])
def test_what_is_no_length_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_length(text)


DRAFT = """
zh = "草案"
en = "Draft"
calendar = "CN"
laws.x = { zh = "《某条例》", en = "Some Regulation", source = "nowhere" }
[periods.reply]
length = "5 ND"
kind = "D"
who = "worker"
zh = "应当书面答复。"
en = "Answers in writing."
cite = ["x 7"]
law_id = "X-1"
mark = "V"
"""


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('length = "5 ND"', 'lenght = "5 ND"', r"draft\.toml: periods\.reply.*(length|lenght).*key"),
        ('length = "5 ND"', 'length = "5 days"', r"draft\.toml: periods\.reply\.length.*write"),
        ('mark = "V"', 'mark = "sure"', r"draft\.toml: periods\.reply.*mark.*correct the value"),
        ('cite = ["x 7"]', 'cite = ["y 7"]', r"no law 'y 7'.*\[laws\]"),
        ('calendar = "CN"', 'calendar = "MARS"', r"draft\.toml: calendar"),
        ("[periods.reply]", "[periods.reply", r"draft\.toml: not TOML"),
    ],
)
def test_a_typing_mistake_is_answered_with_file_key_and_remedy(tmp_path: Path, wrong: str, right: str, told: str) -> None:
    (tmp_path / "draft.toml").write_text(DRAFT.replace(wrong, right), "utf-8")
    with pytest.raises(BrokenRulePack, match=told):
        read_pack("draft", tmp_path)


def test_an_unknown_pack_names_the_packs_there_are() -> None:
    with pytest.raises(BrokenRulePack, match="choose one of: cn, cn-shandong"):
        load_pack("cn-atlantis")


def test_a_change_of_law_is_two_rows_and_the_version_moves_with_the_rule_only(tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(DRAFT, "utf-8")
    first = read_pack("draft", tmp_path)
    draft.write_text("# a comment\n" + DRAFT, "utf-8")
    assert read_pack("draft", tmp_path).version == first.version
    head, row = DRAFT.split("[periods.reply]")
    until, since = row + "valid_to = 2025-12-31\n", row.replace("5 ND", "7 ND") + "valid_from = 2026-01-01\n"
    draft.write_text(f"{head}[[periods.reply]]{until}[[periods.reply]]{since}", "utf-8")
    changed = read_pack("draft", tmp_path)
    assert changed.version != first.version
    assert changed.period("reply", date(2025, 12, 31)).number == 5
    assert changed.period("reply", date(2026, 1, 1)).number == 7
    assert changed.period("reply").number == 7


def test_a_province_changes_its_version_when_the_nation_changes(tmp_path: Path) -> None:
    (tmp_path / "draft.toml").write_text(DRAFT, "utf-8")
    (tmp_path / "town.toml").write_text('zh = "某市"\nen = "Town"\ncalendar = "CN"\nparent = "draft"\n', "utf-8")
    before = read_pack("town", tmp_path)
    assert before.period("reply").pack == "draft"
    (tmp_path / "draft.toml").write_text(DRAFT.replace("5 ND", "6 ND"), "utf-8")
    assert read_pack("town", tmp_path).version != before.version
