"""Clauses: from what the sides propose to what the draft says, word for word (Order 22 arts 8, 34)."""

from __future__ import annotations

from typing import Any

import pytest

from states import entries as said
from states.bargaining.draft import to_be_drafted
from states.errors import Refusal
from tests.states.factories import CHIEFS, at_the_table, ballot, in_force, refused, signing
from tests.states.walker import Walker

PAY, MEALS = "岗位工资", "伙食补贴"


def day(walker: Walker) -> str:
    return walker.today.isoformat()


def table_with_two_clauses() -> Walker:
    """Pay is asked at 5,000 and offered at 4,800; on meals both say the same."""
    case = at_the_table("wage")
    case.take(
        "record_positions",
        side="workers",
        items=[
            {"clause": PAY, "text": "每月不低于5000元", "amount": "5000"},
            {"clause": MEALS, "text": "每月三百元", "amount": "300"},
        ],
    )
    case.take(
        "record_positions",
        side="employer",
        items=[{"clause": PAY, "text": "每月不低于4800元", "amount": "4800"}, {"clause": " 伙食 补贴", "amount": "300"}],
    )
    return case  # fmt: skip


def reasons(case: Walker, step: str, **answers: Any) -> list[tuple[str, str]]:
    """(code, field) of every reason."""
    with pytest.raises(Refusal) as refusal:
        case.take(step, **answers)
    return [(reason.code, reason.field) for reason in refusal.value.reasons]


def draft(case: Walker, *clauses: dict[str, Any]) -> dict[str, Any]:
    return {"agreed_on": day(case), "contents": ["pay"], "clauses": list(clauses), **CHIEFS}


def settled(case: Walker) -> dict[str, tuple[str, int | None]]:
    return {title: (one["text"], one["amount"]) for title, one in case.case.facts.get("agreed", {}).items()}


def test_what_both_put_alike_can_be_agreed_on_by_its_name_alone() -> None:
    case = table_with_two_clauses()
    assert case.case.facts["gap"] == 20_000
    assert case.type.by_name["agree_clause"].suggests(case.case)["items"] == [  # type: ignore[misc]
        {"clause": MEALS, "text": "每月三百元", "amount": "300.00"}
    ]
    assert reasons(case, "agree_clause", on=day(case), items=[MEALS, PAY]) == [("agreed_text_unknown", "items.1.text")]
    case.take("agree_clause", on=day(case), items=[MEALS, {"clause": PAY, "text": "每月不低于4900元", "amount": "4900"}])
    assert settled(case) == {MEALS: ("每月三百元", 30_000), PAY: ("每月不低于4900元", 490_000)}
    assert "positions" not in case.case.facts
    assert "gap" not in case.case.facts


def test_a_new_proposal_opens_an_agreed_clause_again() -> None:
    case = table_with_two_clauses()
    case.take("agree_clause", on=day(case), items=[MEALS])
    case.take("record_positions", side="workers", items=[{"clause": MEALS, "amount": "350"}, {"clause": PAY}])
    assert list(case.case.facts["positions"]) == [PAY, MEALS]
    assert "agreed" not in case.case.facts
    assert case.written(said.Proposal)[-1].clause == MEALS, "a row in which nothing is said is no proposal"
    assert refused(case, "record_positions", side="workers", items=[{"clause": PAY}]) == ["nothing_proposed"]


def test_open_clauses_stand_against_the_draft_each_by_its_name() -> None:
    case = table_with_two_clauses()
    assert reasons(case, "agree_draft", **draft(case)) == [("clause_open", ""), ("clause_open", "")]
    case.take("agree_clause", on=day(case), items=[MEALS, {"clause": PAY, "dropped": True}])
    case.take("agree_draft", **draft(case))
    assert [(c.no, c.title, c.amount) for c in case.written(said.ClauseWritten)] == [(1, MEALS, 30_000)]


