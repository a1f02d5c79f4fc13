"""The daily digest: one message a working day, with what is overdue, due today, due this week,
and unassigned.

It is read from the clocks by the index the sweep uses, so it costs what is due and not what exists. Who
hears of a case is settled as everywhere: its owner, else the staff of its unit; supervisors hear of what is
overdue. Nothing to say: no message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select

from config.workdays import work_calendar
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.outbox import Message
from models.upsert import insert_or_leave
from notifications.audience import Who, people_for
from notifications.catalogue import Audience
from notifications.tell import message_row
from states.errors import BadDefinition
from states.register import REGISTER_RULES
from states.registry import case_type

CHUNK = 500
#: lines shown of each kind; the counts are of all
SHOWN = 30
HEADS = ("overdue", "today", "week", "waiting")
_OURS, _THEIRS = (Audience.OWNER,), (Audience.OWNER, Audience.SUPERVISORS)

_DUE = (
    select(
        Deadline.id, Deadline.next_on, Deadline.case_id, Deadline.contract_id, Deadline.rule,
        Deadline.subject, Deadline.due_on, Deadline.hard, CaseFile.number, CaseFile.type, CaseFile.type_version,
        Contract.number.label("contract"),
    )
    .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
    .outerjoin(Contract, Contract.id == Deadline.contract_id)
    # a running clock is looked at on the day after its last one at the latest: the sweep's index serves here
    .where(
        Deadline.next_on.is_not(None), Deadline.next_on <= bindparam("look"),
        Deadline.due_on <= bindparam("end"), Deadline.status.in_(("open", "expired")), Deadline.met_on.is_(None),
        or_(Deadline.next_on > bindparam("next_on"),
            and_(Deadline.next_on == bindparam("next_on"), Deadline.id > bindparam("id"))),
    )
    .order_by(Deadline.next_on, Deadline.id)
    .limit(CHUNK)
)  # fmt: skip
_UNASSIGNED = (
    select(CaseFile.id, CaseFile.number)
    .where(CaseFile.owner_id.is_(None), CaseFile.closed_on.is_(None), CaseFile.id > bindparam("id"))
    .order_by(CaseFile.id)
    .limit(CHUNK)
)


def write_digests(connection: Connection, day: date, now: datetime) -> int:
    """Write the digests of that day, one a person; how many. On days that are not worked there is none."""
    if not work_calendar("CN").is_working_day(day):
        return 0
    pages: dict[int, _Page] = defaultdict(_Page)
    for rows in _due(connection, day):
        _spread(connection, rows, day, pages)
    for rows in _unassigned(connection):
        wanted = [Who((Audience.STAFF,), row.id) for row in rows]
        for row, persons in zip(rows, people_for(connection, wanted, day), strict=True):
            for person in persons:
                pages[person.person_id].add("waiting", row.number)
    messages = [
        message_row(f"digest:{day}:{person_id}", "digest", page.facts(day), now, person_id=person_id)
        for person_id, page in sorted(pages.items())
    ]
    if messages:
        connection.execute(insert_or_leave(connection, Message, Message.key), messages)
    return len(messages)


@dataclass
class _Page:
    """What one person reads: the first lines of each kind, and how many there are."""

    lines: dict[str, list[Any]] = field(default_factory=lambda: {head: [] for head in HEADS})
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(HEADS, 0))

    def add(self, head: str, line: Any) -> None:
        """One more line."""
        self.counts[head] += 1
        if len(self.lines[head]) < SHOWN:
            self.lines[head].append(line)

    def facts(self, day: date) -> dict[str, Any]:
        """As they are frozen on the message."""
        counts = {f"{head}_count": count for head, count in self.counts.items()}
        return {"day": day.isoformat(), **self.lines, **counts}


def _due(connection: Connection, day: date) -> Iterator[Sequence[Any]]:
    end = day + timedelta(days=7)
    at: dict[str, Any] = {"next_on": date.min, "id": 0}
    while rows := connection.execute(_DUE, {"look": end + timedelta(days=1), "end": end, **at}).all():
        yield rows
        at = {"next_on": rows[-1].next_on, "id": rows[-1].id}


def _unassigned(connection: Connection) -> Iterator[Sequence[Any]]:
    last = 0
    while rows := connection.execute(_UNASSIGNED, {"id": last}).all():
        yield rows
        last = rows[-1].id


def _spread(connection: Connection, rows: Sequence[Any], day: date, pages: dict[int, _Page]) -> None:
    wanted = [Who(_THEIRS if row.due_on < day else _OURS, row.case_id, row.contract_id) for row in rows]
    for row, persons in zip(rows, people_for(connection, wanted, day), strict=True):
        head = "overdue" if row.due_on < day else "today" if row.due_on == day else "week"
        line = _line(row, day)
        for person in persons:
            pages[person.person_id].add(head, line)


def _line(row: Row[Any], day: date) -> dict[str, Any]:
    """A clock as the templates read it: like the line of a catch-up message."""
    return {
        "number": row.number or row.contract, "case_type": row.type or "", "label": _label(row),
        "subject": row.subject, "due_on": row.due_on.isoformat(), "stage": "d0",
        "days": (row.due_on - day).days, "missed": [], "hard": row.hard,
    }  # fmt: skip


def _label(row: Row[Any]) -> list[str]:
    try:
        rules = REGISTER_RULES if row.type is None else case_type(row.type, row.type_version).rule
        return list(rules[row.rule].label)
    except (BadDefinition, KeyError):
        return [row.rule, row.rule]
