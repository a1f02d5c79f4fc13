"""Passwords: what is kept, what is refused, what a new one ends."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from flows.accounts import passwords
from flows.accounts.own import change_own_password
from flows.accounts.passwords import check_strength, hash_password, new_phrase, password_fits, set_password
from flows.accounts.throttle import ACCOUNT_TRIES
from flows.office_journal import Deed
from models.offices import OfficeEvent
from models.people import Person
from states.errors import Refusal
from tests.factories import Town
from tests.flows.accounts.coming_in import SECRET, comes_in, is_in, refused, with_password


def test_only_a_hash_is_kept_and_only_the_password_fits_it() -> None:
    stored = hash_password(SECRET)
    assert stored.startswith("$argon2id$")
    assert SECRET not in stored
    assert stored != hash_password(SECRET), "salted"
    assert password_fits(SECRET, stored)
    assert not password_fits(SECRET + "!", stored)
    assert not password_fits("", "")
    assert not password_fits(SECRET, "scrypt$old$hash")


def test_full_width_letters_are_the_same_password() -> None:
    assert password_fits("ａｂｃ－Sunflower９", hash_password("abc-Sunflower9"))


def test_it_costs_what_the_library_recommends() -> None:
    assert PasswordHasher().memory_cost == 64 * 1024
    assert PasswordHasher().time_cost >= 3


@pytest.mark.parametrize(
    ("secret", "codes"),
    [
        ("neun-neun", ["password_too_short"]),
        ("", ["password_too_short"]),
        ("zehnzeichn", []),
        ("x" * 200, ["password_one_character"]),
        ("xy" * 100, []),
        ("xy" * 100 + "z", ["password_too_long"]),
        ("1111111111", ["password_one_character"]),
        ("1234567890", ["password_common"]),
        ("Password123", ["password_common"]),
        ("supervisor", ["password_own_name"]),
        ("SUPERVISOR2026!", ["password_own_name"]),
        ("王督办2026888888", ["password_own_name"]),
        ("王督办", ["password_too_short", "password_own_name"]),
        ("supervisor walks home", []),
        (SECRET, []),
    ],
)
def test_which_are_refused_with_all_reasons(secret: str, codes: list[str]) -> None:
    if codes:
        with refused(*codes):
            check_strength(secret, "supervisor", "王督办")
    else:
        check_strength(secret, "supervisor", "王督办")


def test_a_pass_phrase_of_the_office_is_strong_and_new_each_time() -> None:
    phrases = {new_phrase() for _ in range(100)}
    assert len(phrases) == 100
    for phrase in phrases:
        check_strength(phrase, "M02")
        assert not set(phrase) & set("0o1li")


def test_a_new_password_ends_all_sessions_but_the_one_it_was_typed_in(town: Town) -> None:
    me = with_password(town, "mediator", must_change=True)
    phone, desk = comes_in(town), comes_in(town)
    assert desk.must_change
    set_password(town.office, me, "ein ganz neuer Satz", by=me, must_change=False, keep_session_id=desk.session_id)
    assert not is_in(town, phone.token)
    assert is_in(town, desk.token)
    with refused("wrong_account_or_password"):
        comes_in(town)
    assert not comes_in(town, secret="ein ganz neuer Satz").must_change
    (deed,) = town.rows(OfficeEvent)
    assert (deed.deed, deed.actor_id, deed.person_id, deed.unit_id) == (Deed.PASSWORD_SET, me, me, 2)


def test_the_old_password_and_a_weak_one_change_nothing(town: Town) -> None:
    me = with_password(town, "mediator")
    session = comes_in(town)
    for secret, code in ((SECRET, "password_same"), ("kurz", "password_too_short")):
        with refused(code):
            set_password(town.office, me, secret, by=me, must_change=False)
    assert is_in(town, session.token)
    assert town.count(OfficeEvent) == 0


def test_the_own_password_is_changed_by_who_knows_the_old_one(town: Town) -> None:
    me = with_password(town, "mediator")
    here, there = comes_in(town), comes_in(town)
    with refused("old_password_wrong", "passwords_differ"):
        change_own_password(town.office, me, "geraten", "ein ganz neuer Satz", "ein anderer Satz", here.session_id)
    change_own_password(town.office, me, SECRET, "ein ganz neuer Satz", "ein ganz neuer Satz", here.session_id)
    assert (is_in(town, here.token), is_in(town, there.token)) == (True, False)


def test_guesses_at_the_old_one_side_by_side_are_counted_one_by_one(town: Town) -> None:
    me, new = with_password(town, "mediator"), "ein ganz neuer Satz"

    def guess(number: int) -> str:
        with pytest.raises(Refusal) as answer:
            change_own_password(town.office, me, f"geraten {number}", new, new, 0)
        return answer.value.reasons[0].code

    with ThreadPoolExecutor(8) as pool:
        told = Counter(pool.map(guess, range(24)))
    assert told == {"old_password_wrong": ACCOUNT_TRIES, "too_many_tries": 24 - ACCOUNT_TRIES}


def test_guessing_it_in_a_browser_left_open_is_throttled(town: Town) -> None:
    me = with_password(town, "mediator")
    new = "ein ganz neuer Satz"
    for _ in range(5):
        with refused("old_password_wrong"):
            change_own_password(town.office, me, "geraten", new, new, 0)
    with refused("too_many_tries"):
        change_own_password(town.office, me, SECRET, new, new, 0)
    town.drain()
    assert town.inbox("supervisor") == ["account_locked"]
    comes_in(town)
    town.clock.pass_time(minutes=15)
    change_own_password(town.office, me, SECRET, new, new, 0)


def test_who_may_set_whose(town: Town) -> None:
    who = town.people
    set_password(town.office, who["mediator"], SECRET, by=None, must_change=True)
    set_password(town.office, who["mediator"], SECRET, by=who["administrator"], must_change=True)
    assert town.one(Person, Person.code == "mediator").must_change
    with refused("not_administrator"):
        set_password(town.office, who["mediator"], SECRET, by=who["colleague"], must_change=False)
    with refused("person_not_found"):
        set_password(town.office, who["stranger"], SECRET, by=who["administrator"], must_change=False)
    with refused("person_not_found"):
        set_password(town.office, 999, SECRET, by=who["administrator"], must_change=False)


def test_no_more_than_two_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, lock, gate = [0], [0], threading.Lock(), threading.Event()

    class Slow:
        def hash(self, _secret: str) -> str:
            with lock:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            gate.wait(0.1)
            with lock:
                at_work[0] -= 1
            return "$argon2id$"

    monkeypatch.setattr(passwords, "HASHER", Slow())
    threads = [threading.Thread(target=hash_password, args=(SECRET,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]
