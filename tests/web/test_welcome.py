"""The first start: an office nobody founded leads every page to one form, and that form is good once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from flows.accounts import passwords
from flows.accounts.first_start import setup_code
from flows.office import Office, open_office
from flows.steps import Desk
from models.people import Organisation, Person
from tests.clock import MORNING
from tests.stores import lay_tables
from tests.web.conftest import FROM_US, Web, words
from web.app import create_app

FORM = {"office_name": "临江区总工会", "admin_code": "A01", "admin_name": "林管理", "password": "此身合是诗人未细雨骑驴",
        "again": "此身合是诗人未细雨骑驴"}  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Office]:
    """A migrated office with nobody in it."""
    office = open_office(lay_tables(tmp_path), lambda: MORNING)
    yield office
    office.store.close()


@pytest.fixture
def browser(empty: Office) -> Iterator[TestClient]:
    """Somebody who opens its pages."""
    with TestClient(create_app(empty, Desk(empty)), base_url="http://office.test", follow_redirects=False) as client:
        yield client


def test_every_page_leads_to_the_form(browser: TestClient) -> None:
    for path in ("/", "/sign-in", "/cases", "/administration", "/no/such/page", "/api/v1/cases"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/welcome"), path
    assert "开办码" in words(browser.get("/welcome").text)
    assert browser.get("/static/app.css").status_code == 200
    browser.post("/language", data={"to": "en", "back": "/welcome"}, headers=FROM_US)
    assert "Set-up code" in words(browser.get("/welcome").text)


def test_the_office_is_founded_once_with_the_code(empty: Office, browser: TestClient) -> None:
    code = setup_code(empty)
    wrong = browser.post("/welcome", data={**FORM, "code": "guessed"}, headers=FROM_US)
    assert wrong.status_code == 422
    assert "开办码不正确" in words(wrong.text)
    assert 'value="临江区总工会"' in wrong.text, "what was typed is kept"
    assert FORM["password"] not in wrong.text
    differ = browser.post("/welcome", data={**FORM, "code": code, "again": "x"}, headers=FROM_US)
    assert "两次输入的口令不一致" in words(differ.text)
    assert browser.post("/welcome", data={**FORM, "code": code}, headers={"origin": "http://evil.test"}).status_code == 403
    founded = browser.post("/welcome", data={**FORM, "code": code}, headers=FROM_US)
    assert founded.status_code == 303, words(founded.text)
    assert founded.headers["location"] == "/sign-in"
    with empty.store.read() as connection:
        assert connection.execute(select(Organisation.name)).scalar_one() == "临江区总工会"
        assert passwords.password_fits(FORM["password"], connection.execute(select(Person.password)).scalar_one())
    assert browser.get("/welcome").status_code == 404
    again = browser.post("/welcome", data={**FORM, "code": code, "admin_code": "A02"}, headers=FROM_US)
    assert again.status_code == 404
    entered = browser.post("/sign-in", data={"account": "A01", "password": FORM["password"]}, headers=FROM_US)
    assert entered.status_code == 303
    assert "管理" in words(browser.get("/administration").text)


def test_an_office_that_is_there_is_not_founded_again(web: Web) -> None:
    assert web.anybody().get("/welcome").status_code == 404
    assert web.anybody().post("/welcome", FORM, code="x").status_code == 404
    assert setup_code(web.town.office) is None
