"""Opening cases and taking steps by a program: once, whatever is repeated; judged as on the pages; told what came between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from flows.batch import advance_batch
from models.cases import CaseEvent, CaseFile
from models.requests import StepBatch, StepRequest
from tests.factories import CONSENT, REGISTRATION
from tests.web.conftest import Web


def opening(**changes: Any) -> dict[str, Any]:
    """The body that opens a dispute."""
    return {"type": "dispute", "unit": "qingbo", "answers": {**REGISTRATION, **changes}}


def test_a_case_from_its_opening_to_an_undone_step(web: Web) -> None:
    program, today = web.program("mediator"), web.town.iso()
    opened = program.post("/cases", opening())
    assert opened.status_code == 201
    number = opened.json()["number"]
    assert opened.headers["location"] == f"/api/v1/cases/{number}"
    options = program.get(f"/cases/{number}/steps").json()
    assert options["undo"] is None
    (apply,) = [one for one in options["steps"] if one["name"] == "apply"]
    assert (apply["open"], apply["asks"]["properties"]["received_on"]["format"]) == (True, "date")
    body = {"answers": {"received_on": today}, "expected_version": options["version"]}
    moved = program.post(f"/cases/{number}/steps/apply", body)
    assert moved.json() == {
        "number": number, "version": 2, "step": "apply",
        "state": {"value": "applied", "zh": "已申请调解", "en": "Mediation applied for"},
    }  # fmt: skip
    assert program.get(f"/cases/{number}/steps").json()["undo"] == []
    undone = program.post(f"/cases/{number}/undo", {"reason": "录错", "expected_version": 2}).json()
    assert (undone["version"], undone["step"], undone["state"]["value"]) == (3, "undo", "registered")
    events = program.get(f"/cases/{number}/events").json()["items"]
    assert [(event["version"], event["step"]["value"], event["actor"]) for event in events] == [
        (3, "undo", "李调解"), (2, "apply", "李调解"), (1, "open", "李调解"),
    ]  # fmt: skip


def test_fifty_times_the_same_is_once(web: Web) -> None:
    program, town = web.program("mediator"), web.town
    case = town.dispute()
    body = {"answers": {"received_on": town.iso()}, "expected_version": 1}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: program.post(f"/cases/{case.number}/steps/apply", body, "one"), range(50)))
        opened = list(pool.map(lambda _: program.post("/cases", opening(applicant="王五"), "two"), range(50)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert {(answer.status_code, answer.content) for answer in opened} == {(201, opened[0].content)}
    assert town.count(CaseEvent, CaseEvent.step == "apply") == 1
    assert town.count(CaseFile) == 2


def test_a_key_means_one_thing_of_one_person(web: Web) -> None:
    program, town = web.program("mediator"), web.town
    assert program.post("/cases", opening(), "k").status_code == 201
    reused = program.post("/cases", opening(applicant="王五"), "k")
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")
    assert web.program("colleague").post("/cases", opening(), "k").status_code == 201, "the same word of somebody else"
    assert town.count(CaseFile) == 2
    for key in ("", "a b", "x" * 81):
        answer = program.send("POST", "/cases", opening(), key=key)
        assert answer.status_code == 422
    assert {row.key for row in town.rows(StepRequest)} == {f"api:{town.people[who]}:k" for who in ("mediator", "colleague")}


def test_who_comes_second_is_told_what_happened(web: Web) -> None:
    town = web.town
    case = town.dispute()
    case.take("apply", "colleague", received_on=town.iso())
    body = {"answers": {"received_on": town.iso()}, "expected_version": 1}
    answer = web.program("mediator").post(f"/cases/{case.number}/steps/apply", body)
    told = answer.json()
    assert (answer.status_code, told["code"], told["version"]) == (409, "stale_case", 2)
    assert [(event["version"], event["step"]["value"], event["actor"]) for event in told["events"]] == [(2, "apply", "陈调解")]
    undo = web.program("mediator").post(f"/cases/{case.number}/undo", {"reason": "x", "expected_version": 1})
    assert (undo.status_code, undo.json()["code"]) == (409, "stale_case")


def test_refusals_carry_every_reason_and_are_repeated(web: Web) -> None:
    town, program = web.town, web.program("mediator")
    case = town.dispute()
    body = {"answers": {"accepted_on": town.iso(), **CONSENT}, "expected_version": 1}
    first = program.post(f"/cases/{case.number}/steps/accept", body, "k", **{"accept-language": "en"})
    assert (first.status_code, first.json()["code"], first.json()["type"]) == (422, "step_refused", "urn:concord:step_refused")
    (reason,) = [one for one in first.json()["reasons"] if one["code"] == "wrong_state"]
    assert reason["text"] == reason["text_en"]
    again = program.post(f"/cases/{case.number}/steps/accept", body, "k", **{"accept-language": "en"})
    assert again.content == first.content
    assert town.count(StepRequest, StepRequest.step == "accept") == 1


@pytest.mark.parametrize(("field", "value", "code"), [
    ("amount", False, "not_an_amount"), ("amount", 12.0, "int_type"), ("amount", "12,000.505", "too_many_decimals"),
    ("claimants", "3", "int_type"), ("claimants", True, "int_type"), ("confidential", "yes", "bool_type"),
    ("confidential", 0, "bool_type"), ("injured_on", 1_700_000_000, "missing"), ("applicant", 5, "string_type"),
    ("nothing", 1, "extra_forbidden"), ("cause", "hunger", "enum"),
])  # fmt: skip
def test_a_text_is_no_number_and_a_tick_no_amount(web: Web, field: str, value: Any, code: str) -> None:
    answer = web.program("mediator").post("/cases", opening(**{field: value}))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_answers")
    assert [(one["code"], one["field"]) for one in answer.json()["reasons"]] == [(code, field)]
    assert web.town.count(CaseFile) == web.town.count(StepRequest) == 0


@pytest.mark.parametrize("value", ["9999-12-31", "0001-01-01", 2**60, float("1e300"), "a\0", {"a": {"b": {"c": 2**53}}}])
def test_what_no_office_means_is_refused_before_the_door(web: Web, value: Any) -> None:
    answer = web.program("mediator").post("/cases", opening(summary=value))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["reasons"][0]["field"] == "body.answers"


def test_money_in_yuan_as_text_or_in_fen_as_a_number(web: Web) -> None:
    program = web.program("mediator")
    for amount, fen in (("12,000.50", 1_200_050), (1_200_050, 1_200_050)):
        number = program.post("/cases", opening(amount=amount)).json()["number"]
        assert [claim["amount"] for claim in program.get(f"/cases/{number}").json()["claims"]] == [fen]


def test_who_may_not_is_told_and_nothing_happens(web: Web) -> None:
    case = web.town.dispute()
    body = {"answers": {"received_on": web.town.iso()}, "expected_version": 1}
    answer = web.program("officer").post(f"/cases/{case.number}/steps/apply", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert case.row.version == 1
    elsewhere = web.program("stranger").post("/cases", opening())
    nowhere = web.program("stranger").post("/cases", {**opening(), "unit": "no-such-unit"})
    assert (elsewhere.status_code, elsewhere.content) == (422, nowhere.content)


def test_a_batch_is_filed_once_and_answers_for_each(web: Web) -> None:
    town, program = web.town, web.program("mediator")
    cases = [town.dispute() for _ in range(3)]
    far = town.dispute("stranger", 4)
    numbers = [*(case.number for case in cases), far.number, "D2026-99999", cases[0].number]
    body = {"step": "apply", "numbers": numbers, "answers": {"received_on": town.iso()}}
    filed = program.post("/batches", body, "k")
    assert (filed.status_code, filed.json()["chosen"], filed.json()["waiting"]) == (202, 5, 5)
    batch_id = filed.json()["id"]
    advance_batch(town.office, batch_id)
    assert program.post("/batches", body, "k").json()["id"] == batch_id
    other = program.post("/batches", {**body, "numbers": numbers[:1]}, "k")
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    told = program.get(filed.headers["location"].removeprefix("/api/v1")).json()
    assert (told["applied"], told["refused"], told["waiting"]) == (3, 2, 0)
    first = program.get(f"/batches/{batch_id}/results?limit=3").json()
    rest = program.get(f"/batches/{batch_id}/results?limit=3&cursor={first['next']}").json()
    assert [(one["number"], one["version"]) for one in first["items"]] == [(case.number, 2) for case in cases]
    assert rest["items"][0]["reasons"] == rest["items"][1]["reasons"], "hidden and absent are one"
    assert [one["number"] for one in rest["items"]] == [None, None]
    assert rest["next"] is None
    assert far.row.version == 1
    assert town.count(StepBatch) == 1


def test_answers_no_case_could_take_are_no_batch(web: Web) -> None:
    program, number = web.program("mediator"), web.town.dispute().number
    for changes in ({"answers": {"received_on": 1}}, {"step": "fly"}, {"numbers": []}, {"numbers": ["x"] * 1001}):
        body = {"step": "apply", "numbers": [number], "answers": {"received_on": web.town.iso()}, **changes}
        assert program.post("/batches", body).status_code == 422
    assert web.town.count(StepBatch) == 0


def test_a_number_that_stands_for_nobody_is_refused(web: Web) -> None:
    town, program = web.town, web.program("mediator")
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    case.take("accept", accepted_on=town.iso(), **CONSENT)
    for nobody in (99_999, town.people["stranger"], town.people["worker"]):
        body = {"answers": {"mediator": nobody, "no_conflict": True}, "expected_version": 3}
        answer = program.post(f"/cases/{case.number}/steps/assign_mediator", body)
        assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (422, "not_a_choice")
    for employer in (99_999, 4):
        answers = {"kind": "wage", "employer": "某制衣厂", "workers": 86, "employer_id": employer}
        answer = web.program("officer").post("/cases", {"type": "bargaining", "unit": "qingbo", "answers": answers})
        assert (answer.status_code, answer.json()["reasons"][0]["field"]) == (422, "employer_id")
    assert town.count(StepRequest, StepRequest.status == "failed") == 0
