"""Reminders: once each, on their day; what was missed in one message; thousands with few statements."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from models.deadlines import Reminder
from models.outbox import Message
from notifications.outbox import drain, resend
from notifications.reminders import LINES, DueReminder, write_reminders
from states.labels import Label
from tests.notifications.town import FACTORY, NOW, OTHER, TODAY, Town

DAY = timedelta(days=1)
LABEL = Label("仲裁时效", "Limitation")


def due(deadline_id: int, number: str, planned: date = TODAY, stage: str = "d7", **changes: Any) -> DueReminder:
    """A stage that is due."""
    values = {
        "deadline_id": deadline_id, "number": number, "case_type": "dispute", "rule": "limitation", "label": LABEL,
        "due_on": TODAY + 7 * DAY, "stage": stage, "planned_on": planned, "notice": "deadline_near", **changes,
    }  # fmt: skip
    return DueReminder(**values)


def written(town: Town, *wanted: DueReminder, today: date = TODAY) -> int:
    """Write them in one transaction."""
    with town.store.write() as connection:
        return write_reminders(connection, wanted, NOW + (today - TODAY), today)


def clocks(town: Town, count: int, planned: date = TODAY, **changes: Any) -> list[DueReminder]:
    """That many cases of Li's, each with a clock."""
    found = []
    for no in range(count):
        case_id = town.case(f"D2026-{no:05d}", owner_id=town.persons["li"])
        deadline_id = town.deadline(TODAY + 7 * DAY, case_id=case_id)
        found.append(due(deadline_id, f"D2026-{no:05d}", planned, case_id=case_id, **changes))
    return found


def read(town: Town, person: str) -> Sequence[Any]:
    """What the person finds in the inbox after a drain."""
    while drain(town.store, town.settings, NOW, {}).more:
        pass
    return town.rows(Message, Message.channel == "inbox", Message.person_id == town.persons[person])


def test_on_its_day_a_reminder_is_a_message_and_only_once(town: Town) -> None:
    wanted = clocks(town, 2, hard=True)
    assert written(town, *wanted) == 2
    assert written(town, *wanted) == 0
    messages = read(town, "li")
    assert [row.subject for row in messages] == ["D2026-00000 仲裁时效 还有7天", "D2026-00001 仲裁时效 还有7天"]
    assert "2026年11月30日（周一）" in messages[0].body
    assert "法定期限" in messages[0].body
    assert [row.message_key for row in town.rows(Reminder)] == [row.key for row in messages]


def test_a_new_date_arms_every_stage_again(town: Town) -> None:
    (one,) = clocks(town, 1)
    moved = due(one.deadline_id, one.number, case_id=one.case_id, due_on=one.due_on + DAY)
    assert written(town, one) + written(town, moved) == 2


def test_each_stage_and_each_person_has_a_line_in_the_ledger(town: Town) -> None:
    town.person("sun", ("supervisor", 2))
    (one,) = clocks(town, 1)
    over: dict[str, Any] = {"case_id": one.case_id, "due_on": TODAY - 3 * DAY, "notice": "overdue_daily"}
    assert written(town, due(one.deadline_id, one.number, stage="over+3", **over)) == 2
    (message,) = read(town, "wang")
    assert message.subject == "【急】逾期未办 1 项，请督办"
    assert "D2026-00000 仲裁时效" in message.body
    assert read(town, "li") == []


def test_what_was_missed_comes_in_one_message_a_person(town: Town) -> None:
    wanted = clocks(town, 3, TODAY - 2 * DAY, missed=("d30", "d15"))
    today = due(wanted[0].deadline_id, wanted[0].number, stage="d5", case_id=wanted[0].case_id)
    assert written(town, *wanted, today) == 4
    catch_up, on_time = sorted(read(town, "li"), key=lambda row: row.notice)
    assert (catch_up.notice, on_time.notice) == ("catch_up", "deadline_near")
    assert catch_up.subject == "补发提醒 3 条"
    assert "- D2026-00001 仲裁时效：2026年11月30日（周一），还有7天（漏发：提前30天、提前15天、提前7天）" in catch_up.body
    late = [row for row in town.rows(Reminder) if row.planned_on < TODAY]
    assert all(catch_up.key.startswith(row.message_key) for row in late)
    assert {row.sent_on for row in late} == {TODAY}


