"""Signing in: one answer for all that is wrong, the throttle to the minute, and who hears of a lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from flows.accounts import passwords
from flows.accounts.people import reset_password
from flows.accounts.sessions import SignInRefused
from flows.accounts.throttle import ACCOUNT_TRIES, ORIGIN_TRIES, forget_old_tries
from flows.office_journal import Deed
from models.accounts import SignInTry, WebSession
from models.offices import OfficeEvent
from models.outbox import Message
from models.people import Person
from tests.factories import Town
from tests.flows.accounts.coming_in import HERE, SECRET, comes_in, fails, is_in, refused, with_password

LOCKED = "too_many_tries"


def test_a_sign_in_makes_a_session_known_by_its_hash(town: Town) -> None:
    me = with_password(town, "mediator")
    signed = comes_in(town)
    assert (signed.person_id, signed.confirmed, signed.must_change) == (me, True, False)
    row = town.one(WebSession)
    assert signed.token not in (row.token_hash, row.agent)
    assert row.agent == "Firefox"
    assert comes_in(town).token != signed.token, "every sign-in has a token of its own"
    tries = town.rows(SignInTry)
    assert [row.well for row in tries] == [True, True]
    assert all(HERE not in (row.origin, row.account) and "mediator" not in row.account for row in tries)


def test_one_answer_for_everything_that_is_wrong(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password(town, "mediator")
    with_password(town, "colleague", left_on=town.today)
    looked_at: list[int] = []
    verify = type(passwords.HASHER).verify
    monkeypatch.setattr(type(passwords.HASHER), "verify", lambda *args: looked_at.append(1) or verify(*args))
    said = set()
    for account, secret in (
        ("mediator", "falsch falsch"), ("nobody", SECRET), ("colleague", SECRET), ("officer", SECRET), ("officer", ""),
        ("李调解", SECRET), ("Mediator", SECRET), ("mediator ", SECRET),
    ):  # fmt: skip
        with pytest.raises(SignInRefused) as refusal:
            comes_in(town, account, secret)
        said.add((str(refusal.value), *refusal.value.said("zh"), *refusal.value.said("en")))
    assert len(said) == 1
    assert len(looked_at) == 8, "somebody unknown costs as much time as a wrong password"
    assert town.count(WebSession) == 0


def test_who_leaves_tomorrow_comes_in_today(town: Town) -> None:
    with_password(town, "mediator", left_on=town.today + timedelta(days=1))
    signed = comes_in(town)
    town.clock.pass_time(minutes=5)
    assert is_in(town, signed.token)
    town.clock.set(town.today + timedelta(days=1), hour=0)
    assert not is_in(town, signed.token)
    with refused("wrong_account_or_password"):
        comes_in(town)


def test_five_failures_close_the_door_for_a_quarter_of_an_hour(town: Town) -> None:
    with_password(town, "mediator")
    fails(town, ACCOUNT_TRIES - 1)
    comes_in(town)  # the fourth is forgiven by the right one
    fails(town, ACCOUNT_TRIES)
    with refused(LOCKED):
        comes_in(town)
    town.clock.pass_time(minutes=14, seconds=59)
    with pytest.raises(SignInRefused) as refusal:
        comes_in(town)
    assert "1 分钟" in refusal.value.said("zh")[0]
    assert "in 1 minute →" in refusal.value.said("en")[0]
    town.clock.pass_time(seconds=1)
    comes_in(town)


def test_tries_while_it_is_closed_do_not_keep_it_closed(town: Town) -> None:
    with_password(town, "mediator")
    fails(town, ACCOUNT_TRIES)
    for _ in range(5):
        town.clock.pass_time(minutes=2)
        with refused(LOCKED):
            comes_in(town, secret="falsch falsch")
    town.clock.pass_time(minutes=5)
    fails(town, 1)
    comes_in(town)


def test_failures_spread_over_more_than_a_quarter_do_not_close_it(town: Town) -> None:
    with_password(town, "mediator")
    fails(town, ACCOUNT_TRIES - 1)
    town.clock.pass_time(minutes=15)
    fails(town, 1)
    comes_in(town)
    fails(town, ACCOUNT_TRIES - 1)
    town.clock.pass_time(minutes=14, seconds=59)
    fails(town, 1)
    with refused(LOCKED):
        comes_in(town)


def test_an_unknown_account_is_closed_the_same_way_and_nobody_is_told(town: Town) -> None:
    fails(town, ACCOUNT_TRIES, "nobody")
    with refused(LOCKED):
        comes_in(town, "nobody")
    assert town.count(Message) == 0
    assert town.count(OfficeEvent) == 0
    with_password(town, "mediator")
    comes_in(town)


def test_an_address_has_thirty_failures_over_all_accounts_and_a_success_does_not_clear_them(town: Town) -> None:
    with_password(town, "mediator")
    for number in range(ORIGIN_TRIES - 1):
        fails(town, 1, f"guess{number}")
    comes_in(town)
    fails(town, 1, "guess")
    with refused(LOCKED):
        comes_in(town)
    comes_in(town, origin="192.0.2.8")
    town.clock.pass_time(minutes=15)
    comes_in(town)


def test_a_lock_is_told_once_to_those_who_look_after_the_person(town: Town) -> None:
    me = with_password(town, "mediator")
    fails(town, ACCOUNT_TRIES)
    for _ in range(3):
        with refused(LOCKED):
            comes_in(town)
    town.drain()
    assert town.inbox("supervisor") == town.inbox("administrator") == ["account_locked"]
    assert town.inbox("mediator") == town.inbox("stranger") == []
    (words,) = {row.subject for row in town.rows(Message, Message.channel == "inbox")}
    assert "李调解" in words
    (deed,) = town.rows(OfficeEvent)
    assert (deed.deed, deed.actor_id, deed.person_id, deed.unit_id) == (Deed.LOCKED, None, me, 2)
    town.clock.pass_time(minutes=15)
    fails(town, ACCOUNT_TRIES)
    town.drain()
    assert town.inbox("supervisor") == ["account_locked"] * 2, "another lock is another notice"


def test_the_office_opens_the_door_again_with_a_new_phrase(town: Town) -> None:
    me = with_password(town, "mediator")
    before = comes_in(town)
    fails(town, ACCOUNT_TRIES)
    phrase = reset_password(town.office, town.people["administrator"], me)
    assert not is_in(town, before.token)
    with refused("wrong_account_or_password"):
        comes_in(town)
    assert comes_in(town, secret=phrase).must_change
    assert phrase not in str([row.detail for row in town.rows(OfficeEvent)])


def test_tries_are_forgotten_after_a_month(town: Town) -> None:
    fails(town, 2)
    town.clock.pass_time(days=29)
    fails(town, 1)
    town.clock.pass_time(days=2)
    with town.office.store.write() as connection:
        assert forget_old_tries(connection, town.office.now()) == 2
    assert town.count(SignInTry) == 1


def test_the_language_of_a_refusal_names_nobody(town: Town) -> None:
    with_password(town, "mediator")
    with pytest.raises(SignInRefused) as refusal:
        comes_in(town, secret="falsch falsch")
    assert str(refusal.value) == "password:wrong_account_or_password"
    assert "mediator" not in "".join(refusal.value.said("en"))
    assert town.one(Person, Person.code == "mediator").password.startswith("$argon2id$")


def test_tries_side_by_side_do_not_slip_past_the_count(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password(town, "mediator")
    looked_at: list[int] = []
    verify = type(passwords.HASHER).verify
    monkeypatch.setattr(type(passwords.HASHER), "verify", lambda *args: looked_at.append(1) or verify(*args))

    def guess(number: int) -> None:
        with pytest.raises(SignInRefused):
            comes_in(town, secret=f"geraten {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(24)))
    assert len(looked_at) == ACCOUNT_TRIES
    assert town.count(SignInTry) == ACCOUNT_TRIES
    assert town.count(OfficeEvent) == 1
    town.drain()
    assert town.inbox("supervisor") == ["account_locked"]
