"""People and positions: each refusal, who may do what to whom, and what the journal keeps of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from flows.accounts.people import (
    add_person,
    change_person,
    end_position,
    give_position,
    person_leaves,
    person_returns,
    reset_password,
)
from flows.office_journal import Deed
from models.casebook import positions_of
from models.cases import CaseFile
from models.offices import OfficeEvent
from models.people import Person, Position
from models.scope import scope_of
from tests.factories import DISTRICT, ELSEWHERE, FACTORY, STREET, Town
from tests.flows.accounts.coming_in import comes_in, refused, with_password

ADMIN = "administrator"


def give(town: Town, by: str | None = ADMIN, person: str = "worker", unit: int = STREET, role: str = "mediator",
         from_on: date | None = None, to_on: date | None = None) -> int:  # fmt: skip
    return give_position(town.office, town.people[by] if by else None, town.people[person], unit, role, from_on, to_on)


def held(town: Town, person: str, day: date | None = None) -> list[tuple[str, str]]:
    with town.office.store.read() as connection:
        return positions_of(connection, town.people[person], day or town.today)


def position(town: Town, person: str) -> Any:
    return town.one(Position, Position.person_id == town.people[person])


def last_deed(town: Town) -> Any:
    return town.rows(OfficeEvent)[-1]


# --- persons ------------------------------------------------------------------------------------------------------------


def test_a_new_person_is_nothing_and_cannot_sign_in(town: Town) -> None:
    by = town.people[ADMIN]
    person_id = add_person(town.office, by, " M09 ", " 林调解 ", "lin@example.org", "en")
    row = town.one(Person, Person.id == person_id)
    assert (row.code, row.name, row.email, row.language, row.password) == ("M09", "林调解", "lin@example.org", "en", "")
    deed = last_deed(town)
    assert (deed.deed, deed.actor_id, deed.person_id, deed.unit_id) == (Deed.PERSON_ADDED, by, person_id, DISTRICT)
    with refused("wrong_account_or_password"):
        comes_in(town, "M09")


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"code": ""}, ["code_not_possible"]),
        ({"code": "M 9"}, ["code_not_possible"]),
        ({"code": "x" * 61}, ["code_not_possible"]),
        ({"code": "mediator"}, ["code_taken"]),
        ({"name": " "}, ["name_missing"]),
        ({"name": "长" * 201}, ["name_missing"]),
        ({"email": "lin"}, ["email_not_possible"]),
        ({"email": "a@b.example, c@d.example"}, ["email_not_possible"]),
        ({"email": "a@b\r\nBcc: x@y.example"}, ["email_not_possible"]),
        ({"language": "fr"}, ["not_a_choice"]),
        ({"code": "", "name": "", "email": "x", "language": ""},
         ["code_not_possible", "name_missing", "email_not_possible", "not_a_choice"]),
    ],
)  # fmt: skip
def test_what_is_refused_of_a_person(town: Town, change: dict[str, str], codes: list[str]) -> None:
    given = {"code": "M09", "name": "林调解", "email": "", "language": "zh", **change}
    with refused(*codes):
        add_person(town.office, town.people[ADMIN], **given)
    assert town.count(OfficeEvent) == 0


@pytest.mark.parametrize("by", ["mediator", "supervisor", "chair", "worker", "stranger"])
def test_only_administrators_keep_people(town: Town, by: str) -> None:
    who = town.people[by]
    with refused("not_administrator"):
        add_person(town.office, who, "M09", "林", "", "zh")
    with refused("not_administrator"):
        change_person(town.office, who, town.people["steward"], name="别名")
    with refused("not_administrator"):
        person_leaves(town.office, who, town.people["steward"], town.today)
    with refused("not_administrator"):
        give(town, by)
    with refused("not_administrator"):
        end_position(town.office, who, position(town, "steward").id, town.today)
    with refused("not_administrator"):
        reset_password(town.office, who, town.people["steward"])
    assert town.count(OfficeEvent) == 0


def test_everybody_changes_his_own_language_and_address_but_not_his_name(town: Town) -> None:
    me = town.people["mediator"]
    change_person(town.office, me, me, language="en", email="")
    assert town.one(Person, Person.id == me).language == "en"
    assert last_deed(town).detail == {"fields": ["email", "language"]}
    with refused("not_administrator"):
        change_person(town.office, me, me, name="李主任")
    with refused("email_not_possible", "not_a_choice"):
        change_person(town.office, me, me, language="fr", email="x")
    change_person(town.office, town.people[ADMIN], me, name="李主任")
    assert town.one(Person, Person.id == me).name == "李主任"
    change_person(town.office, town.people[ADMIN], me)
    assert town.count(OfficeEvent) == 2, "nothing changed, nothing to write down"


# --- whose people -------------------------------------------------------------------------------------------------------


def test_an_administrator_acts_inside_his_own_subtree(town: Town) -> None:
    by = town.people[ADMIN]
    with refused("person_not_found"):
        person_leaves(town.office, by, town.people["stranger"], town.today)
    with refused("person_not_found"):
        reset_password(town.office, by, town.people["stranger"])
    with refused("unit_not_found"):
        give(town, unit=ELSEWHERE)
    with refused("unit_not_found"):
        give(town, unit=999)
    with refused("position_not_found"):
        end_position(town.office, by, position(town, "stranger").id, town.today)
    give(town, person="stranger", unit=STREET)  # lending a hand here; he stays theirs


def test_who_also_works_elsewhere_is_administered_from_above(town: Town) -> None:
    give(town, None, "mediator", ELSEWHERE)
    with refused("positions_outside"):
        reset_password(town.office, town.people[ADMIN], town.people["mediator"])
    reset_password(town.office, None, town.people["mediator"])


def test_whose_positions_have_ended_still_belongs_to_his_old_unit(town: Town) -> None:
    give(town, None, "worker", ELSEWHERE, ADMIN)
    town.set(Position, Position.person_id == town.people["mediator"], to_on=town.today - timedelta(days=1))
    with refused("person_not_found"):
        reset_password(town.office, town.people["worker"], town.people["mediator"])
    reset_password(town.office, town.people[ADMIN], town.people["mediator"])


def test_nobody_gives_himself_a_position_above(town: Town) -> None:
    give(town, person="worker", unit=STREET, role=ADMIN)
    for unit in (DISTRICT, ELSEWHERE):
        for role in (ADMIN, "supervisor"):
            with refused("unit_not_found"):
                give(town, "worker", "worker", unit, role)
    with refused("person_not_found"):
        reset_password(town.office, town.people["worker"], town.people["supervisor"])
    give(town, "worker", "steward", FACTORY, "officer")
    assert ("officer", "/1/2/3/") in held(town, "steward")


# --- positions ----------------------------------------------------------------------------------------------------------


def test_a_position_opens_the_unit_on_its_days(town: Town) -> None:
    first, last = town.today + timedelta(days=3), town.today + timedelta(days=5)
    give(town, from_on=first, to_on=last)
    days = [town.today + timedelta(days=n) for n in range(2, 7)]
    assert [bool(held(town, "worker", day)) for day in days] == [False, True, True, True, False]
    deed = last_deed(town)
    assert (deed.deed, deed.person_id, deed.unit_id) == (Deed.POSITION_GIVEN, town.people["worker"], STREET)
    assert deed.detail == {"role": "mediator", "from_on": str(first), "to_on": str(last)}


def test_without_a_day_it_begins_today(town: Town) -> None:
    give(town)
    assert position(town, "worker").from_on == town.today


@pytest.mark.parametrize("role", ["party", "clock", "king", ""])
def test_what_is_no_position(town: Town, role: str) -> None:
    with refused("not_a_choice"):
        give(town, role=role)


def test_days_that_do_not_fit(town: Town) -> None:
    day = town.today + timedelta(days=10)
    with refused("ends_before_it_begins"):
        give(town, from_on=day, to_on=day - timedelta(days=1))
    give(town, from_on=day, to_on=day + timedelta(days=5))
    for first, last in ((None, None), (day, day), (day + timedelta(days=5), None), (None, day)):
        with refused("held_already"):
            give(town, from_on=first, to_on=last)
    give(town, from_on=day + timedelta(days=6))
    give(town, to_on=day - timedelta(days=1))
    give(town, role="officer")


def test_no_position_outlasts_the_person(town: Town) -> None:
    town.set(Person, Person.code == "worker", left_on=town.today + timedelta(days=5))
    with refused("person_left"):
        give(town)
    with refused("person_left"):
        give(town, to_on=town.today + timedelta(days=5))
    give(town, to_on=town.today + timedelta(days=4))
    with refused("person_not_found"):
        give_position(town.office, None, 999, STREET, "mediator", None, None)


def test_ending_a_position_closes_the_unit_the_day_after(town: Town) -> None:
    by, row = town.people[ADMIN], position(town, "mediator")
    end_position(town.office, by, row.id, town.today)
    assert held(town, "mediator")
    assert not held(town, "mediator", town.today + timedelta(days=1))
    assert last_deed(town).detail == {"role": "mediator", "on": town.iso()}
    town.clock.pass_time(days=1)
    with refused("position_not_found"):
        end_position(town.office, by, row.id, town.today)
    with refused("position_not_found"):
        end_position(town.office, by, 999, town.today)


def test_a_position_does_not_end_before_it_begins(town: Town) -> None:
    made = give(town, from_on=town.today + timedelta(days=5))
    with refused("ends_before_it_begins"):
        end_position(town.office, town.people[ADMIN], made, town.today)


def test_the_office_keeps_an_administrator(town: Town) -> None:
    by = town.people[ADMIN]
    with refused("last_administrator"):
        end_position(town.office, by, position(town, ADMIN).id, town.today)
    with refused("last_administrator"):
        person_leaves(town.office, None, by, town.today)
    give(town, role=ADMIN, to_on=town.today + timedelta(days=90))
    with refused("last_administrator"):
        person_leaves(town.office, None, by, town.today)
    give(town, person="colleague", unit=DISTRICT, role=ADMIN)
    end_position(town.office, by, position(town, ADMIN).id, town.today)


# --- leaving ------------------------------------------------------------------------------------------------------------


def test_who_leaves_keeps_his_cases_until_they_are_handed_over(town: Town) -> None:
    me, day = with_password(town, "mediator"), town.today + timedelta(days=2)
    cases = [town.dispute() for _ in range(3)]
    town.set(CaseFile, CaseFile.id.in_([one.id for one in cases]), owner_id=me)
    town.set(CaseFile, CaseFile.id == cases[0].id, closed_on=town.today)
    assert person_leaves(town.office, town.people[ADMIN], me, day) == 2
    assert last_deed(town).detail == {"on": str(day), "open_cases": 2}
    assert held(town, "mediator", day - timedelta(days=1))
    assert not held(town, "mediator", day)
    comes_in(town)
    with town.office.store.read() as connection:
        assert scope_of(connection, me, day).paths == ()
    assert person_leaves(town.office, town.people[ADMIN], town.people["colleague"], town.today) == 0


def test_who_was_thought_to_leave_comes_back(town: Town) -> None:
    me, by = town.people["mediator"], town.people[ADMIN]
    person_leaves(town.office, by, me, town.today)
    with refused("person_left"):
        give(town, person="mediator", role="officer")
    person_returns(town.office, by, me)
    assert held(town, "mediator") == [], "his positions are given anew"
    give(town, person="mediator")
    assert held(town, "mediator") == [("mediator", "/1/2/")]
    with refused("not_left"):
        person_returns(town.office, by, me)


def test_a_deed_on_somebody_without_a_unit_is_read_in_the_administrators(town: Town) -> None:
    reset_password(town.office, town.people[ADMIN], town.people["worker"])
    assert last_deed(town).unit_id == DISTRICT


def test_a_reset_journals_no_phrase(town: Town) -> None:
    me = town.people["mediator"]
    phrase = reset_password(town.office, town.people[ADMIN], me)
    deed = last_deed(town)
    assert (deed.deed, deed.person_id, deed.detail) == (Deed.PASSWORD_RESET, me, {})
    assert comes_in(town, secret=phrase).must_change
    assert comes_in(town, secret=reset_password(town.office, None, me)).must_change
