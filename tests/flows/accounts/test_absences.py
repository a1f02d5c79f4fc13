"""Somebody is away: his substitute sees and does his work on those days and not after, and hears what he would hear."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from flows.accounts.absences import absences_in, end_absence, record_absence, uncovered
from flows.accounts.people import end_position, give_position, person_leaves
from flows.office_journal import Deed
from models.accounts import Absence
from models.casebook import positions_of
from models.cases import CaseFile
from models.offices import OfficeEvent
from models.people import Person, Position
from models.queries import case_by_number
from models.scope import scope_of
from tests.factories import DISTRICT, STREET, OfficeCase, Town
from tests.flows.accounts.coming_in import refused


def away(town: Town, person: str = "mediator", substitute: str = "stranger", days: tuple[int, int] = (1, 3),
         by: str | None = "supervisor") -> int:  # fmt: skip
    """Somebody is away from that many days after today to that many; the absence's id."""
    first, last = (town.today + timedelta(days=one) for one in days)
    who = town.people
    return record_absence(town.office, who[by] if by else None, who[person], who[substitute], first, last)


def sees(town: Town, person: str, case: OfficeCase) -> bool:
    with town.office.store.read() as connection:
        scope = scope_of(connection, town.people[person], town.today)
        return case_by_number(connection, scope, case.number) is not None


def held(town: Town, person: str, days: int) -> list[tuple[str, str]]:
    with town.office.store.read() as connection:
        return sorted(positions_of(connection, town.people[person], town.today + timedelta(days=days)))


def own_case(town: Town) -> OfficeCase:
    """A case the mediator of the street holds, ready for its next step."""
    case = town.dispute()
    case.take("assign_mediator", "supervisor", mediator=town.people["mediator"], no_conflict=True)
    return case


# --- what a substitute may ----------------------------------------------------------------------------------------------


def test_a_substitute_sees_and_does_the_work_on_those_days_and_not_after(town: Town) -> None:
    case = own_case(town)
    away(town, days=(1, 3))
    assert not sees(town, "stranger", case)
    assert case.refused("apply", "stranger", received_on=town.iso()) == ["case_not_found"]
    town.clock.pass_time(days=1)
    assert sees(town, "stranger", case)
    case.take("apply", "stranger", received_on=town.iso())
    assert case.row.owner_id == town.people["mediator"], "the case stays his"
    town.clock.pass_time(days=2)
    assert sees(town, "stranger", case), "the last day counts"
    town.clock.pass_time(days=1)
    assert not sees(town, "stranger", case)
    assert case.refused("decline", "stranger", received_on=town.iso()) == ["case_not_found"]


def test_the_absent_person_keeps_his_positions(town: Town) -> None:
    before = held(town, "mediator", 0)
    away(town, days=(0, 3))
    assert held(town, "mediator", 0) == held(town, "mediator", 2) == before


def test_what_the_owner_hears_his_substitute_hears_too(town: Town) -> None:
    case = own_case(town)
    town.drain()
    away(town, days=(0, 2))
    case.take("apply", "supervisor", received_on=town.iso())
    case.take("accept", "supervisor", accepted_on=town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    town.drain()
    assert "case_accepted" in town.inbox("mediator")
    assert town.inbox("stranger") == ["case_accepted"]
    town.clock.pass_time(days=3)
    case.take("schedule_session", "supervisor", on=town.iso(3), place="三楼调解室")
    town.drain()
    assert "session_fixed" in town.inbox("mediator")
    assert town.inbox("stranger") == ["case_accepted"], "he is back"


def test_a_colleague_who_holds_the_same_hears_it_too(town: Town) -> None:
    case = own_case(town)
    town.drain()
    away(town, substitute="colleague", days=(0, 2))
    assert town.count(Position, Position.absence_id.is_not(None)) == 0, "nothing is given twice"
    case.take("apply", "supervisor", received_on=town.iso())
    case.take("accept", "supervisor", accepted_on=town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    town.drain()
    assert town.inbox("colleague")[-1] == "case_accepted"


# --- refusals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"days": (3, 1)}, ["ends_before_it_begins"]),
        ({"days": (-5, -1)}, ["over_already"]),
        ({"days": (0, 367)}, ["too_long"]),
        ({"substitute": "mediator"}, ["same_person"]),
        ({"person": "stranger", "substitute": "mediator"}, ["person_not_found"]),
        ({"by": "colleague"}, ["not_administrator"]),
        ({"by": "worker"}, ["not_administrator"]),
    ],
)
def test_what_is_refused(town: Town, change: dict[str, Any], codes: list[str]) -> None:
    with refused(*codes):
        away(town, **change)
    assert town.count(Absence) == town.count(OfficeEvent) == town.count(Position, Position.absence_id.is_not(None)) == 0


@pytest.mark.parametrize("by", [None, "mediator", "supervisor", "administrator"])
def test_who_may_say_so(town: Town, by: str | None) -> None:
    away(town, by=by)
    (deed,) = town.rows(OfficeEvent)
    assert (deed.deed, deed.person_id, deed.unit_id) == (Deed.SUBSTITUTE, town.people["mediator"], STREET)
    assert deed.detail == {"substitute": "stranger", "from_on": town.iso(1), "to_on": town.iso(3)}


