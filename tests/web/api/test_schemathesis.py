"""Whatever is sent: no fault, answers as described, and nothing of another unit.

Schemathesis makes requests from our own description, with the tokens of a mediator of one street and of an officer of another
district. The street's people and papers bear marks; no answer to the other may hold one. `make schemathesis` gives a longer
dose.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from secrets import token_hex
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from flows.batch import advance_batch
from flows.filing import file_for_numbers
from flows.hooks import make
from flows.steps import Desk
from models.scope import scope_of
from states.casetype import CaseType
from states.registry import all_types
from tests.factories import ELSEWHERE, STREET, Town
from tests.web.conftest import Web
from web.api.throttle import Throttle
from web.app import create_app

#: examples an address and token; in CI a handful, by `make schemathesis` hundreds
DOSE = int(os.environ.get("SCHEMATHESIS_DOSE", "") or 8)
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, negative_data_rejection, ignored_auth, unsupported_method,
]  # fmt: skip
HOW = settings(
    max_examples=DOSE, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
STREETS_OWN = "青鸾"
OTHERS_OWN = "白鹭"


@dataclass
class Two:
    """The office with two units that know nothing of each other, and a token in each."""

    web: Web
    tokens: dict[str, str]
    marks: dict[str, str]
    schema: Any


def marked(town: Town, who: str, unit: int, mark: str, person: str) -> None:
    """Cases, a contract, a batch and a web-hook of one unit, whose every name bears its mark."""
    names = {"applicant": f"{mark}工人", "employer": f"{mark}制衣厂", "summary": f"{mark}诉称三个月未发工资"}
    for _ in range(2):
        case = town.dispute(who, unit, phone="13800138000", **names)
        case.take("apply", received_on=town.iso())
    bargaining = town.bargaining(person, unit, employer=f"{mark}制衣厂", employer_id=None)
    bargaining.offered()
    town.contract(town.today + timedelta(days=40), f"HT-{mark}", unit_id=unit, employer_id=None, employer_name=f"{mark}制衣厂")
    actor = town.people[person]
    with town.office.store.read() as connection:
        scope = scope_of(connection, actor, town.today)
    answers = {"sent_on": town.iso(), "topics": f"{mark}工资"}
    batch_id = file_for_numbers(town.office, actor, scope, "send_invitation", [bargaining.number], answers, mark)
    advance_batch(town.office, batch_id)
    make(town.office, actor, f"https://example.org/{unit}", ["*"])


@pytest.fixture
def two(town: Town) -> Two:
    """Both units at work. The other district has an officer who mediates too."""
    from models.people import Organisation, Person, Position

    for code, name, role, unit in (
        ("far_officer", f"{OTHERS_OWN}指导", "officer", ELSEWHERE),
        ("near_officer", f"{STREETS_OWN}指导", "officer", STREET),
    ):
        town.people[code] = town.add(Person, code=code, name=name, email="")
        town.add(Position, person_id=town.people[code], organisation_id=unit, role=role)
    for code in ("mediator", "colleague"):
        town.set(Person, Person.code == code, name=f"{STREETS_OWN}调解")
    town.set(Organisation, Organisation.id == STREET, name=f"{STREETS_OWN}街道总工会")
    marked(town, "mediator", STREET, STREETS_OWN, "near_officer")
    marked(town, "stranger", ELSEWHERE, OTHERS_OWN, "far_officer")
    web = Web(town, create_app(town.office, Desk(town.office)))
    api = next(route.app for route in web.app.routes if getattr(route, "path", "") == "/api/v1")
    api.state.throttle = Throttle(10**9)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", web.app)
    # the mediator of the street; the officer of the other district
    return Two(web, {"street": web.token("mediator"), "other": web.token("far_officer")},
              {"street": OTHERS_OWN, "other": STREETS_OWN}, schema)  # fmt: skip


def known(two: Two, operation: Any, no: int) -> dict[str, str]:
    """Path parameters that are there: numbers and ids of both units in turn, so that hidden things are asked for by name."""
    numbers = ("D2026-00001", "D2026-00003", "B2026-00001", "B2026-00002", f"HT-{STREETS_OWN}", f"HT-{OTHERS_OWN}")
    steps = ("accept", "apply", "settle_on_spot", "record_acceptance", "assign_mediator", "send_invitation")
    values = {"number": numbers[no % len(numbers)], "id": str(no % 6 + 1), "key": ("dispute", "bargaining")[no % 2],
              "step": steps[no % len(steps)]}  # fmt: skip
    return {name: values[name] for name in re.findall(r"\{(\w+)\}", operation.path)}


@pytest.mark.parametrize("unit", ["street", "other"])
def test_no_fault_no_leak_and_as_described(two: Two, unit: str) -> None:
    """Every address with made-up requests, and with requests about things that are there."""
    asked = 0
    for found in two.schema.get_all_operations():
        operation = found.ok()
        asked += _try(two, operation, unit)
    assert asked >= DOSE * 20


def told_by(content: bytes) -> str:
    """What an answer says; a paper is unpacked."""
    if content[:2] != b"PK":
        return content.decode()
    with ZipFile(BytesIO(content)) as paper:
        return "".join(paper.read(name).decode("utf-8", "replace") for name in paper.namelist())


def _try(two: Two, operation: Any, unit: str) -> int:
    """Made-up requests, good and bad; then good ones about things that are there. How many were sent."""
    count = [0]
    headers = {"authorization": f"Bearer {two.tokens[unit]}"}

    def send(case: Any, checks: list[Any]) -> None:
        count[0] += 1
        response = case.call(headers=headers)
        case.validate_response(response, checks=checks, headers=headers)
        assert two.marks[unit] not in told_by(response.content), f"{operation.label} told another unit's {two.marks[unit]}"

    def made_up(case: Any) -> None:
        made = [name for name in case.headers or () if name.lower() == "authorization"]
        own_token = bool([case.headers.pop(name) for name in made])  # ours is sent: that one is no reason to refuse
        send(case, [check for check in CHECKS if not (own_token and check is negative_data_rejection)])

    def about_something(case: Any) -> None:
        for name in [name for name in case.headers or () if name.lower() == "authorization"]:
            del case.headers[name]
        case.path_parameters = known(two, operation, count[0])
        send(case, [check for check in CHECKS if check is not negative_data_rejection])

    good, bad = (operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
    HOW(given(case=good | bad)(made_up))()
    if "{" in operation.path:
        HOW(given(case=good)(about_something))()
    return count[0]


def typed(schema: dict[str, Any], whole: dict[str, Any]) -> Any:
    """Hypothesis's answers to one question of a step: what it asks for, and now and then something else."""
    if "$ref" in schema:
        return typed(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*(typed(one, whole) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return st.lists(typed(schema.get("items", {}), whole), max_size=4)
    if schema.get("type") == "object":
        return st.fixed_dictionaries({name: typed(one, whole) for name, one in schema.get("properties", {}).items()})
    kinds = {
        "string": st.dates().map(str) if schema.get("format") == "date" else st.text(max_size=300),
        "integer": st.integers(0, 2**63), "boolean": st.booleans(), "null": st.none(),
    }  # fmt: skip
    return kinds.get(schema.get("type", ""), st.text(max_size=20)) | st.floats() | st.text(max_size=5)


@pytest.mark.parametrize("kind", all_types(), ids=lambda kind: kind.key)
def test_no_answers_bring_the_door_down(two: Two, kind: CaseType) -> None:
    """Every step of every type on a case that is there, with answers of the right shape and wild values."""
    web = two.web
    who, number = {"dispute": ("mediator", "D2026-00001"), "bargaining": ("near_officer", "B2026-00001")}[kind.key]
    program = web.program(who)

    def wild(step: str, answers: Any, version: int) -> None:
        body = orjson.dumps({"answers": answers, "expected_version": version}, option=orjson.OPT_PASSTHROUGH_SUBCLASS)
        headers = {
            "authorization": f"Bearer {program.token}",
            "idempotency-key": token_hex(8),
            "content-type": "application/json",
        }
        answer = program.client.post(f"/api/v1/cases/{number}/steps/{step}", content=body, headers=headers)
        assert answer.status_code in (200, 403, 404, 409, 422)

    for step in kind.steps:
        schema = step.asks.model_json_schema()
        asked = st.fixed_dictionaries({}, optional={n: typed(one, schema) for n, one in schema.get("properties", {}).items()})
        now = program.get(f"/cases/{number}").json()["version"]
        HOW(given(step=st.just(step.name), answers=asked.filter(_is_json), version=st.just(now))(wild))()


def _is_json(answers: Any) -> bool:
    try:
        orjson.dumps(answers)
    except (TypeError, UnicodeEncodeError):
        return False
    return True


def test_the_marks_are_there_to_be_found(two: Two) -> None:
    """The check above could pass because nothing is marked: each unit does read its own."""
    for unit, own in (("street", STREETS_OWN), ("other", OTHERS_OWN)):
        client = two.web.anybody().client
        answer = client.get("/api/v1/cases", headers={"authorization": f"Bearer {two.tokens[unit]}"})
        assert own in answer.text
        assert two.marks[unit] not in answer.text
