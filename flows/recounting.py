"""When a calendar is published: every running date that was counted without it, counted again.

A date counted with an unpublished year is provisional and says so. Once the year's file is in `config/calendars/`, the dry run
names every date that would move; applying it moves them, arms their reminders anew, and keeps both days in the explanation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from config.rules import load_pack
from config.workdays import work_calendar
from flows.office import Office
from flows.works import journalled
from models.base import AnyRow
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from states.agenda import first_day
from states.counting import recount
from states.registry import rule_of

LIMIT = 100_000


@dataclass(frozen=True)
class Moved:
    """A provisional date that is now known."""

    deadline_id: int
    number: str
    rule: str
    was: date
    now: date
    values: dict[str, Any]

    @property
    def moves(self) -> bool:
        """Whether the day changes; otherwise it only becomes certain."""
        return self.was != self.now


def provisional_dates(office: Office) -> list[Moved]:
    """What every provisional date is under the calendars of today, without changing anything."""
    query = (
        select(
            Deadline.id, Deadline.rule, Deadline.contract_id, Deadline.opens_on, Deadline.due_on, Deadline.explanation,
            CaseFile.type, CaseFile.type_version, func.coalesce(CaseFile.number, Contract.number).label("number"),
            func.coalesce(CaseFile.pack, Contract.pack).label("pack"),
        )
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .outerjoin(Contract, Contract.id == Deadline.contract_id)
        .where(Deadline.status == "open", Deadline.provisional.is_(True))
        .order_by(Deadline.due_on, Deadline.id)
        .limit(LIMIT)
    )  # fmt: skip
    with office.store.read() as connection:
        return list(_recounted(connection.execute(query).all(), office.today()))


def _recounted(rows: list[AnyRow] | Any, today: date) -> Iterator[Moved]:
    for row in rows:
        counted = recount(row.explanation, work_calendar(load_pack(row.pack).calendar))
        if counted.provisional and counted.due_on == row.due_on:
            continue  # still unknown
        why = {**counted.explanation, "was": row.due_on.isoformat()}
        values = {
            "due_on": counted.due_on, "opens_on": counted.opens_on, "provisional": counted.provisional,
            "explanation": why, "next_on": first_day(rule_of(row), counted.opens_on, counted.due_on, after=today),
        }  # fmt: skip
        yield Moved(row.id, row.number, row.rule, row.due_on, counted.due_on, values)


def apply_calendars(office: Office) -> list[Moved]:
    """Move the dates; each reminder stage of a moved date is armed again. Journalled as one run."""
    with journalled(office, "recount-dates", office.now().isoformat()) as counts:
        found = provisional_dates(office)
        with office.store.write() as connection:
            for one in found:
                running = update(Deadline).where(Deadline.id == one.deadline_id, Deadline.status == "open")
                connection.execute(running.values(**one.values))
        counts.update(settled=len(found), moved=sum(one.moves for one in found))
    return found
