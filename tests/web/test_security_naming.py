"""Numbers that come from outside name something the actor may see: at the door itself, so for pages, REST and command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flows.batch import advance_batch
from flows.requests import file_batch
from models.cases import CaseFile
from models.contracts import Contract
from models.requests import StepRequest
from states.errors import InvalidAnswers, Refusal
from tests.factories import ELSEWHERE, FACTORY, STREET, Town
from tests.web.conftest import Web

PLAN = {"kind": "wage", "employer": "某制衣厂", "workers": 86, "women": 50}


def refused(town: Town, case_type: str, unit: int, by: str | None, **answers: Any) -> list[tuple[str, str]]:
    """(code, field) of what stands against opening it; nothing of it is left behind."""
    before = town.count(CaseFile)
    with pytest.raises(Refusal) as refusal:
        town.open(case_type, unit, by, **answers)
    assert town.count(CaseFile) == before
    return [(reason.code, reason.field) for reason in refusal.value.reasons]


@pytest.fixture
def foreign(town: Town) -> int:
    """A contract of the other district."""
    far = {"unit_id": ELSEWHERE, "employer_id": ELSEWHERE, "employer_name": "余杭某厂"}
    return town.contract(town.today + timedelta(days=40), "HT-FAR", **far)


@pytest.mark.parametrize("by", ["officer", "supervisor", "chair"])
def test_an_opening_names_nothing_of_another_district(town: Town, foreign: int, by: str) -> None:
    own = {**PLAN, "employer_id": FACTORY}
    assert refused(town, "bargaining", STREET, by, **own, predecessor_id=foreign) == [("not_a_choice", "predecessor_id")]
    assert refused(town, "bargaining", STREET, by, **own, predecessor_id=10**9) == [("not_a_choice", "predecessor_id")]
    if by != "chair":  # for the chair it is not even his to open
        wrong = {**PLAN, "employer_id": ELSEWHERE}
        assert refused(town, "bargaining", STREET, by, **wrong) == [("not_a_choice", "employer_id")]
    assert town.one(Contract, Contract.id == foreign).standing == "in_force"


def test_a_chair_opens_nothing_in_another_district(town: Town) -> None:
    assert refused(town, "bargaining", ELSEWHERE, "chair", **PLAN, employer_id=FACTORY) == [("no_unit", "unit")]
    assert town.open("bargaining", STREET, "chair", **PLAN, employer_id=FACTORY).state == "planned"


def test_the_clock_names_only_what_is_there(town: Town) -> None:
    assert refused(town, "bargaining", STREET, None, **PLAN, employer_id=10**9) == [("not_a_choice", "employer_id")]
    assert refused(town, "bargaining", STREET, None, **PLAN, predecessor_id=10**9) == [("not_a_choice", "predecessor_id")]


@pytest.mark.parametrize("number", ["²", "9" * 30, "1/2", 2**63, -1, 0, 1.5, "三", [1], {"a": 1}, "", "  "])
@pytest.mark.parametrize("name", ["employer_id", "predecessor_id"])
def test_what_is_no_number_is_refused_at_its_field(town: Town, name: str, number: Any) -> None:
    assert {field for _, field in refused(town, "bargaining", STREET, "officer", **{**PLAN, name: number})} == {name}


@pytest.mark.parametrize("pack", ["nowhere", "../rulepacks/cn", "../../pyproject", "cn\x00", "/etc/passwd"])
def test_a_rule_pack_that_is_not_on_file_is_refused(town: Town, pack: str) -> None:
    found = refused(town, "bargaining", STREET, "officer", **PLAN, employer_id=FACTORY, pack=pack)
    assert found == [("not_a_choice", "pack")]


def test_a_batch_refuses_each_opening_by_itself(town: Town, foreign: int) -> None:
    wish = town.wish("open", "officer")
    plans = [{**PLAN, "employer_id": FACTORY}, {**PLAN, "employer_id": ELSEWHERE}, {**PLAN, "predecessor_id": foreign}]
    made = [replace(wish, case_type="bargaining", unit_id=STREET, answers=one) for one in plans]
    batch_id = file_batch(town.office, "open", wish.actor_id, made)
    result = advance_batch(town.office, batch_id)
    assert (result.applied, result.refused, result.failed) == (1, 2, 0)
    told = [row.receipt["reasons"][0]["field"] for row in town.rows(StepRequest, StepRequest.status == "refused")]
    assert told == ["employer_id", "predecessor_id"]


@pytest.mark.parametrize("who", ["stranger", "worker", "officer"])
def test_a_case_is_given_to_nobody_who_does_not_work_there(town: Town, who: str) -> None:
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    case.take("accept", accepted_on=town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    answers = {"mediator": town.people[who], "no_conflict": True}
    assert case.refused("assign_mediator", "supervisor", **answers) == ["not_a_choice"]
    assert case.refused("assign_mediator", "supervisor", **{**answers, "mediator": 10**9}) == ["not_a_choice"]
    case.take("assign_mediator", "supervisor", **{**answers, "mediator": town.people["colleague"]})
    assert case.row.owner_id == town.people["colleague"]


def test_rest_names_the_field(web: Web, foreign: int) -> None:
    program, plan = web.program("officer"), {**PLAN, "employer_id": FACTORY, "predecessor_id": foreign}
    answer = program.post("/cases", {"type": "bargaining", "unit": "qingbo", "answers": plan})
    assert (answer.status_code, answer.json()["reasons"][0]["field"]) == (422, "predecessor_id")
    assert web.town.count(CaseFile) == 0


def test_the_page_names_the_field(web: Web, foreign: int) -> None:
    page = web.as_("officer")
    fields = {**PLAN, "employer_code": "garment", "unit": str(STREET), "predecessor_id": str(foreign), "scope": "enterprise"}
    assert page.post("/bargaining/new", {**fields, "key": "k"}).status_code in (404, 422)
    assert web.town.count(CaseFile) == 0


def test_a_refused_opening_uses_no_number(town: Town, foreign: int) -> None:
    first = town.bargaining()
    with pytest.raises(InvalidAnswers):
        town.bargaining(predecessor_id=foreign)
    assert int(town.bargaining().number[-5:]) == int(first.number[-5:]) + 1