def test_a_sweep_in_many_chunks_still_writes_one_catch_up_message(town: Town) -> None:
    wanted = clocks(town, 30, TODAY - DAY)
    assert sum(written(town, *wanted[start : start + 10]) for start in range(0, 30, 10)) == 30
    (catch_up,) = read(town, "li")
    assert catch_up.subject == "补发提醒 30 条"
    later = clocks(town, 0)
    case_id = town.case("D9", owner_id=town.persons["li"])
    later.append(due(town.deadline(TODAY + DAY, case_id=case_id), "D9", TODAY - DAY, case_id=case_id))
    written(town, *later)
    assert [row.subject for row in read(town, "li")] == ["补发提醒 30 条", "补发提醒 1 条"], "what went out stays as it is"


def test_a_long_outage_is_split_at_two_hundred_lines(town: Town) -> None:
    case_id = town.case("D1", owner_id=town.persons["li"])
    deadline_id = town.deadline(TODAY, case_id=case_id)
    wanted = [due(deadline_id, "D1", TODAY - DAY, f"d{no}", case_id=case_id) for no in range(2 * LINES + 5)]
    assert written(town, *wanted[:LINES]) + written(town, *wanted[LINES - 10 :]) == len(wanted)
    assert [len(row.facts["lines"]) for row in read(town, "li")] == [LINES, LINES, 5]


def test_contracts_of_the_register(town: Town) -> None:
    town.person("chair", ("chair", FACTORY))
    contract_id = town.contract("HT2026-00001", TODAY + 90 * DAY)
    clock = town.deadline(TODAY + 90 * DAY, contract_id=contract_id, rule="contract-term")
    register: dict[str, Any] = {
        "contract_id": contract_id,
        "case_type": "",
        "rule": "contract-term",
        "label": Label("合同到期", "Contract ends"),
    }
    wanted = due(clock, "HT2026-00001", stage="d90", due_on=TODAY + 90 * DAY, notice="renewal_due", **register)
    assert written(town, wanted) == 2
    assert read(town, "chair")[0].subject == "HT2026-00001 合同到期：还有90天"
    assert "concord contracts show HT2026-00001" in read(town, "li")[0].body


def test_a_reminder_nobody_hears_is_parked_once_and_can_be_sent_later(town: Town) -> None:
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE position SET to_on = '2020-01-01'")
    case_id = town.case("D1", unit_id=OTHER)
    wanted = due(town.deadline(TODAY, case_id=case_id), "D1", case_id=case_id)
    assert written(town, wanted) == 0
    assert written(town, wanted) == 0
    (parked,) = town.rows(Message, Message.notice == "deadline_near")
    assert (parked.status, parked.error) == ("parked", "nobody to tell")
    town.person("new", ("mediator", OTHER))
    resend(town.store, parked.id, NOW)
    assert [row.subject for row in read(town, "new")] == ["D1 仲裁时效 还有7天"]


def test_two_sweeps_at_once_remind_once(town: Town) -> None:
    wanted = clocks(town, 60)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(written(town, *wanted))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 60]
    assert len(read(town, "li")) == 60


@pytest.mark.parametrize("planned", [TODAY, TODAY - DAY], ids=["on time", "late"])
def test_five_thousand_reminders_take_few_statements(town: Town, planned: date) -> None:
    case_id = town.case("D1", owner_id=town.persons["li"])
    deadline_id = town.deadline(TODAY, case_id=case_id)
    wanted = [due(deadline_id, "D1", planned, f"d{no}", case_id=case_id) for no in range(5000)]
    with town.statements() as seen:
        assert written(town, *wanted) == 5000
    assert len(seen) <= 45, "ten chunks: who, ledger; then the messages at once"
    if planned < TODAY:
        assert town.count(Message) == 25


def test_nothing_due_writes_nothing(town: Town) -> None:
    with town.statements() as seen:
        assert written(town) == 0
    assert [one for one in seen if not one.startswith(("BEGIN", "COMMIT"))] == []
