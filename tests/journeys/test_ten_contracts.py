"""「今年10家到期的企业都刚好进行续订」: ten agreements end on 1 March; nine are renewed in time, one too late."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline, Reminder
from tests.factories import CHIEFS, OfficeCase, Town

ENDS = date(2027, 3, 1)


@pytest.fixture
def on_the_first_of_february(town: Town) -> Town:
    """The clock stands at 1 February; every day since November a sweep ran, on some days twice, on three not at all."""
    for number in range(1, 11):
        town.contract(ENDS, number=f"台账-{number:02d}", employer_name=f"第{number}制衣厂")
    town.clock.set(date(2026, 11, 1))
    outage = {date(2027, 1, 9) + timedelta(days=n) for n in range(3)}
    while town.today < date(2027, 2, 1):
        town.clock.pass_time(days=1)
        for _ in range(0 if town.today in outage else 1 + town.today.day % 2):
            town.sweep()
    return town


def reminded(town: Town, person: str) -> Counter[int]:
    """How often the person was reminded so many days before the end, of any of the ten contracts."""
    told = [row for row in town.rows(Reminder, Reminder.person_id == town.people[person]) if row.stage != "opens"]
    rules = {row.id: row.rule for row in town.rows(Deadline)}
    wanted = ("contract-term", "predecessor-ends")
    return Counter((ENDS - row.planned_on).days for row in told if rules[row.deadline_id] in wanted)


def renew(case: OfficeCase) -> None:
    """The bargaining of a renewal, up to the signature, today."""
    town = case.town
    case.adopted()
    starts = ENDS + timedelta(days=1)
    last = starts + timedelta(days=364)
    case.take("sign", signed_on=town.iso(), starts_on=starts.isoformat(), expires_on=last.isoformat(), **CHIEFS)


def test_ninety_sixty_and_thirty_days_before_each_was_named_once_and_has_its_case(
    on_the_first_of_february: Town,
) -> None:  # T01
    town = on_the_first_of_february
    assert reminded(town, "officer") == {90: 10, 60: 10, 30: 10}
    assert reminded(town, "chair") == {90: 10, 60: 10, 30: 10}
    before = town.count(Reminder)
    town.sweep()
    assert town.count(Reminder) == before
    cases = town.rows(CaseFile)
    assert [row.state for row in cases] == ["planned"] * 10
    assert {row.predecessor_id for row in cases} == {row.id for row in town.rows(Contract)}


def test_nine_renewed_in_time_and_the_tenth_lapses_and_is_heard_of_above(on_the_first_of_february: Town) -> None:  # T02
    town = on_the_first_of_february
    cases = [town.case(row.id) for row in town.rows(CaseFile)]
    for case in cases[:9]:
        renew(case)
    assert Counter(row.standing for row in town.rows(Contract)) == {"renewed": 9, "in_force": 1, "signed": 9}
    town.until(ENDS)
    assert Counter(row.standing for row in town.rows(Contract)) == {"renewed": 9, "in_force": 1, "signed": 9}
    town.until(ENDS + timedelta(days=1))
    assert Counter(row.standing for row in town.rows(Contract)) == {"renewed": 9, "lapsed": 1, "signed": 9}
    town.drain()
    assert town.inbox("supervisor").count("contract_expired") == 1
    assert town.inbox("officer").count("contract_expired") == 1
    late = cases[9]
    assert late.state == "planned", "nobody signs for them"
    renew(late)
    terms = town.rows(Deadline, Deadline.rule == "contract-term")
    assert [row.met_on <= row.due_on for row in terms] == [True] * 9 + [False], "nine in time of ten, however the tenth ends"
