"""A notice from the step that tells it to the person who reads it, through the one door."""

from __future__ import annotations

from flows.casework import take_step
from flows.office import Office
from flows.requests import Wish, file_request
from models.outbox import Message
from notifications.inbox import unread
from notifications.outbox import drain
from tests.notifications.town import NOW, STREET, Town, step_facts

ANSWERS = {
    "applicant": "张三",
    "employer": "某制衣厂",
    "cause": "wage_arrears",
    "summary": "三个月未发工资",
    "amount": "12,000",
}


def test_a_case_at_the_counter_reaches_the_mediators_inbox(town: Town) -> None:
    office = Office(town.store, town.settings, lambda: NOW)
    wish = Wish(step="open", case_type="dispute", unit_id=STREET, answers=ANSWERS, actor_id=town.persons["wang"], key="k")
    receipt = take_step(office, file_request(office, wish))
    drain(town.store, town.settings, NOW, {})
    with town.store.read() as connection:
        (letter,) = unread(connection, town.persons["li"])
    assert letter.subject == f"{receipt.number} 新案件已登记"
    assert "张三" not in letter.subject + letter.body
    assert "某制衣厂" not in letter.subject + letter.body
    assert letter.body.endswith(f"办理：concord case show {receipt.number}\n")
    posted = town.rows(Message)[0].facts
    assert set(posted) == set(step_facts("D1")), "the templates are tested with the facts that steps really leave"
