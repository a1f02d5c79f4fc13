"""Reminders: what the sweep found due becomes ledger rows and messages, for thousands of clocks at a time.

The ledger decides: a row (deadline, last day, stage, person) goes in once, and only a row that really went
in makes a message. A reminder that goes out on its day is a message of its own; those that should have gone
out earlier (an outage, a ledger loaded for the first time) are gathered into one catch-up message a person,
which names each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, func, select, update

from models.deadlines import Reminder
from models.outbox import Message
from models.upsert import insert_or_leave
from notifications.alerts import NOBODY, post_parked
from notifications.audience import Recipient, Who, people_for
from notifications.catalogue import NOTICES
from notifications.tell import message_row
from states.labels import Label

CHUNK = 500
#: lines a catch-up message holds; the rest goes into another one
LINES = 200
#: the notice that lists what is still overdue
OVERDUE = "overdue_daily"

Line = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """One stage of one clock that is due, as the sweep found it. The audience of `notice` is told."""

    deadline_id: int
    #: the case it belongs to, or the contract of the register
    case_id: int | None = None
    contract_id: int | None = None
    #: number of the case or of the contract, as people know it
    number: str
    #: key of the case type; empty for the register
    case_type: str = ""
    #: the rule's name and its label, or what the register calls it
    rule: str
    label: Label
    subject: str = ""
    due_on: date
    #: the stage acted on ("d7", "opens", "over", "over+3") and the day it should have gone out
    stage: str
    planned_on: date
    #: earlier stages that never went out, oldest first
    missed: tuple[str, ...] = ()
    notice: str
    #: a date the law sets; otherwise agreed or office policy
    hard: bool = False


def write_reminders(connection: Connection, due: Sequence[DueReminder], now: datetime, today: date) -> int:
    """Write the ledger and the messages of what is due; how many reminders really went out, by person."""
    outbox = _Outbox(now, today)
    for chunk in _parts(due, CHUNK):
        wanted = [Who(NOTICES[one.notice].audience, one.case_id, one.contract_id) for one in chunk]
        told = people_for(connection, wanted, today)
        outbox.take(chunk, told, _enter(connection, chunk, told, now, today))
    outbox.flush(connection)
    return outbox.count


def facts_of(one: DueReminder, today: date) -> Line:
    """What a reminder says, frozen. `days` counts from today to the last day; below zero it is over."""
    return {
        "number": one.number, "case_type": one.case_type, "contract_id": one.contract_id, "rule": one.rule,
        "label": list(one.label), "subject": one.subject, "due_on": one.due_on.isoformat(),
        "stage": one.stage, "days": (one.due_on - today).days, "missed": list(one.missed),
        "hard": one.hard, "notice": one.notice,
    }  # fmt: skip


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


LedgerKey = tuple[int, date, str, int]


def _enter(connection: Connection, chunk: Sequence[DueReminder], told: Sequence[Sequence[Recipient]],
           now: datetime, today: date) -> set[LedgerKey]:  # fmt: skip
    """The ledger rows that were new."""
    rows = [
        {
            "deadline_id": one.deadline_id, "due_on": one.due_on, "stage": one.stage,
            "person_id": person.person_id, "planned_on": one.planned_on, "sent_on": today, "at": now,
            "message_key": _key(one, person.person_id, today),
        }
        for one, persons in zip(chunk, told, strict=True)
        for person in persons
    ]  # fmt: skip
    if not rows:
        return set()
    columns = (Reminder.deadline_id, Reminder.due_on, Reminder.stage, Reminder.person_id)
    enter = insert_or_leave(connection, Reminder, *columns).returning(*columns)
    return {(row[0], row[1], row[2], row[3]) for row in connection.execute(enter, rows)}


def _key(one: DueReminder, person_id: int, today: date) -> str:
    """Key of the message; for a late reminder what the key of its catch-up message begins with."""
    if one.notice == OVERDUE:
        return f"overdue:{person_id}:{today}"
    if one.planned_on < today:
        return f"catchup:{person_id}:{today}"
    return f"reminder:{one.deadline_id}:{one.due_on}:{one.stage}:{person_id}"


_GROW = (
    update(Message.__table__)  # type: ignore[arg-type]
    .where(Message.id == bindparam("b_id"))
    .values(facts=bindparam("facts"))
)


@dataclass
class _Outbox:
    """Messages gathered over all chunks, so that a person gets one catch-up message and not one a chunk."""

    now: datetime
    today: date
    count: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    orphans: list[dict[str, Any]] = field(default_factory=list)
    late: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))
    overdue: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def take(self, chunk: Sequence[DueReminder], told: Sequence[Sequence[Recipient]],
             entered: set[LedgerKey]) -> None:  # fmt: skip
        """Turn what entered the ledger into messages, and what nobody hears into parked ones."""
        for one, persons in zip(chunk, told, strict=True):
            line = facts_of(one, self.today)
            if not persons:
                self.orphans.append(self._orphan(one, line))
            for person in persons:
                if (one.deadline_id, one.due_on, one.stage, person.person_id) in entered:
                    self._tell(one, line, person.person_id)

    def _tell(self, one: DueReminder, line: Line, person_id: int) -> None:
        self.count += 1
        if one.notice == OVERDUE:  # what stays overdue is one list a day, not a message a clock
            self.overdue[person_id].append({**line, "of": f"{one.deadline_id}:{one.due_on}:{one.stage}"})
            return
        if one.planned_on < self.today:
            self.late[person_id].append({**line, "of": f"{one.deadline_id}:{one.due_on}:{one.stage}"})
            return
        key = _key(one, person_id, self.today)
        row = message_row(key, one.notice, line, self.now, case_id=one.case_id, person_id=person_id)
        self.messages.append(row)

    def _orphan(self, one: DueReminder, line: Line) -> dict[str, Any]:
        key = f"reminder:{one.deadline_id}:{one.due_on}:{one.stage}:nobody"
        row = message_row(key, one.notice, line, self.now, case_id=one.case_id)
        return {**row, "status": "parked", "error": NOBODY}

    def flush(self, connection: Connection) -> None:
        """Write the messages; late lines join the catch-up message of today that has not gone out yet."""
        if self.late:
            self._join_waiting(connection)
        for person_id, lines in self.late.items():
            for part in _parts(lines, LINES):
                key = f"catchup:{person_id}:{self.today}:{part[0]['of']}"
                row = message_row(key, "catch_up", {"lines": part}, self.now, person_id=person_id)
                self.messages.append(row)
        for person_id, lines in self.overdue.items():
            for part in _parts(lines, LINES):
                key = f"overdue:{person_id}:{self.today}:{part[0]['of']}"
                self.messages.append(message_row(key, OVERDUE, {"lines": part}, self.now, person_id=person_id))
        rows = [*self.messages, *self.orphans]
        if rows:
            connection.execute(insert_or_leave(connection, Message, Message.key), rows)
        if self.orphans:
            post_parked(connection, self.orphans, self.now)

    def _join_waiting(self, connection: Connection) -> None:
        mine = (
            Message.person_id.in_(sorted(self.late)), Message.channel == "", Message.notice == "catch_up",
            Message.status == "waiting", Message.key.like(f"catchup:%:{self.today}:%"),
            func.json_array_length(Message.facts["lines"]) < LINES,
        )  # fmt: skip
        query = select(Message.id, Message.person_id, Message.facts).where(*mine).with_for_update()
        grown = []
        for row in connection.execute(query):
            lines, room = self.late[row.person_id], LINES - len(row.facts["lines"])
            if room > 0 and lines:
                grown.append({"b_id": row.id, "facts": {"lines": [*row.facts["lines"], *lines[:room]]}})
                del lines[:room]
        if grown:
            connection.execute(_GROW, grown)