def test_the_draft_says_what_was_agreed_on_and_every_difference_is_named() -> None:
    case = table_with_two_clauses()
    case.take("agree_clause", on=day(case), items=[MEALS, {"clause": PAY, "text": "每月不低于4900元", "amount": "4900"}])
    wrong = draft(
        case, {"title": PAY, "text": "每月不低于4850元", "amount": "4850"}, {"title": "年终奖"}, {"title": PAY, "text": "x"},
    )  # fmt: skip
    assert reasons(case, "agree_draft", **wrong) == [
        ("clause_amount_differs", "clauses.0.amount"), ("clause_text_differs", "clauses.0.text"),
        ("clause_empty", "clauses.1.text"), ("clause_twice", "clauses.2.title"),
        ("clause_amount_differs", "clauses.2.amount"), ("clause_text_differs", "clauses.2.text"),
        ("clause_missing", "clauses"),
    ]  # fmt: skip
    right = to_be_drafted(case.case)["clauses"]
    case.take("agree_draft", **draft(case, *right, {"title": "年终奖", "content": "welfare", "text": "按考核发放"}))
    assert [(c.title, c.content) for c in case.written(said.ClauseWritten)] == [(MEALS, ""), (PAY, ""), ("年终奖", "welfare")]
    assert case.case.facts["contents"] == ["pay", "welfare"]


def test_after_a_vote_that_failed_the_draft_is_still_agreed_but_for_what_is_opened_anew() -> None:
    case = table_with_two_clauses()
    case.take("agree_clause", on=day(case), items=[MEALS, {"clause": PAY, "amount": "4900"}])
    case.take("agree_draft", **draft(case))
    first = case.case.facts["draft_seq"]
    case.take("call_congress", on=day(case), place="礼堂")
    case.take("record_vote", **ballot(case, 100, 90, 10))
    case.take("renegotiate", reason="职工要求再提高")
    case.take("agree_clause", on=day(case), items=[{"clause": PAY, "amount": "4950"}])
    case.take("agree_draft", **draft(case))
    assert [(c.title, c.amount) for c in case.written(said.ClauseWritten)][2:] == [(MEALS, 30_000), (PAY, 495_000)]
    assert case.case.facts["draft_seq"] > first


def running(**term: Any) -> Walker:
    """A contract with one clause in force."""
    case = at_the_table("wage")
    case.take("agree_draft", **draft(case, {"title": PAY, "text": "每月不低于4900元", "amount": "4900"}))
    case.take("call_congress", on=day(case), place="礼堂")
    case.take("record_vote", **ballot(case, 100, 90, 90))
    case.take("sign", **signing(case, **term))
    case.take("file_contract", received_on=day(case))
    case.take("record_approval", dated_on=day(case), received_on=day(case))
    return case


def test_the_contract_keeps_its_text_while_it_is_amended_and_when_nothing_comes_of_it() -> None:
    case = running()
    text = case.case.facts["text_seq"]
    assert (case.case.facts["draft_seq"], "agreed" in case.case.facts) == (text, False)
    case.take("start_amendment", ground="agreement", reason="物价上涨")
    case.take("renegotiate", reason="走全部程序")
    assert settled(case) == {PAY: ("每月不低于4900元", 490_000)}
    case.take("agree_clause", on=day(case), items=[{"clause": PAY, "amount": "5200"}])
    case.take("agree_draft", **draft(case))
    assert case.case.facts["draft_seq"] != text
    case.take("give_up", reason="不再变更")
    facts = case.case.facts
    assert (case.state, facts["draft_seq"], facts["text_seq"], "agreed" in facts) == ("in_force", text, text, False)
    assert facts["text"][PAY]["amount"] == 490_000


def test_an_amendment_that_takes_effect_replaces_the_text_and_remembers_the_earlier_one() -> None:
    case = running()
    text = case.case.facts["text_seq"]
    case.take("start_amendment", ground="agreement", reason="物价上涨")
    case.take("renegotiate", reason="走全部程序")
    case.take("agree_clause", on=day(case), items=[{"clause": PAY, "amount": "5200"}])
    case.take("agree_draft", **draft(case))
    case.take("call_congress", on=day(case), place="礼堂")
    case.take("record_vote", **ballot(case, 100, 90, 90))
    case.take("sign", **signing(case))
    assert case.case.facts["text_seq"] == text, "what is signed and not in force yet waits"
    case.take("file_contract", received_on=day(case))
    case.take("record_approval", dated_on=day(case), received_on=day(case))
    facts = case.case.facts
    assert (facts["earlier_text_seq"], facts["text"][PAY]["amount"]) == (text, 520_000)
    assert facts["text_seq"] == facts["draft_seq"] != text


def test_a_contract_without_clauses_is_as_it_was() -> None:
    case = in_force("wage")
    assert "text_seq" not in case.case.facts
    assert case.written(said.ClauseWritten) == []
