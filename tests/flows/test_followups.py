"""What a step asked to be opened after its commit is opened once, however often and by however many it is looked at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from flows import followups
from flows.retrying import retry_failed
from models.cases import CaseFile, CaseLink
from models.contracts import Contract
from models.outbox import Message
from tests.factories import OfficeCase, Town


class PowerCut(BaseException):
    """What ends a process in the middle of its work."""


@pytest.fixture
def ending(town: Town) -> OfficeCase:
    """An agreement whose renewal was just asked for."""
    case = town.bargaining().in_force(days=50)
    town.until(date(2026, 3, 3))
    case.take("start_renewal", wish="续签")
    return case


def renewals(town: Town) -> list[Any]:
    """The cases that follow a contract."""
    return town.rows(CaseFile, CaseFile.predecessor_id.is_not(None))


def test_six_who_look_at_once_open_one_case(town: Town, ending: OfficeCase) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: town.follow_up(), range(6)))
    (renewal,) = renewals(town)
    assert (renewal.predecessor_id, renewal.employer_id, renewal.state) == (town.one(Contract).id, 3, "planned")
    assert (town.one(CaseLink).case_id, town.one(CaseLink).other_id) == (renewal.id, ending.id)
    assert town.one(Message, Message.kind == "open_case").status == "sent"


def test_a_power_cut_between_opening_and_writing_it_down_opens_nothing_twice(
    town: Town, ending: OfficeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: Any) -> None:
        raise PowerCut

    with monkeypatch.context() as storm:
        storm.setattr(followups, "insert_or_leave", cut)
        with pytest.raises(PowerCut):
            town.follow_up()
    assert (len(renewals(town)), town.count(CaseLink)) == (1, 0)
    town.follow_up()
    assert (len(renewals(town)), town.count(CaseLink)) == (1, 1)
    assert ending.state == "in_force"


def test_what_cannot_be_opened_is_parked_with_the_reason(town: Town, ending: OfficeCase) -> None:
    asked = town.one(Message, Message.kind == "open_case")
    town.set(Message, Message.id == asked.id, facts={**asked.facts, "facts": {"kind": "nonsense"}})
    assert town.follow_up() == 0
    parked = town.one(Message, Message.id == asked.id)
    assert parked.status == "parked"
    assert "合同种类" in parked.error
    assert renewals(town) == []
    assert town.follow_up() == 0, "it is not tried again by itself"
    assert ending.steps[-1] == "start_renewal"


def test_a_defect_while_opening_is_parked_and_a_retry_finishes_it(
    town: Town, ending: OfficeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("flows.casework.write_acts", lambda *_: 1 / 0)
        assert town.follow_up() == 0
    assert town.one(Message, Message.kind == "open_case").error == "ZeroDivisionError"
    assert retry_failed(town.office).applied == 1
    assert town.follow_up() == 1, "the case is there; what is left is the link"
    assert (len(renewals(town)), town.one(CaseLink).other_id) == (1, ending.id)
    assert town.one(Message, Message.kind == "open_case").status == "sent"
