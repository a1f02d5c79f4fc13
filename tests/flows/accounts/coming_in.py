"""Verbs of the tests of accounts: a password for somebody, a sign-in, the codes of a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flows.accounts.passwords import hash_password
from flows.accounts.sessions import SignedIn, sign_in, visitor_row
from models.people import Person
from states.errors import Refusal
from tests.factories import Town

SECRET = "清波街道的桂花开了满城香"
HERE = "192.0.2.7"


def with_password(town: Town, person: str, **more: Any) -> int:
    """The person may sign in with `SECRET`; his id."""
    town.set(Person, Person.code == person, password=hash_password(SECRET), **more)
    return town.people[person]


def comes_in(town: Town, person: str = "mediator", secret: str = SECRET, origin: str = HERE) -> SignedIn:
    """The person signs in."""
    return sign_in(town.office, person, secret, origin=origin, agent="Firefox")


def is_in(town: Town, token: str) -> bool:
    """Whether the cookie still opens the pages."""
    with town.office.store.read() as connection:
        return visitor_row(connection, token, town.office.now()) is not None


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    """The block is refused for exactly these reasons, each with words in both languages."""
    with pytest.raises(Refusal) as refusal:
        yield
    assert [reason.code for reason in refusal.value.reasons] == list(codes)
    for reason in refusal.value.reasons:
        assert reason.text.zh
        assert reason.text.en
        assert reason.remedy.zh
        assert reason.remedy.en


def fails(town: Town, times: int, person: str = "mediator", origin: str = HERE) -> None:
    """So many wrong passwords, one after the other."""
    for _ in range(times):
        with refused("wrong_account_or_password"):
            comes_in(town, person, "nicht das richtige", origin)
