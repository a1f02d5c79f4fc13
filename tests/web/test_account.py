"""Everybody's own account: second factor, sessions, tokens, language."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest

from flows.accounts.tokens import owner_of
from flows.office_journal import Deed
from models.accounts import AccessToken, WebSession
from models.offices import OfficeEvent
from models.people import Person
from tests.web.conftest import Web, words
from web.pages.account import browser_said


def deeds(web: Web) -> list[str]:
    """What the journal of the office says, oldest first."""
    return [row.deed for row in web.town.rows(OfficeEvent)]


def test_the_second_factor_is_shown_as_a_picture_and_as_text_and_confirmed_by_a_code(web: Web) -> None:
    me = web.as_("mediator")
    shown = me.get("/account/second-factor")
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', shown.text)
    assert secret is not None
    assert "<svg" in shown.text
    assert "style=" not in shown.text
    assert " ".join(re.findall("....", secret[1])) in words(shown.text)
    wrong = me.post("/account/second-factor", secret=secret[1], code="000000", act="on")
    assert wrong.status_code == 422
    assert secret[1] in wrong.text, "the telephone knows this one already"
    code = pyotp.TOTP(secret[1]).at(web.town.office.now())
    assert me.post("/account/second-factor", secret=secret[1], code=code, act="on").status_code == 303
    assert web.town.one(Person, Person.code == "mediator").second_factor.startswith(secret[1])
    assert "已启用" in words(me.get("/account").text)
    assert me.post("/account/second-factor", act="off").status_code == 303
    assert web.town.one(Person, Person.code == "mediator").second_factor == ""
    assert [deed for deed in deeds(web) if "second" in deed] == [Deed.SECOND_FACTOR_ON, Deed.SECOND_FACTOR_OFF]


def test_sessions_are_ended_one_by_one_and_all_others(web: Web) -> None:
    here, there, elsewhere = web.as_("mediator"), web.as_("mediator"), web.as_("mediator")
    strangers = web.as_("officer")
    rows = web.town.rows(WebSession)
    assert words(here.get("/account").text).count("最近") == 3
    assert here.post("/account/sessions", session=str(rows[1].id)).status_code == 303
    assert there.get("/account").status_code == 303
    assert here.post("/account/sessions", session=str(rows[3].id)).status_code == 404, "somebody else's"
    assert here.post("/account/sessions", session="others").status_code == 303
    assert elsewhere.get("/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert strangers.get("/account").status_code == 200


def test_a_token_is_made_shown_once_used_and_revoked(web: Web) -> None:
    me = web.as_("mediator")
    form = {"name": "统计报表", "scopes": ["read", "write"], "expires_on": web.town.iso(30)}
    made = me.post("/account/tokens", form)
    token = re.search(r"<strong>(cc_[^<]+)</strong>", made.text)
    assert token is not None
    assert token[1] not in me.get("/account").text
    with web.town.office.store.read() as connection:
        owner = owner_of(connection, token[1], "api", web.town.office.now())
        assert owner is not None
        assert (owner.person_id, sorted(owner.scopes)) == (web.town.people["mediator"], ["read", "write"])
        assert owner_of(connection, token[1], "api", web.town.office.now() + timedelta(days=31)) is None
    row = web.town.one(AccessToken)
    assert web.as_("officer").post(f"/account/tokens/{row.id}").status_code == 404
    assert me.post(f"/account/tokens/{row.id}").status_code == 303
    assert "已撤销" in words(me.get("/account").text)
    assert [deed for deed in deeds(web) if "token" in deed] == [Deed.TOKEN_MADE, Deed.TOKEN_REVOKED]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "用途"),
        ({"scopes": []}, "权限"),
        ({"scopes": ["everything"]}, "权限"),
        ({"expires_on": "2099-01-01"}, "一年之内"),
        ({"expires_on": "9999-12-31"}, "有效至"),
        ({"expires_on": "2026-01-01"}, "一年之内"),
        ({"expires_on": "tomorrow"}, "有效至"),
    ],
)
def test_a_token_that_cannot_be_is_refused_at_its_field(web: Web, change: dict[str, object], says: str) -> None:
    form = {"name": "报表", "scopes": ["read"], "expires_on": web.town.iso(30), **change}
    refused = web.as_("mediator").post("/account/tokens", form)
    assert refused.status_code == 422
    assert says in words(refused.text)
    assert web.town.count(AccessToken) == 0


def test_the_language_is_kept_with_the_person(web: Web) -> None:
    me = web.as_("mediator")
    assert "我的职务" in words(me.get("/account").text)
    assert me.post("/language", to="en", back="/account").headers["location"] == "/account"
    assert "My positions" in words(me.get("/account").text)


def test_a_party_has_an_account_too(web: Web) -> None:
    shown = words(web.as_("worker").get("/account").text)
    assert "没有职务" in shown
    assert "日历订阅" not in shown


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("curl/8", "curl/8"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent: str, said: str) -> None:
    assert browser_said(agent) == said
