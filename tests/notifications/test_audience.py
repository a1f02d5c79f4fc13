"""Who is told."""

from __future__ import annotations

from datetime import date, timedelta

from notifications.audience import Who, people_for
from notifications.catalogue import Audience
from tests.notifications.town import CITY, DISTRICT, FACTORY, OTHER, STREET, TODAY, Town

YESTERDAY = TODAY - timedelta(days=1)


def told(town: Town, *wanted: Who, day: date = TODAY) -> list[list[str]]:
    """The codes of those who are told."""
    names = {person_id: code for code, person_id in town.persons.items()}
    with town.store.read() as connection:
        return [[names[one.person_id] for one in persons] for persons in people_for(connection, wanted, day)]


def test_the_owner_else_the_staff_of_the_unit(town: Town) -> None:
    town.person("zhao", ("mediator", STREET))
    mine = town.case("D1", owner_id=town.persons["li"])
    nobodys = town.case("D2")
    assert told(town, Who((Audience.OWNER,), mine), Who((Audience.OWNER,), nobodys)) == [["li"], ["li", "zhao"]]


def test_staff_of_the_right_trade(town: Town) -> None:
    town.person("qian", ("officer", STREET))
    bargaining = town.case("B1", type="bargaining")
    town.person("zhao", ("mediator", STREET))
    assert told(town, Who((Audience.STAFF,), bargaining)) == [["li", "qian"]]


def test_a_role_that_is_empty_here_is_looked_for_above(town: Town) -> None:
    case_id = town.case("D1", unit_id=FACTORY)
    assert told(town, Who((Audience.STAFF,), case_id), Who((Audience.SUPERVISORS,), case_id)) == [["li"], ["wang"]]
    town.person("sun", ("supervisor", STREET))
    assert told(town, Who((Audience.SUPERVISORS,), case_id)) == [["sun"]], "the nearest one, not all of them"


def test_who_left_or_whose_position_ended_is_not_told(town: Town) -> None:
    gone = town.person("gone", ("mediator", STREET), left_on=TODAY)
    ended = town.person("ended", ("mediator", STREET), until=YESTERDAY)
    cases = [town.case(f"D{no}", owner_id=person) for no, person in enumerate((gone, ended))]
    assert told(town, *(Who((Audience.OWNER,), case_id) for case_id in cases)) == [["li"], ["li"]]
    assert told(town, Who((Audience.OWNER,), cases[1]), day=YESTERDAY) == [["ended"]], "the last day counts"


def test_without_any_staff_the_administrators_are_told_even_beside_parties(town: Town) -> None:
    worker = town.person("worker")
    case_id = town.case("D1", unit_id=OTHER)
    town.party(case_id, "applicant", worker)
    assert told(town, Who((Audience.OWNER, Audience.PARTIES), case_id)) == [["admin", "worker"]]


def test_nobody_at_all(town: Town) -> None:
    town.person("admin2", ("administrator", CITY), until=YESTERDAY)
    after = TODAY + timedelta(days=1)
    assert told(town, Who((Audience.ADMINISTRATORS,)), day=after) == [["admin"]]
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE position SET to_on = '2020-01-01'")
    case_id = town.case("D1", owner_id=town.persons["li"])
    assert told(town, Who((Audience.OWNER, Audience.SUPERVISORS), case_id), Who((Audience.ADMINISTRATORS,))) == [[], []]


def test_the_chair_of_the_employers_union(town: Town) -> None:
    town.person("chair", ("chair", FACTORY))
    case_id = town.case("B1", type="bargaining", employer_id=FACTORY)
    contract_id = town.contract("HT1", TODAY)
    both = (Audience.STAFF, Audience.CHAIR)
    assert told(town, Who(both, case_id), Who(both, contract_id=contract_id)) == [["li", "chair"]] * 2
    assert told(town, Who((Audience.STAFF, Audience.CHAIR), town.case("B2", type="bargaining"))) == [["li"]]


def test_a_confidential_case_stays_in_its_chain(town: Town) -> None:
    chair, boss, worker = town.person("chair", ("chair", FACTORY)), town.person("boss"), town.person("worker")
    case_id = town.case("D1", facts={"confidential": True}, employer_id=FACTORY, owner_id=town.persons["li"])
    town.party(case_id, "applicant", worker)
    town.party(case_id, "respondent", boss)
    everybody = (Audience.OWNER, Audience.SUPERVISORS, Audience.CHAIR, Audience.PARTIES)
    assert told(town, Who(everybody, case_id)) == [["li", "wang", "worker"]]
    open_case = town.case("D2", employer_id=FACTORY, owner_id=chair)
    town.party(open_case, "respondent", boss)
    assert told(town, Who(everybody, open_case)) == [["chair", "wang", "boss"]]
    elsewhere = town.case("D3", facts={"confidential": True}, unit_id=OTHER)
    assert told(town, Who((Audience.STAFF,), elsewhere)) == [["admin"]], "the city is above the other unit"
    with town.store.write() as connection:
        connection.exec_driver_sql(f"UPDATE position SET organisation_id = {DISTRICT} WHERE role = 'administrator'")
    assert told(town, Who((Audience.STAFF,), elsewhere)) == [[]], "an administrator of another branch is an outsider"


def test_thousands_cost_as_many_queries_as_one(town: Town) -> None:
    everybody = (Audience.OWNER, Audience.SUPERVISORS, Audience.CHAIR, Audience.PARTIES)
    cases = [town.case(f"D{no}", owner_id=town.persons["li"]) for no in range(40)]
    contract_id = town.contract("HT1", TODAY)
    contract = Who(everybody, contract_id=contract_id)
    many = [Who(everybody, case_id) for case_id in cases] * 50
    counts = []
    for wanted in ([many[0], contract], [*many, contract]):
        with town.statements() as seen, town.store.read() as connection:
            people_for(connection, wanted, TODAY)
        counts.append(len([one for one in seen if one.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 5
