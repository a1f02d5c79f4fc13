"""Tokens of programs and calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flows.accounts.tokens import MOST, TokenScope, make, note_use, owner_of, revoke, tokens_of
from flows.office_journal import Deed
from models.accounts import AccessToken
from models.offices import OfficeEvent
from models.people import Person
from tests.factories import Town
from tests.flows.accounts.coming_in import refused


def a_token(town: Town, person: str = "mediator", days: float = 30, scopes: tuple[str, ...] = ("read",)) -> str:
    return make(town.office, town.people[person], "api", "统计", scopes, town.office.now() + timedelta(days=days))


def owner(town: Town, token: str, kind: str = "api") -> Any:
    with town.office.store.read() as connection:
        return owner_of(connection, token, kind, town.office.now())


def test_it_says_whose_it_is_and_what_it_allows(town: Town) -> None:
    token = a_token(town, scopes=("write", "read", "read"))
    assert token.startswith("cc_")
    row = owner(town, token)
    assert (row.person_id, row.code, row.language, row.scopes) == (town.people["mediator"], "mediator", "zh", ["read", "write"])
    assert set(row.scopes) <= set(TokenScope)
    stored = town.one(AccessToken)
    assert token not in str(tuple(stored))
    assert owner(town, stored.token_hash) is None
    (deed,) = town.rows(OfficeEvent)
    assert (deed.deed, deed.detail) == (Deed.TOKEN_MADE, {"kind": "api", "scopes": ["read", "write"]})


def test_a_calendars_token_opens_no_program_and_the_other_way_round(town: Town) -> None:
    calendar = make(town.office, town.people["mediator"], "calendar", "手机", (), None)
    assert owner(town, calendar, "calendar") is not None
    assert owner(town, calendar) is None
    assert owner(town, a_token(town), "calendar") is None


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"kind": "master"}, ["not_a_choice", "scopes"]),
        ({"name": "  "}, ["name_missing"]),
        ({"name": "长" * 201}, ["name_missing"]),
        ({"scopes": ()}, ["scopes"]),
        ({"scopes": ("read", "everything")}, ["scopes"]),
        ({"days": None}, ["end_missing"]),
        ({"days": 0}, ["end_not_possible"]),
        ({"days": 367}, ["end_not_possible"]),
        ({"kind": "calendar"}, ["scopes"]),
    ],
)
def test_what_is_refused(town: Town, change: dict[str, Any], codes: list[str]) -> None:
    asked = {"kind": "api", "name": "统计", "scopes": ("read",), "days": 30, **change}
    days = asked.pop("days")
    end = None if days is None else town.office.now() + timedelta(days=days)
    with refused(*codes):
        make(town.office, town.people["mediator"], **asked, expires_at=end)
    assert town.count(AccessToken) == town.count(OfficeEvent) == 0


def test_it_ends_on_its_day_with_its_owner_and_when_revoked(town: Town) -> None:
    short, long, mine = a_token(town, days=1), a_token(town), a_token(town, "colleague")
    assert owner(town, short)
    town.clock.pass_time(days=1)
    assert owner(town, short) is None
    assert owner(town, long)
    town.set(Person, Person.code == "mediator", left_on=town.today)
    assert owner(town, long) is None
    token_id = owner(town, mine).token_id
    with refused("token_not_found"):
        revoke(town.office, town.people["mediator"], token_id)
    for _ in range(2):
        revoke(town.office, town.people["colleague"], token_id)
    assert owner(town, mine) is None
    assert town.count(OfficeEvent, OfficeEvent.deed == Deed.TOKEN_REVOKED) == 1


def test_use_is_noted_every_five_minutes(town: Town) -> None:
    row = owner(town, a_token(town))
    note_use(town.office, row.token_id, row.used_at)
    first = town.one(AccessToken).used_at
    assert first == town.office.now()
    town.clock.pass_time(minutes=5)
    with town.statements() as seen:
        note_use(town.office, row.token_id, first)
    assert seen == []
    town.clock.pass_time(seconds=1)
    note_use(town.office, row.token_id, first)
    assert town.one(AccessToken).used_at == town.office.now()


def test_twenty_in_force_are_the_most(town: Town) -> None:
    for _ in range(MOST):
        a_token(town, days=1)
    with refused("too_many_tokens"):
        a_token(town)
    town.clock.pass_time(days=1)
    a_token(town)
    with town.office.store.read() as connection:
        assert len(tokens_of(connection, town.people["mediator"])) == MOST + 1
        assert tokens_of(connection, town.people["colleague"]) == []
