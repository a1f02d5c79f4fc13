"""A dispute goes up, from the factory to the street to the district: one list at a time, and a history that is whole."""

from __future__ import annotations

from datetime import date

import pytest

from models.people import Organisation
from models.queries import case_by_number, cases, events_of
from models.scope import scope_of
from states.errors import CaseNotFound
from tests.factories import CONSENT, DISTRICT, FACTORY, STREET, OfficeCase, Town

BODIES = {"steward": FACTORY, "mediator": STREET, "senior": DISTRICT}


def lists_it(town: Town, person: str, case: OfficeCase) -> bool:
    """Whether the case stands in the person's list; the list, the look-up and the door agree."""
    with town.office.store.read() as connection:
        scope = scope_of(connection, town.people[person], town.today)
        listed = case.number in {row.number for row in cases(connection, scope)}
        assert (case_by_number(connection, scope, case.number) is not None) is listed
    with pytest.raises(Exception) as told:
        case.take("archive", person)
    assert isinstance(told.value, CaseNotFound) is not listed
    return listed


def seen_by(town: Town, case: OfficeCase) -> set[str]:
    """Which of the three bodies has it in its list."""
    return {person for person in BODIES if lists_it(town, person, case)}


def test_from_the_factory_to_the_street_to_the_district(town: Town) -> None:  # T06
    case = town.dispute("steward", FACTORY)
    assert seen_by(town, case) == {"steward", "mediator", "senior"}, "a body sees what lies below it"

    town.until(date(2026, 3, 4))
    case.take("pass_up", "steward", sent_on="2026-03-04", reason="企业调委会无力调解")
    assert seen_by(town, case) == {"mediator", "senior"}
    assert case.row.unit_id == STREET
    town.drain()
    assert "case_passed_up" in town.inbox("mediator")

    case.take("apply", "mediator", received_on="2026-03-04")
    case.take("accept", "mediator", accepted_on="2026-03-04", **CONSENT)
    case.take("assign_mediator", "mediator", mediator=town.people["mediator"], no_conflict=True)
    town.until(date(2026, 3, 9))
    case.take("refer_up", "mediator", sent_on="2026-03-09", reason="涉及多个街道的职工")
    assert (case.row.unit_id, case.row.owner_id, case.state) == (DISTRICT, None, "applied")
    assert seen_by(town, case) == {"senior"}
    assert lists_it(town, "supervisor", case)
    assert not lists_it(town, "stranger", case)
    assert case.due("mediation-decide") == date(2026, 3, 12), "the district has its own three working days"
    assert case.due("mediation-from-acceptance") is None
    assert case.refused("refer_up", "senior", sent_on="2026-03-09", reason="x") == ["no_upper_unit"]

    case.take("accept", "senior", accepted_on="2026-03-09", **CONSENT)
    with town.office.store.read() as connection:
        history = [(row.step, row.unit, row.actor, row.at.date().isoformat()) for row in events_of(connection, case.id)][::-1]
    assert history == [
        ("open", "某制衣厂工会", "钱调解", "2026-03-02"), ("pass_up", "某制衣厂工会", "钱调解", "2026-03-04"),
        ("apply", "清波街道总工会", "李调解", "2026-03-04"), ("accept", "清波街道总工会", "李调解", "2026-03-04"),
        ("assign_mediator", "清波街道总工会", "李调解", "2026-03-04"), ("refer_up", "清波街道总工会", "李调解", "2026-03-09"),
        ("accept", "上城区总工会", "孙调解", "2026-03-09"),
    ]  # fmt: skip
    assert case.row.facts["escalations"] == 2
    assert not town.audit().broken


def test_the_worker_sees_his_case_wherever_it_goes(town: Town) -> None:
    case = town.dispute("steward", FACTORY)
    town.makes_party("worker", case)
    for person, step in (("steward", "pass_up"), ("mediator", "pass_up")):
        assert lists_it(town, "worker", case)
        case.take(step, person, sent_on=town.iso(), reason="移送")
    assert lists_it(town, "worker", case)
    assert case.take("withdraw", "worker", reason="已领到工资").state == "closed"


def test_a_unit_that_does_not_mediate_is_passed_over(town: Town) -> None:
    town.set(Organisation, Organisation.id == STREET, mediates=False)
    case = town.dispute("steward", FACTORY)
    case.take("pass_up", "steward", sent_on=town.iso(), reason="移送")
    assert case.row.unit_id == DISTRICT
