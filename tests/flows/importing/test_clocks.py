"""The clocks of a contract without a case: its term and its window, under the pack of its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.rules import load_pack, read_pack
from config.workdays import work_calendar
from states.agenda import due_stages
from states.register import CONTRACT_TERM, REGISTER_RULES, clocks_of

ENDS = date(2026, 12, 31)


@pytest.mark.parametrize(("pack", "kind", "opens"), [
    ("cn", "collective", date(2026, 9, 30)), ("cn", "wage", date(2026, 11, 1)), ("cn-zhejiang", "wage", date(2026, 10, 2)),
    ("us-nlra", "collective", date(2026, 11, 1)),
])  # fmt: skip
def test_the_window_is_that_of_kind_and_place(pack: str, kind: str, opens: date) -> None:
    rules = load_pack(pack)
    term, window = clocks_of(kind, ENDS, rules, work_calendar(rules.calendar))
    assert (term["opens_on"], term["due_on"], term["next_on"]) == (None, ENDS, date(2026, 10, 2))
    assert (window["opens_on"], window["due_on"], window["next_on"]) == (opens, ENDS, opens)
    assert window["explanation"]["rule"]["name"] == f"renewal-window-{kind}"
    assert window["hard"] == rules.period(f"renewal-window-{kind}").hard
    assert {row["rule"] for row in (term, window)} == set(REGISTER_RULES)


def test_a_pack_without_a_number_gives_no_window(tmp_path: Path) -> None:
    (tmp_path / "draft.toml").write_text(
        'zh = "草案"\nen = "Draft"\ncalendar = "CN"\n[laws.none]\n'
        'zh = "草案"\nen = "Draft"\nsource = "-"\n[periods.renewal-window-wage]\nlength = "none"\nkind = "W"\n'
        'who = "side"\nzh = "未规定期限。"\nen = "No period is set."\ncite = ["none"]\nlaw_id = "-"\nmark = "policy"\n',
        "utf-8",
    )
    draft = read_pack("draft", tmp_path)
    for kind in ("wage", "women"):
        assert [row["rule"] for row in clocks_of(kind, ENDS, draft, work_calendar("CN"))] == ["contract-term"]


def test_the_first_sweep_acts_on_the_latest_stage_and_names_the_ones_before() -> None:
    (term, *_) = clocks_of("wage", ENDS, load_pack("cn"), work_calendar("CN"))
    due = due_stages(CONTRACT_TERM, None, ENDS, term["next_on"], date(2026, 12, 10))
    assert [stage.name for stage in due] == ["d90", "d60", "d30"]
