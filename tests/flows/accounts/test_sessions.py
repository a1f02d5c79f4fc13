"""Sessions: how long they last, who ends them, and that no token outlives a step of the sign-in."""

from __future__ import annotations

import pyotp
import pytest

from flows.accounts.people import person_leaves
from flows.accounts.second_factor import begin, disable, enable
from flows.accounts.sessions import (
    confirm,
    end,
    end_all,
    end_session,
    forget_old_sessions,
    sessions_of,
    touch,
    visitor_row,
)
from flows.office_journal import Deed
from models.accounts import WebSession
from models.offices import OfficeEvent
from models.people import Person
from states.errors import NotPermitted
from tests.factories import Town
from tests.flows.accounts.coming_in import comes_in, fails, is_in, refused, with_password


def code_of(town: Town, secret: str, seconds: int = 0) -> str:
    """What the telephone shows at that moment."""
    return pyotp.TOTP(secret).at(town.clock.now, counter_offset=seconds // 30)


def with_factor(town: Town, person: str = "mediator") -> str:
    """The person has a password and a second factor; its secret. Half a minute later."""
    me = with_password(town, person)
    secret, _ = begin(town.office, me)
    enable(town.office, me, secret, code_of(town, secret))
    town.clock.pass_time(seconds=60)
    return secret


# --- how long -----------------------------------------------------------------------------------------------------------


def test_a_session_is_one_query_and_says_who_it_is(town: Town) -> None:
    me = with_password(town, "mediator")
    signed = comes_in(town)
    with town.statements() as seen, town.office.store.read() as connection:
        row = visitor_row(connection, signed.token, town.office.now())
    assert row is not None
    assert (row.session_id, row.person_id, row.code, row.name, row.language) == (
        signed.session_id,
        me,
        "mediator",
        "李调解",
        "zh",
    )
    assert (row.confirmed, row.must_change, row.second_factor) == (True, False, False)
    assert row.expires_at > row.seen_at
    assert len([one for one in seen if one.startswith("SELECT")]) == 1


@pytest.mark.parametrize("token", ["", "unknown", "' OR 1=1"])
def test_other_tokens_are_nobody(town: Town, token: str) -> None:
    with_password(town, "mediator")
    comes_in(town)
    assert not is_in(town, token)


def test_the_hash_in_the_table_is_no_token(town: Town) -> None:
    with_password(town, "mediator")
    comes_in(town)
    assert not is_in(town, town.one(WebSession).token_hash)


def test_two_hours_without_use_end_it(town: Town) -> None:
    with_password(town, "mediator")
    signed = comes_in(town)
    town.clock.pass_time(hours=1, minutes=59)
    assert is_in(town, signed.token)
    town.clock.pass_time(minutes=1)
    assert not is_in(town, signed.token)


def test_use_keeps_it_alive_for_twelve_hours_and_no_longer(town: Town) -> None:
    with_password(town, "mediator")
    signed = comes_in(town)
    for _ in range(11):
        town.clock.pass_time(hours=1)
        touch(town.office, signed.session_id)
    town.clock.pass_time(minutes=59, seconds=59)
    assert is_in(town, signed.token)
    town.clock.pass_time(seconds=1)
    assert not is_in(town, signed.token)


def test_use_is_noted_every_five_minutes_only(town: Town) -> None:
    with_password(town, "mediator")
    signed = comes_in(town)
    began = town.one(WebSession).seen_at
    town.clock.pass_time(minutes=5)
    with town.statements() as seen:
        touch(town.office, signed.session_id)
    assert town.one(WebSession).seen_at == began
    assert not [one for one in seen if one.startswith("UPDATE")]
    with town.statements() as seen:
        touch(town.office, signed.session_id, began)
    assert seen == []
    town.clock.pass_time(seconds=1)
    touch(town.office, signed.session_id, began)
    assert town.one(WebSession).seen_at == town.office.now()


# --- ending -------------------------------------------------------------------------------------------------------------


def test_signing_out_ends_that_one(town: Town) -> None:
    with_password(town, "mediator")
    here, there = comes_in(town), comes_in(town)
    end(town.office, here.token)
    end(town.office, "unknown")
    assert (is_in(town, here.token), is_in(town, there.token)) == (False, True)
    touch(town.office, here.session_id)
    assert not is_in(town, here.token)


def test_the_person_ends_his_own_and_nobody_elses(town: Town) -> None:
    me, other = with_password(town, "mediator"), with_password(town, "colleague")
    mine, his = comes_in(town), comes_in(town, "colleague")
    assert not end_session(town.office, me, his.session_id)
    assert end_session(town.office, me, mine.session_id)
    assert not end_session(town.office, me, mine.session_id), "it is over"
    assert is_in(town, his.token)
    assert [(row.deed, row.actor_id) for row in town.rows(OfficeEvent)] == [(Deed.SESSION_ENDED, me)]
    with pytest.raises(NotPermitted):
        end_all(town.office, other, by=me)
    assert end_all(town.office, other, by=town.people["administrator"]) == 1
    assert not is_in(town, his.token)


def test_all_but_this_one(town: Town) -> None:
    me = with_password(town, "mediator")
    sessions = [comes_in(town) for _ in range(3)]
    assert end_all(town.office, me, sessions[1].session_id) == 2
    assert [is_in(town, one.token) for one in sessions] == [False, True, False]
    with town.office.store.read() as connection:
        assert [row.id for row in sessions_of(connection, me)] == [sessions[1].session_id]
        town.clock.pass_time(hours=3)
        assert sessions_of(connection, me, town.office.now()) == []


def test_who_leaves_is_out_at_once(town: Town) -> None:
    me = with_password(town, "mediator")
    signed = comes_in(town)
    person_leaves(town.office, town.people["administrator"], me, town.today)
    assert not is_in(town, signed.token)
    assert town.one(WebSession).ended_at == town.office.now()


def test_old_sessions_are_forgotten(town: Town) -> None:
    with_password(town, "mediator")
    comes_in(town)
    town.clock.pass_time(days=30, hours=12)
    comes_in(town)
    with town.office.store.write() as connection:
        assert forget_old_sessions(connection, town.office.now()) == 0
    town.clock.pass_time(seconds=1)
    with town.office.store.write() as connection:
        assert forget_old_sessions(connection, town.office.now()) == 1


# --- second factor ------------------------------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing_once_there_is_a_second_factor(town: Town) -> None:
    secret = with_factor(town)
    waiting = comes_in(town)
    assert not waiting.confirmed
    with town.office.store.read() as connection:
        row = visitor_row(connection, waiting.token, town.office.now())
    assert row is not None
    assert (row.confirmed, row.second_factor) == (False, True)
    fresh = confirm(town.office, waiting.token, code_of(town, secret))
    assert fresh != waiting.token
    assert not is_in(town, waiting.token), "the token from before the second factor is worth nothing"
    with town.office.store.read() as connection:
        row = visitor_row(connection, fresh, town.office.now())
    assert row is not None
    assert row.confirmed
    assert row.session_id == waiting.session_id
    with refused("sign_in_over"):
        confirm(town.office, fresh, code_of(town, secret))


def test_the_secret_lies_sealed(town: Town) -> None:
    secret = with_factor(town)
    with town.office.store.read() as connection:
        stored = connection.exec_driver_sql("SELECT second_factor FROM person WHERE code = 'mediator'").scalar_one()
    assert secret not in stored


def test_it_is_in_force_only_once_a_code_was_given(town: Town) -> None:
    me = with_password(town, "mediator")
    secret, address = begin(town.office, me)
    assert address.startswith("otpauth://totp/")
    assert "mediator" in address
    assert comes_in(town).confirmed
    with refused("wrong_code"):
        enable(town.office, me, secret, "000000" if code_of(town, secret) != "000000" else "111111")
    for spoilt in ("", secret.lower(), "111", secret[:16]):
        with refused("wrong_code"):
            enable(town.office, me, spoilt, code_of(town, secret))
    assert comes_in(town).confirmed
    enable(town.office, me, secret, code_of(town, secret))
    assert not comes_in(town).confirmed


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_thirty_seconds_early_or_late_are_accepted(town: Town, seconds: int, fits: bool) -> None:
    secret = with_factor(town)
    town.clock.pass_time(minutes=10)
    waiting = comes_in(town)
    if fits:
        confirm(town.office, waiting.token, code_of(town, secret, seconds))
    else:
        with refused("wrong_code"):
            confirm(town.office, waiting.token, code_of(town, secret, seconds))


def test_a_code_is_accepted_once_and_never_an_older_one(town: Town) -> None:
    secret = with_factor(town)
    town.clock.pass_time(minutes=10)
    now, before = code_of(town, secret), code_of(town, secret, -30)
    first, second = comes_in(town), comes_in(town)
    confirm(town.office, first.token, f"{now[:3]} {now[3:]}")
    for code in (now, before, "", "abc", "一二三四五六"):
        with refused("wrong_code"):
            confirm(town.office, second.token, code)


def test_the_code_that_enabled_it_does_not_sign_in(town: Town) -> None:
    me = with_password(town, "mediator")
    secret, _ = begin(town.office, me)
    code = code_of(town, secret)
    enable(town.office, me, secret, code)
    with refused("wrong_code"):
        confirm(town.office, comes_in(town).token, code)


def test_guessing_codes_is_throttled_over_sessions_and_told(town: Town) -> None:
    secret = with_factor(town)
    wrong = "000000" if code_of(town, secret) != "000000" else "111111"
    for _ in range(5):
        with refused("wrong_code"):
            confirm(town.office, comes_in(town).token, wrong)
    with refused("too_many_tries"):
        confirm(town.office, comes_in(town).token, code_of(town, secret))
    town.drain()
    assert town.inbox("supervisor") == ["account_locked"]
    town.clock.pass_time(minutes=15)
    confirm(town.office, comes_in(town).token, code_of(town, secret))


def test_the_second_factor_waits_ten_minutes(town: Town) -> None:
    secret = with_factor(town)
    waiting = comes_in(town)
    town.clock.pass_time(minutes=10)
    with refused("sign_in_over"):
        confirm(town.office, waiting.token, code_of(town, secret))
    with refused("sign_in_over"):
        confirm(town.office, "unknown", code_of(town, secret))


def test_wrong_codes_do_not_lock_the_password_and_the_other_way_round(town: Town) -> None:
    with_factor(town)
    waiting = comes_in(town)
    fails(town, 4)
    for _ in range(4):
        with refused("wrong_code"):
            confirm(town.office, waiting.token, "abc")
    assert not comes_in(town).confirmed


def test_who_may_switch_it_off(town: Town) -> None:
    with_factor(town)
    me, who = town.people["mediator"], town.people
    with refused("not_administrator"):
        disable(town.office, me, who["supervisor"])
    disable(town.office, me, who["administrator"])
    assert comes_in(town).confirmed
    assert town.one(Person, Person.code == "mediator").second_factor == ""
    deeds = [(row.deed, row.actor_id) for row in town.rows(OfficeEvent)]
    assert deeds == [(Deed.SECOND_FACTOR_ON, me), (Deed.SECOND_FACTOR_OFF, who["administrator"])]
