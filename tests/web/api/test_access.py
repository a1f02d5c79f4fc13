"""Tokens: who is let in, how far, how often; and how errors are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from models.accounts import AccessToken
from models.people import Person, Position
from tests.web.conftest import Web
from web.api.throttle import Throttle


def test_me(web: Web) -> None:
    me = web.program("mediator", "read").get("/me").json()
    assert (me["code"], me["scopes"], me["today"]) == ("mediator", ["read"], web.town.iso())
    assert [(one["role"]["value"], one["path"]) for one in me["positions"]] == [("mediator", "/1/2/")]


def test_without_a_token_in_force_nobody_comes_in(web: Web) -> None:
    town, token = web.town, web.program("mediator")
    for header in ("", "Bearer", "Bearer nonsense", "Basic bWU6bWU=", "bearer cc_x y"):
        answer = web.program("").get("/me", **({"authorization": header} if header else {}))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.headers["content-type"] == "application/problem+json"
    assert token.get("/me").status_code == 200
    town.set(AccessToken, AccessToken.id == 1, revoked_at=town.clock.now)
    assert token.get("/me").status_code == 401
    over = web.program("mediator")
    town.clock.pass_time(days=31)
    assert over.get("/me").status_code == 401
    gone = web.program("mediator")
    town.set(Person, Person.id == town.people["mediator"], left_on=town.today)
    assert gone.get("/me").status_code == 401


def test_a_session_of_the_pages_opens_nothing_here(web: Web) -> None:
    assert web.as_("mediator").get("/api/v1/cases").status_code == 401


def test_a_calendar_token_opens_nothing_here(web: Web) -> None:
    program = web.program("mediator")
    web.town.set(AccessToken, AccessToken.id > 0, kind="calendar")
    assert program.get("/me").status_code == 401


def test_scopes(web: Web) -> None:
    case = web.town.dispute()
    reads, writes, hooks = (web.program("mediator", scope) for scope in ("read", "write", "hooks"))
    asked: list[tuple[Any, str, str, Any]] = [
        (reads, "GET", "/cases", None), (writes, "POST", f"/cases/{case.number}/undo", {"reason": "x", "expected_version": 1}),
        (hooks, "GET", "/hooks", None),
    ]  # fmt: skip
    for owner, method, path, body in asked:
        for program in (reads, writes, hooks):
            answer = program.send(method, path, body, key="a")
            if program is not owner:
                assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
                assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
            else:
                assert answer.status_code != 403


def test_what_the_person_is_today_counts(web: Web) -> None:
    town, program = web.town, web.program("mediator")
    case = town.dispute()
    assert program.get(f"/cases/{case.number}").status_code == 200
    town.set(Position, Position.person_id == town.people["mediator"], to_on=town.today - timedelta(days=1))
    assert program.get(f"/cases/{case.number}").status_code == 404


def test_a_password_that_must_be_changed_stops_programs_too(web: Web) -> None:
    program = web.program("mediator")
    web.town.set(Person, Person.id == web.town.people["mediator"], must_change=True)
    assert program.get("/me").json()["code"] == "password_must_change"


def test_use_is_noted(web: Web) -> None:
    web.program("mediator").get("/me")
    assert web.town.one(AccessToken).used_at == web.town.clock.now


def test_too_many_requests(web: Web) -> None:
    from starlette.routing import Mount

    api: Any = next(route.app for route in web.app.routes if isinstance(route, Mount) and route.path == "/api/v1")
    api.state.throttle = Throttle(3)
    program = web.program("mediator")
    answers = [program.get("/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert web.program("colleague").get("/me").status_code == 200, "each token has its own"


def test_the_bucket_refills_evenly_and_forgets() -> None:
    ticks: Iterator[float] = iter([0, 0, 0, 29, 31, *range(100, 11_000)])
    throttle = Throttle(2, lambda: next(ticks))
    assert [throttle.pause(1) for _ in range(5)] == [0, 0, 30, 1, 0]
    for token in range(10_001):
        throttle.pause(token)
    assert len(throttle._left) <= 10_001


@pytest.mark.parametrize(("asked", "title"), [
    ("", "没有找到"), ("en", "Not there"), ("en-GB,zh;q=0.5", "Not there"), ("fr, zh;q=0.1, en;q=0.9", "Not there"),
    ("zh-CN,en;q=0.9", "没有找到"), ("en;q=nan, q=, ;;", "没有找到"), ("de", "没有找到"),
])  # fmt: skip
def test_the_language_of_a_problem(web: Web, asked: str, title: str) -> None:
    answer = web.program("mediator").get("/cases/D2026-99999", **({"accept-language": asked} if asked else {}))
    assert answer.json()["title"].startswith(title)
    assert answer.headers["vary"] == "accept-language"


def test_hidden_and_absent_are_one(web: Web) -> None:
    case, stranger = web.town.dispute(), web.program("stranger")
    for below in ("", "/events", "/deadlines", "/parties", "/papers", "/steps"):
        hidden, absent = (stranger.get(f"/cases/{number}{below}") for number in (case.number, "D2026-99999"))
        assert (hidden.status_code, hidden.content) == (404, absent.content)
    body = {"answers": {"received_on": web.town.iso()}, "expected_version": 1}
    hidden, absent = (stranger.post(f"/cases/{one}/steps/apply", body) for one in (case.number, "D2026-99999"))
    assert (hidden.status_code, hidden.content) == (404, absent.content)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404), ("PUT", "/cases", 405), ("GET", "/cases/", 404), ("GET", "/papers/x/file", 404),
    ("GET", "/papers/99999999999999999999/file", 404), ("GET", "/cases/D%00/events", 404), ("GET", "/cases?unit=%00", 404),
    ("GET", "/cases?limit=201", 422), ("GET", "/cases?cursor=x", 422), ("GET", "/cases?nothing=1", 422),
    ("GET", "/contracts?expires_from=yesterday", 422), ("GET", "/types/x", 404),
])  # fmt: skip
def test_what_cannot_be_is_a_problem_too(web: Web, method: str, path: str, status: int) -> None:
    answer = web.program("mediator").send(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


@pytest.mark.parametrize(("body", "code", "field"), [
    ({"text": "x", "more": 1}, "extra_forbidden", "body"), ({}, "missing", "body.text"),
    ({"text": 1}, "string_type", "body.text"),
    ({"text": "a\0b"}, "not_a_text", "body.text"), ({"text": "x", "limit": True}, "int_type", "body.limit"),
    ({"text": "x" * 201}, "string_too_long", "body.text"),
])  # fmt: skip
def test_a_body_that_is_not_right(web: Web, body: Any, code: str, field: str) -> None:
    answer = web.program("mediator").send("POST", "/searches", body)
    (reason,) = answer.json()["reasons"]
    assert (answer.status_code, reason["code"], reason["field"]) == (422, code, field)


def test_a_problem_repeats_nothing_that_was_sent(web: Web) -> None:
    program = web.program("mediator")
    for body in ({"text": "x", "张三的秘密": 1}, {"text": ["张三"]}, {"text": "张三" * 200}):
        assert "张三" not in program.send("POST", "/searches", body).text


def test_a_body_that_is_too_large_or_no_json(web: Web) -> None:
    program = web.program("mediator")
    assert program.send("POST", "/searches", {"text": "x" * 2_100_000}).status_code == 413
    said = {"authorization": f"Bearer {program.token}", "content-type": "application/json"}
    for content in (b"{", b'{"text": "\\ud800"}', b"[" * 5000, b"\xff\xfe", b""):
        answer = program.client.post("/api/v1/searches", content=content, headers=said)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_fault_tells_its_reference_and_nothing_else(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi.testclient import TestClient

    def broken(*_rest: Any, **_more: Any) -> None:
        raise KeyError("张三")

    monkeypatch.setattr("models.queries.worklist", broken)
    with TestClient(web.app, base_url="http://office.test", raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/worklist", headers={"authorization": f"Bearer {web.token('mediator')}"})
    assert (answer.status_code, answer.json()["code"], len(answer.json()["reference"])) == (500, "fault", 8)
    assert "张三" not in answer.text
