"""Dates that a labour office would check by hand: LAW.md section 1, and the laws every count obeys."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rules import Direction, Unit, load_pack, pack_keys
from config.workdays import WorkCalendar, work_calendar
from states.counting import Count, count, explain, extend, parse_period, recount, resume

CN = work_calendar("CN")
US = work_calendar("US")
CN.is_provisional(2027)  # reads the holidays package before Hypothesis looks at the clock


def on(text: str) -> date:
    return date.fromisoformat(text)


def counted(start: str, length: str, pack: str = "cn") -> Count:
    return count(on(start), parse_period(length, pack), CN)


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ("2026-09-16", "15ND", "2026-10-08"),  # raw 1 October is a holiday
        ("2026-09-23", "15ND", "2026-10-08"),
        ("2026-09-23", "3WD", "2026-09-29"),
        ("2026-09-15", "20ND", "2026-10-08"),
        ("2026-09-15", "10WD", "2026-09-29"),  # Sunday 20 September is worked
        ("2026-09-15", "5ND", "2026-09-20"),  # and ends a period
        ("2026-02-12", "5WD", "2026-02-26"),
        ("2026-02-12", "5ND", "2026-02-24"),
        ("2025-02-28", "1Y", "2026-02-28"),
        ("2025-10-03", "1Y", "2026-10-08"),
        ("2026-08-01", "15ND", "2026-08-17"),
        ("2026-08-20", "45ND", "2026-10-08"),
        ("2026-10-12", "5WD-before", "2026-09-29"),
        ("2026-10-12", "hearing-notice", "2026-09-29"),
        ("2026-03-01", "15ND", "2026-03-16"),  # CAL-02
        ("2025-08-31", "6M", "2026-02-28"),  # CAL-04
        ("2024-02-29", "1Y", "2025-02-28"),
        ("2023-02-28", "1Y", "2024-02-28"),
        ("2024-01-31", "1M", "2024-02-29"),
        ("2026-10-09", "1WD", "2026-10-10"),  # a Saturday that is worked
        ("2026-10-09", "5ND-before", "2026-09-30"),  # raw 4 October: earlier, never later
        ("2026-06-15", "1M-before", "2026-05-15"),
    ],
)
def test_the_table_of_the_law(start: str, length: str, due: str) -> None:
    assert counted(start, length).due_on == on(due)


@pytest.mark.parametrize(
    ("length", "opens"),
    [
        ("60ND-window", "2026-11-01"),
        ("3M-window", "2026-09-30"),
        ("90ND-window", "2026-10-02"),
        ("renewal-window-wage", "2026-11-01"),
        ("renewal-window-collective", "2026-09-30"),
    ],
)
def test_a_window_opens_before_expiry_and_closes_with_it(length: str, opens: str) -> None:
    window = counted("2026-12-31", length)
    assert (window.opens_on, window.due_on) == (on(opens), on("2026-12-31"))
    assert not window.provisional


def test_zhejiang_answers_in_ten_working_days_and_opens_renewal_ninety_days_before() -> None:
    assert counted("2026-09-15", "reply-to-demand-wage", "cn-zhejiang").due_on == on("2026-09-29")
    assert counted("2026-09-15", "reply-to-demand-wage", "cn").due_on == on("2026-10-08")
    assert counted("2026-12-31", "renewal-window-wage", "cn-zhejiang").opens_on == on("2026-10-02")


def test_raw_and_rolled_are_both_kept_and_the_effect_follows_the_last_day() -> None:
    review = counted("2026-09-16", "review")
    assert (review.raw_on, review.due_on, review.effective_from) == (
        on("2026-10-01"),
        on("2026-10-08"),
        on("2026-10-09"),
    )
    assert counted("2026-09-16", "mediation-decide").effective_from is None


def test_an_extension_counts_from_the_raw_end() -> None:
    award = counted("2026-08-20", "arbitration-award")
    longer = extend(award, 15)
    assert longer.due_on == on("2026-10-19")
    assert longer.due_on == counted("2026-08-20", "60ND").due_on
    assert extend(counted("2026-09-15", "5WD"), 5).due_on == counted("2026-09-15", "10WD").due_on


def test_a_pause_shifts_what_was_left() -> None:
    award = counted("2026-03-02", "45ND")  # raw 16 April
    assert resume(award, on("2026-03-12"), on("2026-03-22")).due_on == on("2026-04-27")  # Sunday 26 April rolls
    reply = counted("2026-03-02", "10WD")  # 16 March; 5 left after the 9th
    assert resume(reply, on("2026-03-09"), on("2026-03-16")).due_on == on("2026-03-23")
    assert resume(award, on("2026-03-12"), on("2026-03-12")).due_on == award.due_on


@pytest.mark.parametrize(("paused", "resumed"), [("2026-03-01", "2026-03-05"), ("2026-03-09", "2026-03-08")])
def test_a_pause_lies_within_the_period(paused: str, resumed: str) -> None:
    with pytest.raises(ValueError, match="does not run at"):
        resume(counted("2026-03-02", "10WD"), on(paused), on(resumed))


def test_only_running_periods_are_extended() -> None:
    with pytest.raises(ValueError, match="cannot be extended"):
        extend(counted("2026-12-31", "60ND-window"), 5)
    with pytest.raises(ValueError, match="cannot be extended"):
        extend(counted("2026-03-02", "10WD"), 0)


def test_without_a_number_no_deadline_arises() -> None:
    with pytest.raises(ValueError, match="no deadline arises"):
        counted("2026-03-02", "draft-to-vote")


def test_dates_in_2027_are_provisional_until_its_calendar_is_loaded(tmp_path: Path) -> None:
    deadline = counted("2027-01-25", "15ND")  # raw 9 February, in the holiday as we guess it
    assert deadline.provisional
    assert "暂定" in explain(deadline, "zh")[-1]
    assert "Provisional" in explain(deadline, "en")[-1]
    assert counted("2026-12-25", "10WD").provisional
    assert not counted("2026-11-02", "10WD").provisional
    folder = tmp_path / "cn"
    folder.mkdir()
    (folder / "2027.toml").write_text(
        'source = "draft"\nworking = []\n'
        '[[rest]]\nfirst = 2027-02-05\nlast = 2027-02-12\nzh = "春节"\nen = "Spring Festival"\n',
        "utf-8",
    )
    again = recount(deadline.explanation, WorkCalendar("CN", tmp_path))
    assert not again.provisional
    assert again.due_on == on("2027-02-15")


def test_american_notices_do_not_roll_forward() -> None:
    pack = load_pack("us-nlra")
    told = count(on("2026-06-04"), pack.period("notice-mediation-service"), US)
    assert told.due_on == on("2026-07-04")
    notice = count(on("2026-09-05"), pack.period("notice-other-side"), US)
    assert (notice.raw_on, notice.due_on) == (on("2026-07-07"), on("2026-07-07"))
    assert count(on("2026-08-02"), pack.period("notice-other-side"), US).due_on == on("2026-06-03")


def test_the_explanation_tells_the_whole_story_in_both_languages() -> None:
    award = resume(extend(counted("2026-08-20", "arbitration-award"), 15), on("2026-09-01"), on("2026-09-05"))
    told = json.loads(json.dumps(award.explanation))
    assert told["rule"]["law_id"] == "ARB-16"
    assert told["day_one"] == "2026-08-21"
    assert [change["change"] for change in told["changes"]] == ["extended", "paused"]
    assert recount(told, CN) == award
    chinese, english = explain(told, "zh"), explain(told, "en")
    assert explain(award, "zh") == chinese
    assert len(chinese) == len(english)
    assert any("《劳动争议调解仲裁法》第四十三条" in line for line in chinese)
    assert any("法定期限" in line for line in chinese)
    assert any("2026-10-23" in line for line in english)


def test_the_explanation_names_what_was_skipped_rolled_over_and_worked() -> None:
    reply = explain(counted("2026-09-15", "10WD"), "zh")
    assert any("2026-09-25 – 09-27 中秋节" in line for line in reply)
    assert any("2026-09-20 调休工作日" in line for line in reply)
    review = explain(counted("2026-09-16", "review"), "en")
    assert any("2026-10-01 – 10-07 National Day" in line and "2026-10-08" in line for line in review)
    hearing = explain(counted("2026-10-12", "hearing-notice"), "zh")
    assert any("第八十条" in line for line in hearing)


@pytest.mark.parametrize("key", pack_keys())
def test_every_rule_can_be_counted_explained_and_counted_again(key: str) -> None:
    pack = load_pack(key)
    calendar = work_calendar(pack.calendar)
    for name in pack.rows:
        period = pack.period(name)
        if not period.arises:
            continue
        deadline = count(on("2026-03-31"), period, calendar)
        for lang in ("zh", "en"):
            told = "\n".join(explain(deadline, lang))
            assert deadline.due_on.isoformat() in told
            assert "{" not in told
            if not period.hard:
                assert ("法定期限，" if lang == "zh" else ": a statutory period") not in told
        assert recount(json.loads(json.dumps(deadline.explanation)), calendar) == deadline


DAYS = st.dates(date(2004, 6, 1), date(2060, 12, 31))
NUMBERS = st.integers(1, 120)
UNITS = st.sampled_from(["ND", "WD", "M", "Y"])


@given(DAYS, NUMBERS, UNITS)
def test_never_before_the_raw_end_and_never_on_a_rest_day(start: date, number: int, unit: str) -> None:
    deadline = count(start, parse_period(f"{min(number, 20) if unit == 'Y' else number}{unit}", "cn"), CN)
    assert start < deadline.raw_on <= deadline.due_on
    assert CN.is_working_day(deadline.due_on)
    assert len(CN.rest_days(deadline.raw_on, deadline.due_on)) == (deadline.due_on - deadline.raw_on).days


@given(DAYS, NUMBERS, UNITS)
def test_backwards_never_after_the_raw_day_and_never_on_a_rest_day(start: date, number: int, unit: str) -> None:
    deadline = count(start, parse_period(f"{min(number, 20) if unit == 'Y' else number}{unit}-before", "cn"), CN)
    assert deadline.due_on <= deadline.raw_on < start
    assert CN.is_working_day(deadline.due_on)


@given(DAYS, DAYS, NUMBERS, UNITS, st.sampled_from(["", "-before", "-window"]))
def test_a_later_start_never_ends_earlier(one: date, other: date, number: int, unit: str, way: str) -> None:
    period = parse_period(f"{min(number, 20) if unit == 'Y' else number}{unit}{way}", "cn")
    early, late = (count(day, period, CN) for day in sorted((one, other)))
    assert early.due_on <= late.due_on
    assert (early.opens_on or date.min) <= (late.opens_on or date.min)


@given(DAYS, NUMBERS, st.integers(1, 60), st.sampled_from(["ND", "WD"]))
def test_extending_is_counting_further(start: date, number: int, more: int, unit: str) -> None:
    longer = extend(count(start, parse_period(f"{number}{unit}", "cn"), CN), more)
    assert longer.due_on == count(start, parse_period(f"{number + more}{unit}", "cn"), CN).due_on


@given(DAYS, NUMBERS, st.integers(0, 120), st.integers(0, 60), st.sampled_from(["ND", "WD"]))
def test_a_pause_never_shortens(start: date, number: int, after: int, pause: int, unit: str) -> None:
    running = count(start, parse_period(f"{number}{unit}", "cn"), CN)
    paused_on = min(start + timedelta(after), running.due_on)
    resumed = resume(running, paused_on, paused_on + timedelta(pause))
    assert resumed.due_on >= running.due_on
    assert recount(json.loads(json.dumps(resumed.explanation)), CN) == resumed


def test_a_typed_length_is_office_policy_never_statute() -> None:
    typed = parse_period("60ND-window", "cn")
    assert typed.direction is Direction.WINDOW
    assert typed.unit is Unit.ND
    assert not typed.hard
