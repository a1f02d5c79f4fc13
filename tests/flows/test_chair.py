"""The chair of an enterprise union: the bargaining of the own enterprise, held by the street above; nobody else's."""

from __future__ import annotations

from models.queries import case_by_number, cases
from models.scope import scope_of
from tests.factories import ELSEWHERE, FACTORY, STREET, Town


def test_a_chair_sees_and_works_on_the_bargaining_of_the_own_enterprise(town: Town) -> None:
    own = town.bargaining(unit=STREET, employer_id=FACTORY)
    plan = {"kind": "wage", "employer": "别家", "employer_id": ELSEWHERE, "workers": 9}
    other = town.open("bargaining", STREET, None, **plan)
    dispute = town.dispute("mediator", STREET)
    with town.office.store.read() as connection:
        seen = scope_of(connection, town.people["chair"], town.today)
        assert [row.number for row in cases(connection, seen)] == [own.number]
        assert case_by_number(connection, seen, other.number) is None
        assert case_by_number(connection, seen, dispute.number) is None
    own.take("send_invitation", "chair", sent_on=town.iso(), received_on=town.iso(), topics="工资")
    assert other.refused("send_invitation", "chair", sent_on=town.iso(), topics="工资") == ["case_not_found"]
    assert dispute.refused("apply", "chair", received_on=town.iso()) == ["case_not_found"]
