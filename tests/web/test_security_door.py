"""The door of the pages: cookies, the second factor, a password that must be changed, headers on every answer, other sites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from threading import Event
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient

from flows.accounts.passwords import hash_password
from flows.office import Office
from flows.steps import Desk
from models.accounts import WebSession
from models.people import Person
from tests.web.conftest import FROM_US, Browser, Web
from web.access import COOKIE, form_key
from web.app import create_app
from web.guards import HEADERS

PASSWORD = "a long way to the counter"
LOCKED_IN = ("/day", "/cases", "/account", "/inbox", "/calendar", "/search", "/mine", "/registration", "/batches", "/")


@pytest.fixture
def entering(web: Web) -> Web:
    """The town, whose mediator has a password."""
    web.town.set(Person, Person.code == "mediator", password=hash_password(PASSWORD))
    return web


def sign_in(browser: Browser, secret: str = PASSWORD, **headers: str) -> Any:
    """The answer to account and password."""
    form = {"account": "mediator", "password": secret}
    return browser.client.post("/sign-in", data=form, headers={**FROM_US, **headers})


def cookies_of(answer: Any) -> dict[str, str]:
    """Name of each cookie the answer sets → its attributes."""
    return {line.split("=")[0]: line.lower() for line in answer.headers.get_list("set-cookie")}


def over_https(web: Web) -> Browser:
    """Somebody at the same office, reached over https."""
    office = Office(web.town.office.store, web.town.office.settings.model_copy(update={"https": True}), web.town.office.clock)
    client = TestClient(create_app(office, Desk(office)), base_url="https://office.test", follow_redirects=False)
    web.browsers.append(client)
    return Browser(client)


def test_the_cookie_of_a_session(entering: Web) -> None:
    plain = cookies_of(sign_in(entering.anybody()))["concord_session"]
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in plain.split(";")}
    browser = over_https(entering)
    answer = sign_in(browser)
    assert "secure" in cookies_of(answer)["concord_session"]
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    for other in (browser.client.post("/language", data={"to": "en"}, headers=FROM_US), browser.get("/desk")):
        assert all("secure" in line for line in cookies_of(other).values())


def test_a_session_somebody_brings_along_is_never_taken(entering: Web) -> None:
    browser = entering.anybody()
    browser.client.cookies.set(COOKIE, "chosen-by-somebody-else", domain="office.test")
    token = sign_in(browser).cookies[COOKIE]
    assert token != "chosen-by-somebody-else"
    assert entering.town.count(WebSession, WebSession.token_hash == sha256(b"chosen-by-somebody-else").hexdigest()) == 0
    row = entering.town.one(WebSession)
    assert token not in str(row), "the store knows the hash of the cookie only"


def test_sign_out_ends_the_session_at_the_office(entering: Web) -> None:
    browser = entering.anybody()
    token = sign_in(browser).cookies[COOKIE]
    browser.client.cookies.set(COOKIE, token, domain="office.test")
    assert browser.get("/day").status_code == 200
    left = browser.client.post("/sign-out", data={"form_key": form_key(token)}, headers=FROM_US)
    assert left.status_code == 303
    again = entering.anybody()
    again.client.cookies.set(COOKIE, token, domain="office.test")
    assert again.get("/day").headers["location"].startswith("/sign-in")


def test_a_new_password_ends_all_other_sessions(entering: Web) -> None:
    here, there = entering.as_("mediator"), entering.as_("mediator")
    assert there.get("/day").status_code == 200
    new = "another way to the counter"
    assert here.post("/password", old=PASSWORD, password=new, again=new).status_code == 303
    assert here.get("/day").status_code == 200
    assert there.get("/day").status_code == 303


@pytest.fixture
def waiting(web: Web) -> Browser:
    """The mediator after the password and before the second factor."""
    browser = web.as_("mediator")
    web.town.set(Person, Person.code == "mediator", second_factor=f"{'A' * 32}:0", password=hash_password(PASSWORD))
    web.town.set(WebSession, WebSession.id > 0, confirmed=False)
    return browser


@pytest.mark.parametrize("host", ["office.test", "office.test/password?", "office.test/second-factor#", "x@office.test"])
def test_before_the_second_factor_nothing_is_seen_and_nothing_done(web: Web, waiting: Browser, host: str) -> None:
    for path in (*LOCKED_IN, "/password", "/supervision/live", "/batches/1/live"):
        answer = waiting.get(path, headers={"host": host})
        assert (answer.status_code, answer.headers["location"]) == (303, "/second-factor"), path
    new = "another way to the counter"
    for path, form in (
        ("/password", {"old": PASSWORD, "password": new, "again": new}),
        ("/account/second-factor", {"act": "off"}),
        ("/account/tokens", {"name": "n", "scopes": "read", "expires_on": web.town.iso(9)}),
    ):
        sent = waiting.client.post(path, data={**form, "form_key": waiting.key}, headers={**FROM_US, "host": host})
        assert sent.headers["location"] == "/second-factor"
    row = web.town.one(Person, Person.code == "mediator")
    assert row.second_factor
    assert "李调解" not in waiting.get("/second-factor").text


def test_a_code_opens_once(web: Web, waiting: Browser) -> None:
    code = pyotp.TOTP("A" * 32).at(web.town.clock.now)
    entered = waiting.post("/second-factor", code=code)
    assert entered.status_code == 303
    fresh = entered.cookies[COOKIE]
    assert form_key(fresh) != waiting.key, "the session has a new name"
    second = web.as_("mediator")
    web.town.set(WebSession, WebSession.token_hash != sha256(fresh.encode()).hexdigest(), confirmed=False)
    assert second.post("/second-factor", code=code).status_code == 422


def test_codes_are_not_tried_out(web: Web, waiting: Browser) -> None:
    answers = [waiting.post("/second-factor", code=f"{no:06d}") for no in range(6)]
    assert "尝试次数过多" in answers[-1].text
    code = pyotp.TOTP("A" * 32).at(web.town.clock.now)
    assert waiting.post("/second-factor", code=code).status_code == 422, "not even the right one, while it is locked"
    other = web.as_("mediator")
    web.town.set(WebSession, WebSession.id > 0, confirmed=False)
    assert other.post("/second-factor", code=code).status_code == 422, "nor in another session"


def test_codes_side_by_side_are_counted_one_by_one(web: Web, waiting: Browser) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda no: waiting.post("/second-factor", code=f"{no:06d}").text, range(24)))
    assert sum("尝试次数过多" in text for text in told) >= 19


def test_a_password_of_the_office_is_changed_first(web: Web) -> None:
    browser, program = web.as_("mediator"), web.program("mediator")
    web.town.set(Person, Person.code == "mediator", must_change=True)
    for path in (*LOCKED_IN, "/second-factor"):
        assert browser.get(path).headers["location"] == "/password", path
    assert browser.get("/password").status_code == 200
    assert browser.post("/language", to="en", back="/password").status_code == 303
    assert 'lang="en"' in browser.get("/password").text
    answer = program.get("/worklist")
    assert (answer.status_code, answer.json()["code"]) == (403, "password_must_change")


def test_tokens_end_with_the_person(web: Web) -> None:
    program = web.program("mediator")
    assert program.get("/me").status_code == 200
    web.town.set(Person, Person.code == "mediator", left_on=web.town.today)
    assert program.get("/me").status_code == 401


@pytest.mark.parametrize(
    "where", ["//evil.test", "/\\evil.test", "https://evil.test", "/\tevil", "/\r\nset-cookie: a=b", "javascript:1"]
)
def test_nobody_is_sent_elsewhere(entering: Web, where: str) -> None:
    browser = entering.anybody()
    assert sign_in(browser).status_code == 303
    form = {"account": "mediator", "password": PASSWORD, "next": where}
    assert browser.client.post("/sign-in", data=form, headers=FROM_US).headers["location"] == "/"
    changed = entering.as_("mediator").post("/language", to="en", back=where)
    assert changed.headers["location"] == "/"
    assert "evil" not in browser.client.get("/sign-in", params={"next": where}).text


def test_the_language_needs_no_session_of_its_own(web: Web) -> None:
    """Pages that ask nobody who he is, such as the public desk, have no key of a session in their forms."""
    signed_in = web.as_("mediator")
    sent = signed_in.client.post("/language", data={"to": "en", "back": "/desk"}, headers=FROM_US)
    assert (sent.status_code, sent.headers["location"]) == (303, "/desk")
    assert 'lang="en"' in signed_in.get("/desk").text
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.test"}, {}):
        assert signed_in.client.post("/language", data={"to": "zh"}, headers=headers).status_code == 403


@pytest.mark.parametrize("key", ["é", "密", "\x00", "0" * 64, "", "x" * 5000])
def test_a_key_that_is_none_is_refused_and_no_fault(web: Web, key: str) -> None:
    me = web.as_("mediator")
    assert me.client.post("/account/sessions", data={"form_key": key}, headers=FROM_US).status_code == 403


def answers(web: Web) -> Iterator[tuple[str, Any]]:
    """One answer of every kind."""
    case = web.town.dispute()
    me, nobody = web.as_("mediator"), web.anybody()

    def broken() -> None:
        raise ValueError("张三 13800001234")

    web.app.add_api_route("/broken", broken)
    yield "page", me.get("/day")
    yield "led on", nobody.get("/day")
    yield "absent", me.get("/cases/D1999-1")
    yield "no method", me.get("/sign-out")
    yield "fault", me.get("/broken")
    yield "unkeyed", me.client.post("/account/sessions", data={}, headers=FROM_US)
    yield "elsewhere", me.client.post("/account/sessions", data={}, headers={"origin": "http://evil.test"})
    yield "too large", nobody.client.post("/sign-in", content=b"a=" + b"x" * 5_000_000, headers={**FROM_US, **FORM})
    yield "too many", nobody.client.post("/sign-in", data={f"f{no}": "x" for no in range(5001)}, headers=FROM_US)
    yield "static", nobody.get("/static/app.css")
    yield "no such file", nobody.get("/static/../app.py")
    yield "rest", web.program("mediator").get(f"/cases/{case.number}")
    yield "rest refused", web.program("").get("/me")
    yield "desk", nobody.get("/desk")
    yield "feed", nobody.get("/calendar/feed/none.ics")


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_every_answer_has_the_headers(web: Web) -> None:
    for name, answer in answers(web):
        missing = set(HEADERS) - set(answer.headers)
        assert missing == set(), name
        assert "default-src 'none'" in answer.headers["content-security-policy"], name
        assert "unsafe-inline" not in answer.headers["content-security-policy"], name
        assert re.search("no-store|immutable", answer.headers["cache-control"]), name
        assert "13800001234" not in answer.text, name
        assert "server" not in answer.headers, name


def test_a_fault_says_where_and_not_what(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    (fault,) = [answer for name, answer in answers(web) if name == "fault"]
    reference = re.search(r'class="code">([0-9a-f]{8})<', fault.text)
    assert fault.status_code == 500
    assert reference is not None
    assert f"fault {reference[1]}: ValueError at tests/web/test_security_door.py" in caplog.text
    assert "13800001234" not in caplog.text


def test_a_form_is_small_unless_it_carries_files(web: Web) -> None:
    me = web.as_("mediator")
    large = {"form_key": me.key, "text": "字" * 1_500_000}
    assert me.client.post("/search", data=large, headers=FROM_US).status_code == 413
    assert replace(me).post("/search", text="字" * 10_000).status_code in (200, 422)


def test_who_signs_in_does_not_hold_up_who_works(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many sign-ins at once wait in a queue of their own; the threads that serve pages stay free."""
    tried, over = Event(), Event()

    def slow(*_rest: object) -> bool:
        tried.set()
        return not over.wait(30)

    monkeypatch.setattr("flows.accounts.sessions.password_fits", slow)
    me, door = web.as_("mediator"), web.anybody()
    with TestClient(web.app, base_url="http://office.test", follow_redirects=False) as together:
        together.cookies.update(me.client.cookies)
        forms = [{"account": f"nobody-{no}", "password": "x"} for no in range(50)]
        with ThreadPoolExecutor(51) as pool:
            tries = [pool.submit(together.post, "/sign-in", data=form, headers=FROM_US) for form in forms]
            try:
                assert tried.wait(30)
                page = pool.submit(together.get, "/cases").result(timeout=20)
            finally:
                over.set()
            done = [one.result().status_code for one in tries]
    assert page.status_code == 200
    assert set(done) == {422}
    assert door.get("/sign-in").status_code == 200
