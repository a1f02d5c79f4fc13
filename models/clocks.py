"""The clocks of a case: which run, and how a decision ends, moves and starts them.

A clock that is over but not done counts as unsettled: a step can still end it, late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, bindparam, or_, select

from models.base import AnySelect
from models.deadlines import Deadline
from models.prepared import Prepared
from states.agenda import first_day
from states.entries import Entry, MeetDeadline, MoveDeadline
from states.machine import Start
from states.registry import case_type

if TYPE_CHECKING:
    from models.clerk import Act


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """A running clock of the case."""

    id: int
    rule: str
    subject: str
    due_on: date
    status: str
    #: the next day a sweep looks at it
    next_on: date | None


_UNSETTLED: AnySelect = select(
    Deadline.case_id, Deadline.id, Deadline.rule, Deadline.subject, Deadline.due_on, Deadline.status, Deadline.next_on
).where(or_(Deadline.status == "open", and_(Deadline.status == "expired", Deadline.met_on.is_(None))))
_UNSETTLED_OF_MANY = _UNSETTLED.where(Deadline.case_id.in_(bindparam("ids", expanding=True)))
_UNSETTLED_OF_ONE = Prepared(_UNSETTLED.where(Deadline.case_id == bindparam("id")))


def unsettled(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[OpenDeadline]]:
    """The clocks of those cases that run, or are over and not done, with one query; a case without any has an empty list."""
    found: dict[int, list[OpenDeadline]] = defaultdict(list)
    one = len(ids) == 1
    rows = _UNSETTLED_OF_ONE.rows(connection, {"id": ids[0]}) if one else connection.execute(_UNSETTLED_OF_MANY, {"ids": ids})
    for row in rows:
        found[row[0]].append(OpenDeadline(*row[1:]))
    return found


def touches_clocks(entries: Sequence[Entry]) -> bool:
    """Whether an entry ends or moves a clock."""
    return any(isinstance(entry, MeetDeadline | MoveDeadline) for entry in entries)


def is_met(entries: Sequence[Entry], row: OpenDeadline) -> bool:
    """Whether an entry says that the clock's duty is done."""
    return any(isinstance(entry, MeetDeadline) and (entry.rule, entry.subject) == (row.rule, row.subject) for entry in entries)


def move_of(entries: Sequence[Entry], row: OpenDeadline) -> MoveDeadline | None:
    """The entry that moves the clock, None when none does."""
    for entry in entries:
        if isinstance(entry, MoveDeadline) and (entry.rule, entry.subject) == (row.rule, row.subject):
            return entry
    return None


def ending(row: OpenDeadline, status: str, act: Act) -> dict[str, Any]:
    """The clock as the step ends it; what is done late stays expired."""
    late = row.status == "expired"
    return {
        "b_id": row.id, "status": "expired" if late else status, "next_on": None, "ended_by": act.seq,
        "met_on": act.day if status == "met" or late else None, "was": row,
    }  # fmt: skip


def moving(act: Act, row: OpenDeadline, entry: MoveDeadline) -> dict[str, Any]:
    """The clock on its new day, its reminders armed anew."""
    rule = case_type(act.case.type, act.case.type_version).rule[row.rule]
    why = {"agreed": True, "start": entry.on.isoformat(), "moved_from": row.due_on.isoformat(), "by": act.seq}
    return {
        "b_id": row.id, "due_on": entry.on, "next_on": first_day(rule, None, entry.on, after=act.day),
        "explanation": why, "provisional": False, "status": "open", "was": row,
    }  # fmt: skip


def clock_row(case_id: int, seq: int, start: Start, day: date) -> dict[str, Any]:
    """A clock that the step starts."""
    return {
        "case_id": case_id, "contract_id": None, "rule": start.rule.name, "subject": start.subject, "status": "open",
        "opens_on": start.opens_on, "due_on": start.due_on,
        "next_on": first_day(start.rule, start.opens_on, start.due_on, after=day), "opened": False, "hard": start.hard,
        "provisional": start.provisional, "explanation": dict(start.explanation or {}), "started_by": seq,
    }  # fmt: skip


def as_it_ran(row: dict[str, Any]) -> list[Any]:
    """A clock as it was before the step ended or moved it: what `undo` puts back."""
    was: OpenDeadline = row.pop("was")
    return [was.id, was.status, was.due_on.isoformat(), iso(was.next_on)]


def iso(day: date | None) -> str | None:
    """A day as the event keeps it."""
    return day.isoformat() if day else None
