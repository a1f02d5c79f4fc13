"""Single sign-on against a provider of our own: who gets in, and every answer that lets nobody in."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.stores import settings_at

pytest.importorskip("authlib", reason="single sign-on is an extra: requirements/oidc.txt")

from joserfc.jwk import OctKey, RSAKey

from flows.accounts.single_sign_on import subject_of
from flows.office_journal import Deed
from flows.steps import Desk
from models.accounts import WebSession
from models.offices import OfficeEvent
from models.people import Person
from tests.factories import Town
from tests.web.conftest import words
from tests.web.identity_provider import CLIENT, SECRET, IdentityProvider
from web.app import create_app

MAIL = {"email": "Mediator@union.example", "email_verified": True}


@pytest.fixture
def provider(town: Town) -> Iterator[IdentityProvider]:
    """The provider, whose clock is the town's."""
    made = IdentityProvider(town.office.now)
    yield made
    made.stop()


@pytest.fixture
def browser(town: Town, provider: IdentityProvider) -> Iterator[TestClient]:
    """Somebody at an office that has single sign-on."""
    settings = settings_at(
        town.office.settings.home, oidc_issuer=provider.issuer, oidc_client_id=CLIENT,
        oidc_client_secret=SECRET, oidc_label="工会通行证",
    )  # fmt: skip
    office = replace(town.office, settings=settings)
    with TestClient(create_app(office, Desk(office)), base_url="http://office.test", follow_redirects=False) as client:
        yield client


def there_and_back(browser: TestClient, provider: IdentityProvider, subject: str = "u-1", **claims: Any) -> Any:
    """Leave, sign in at the provider, come back."""
    left = browser.get("/sign-in/oidc")
    assert left.headers["location"].startswith(f"{provider.issuer}/authorize?")
    state, code = provider.consent(left.headers["location"], subject, **claims)
    return browser.get("/sign-in/oidc/back", params={"state": state, "code": code})


def refused(answer: Any, says: str = "与本次登录不符") -> None:
    """Nobody was let in, and the page says why."""
    assert answer.status_code == 422
    assert says in words(answer.text)
    assert "concord_session" not in answer.headers.get("set-cookie", "")


def test_the_first_time_by_the_verified_address_then_by_the_subject(
    town: Town, provider: IdentityProvider, browser: TestClient
) -> None:
    assert "工会通行证" in browser.get("/sign-in").text
    assert there_and_back(browser, provider, **MAIL).headers["location"] == "/"
    assert "李调解" in browser.get("/day").text
    assert town.one(Person, Person.code == "mediator").subject == subject_of(provider.issuer, "u-1")
    assert [row.deed for row in town.rows(OfficeEvent)].count(Deed.SIGN_ON_LINKED) == 1
    browser.cookies.clear()
    town.set(Person, Person.code == "mediator", email="moved@union.example")
    assert there_and_back(browser, provider, email="whatever@else.example").headers["location"] == "/"
    assert {row.person_id for row in town.rows(WebSession)} == {town.people["mediator"]}
    assert [row.deed for row in town.rows(OfficeEvent)].count(Deed.SIGN_ON_LINKED) == 1


def test_the_own_second_factor_is_still_asked_for(town: Town, provider: IdentityProvider, browser: TestClient) -> None:
    town.set(Person, Person.code == "mediator", second_factor="A" * 32)
    assert there_and_back(browser, provider, **MAIL).headers["location"] == "/second-factor"
    assert browser.get("/day").headers["location"] == "/second-factor"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "nobody@union.example", "email_verified": True},
        {"email": "mediator@union.example", "email_verified": False},
        {"email": "mediator@union.example"},
        {"email": "mediator@union.example", "email_verified": "true"},
        {"email": "", "email_verified": True},
        {"email": "%@union.example", "email_verified": True},
    ],
)
def test_whom_nobody_here_knows_is_told_to_ask(
    town: Town, provider: IdentityProvider, browser: TestClient, claims: dict[str, Any]
) -> None:
    refused(there_and_back(browser, provider, **claims), "没有与之对应的人员")
    assert town.count(WebSession) == 0


