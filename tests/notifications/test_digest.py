"""The daily digest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from models.outbox import Message
from notifications.digest import CHUNK, SHOWN, write_digests
from notifications.outbox import drain
from tests.notifications.town import NOW, TODAY, Town

DAY = timedelta(days=1)


def digests(town: Town, day: date = TODAY) -> dict[str, Any]:
    """Write the digests, drain, and give each person's."""
    with town.store.write() as connection:
        write_digests(connection, day, NOW)
    drain(town.store, town.settings, NOW, {})
    names = {person_id: code for code, person_id in town.persons.items()}
    return {names[row.person_id]: row for row in town.rows(Message, Message.notice == "digest", Message.channel == "inbox")}


def clock(town: Town, number: str, due_on: date, **changes: Any) -> None:
    """A case of Li's with a clock."""
    case_id = town.case(number, **{"owner_id": town.persons["li"], **changes})
    status = "expired" if due_on < TODAY else "open"
    town.deadline(due_on, case_id=case_id, status=status, next_on=TODAY if due_on < TODAY else due_on)


def test_overdue_today_this_week_and_what_nobody_holds(town: Town) -> None:
    clock(town, "D-over", TODAY - 2 * DAY)
    clock(town, "D-today", TODAY)
    clock(town, "D-week", TODAY + 7 * DAY)
    clock(town, "D-far", TODAY + 8 * DAY)
    town.case("D-free")
    town.case("D-ended", closed_on=TODAY)
    found = digests(town)
    assert set(found) == {"li", "wang"}
    assert found["li"].subject == "2026年11月23日（周一）：逾期 1，今天 1，七日内 1"
    for number in ("D-over", "D-today", "D-week", "D-free"):
        assert number in found["li"].body
    assert "D-far" not in found["li"].body
    assert "D-ended" not in found["li"].body
    assert "D-over" in found["wang"].body, "the supervisor reads what is overdue"
    assert "D-today" not in found["wang"].body


def test_a_duty_done_is_not_listed(town: Town) -> None:
    case_id = town.case("D1", owner_id=town.persons["li"])
    town.deadline(TODAY - DAY, case_id=case_id, status="expired", met_on=TODAY, next_on=None)
    town.deadline(TODAY, case_id=case_id, status="met", next_on=None)
    assert digests(town) == {}


def test_once_a_day_and_only_on_working_days(town: Town) -> None:
    clock(town, "D1", TODAY)
    assert len(digests(town)) == 1
    assert len(digests(town)) == 1
    assert town.count(Message) == 1
    sunday = TODAY - DAY
    with town.store.write() as connection:
        assert write_digests(connection, sunday, NOW) == 0
        assert write_digests(connection, date(2026, 10, 1), NOW) == 0, "the National Day is not worked"


def test_contracts_of_the_register_are_in_it(town: Town) -> None:
    contract_id = town.contract("HT1", TODAY)
    town.deadline(TODAY, contract_id=contract_id, rule="contract-term")
    assert "- HT1 合同到期：2026年11月23日（周一）" in digests(town)["li"].body


def test_long_lists_are_cut_and_counted_and_cost_few_statements(town: Town) -> None:
    case_id = town.case("D1", owner_id=town.persons["li"])
    many = 2 * CHUNK + 1
    for no in range(many):
        town.deadline(TODAY, case_id=case_id, subject=str(no))
    with town.statements() as seen, town.store.write() as connection:
        assert write_digests(connection, TODAY, NOW) == 1
    assert len(seen) <= 20
    (message,) = town.rows(Message)
    assert message.facts["today_count"] == many
    assert len(message.facts["today"]) == SHOWN