def test_overlaps_are_refused_at_both_ends(town: Town) -> None:
    away(town, days=(5, 7))
    for days in ((3, 5), (7, 9), (6, 6), (1, 20)):
        with refused("absent_already"):
            away(town, days=days, substitute="colleague")
    away(town, days=(3, 4), substitute="colleague")
    away(town, days=(8, 9), substitute="colleague")
    with refused("substitute_absent"):
        away(town, "officer", "mediator", days=(9, 12))
    with refused("stands_in"):
        away(town, "colleague", "officer", days=(9, 12))
    away(town, "officer", "mediator", days=(10, 12))


def test_nobody_stands_in_after_he_left(town: Town) -> None:
    town.set(Person, Person.code == "stranger", left_on=town.today + timedelta(days=3))
    with refused("person_left"):
        away(town, days=(1, 3))
    away(town, days=(1, 2))


# --- ending -------------------------------------------------------------------------------------------------------------


def test_who_is_back_early_ends_it_at_once(town: Town) -> None:
    case, absence = own_case(town), away(town, days=(0, 9))
    assert sees(town, "stranger", case)
    town.clock.pass_time(days=2)
    with refused("not_administrator"):
        end_absence(town.office, town.people["colleague"], absence)
    end_absence(town.office, town.people["mediator"], absence)
    assert not sees(town, "stranger", case)
    (row,) = town.rows(Position, Position.absence_id == absence)
    assert row.to_on == town.today - timedelta(days=1), "what he was these days stays known"
    with refused("absence_not_found"):
        end_absence(town.office, None, absence)
    away(town, days=(0, 3))
    assert sees(town, "stranger", case)


def test_one_that_has_not_begun_leaves_nothing(town: Town) -> None:
    absence = away(town)
    end_absence(town.office, town.people["stranger"], absence)
    assert town.count(Position, Position.absence_id.is_not(None)) == 0
    away(town)
    town.clock.pass_time(days=4)
    with refused("absence_not_found"):
        end_absence(town.office, None, absence + 1)


def test_ending_one_of_two_leaves_the_other_whole(town: Town) -> None:
    first = away(town, "mediator", days=(0, 9))
    away(town, "colleague", days=(0, 5))  # the same position: the rows of the first serve for both
    end_absence(town.office, None, first)
    assert ("mediator", "/1/2/") in held(town, "stranger", 5)
    assert ("mediator", "/1/2/") not in held(town, "stranger", 6)


def test_what_ends_for_the_person_ends_for_his_substitute(town: Town) -> None:
    away(town, days=(0, 9))
    position = town.one(Position, Position.person_id == town.people["mediator"])
    end_position(town.office, None, position.id, town.today + timedelta(days=2))
    assert [bool(("mediator", "/1/2/") in held(town, "stranger", day)) for day in (2, 3)] == [True, False]
    with refused("held_for_somebody"):
        end_position(town.office, None, town.rows(Position, Position.absence_id.is_not(None))[0].id, town.today)


def test_what_is_given_meanwhile_reaches_the_substitute(town: Town) -> None:
    away(town, days=(0, 9))
    give_position(town.office, None, town.people["mediator"], DISTRICT, "supervisor", town.today + timedelta(days=1), None)
    assert [("supervisor", "/1/") in held(town, "stranger", day) for day in (0, 1, 9, 10)] == [False, True, True, False]


def test_who_leaves_takes_his_stand_in_with_him(town: Town) -> None:
    case = own_case(town)
    away(town, days=(0, 9))
    person_leaves(town.office, None, town.people["mediator"], town.today)
    assert not sees(town, "stranger", case)
    assert town.one(CaseFile).owner_id == town.people["mediator"]


def test_who_sees_absences(town: Town) -> None:
    absence = away(town)
    seen = {}
    for person in ("supervisor", "colleague", "mediator", "stranger", "steward", "worker"):
        with town.office.store.read() as connection:
            scope = scope_of(connection, town.people[person], town.today)
            seen[person] = [row.id for row in absences_in(connection, scope, town.today)]
    mine = [absence]
    assert seen == {
        "supervisor": mine, "colleague": mine, "mediator": mine, "stranger": mine, "steward": [], "worker": [],
    }  # fmt: skip
    with town.office.store.read() as connection:
        scope = scope_of(connection, town.people["supervisor"], town.today)
        assert absences_in(connection, scope, town.today + timedelta(days=4)) == []


# --- days ---------------------------------------------------------------------------------------------------------------


def days(*numbers: int) -> list[tuple[date, date]]:
    made = [date(2026, 3, number) for number in numbers]
    return list(zip(made[::2], made[1::2], strict=True))


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ((), (5, 9)),
        ((1, 4), (5, 9)),
        ((10, 12), (5, 9)),
        ((1, 5), (6, 9)),
        ((9, 12), (5, 8)),
        ((6, 7), (5, 5, 8, 9)),
        ((5, 9), ()),
        ((1, 12), ()),
        ((5, 5, 9, 9), (6, 8)),
        ((6, 6, 8, 8), (5, 5, 7, 7, 9, 9)),
    ],
)
def test_days_that_nothing_covers(spans: tuple[int, ...], left: tuple[int, ...]) -> None:
    assert uncovered(days(5, 9)[0], days(*spans)) == days(*left)
    assert uncovered((date(2026, 3, 9), date(2026, 3, 5)), days(*spans)) == []
