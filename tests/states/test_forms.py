"""What people type: yuan, full-width digits, blanks; and what a form answers when it is wrong."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import BaseModel

from states.casetype import CaseType
from states.errors import InvalidAnswers
from states.forms import Fen, Form, Line, as_stored, ask, day_of, field_label, read_answers
from states.labels import Label
from states.registry import all_types


class Bill(Form):
    """A form of this test."""

    amount: Fen = ask("金额", "Amount")
    who: Line = ask("付款人", "Payer", "某人")
    on: date | None = ask("日期", "Day", None)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("1200", 120_000), ("1,200.50", 120_050), ("１，２００．５０", 120_050), ("３００元", 30_000), (" 0.01 ", 1), (77, 77)],
)
def test_money_is_typed_in_yuan_and_kept_in_fen(typed: object, fen: int) -> None:
    assert read_answers(Bill, {"amount": typed}) == Bill(amount=fen)


@pytest.mark.parametrize("typed", ["1.005", "zwölf", "", "-1", "NaN", "sNaN", "Infinity", "1e30", True])
def test_what_is_no_amount_is_refused(typed: object) -> None:
    with pytest.raises(InvalidAnswers) as refusal:
        read_answers(Bill, {"amount": typed})
    assert [reason.field for reason in refusal.value.reasons] == ["amount"]


def test_an_amount_is_refused_in_both_languages() -> None:
    with pytest.raises(InvalidAnswers) as refusal:
        read_answers(Bill, {"amount": "zwölf"})
    assert refusal.value.said("zh") == ["amount: 金额:不是金额 → 填写元,如 1,200.50"]
    assert refusal.value.said("en") == ["amount: Amount is not an amount in yuan → write yuan, like 1,200.50"]


def test_a_field_nobody_asked_for_is_refused() -> None:
    with pytest.raises(InvalidAnswers) as refusal:
        read_answers(Bill, {"amount": "1", "ammount": "2"})
    assert [(r.field, r.code) for r in refusal.value.reasons] == [("ammount", "extra_forbidden")]


def test_blanks_are_trimmed_and_an_empty_line_is_no_answer() -> None:
    assert read_answers(Bill, {"amount": "1", "who": "  王五 "}).who == "王五"  # type: ignore[attr-defined]
    with pytest.raises(InvalidAnswers) as refusal:
        read_answers(Bill, {"amount": "1", "who": "   "})
    assert refusal.value.reasons[0].text == Label("付款人:不得为空", "Payer must not be empty")


def test_answers_are_stored_as_json_without_what_was_left_alone() -> None:
    form = read_answers(Bill, {"amount": "1", "on": "2026-03-02"})
    assert as_stored(form) == {"amount": 100, "on": "2026-03-02"}
    assert read_answers(Bill, as_stored(form)) == form
    assert day_of(form, "on") == date(2026, 3, 2)
    assert day_of(form, "who") is None


def test_a_field_has_two_labels() -> None:
    assert field_label(Bill, "amount") == Label("金额", "Amount")


def forms_of(kind: CaseType) -> set[type[BaseModel]]:
    """Every form of a type."""
    return {kind.opens_with, *(step.asks for step in kind.steps)}


@pytest.mark.parametrize("kind", all_types(), ids=lambda kind: kind.key)
def test_every_form_refuses_what_it_does_not_ask_and_cannot_be_changed(kind: CaseType) -> None:
    for form in forms_of(kind):
        assert form.model_config["extra"] == "forbid"
        assert form.model_config["frozen"]
        assert form.__doc__