def test_an_address_that_two_people_share_is_nobodys(town: Town, provider: IdentityProvider, browser: TestClient) -> None:
    town.set(Person, Person.code == "officer", email="mediator@union.example")
    refused(there_and_back(browser, provider, **MAIL), "没有与之对应的人员")


def test_somebody_bound_to_another_account_is_not_bound_anew(
    town: Town, provider: IdentityProvider, browser: TestClient
) -> None:
    there_and_back(browser, provider, "u-1", **MAIL)
    refused(there_and_back(browser, provider, "u-2", **MAIL), "没有与之对应的人员")


def test_who_left_does_not_come_in(town: Town, provider: IdentityProvider, browser: TestClient) -> None:
    there_and_back(browser, provider, **MAIL)
    town.set(Person, Person.code == "mediator", left_on=town.today)
    refused(there_and_back(browser, provider, **MAIL), "没有与之对应的人员")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-program"},
        {"aud": None},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": ""},
        {"nbf": 99999999999},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    town: Town, provider: IdentityProvider, browser: TestClient, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    refused(there_and_back(browser, provider, **MAIL))
    assert town.count(WebSession) == 0


def test_a_token_signed_by_somebody_else_lets_nobody_in(provider: IdentityProvider, browser: TestClient) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    refused(there_and_back(browser, provider, **MAIL))


def test_a_shared_secret_is_no_signature(provider: IdentityProvider, browser: TestClient) -> None:
    provider.signs_with, provider.algorithm = OctKey.import_key(SECRET * 4), "HS256"  # type: ignore[assignment]
    refused(there_and_back(browser, provider, **MAIL))


def test_an_answer_is_good_once(town: Town, provider: IdentityProvider, browser: TestClient) -> None:
    left = browser.get("/sign-in/oidc")
    ticket = browser.cookies.get("concord_ticket")
    state, code = provider.consent(left.headers["location"], "u-1", **MAIL)
    back = {"state": state, "code": code}
    assert browser.get("/sign-in/oidc/back", params=back).headers["location"] == "/"
    browser.cookies.clear()
    refused(browser.get("/sign-in/oidc/back", params=back))
    browser.cookies.set("concord_ticket", ticket, domain="office.test", path="/sign-in/oidc")
    refused(browser.get("/sign-in/oidc/back", params=back), "未能答复")
    assert town.count(WebSession) == 1


def test_an_answer_in_another_browser_lets_nobody_in(provider: IdentityProvider, browser: TestClient) -> None:
    left = browser.get("/sign-in/oidc")
    state, code = provider.consent(left.headers["location"], "u-1", **MAIL)
    browser.get("/sign-in/oidc")  # another departure: its ticket has another state
    refused(browser.get("/sign-in/oidc/back", params={"state": state, "code": code}))
    browser.cookies.clear()
    refused(browser.get("/sign-in/oidc/back", params={"state": "", "code": code}))
    refused(browser.get("/sign-in/oidc/back"))


def test_a_ticket_nobody_signed_is_none(provider: IdentityProvider, browser: TestClient) -> None:
    browser.cookies.set("concord_ticket", "eyJzdGF0ZSI6IngifQ.x.y", domain="office.test", path="/sign-in/oidc")
    refused(browser.get("/sign-in/oidc/back", params={"state": "x", "code": "y"}))


def test_a_provider_that_does_not_answer_leaves_the_password(provider: IdentityProvider, browser: TestClient) -> None:
    provider.down = True
    refused(browser.get("/sign-in/oidc"), "用口令登录")
    provider.down = False
    assert browser.get("/sign-in/oidc").status_code == 303, "a failure is not remembered"


def test_a_provider_that_sends_elsewhere_in_the_clear_is_not_followed(provider: IdentityProvider, browser: TestClient) -> None:
    provider.told = {"token_endpoint": "http://evil.example/token"}
    refused(browser.get("/sign-in/oidc"), "未能答复")
    provider.told = {"issuer": "http://evil.example"}
    refused(browser.get("/sign-in/oidc"), "未能答复")


def test_without_the_library_the_page_says_what_to_install(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("authlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    refused(browser.get("/sign-in/oidc"), "requirements/oidc.txt")
