"""What a program reads: lists that stay in order while cases are added, cases, papers, contracts, search, web-hooks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from models.cases import CaseFile
from tests.factories import ELSEWHERE
from tests.web.conftest import Program, Web


def walk(program: Program, path: str, limit: int, between: Any = None) -> list[Any]:
    """Every item of a list, page by page; `between` happens after each page."""
    found, cursor = [], ""
    while True:
        page = program.get(f"{path}{'&' if '?' in path else '?'}limit={limit}&cursor={cursor}").json()
        found += page["items"]
        if between:
            between()
        cursor = page["next"]
        if not cursor:
            return found


def test_pages_stay_in_order_while_cases_are_added(web: Web) -> None:
    town, program = web.town, web.program("mediator")
    before = [town.dispute().number for _ in range(11)]
    seen = [one["number"] for one in walk(program, "/cases", 3, between=town.dispute)]
    assert seen == before[::-1]
    assert len(walk(program, "/cases", 200)) == town.count(CaseFile)


def test_a_cursor_belongs_to_its_list(web: Web) -> None:
    town, program = web.town, web.program("mediator")
    numbers = [town.dispute().number for _ in range(2)]
    for number in numbers:
        town.case(town.one(CaseFile, CaseFile.number == number).id, "mediator").take("apply", received_on=town.iso())
    cursor = program.get("/cases?limit=1").json()["next"]
    events = program.get(f"/cases/{numbers[0]}/events?limit=1").json()["next"]
    assert program.get(f"/cases?limit=1&cursor={cursor}").status_code == 200
    assert program.get(f"/people?limit=1&cursor={cursor}").status_code == 422
    assert program.get(f"/cases?cursor={cursor[:-1]}").status_code == 422
    assert program.get(f"/cases/{numbers[1]}/events?limit=1&cursor={events}").status_code == 422


def test_filters(web: Web) -> None:
    town, program = web.town, web.program("supervisor")
    mine = town.dispute().accepted()
    town.bargaining()
    town.dispute("steward", 3)
    town.dispute("mediator").take("settle_on_spot", result="已付清", amount="1")

    def numbers(query: str) -> int:
        return len(program.get(f"/cases?{query}").json()["items"])

    kinds = ("", "type=dispute", "type=bargaining", "type=dispute&state=accepted", "type=none")
    assert [numbers(query) for query in kinds] == [4, 3, 1, 1, 0]
    assert [numbers(query) for query in ("unit=garment", "unit=qingbo", "unit=yuhang", "unit=none", "open=true")] == [
        1,
        4,
        0,
        0,
        3,
    ]
    (held,) = web.program("mediator").get("/cases?owner=me").json()["items"]
    assert (held["number"], held["owner"], held["state"]["en"]) == (mine.number, "李调解", "Accepted")


def test_a_case_with_everything_that_belongs_to_it(web: Web) -> None:
    town, program = web.town, web.program("mediator")
    case = town.dispute(identity="330102199003078888", phone="13800138000").performing()
    whole = program.get(f"/cases/{case.number}").json()
    assert [(part["amount"], part["performed"]) for part in whole["instalments"]] == [(600_000, False), (600_000, False)]
    assert (whole["claims"][0]["amount"], whole["claims"][0]["cause"]["value"]) == (1_200_000, "wage_arrears")
    plain = program.get(f"/cases/{case.number}/deadlines").json()["items"]
    explained = program.get(f"/cases/{case.number}/deadlines?explain=true", **{"accept-language": "en"}).json()["items"]
    assert {clock["explanation"] for clock in plain} == {None}
    assert any(line.startswith("Rule: ") for clock in explained for line in clock["explanation"])
    people = program.get(f"/cases/{case.number}/parties").json()["items"]
    assert [(one["role"]["value"], one["name"]) for one in people] == [("applicant", "张三"), ("respondent", "某制衣厂")]
    papers = program.get(f"/cases/{case.number}/papers").json()["items"]
    for form, start in (("docx", b"PK"), ("html", b"<!")):
        file = program.get(f"/papers/{papers[0]['id']}/file?form={form}&lang=en")
        assert file.content[:2] == start
        assert file.headers["content-disposition"] == f'attachment; filename="paper-{papers[0]["id"]}.{form}"'
    assert web.program("stranger").get(f"/papers/{papers[0]['id']}/file").status_code == 404
    for below in ("", "/events", "/deadlines?explain=true", "/parties", "/papers", "/steps"):
        text = program.get(f"/cases/{case.number}{below}").text
        assert "3301021990" not in text
        assert "138001380" not in text


def test_types_tell_what_every_step_asks(web: Web) -> None:
    program = web.program("mediator")
    assert [one["key"] for one in program.get("/types").json()["items"]] == ["dispute", "bargaining"]
    dispute = program.get("/types/dispute").json()
    assert {"value": "accepted", "zh": "已受理", "en": "Accepted"} in dispute["states"]
    applicant = dispute["opening"]["asks"]["properties"]["applicant"]
    assert (applicant["title"], applicant["en"], dispute["opening"]["by"]) == (
        "申请人",
        "Applicant",
        ["mediator", "party", "supervisor"],
    )
    (accept,) = [step for step in dispute["steps"] if step["name"] == "accept"]
    assert accept["asks"]["additionalProperties"] is False


def test_the_worklist(web: Web) -> None:
    case = web.town.dispute()
    far = web.town.dispute("stranger", ELSEWHERE)
    lines = web.program("mediator").get("/worklist?ahead=90").json()["items"]
    assert {line["number"] for line in lines} == {case.number} != {far.number}
    assert lines == sorted(lines, key=lambda line: line["due_on"])
    assert lines[0]["step"]["value"]


def test_contracts(web: Web) -> None:
    town, program = web.town, web.program("officer")
    for days in (30, 10, 20, 400):
        town.contract(town.today + timedelta(days=days), f"HT-{days}")
    town.contract(town.today, "HT-far", unit_id=ELSEWHERE, employer_id=None)
    numbers = [one["number"] for one in walk(program, "/contracts", 2)]
    assert numbers == ["HT-10", "HT-20", "HT-30", "HT-400"]
    soon = program.get(f"/contracts?expires_to={town.iso(25)}&kind=wage&standing=in_force&unit=qingbo").json()["items"]
    assert [one["number"] for one in soon] == ["HT-10", "HT-20"]
    assert program.get("/contracts?unit=yuhang").json()["items"] == []
    whole = program.get("/contracts/HT-400").json()
    assert (whole["employer"], whole["kind"]["value"], whole["unit"]) == ("某制衣厂", "wage", "清波街道总工会")
    assert {clock["rule"]["value"] for clock in whole["deadlines"]} >= {"renewal-window"}
    assert program.get("/contracts/HT-far").status_code == 404


def test_a_contract_names_only_the_cases_its_reader_sees(web: Web) -> None:
    town = web.town
    case = town.bargaining().in_force()
    number = town.one(CaseFile).number
    contract = web.program("officer").get(f"/cases/{case.number}").json()["contracts"][0]
    told = [web.program(who).get(f"/contracts/{contract}").json()["cases"] for who in ("officer", "chair")]
    assert [[one["number"] for one in cases] for cases in told] == [[number], [number]]


def test_units_and_people(web: Web) -> None:
    program = web.program("supervisor")
    assert [unit["code"] for unit in walk(program, "/units", 1)] == ["shangcheng", "qingbo", "garment"]
    people = {(one["code"], one["role"]["value"]) for one in walk(program, "/people", 2)}
    assert ("mediator", "mediator") in people
    assert not {code for code, _ in people} & {"stranger", "worker"}


def test_search_is_sent_in_the_body_and_scoped(web: Web) -> None:
    case = web.town.dispute()
    hits = web.program("mediator").post("/searches", {"text": "张三"}).json()["hits"]
    assert [(hit["kind"], hit["number"], hit["role"]) for hit in hits] == [("case", case.number, "applicant")]
    assert web.program("stranger").post("/searches", {"text": "张三"}).json() == {"hits": [], "more": False}


def test_web_hooks_are_kept_by_their_owner(web: Web) -> None:
    program, other = web.program("mediator"), web.program("colleague")
    made = program.post("/hooks", {"url": "https://example.org/in", "events": ["apply", "accept"]})
    assert made.status_code == 201
    hook = made.json()
    assert hook["secret"].startswith("whsec_")
    assert "secret" not in program.get("/hooks").json()["items"][0]
    assert program.post("/hooks", {"url": "https://10.0.0.1/", "events": ["*"]}).json()["reasons"][0]["code"] == "address"
    filed = program.post(f"/hooks/{hook['id']}/test", None)
    assert filed.status_code == 202
    (delivery,) = program.get(f"/hooks/{hook['id']}/deliveries").json()["items"]
    assert (delivery["delivery"], delivery["event"], delivery["status"]["value"]) == (
        filed.json()["delivery"],
        "test",
        "waiting",
    )
    for method, below in (("GET", "/deliveries"), ("POST", "/test"), ("DELETE", "")):
        assert other.send(method, f"/hooks/{hook['id']}{below}").status_code == 404
    assert program.send("DELETE", f"/hooks/{hook['id']}").status_code == 204
    assert program.send("DELETE", f"/hooks/{hook['id']}").status_code == 204
    assert program.get("/hooks").json()["items"][0]["ended_at"] is not None
    assert program.post(f"/hooks/{hook['id']}/test", None).status_code == 404


def test_a_page_costs_a_fixed_number_of_questions(web: Web) -> None:
    town, program = web.town, web.program("mediator")

    def count(path: str) -> int:
        program.get(path)
        with town.statements() as statements:
            assert program.get(path).status_code == 200
        return len(statements)

    town.dispute()
    few = {path: count(path) for path in ("/cases", "/worklist", "/people", "/contracts")}
    for no in range(30):
        town.dispute()
        town.contract(town.today + timedelta(days=no), f"HT-{no}")
    assert {path: count(path) for path in few} == few


def test_the_description_has_an_example_of_everything(web: Web) -> None:
    described = web.program("").get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], f"{method} {path}"
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            contents = [told for body in bodies for media, told in body.get("content", {}).items() if "json" in media]
            assert all("example" in told for told in contents), f"{method} {path}"
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"])
    assert "swagger" not in json.dumps(described).lower()
