"""What a supervisor looks at: the open cases of his units by state and age, what is overdue, who carries how much, what went
wrong. Everything starts from the open cases of his units or from a clock that is over, by indexes that hold nothing else.

`paths` are the paths of the organisations he supervises; every question is asked of them and of all below them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from models.base import AnyRow, total
from models.cases import CaseFile
from models.contracts import Contract
from models.daybook import UNSETTLED, due, of_units
from models.deadlines import Deadline
from models.outbox import Message
from models.people import Organisation, Person, Position, below
from models.requests import StepRequest

Rows = Sequence[AnyRow]

#: days since a case was opened, after which the next group of ages begins
AGES = (15, 30, 60)
#: rows of the table of units: a unit and those right below it
MOST_UNITS = 2000
_OVERDUE_DAYS = -1


def unit_of_code(connection: Connection, paths: Collection[str], code: str) -> AnyRow | None:
    """The unit of that code among those of the supervisor, None for any other."""
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.path, Organisation.parent_id)
    return connection.execute(select(*columns).where(Organisation.code == code, below(paths))).first()


def rows_of_table(connection: Connection, paths: Collection[str], unit: AnyRow | None) -> Rows:
    """The rows of the table: the unit itself (`alone`: without those below) and those right below it.

    Without a unit: below the only organisation he supervises, or those he supervises, if they are several.
    """
    root = Organisation.path == (unit.path if unit is not None else next(iter(paths), ""))
    query = select(Organisation.id, Organisation.code, Organisation.name, Organisation.path)
    if unit is None and len(paths) != 1:
        query = query.add_columns(false().label("alone")).where(Organisation.path.in_(paths))
    else:
        within = select(Organisation.id).where(root).scalar_subquery()
        query = query.add_columns(root.label("alone")).where(or_(root, Organisation.parent_id == within))
    return connection.execute(query.order_by(Organisation.path).limit(MOST_UNITS)).all()


def figures(connection: Connection, paths: Collection[str], rows: Rows, today: date) -> Rows:
    """(row, type, state, cases, and how many of them are in each group of ages) of the open cases, for each of those rows."""
    counted = (
        select(CaseFile.unit_id, CaseFile.type, CaseFile.state, func.count().label("cases"), *_ages(today))
        .where(of_units(paths))
        .group_by(CaseFile.unit_id, CaseFile.type, CaseFile.state)
        .subquery()
    )
    unit, row = aliased(Organisation), aliased(Organisation)
    alone = [one.id for one in rows if one.alone]
    under = [one.id for one in rows if not one.alone]
    where = union_all(
        select(unit.id.label("unit_id"), row.id.label("row_id"))
        .join(row, unit.path.startswith(row.path))
        .where(row.id.in_(under)),
        select(unit.id, unit.id).where(unit.id.in_(alone)),
    ).subquery()  # fmt: skip
    summed = [total(column).label(name) for name, column in counted.c.items() if name not in ("unit_id", "type", "state")]
    query = (
        select(where.c.row_id, counted.c.type, counted.c.state, *summed)
        .join(where, where.c.unit_id == counted.c.unit_id)
        .group_by(where.c.row_id, counted.c.type, counted.c.state)
    )
    return connection.execute(query).all()


def _ages(today: date) -> list[Any]:
    """How many of the counted cases were opened in each group of days: `age0` the youngest."""
    begins = [today - timedelta(days=days) for days in AGES]
    parts = [CaseFile.opened_on >= begins[0]]
    parts += [and_(CaseFile.opened_on < later, CaseFile.opened_on >= earlier) for later, earlier in pairwise(begins)]
    parts += [CaseFile.opened_on < begins[-1]]
    return [func.count().filter(part).label(f"age{no}") for no, part in enumerate(parts)]


def overdue(connection: Connection, paths: Collection[str], today: date, limit: int = 50) -> Rows:
    """Clocks that are over and not done, the worst first, with their cases and who holds them."""
    return due(connection, of_units(paths, wide=True), today, ahead=_OVERDUE_DAYS, limit=limit)


def workload(connection: Connection, paths: Collection[str], today: date) -> dict[int | None, tuple[int, int, int]]:
    """Owner → open cases, overdue ones among them, cases closed this month. None: cases that nobody holds."""
    mine, owner = of_units(paths), CaseFile.owner_id + 0  # grouped as they come: no index of owners is walked for it
    late = (
        select(owner, func.count(CaseFile.id.distinct()))
        .join(Deadline, Deadline.case_id == CaseFile.id)
        .where(of_units(paths, wide=True), UNSETTLED, Deadline.due_on < today)
    )
    units = (CaseFile.unit_id + 0).in_(select(Organisation.id).where(below(paths)))
    closed = select(owner, func.count()).where(CaseFile.closed_on >= today.replace(day=1), units)
    asked = (select(owner, func.count()).where(mine), late, closed)
    found = [dict(connection.execute(query.group_by(owner)).all()) for query in asked]
    return {one: (found[0].get(one, 0), found[1].get(one, 0), found[2].get(one, 0)) for one in set().union(*found)}


def counters(connection: Connection, paths: Collection[str], today: date, now: datetime) -> AnyRow:
    """The figures that are watched live, by one statement: open, overdue, due today, refused, failed, missed, stuck."""
    clocks = select(func.count()).select_from(Deadline).join(CaseFile, CaseFile.id == Deadline.case_id)
    clocks = clocks.where(of_units(paths, wide=True), UNSETTLED)
    query = select(
        select(func.count()).select_from(CaseFile).where(of_units(paths)).scalar_subquery().label("open"),
        clocks.where(Deadline.due_on < today).scalar_subquery().label("overdue"),
        clocks.where(Deadline.due_on == today).scalar_subquery().label("today"),
        _unwell(paths, "refused", now - timedelta(days=7), func.count()).scalar_subquery().label("refused"),
        _unwell(paths, "failed", None, func.count()).scalar_subquery().label("failed"),
        _missed(paths, today, func.count()).scalar_subquery().label("missed"),
        _stuck(paths, func.count()).scalar_subquery().label("stuck"),
    )
    return connection.execute(query).one()


def _unwell(paths: Collection[str], status: str, since: datetime | None, *columns: Any) -> Any:
    query = (
        select(*columns)
        .select_from(StepRequest)
        .outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)
        .join(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, StepRequest.unit_id))
        .outerjoin(Person, Person.id == StepRequest.actor_id)
        # the status stands in the statement itself: only so its short index is taken
        .where(StepRequest.status == literal_column("'failed'" if status == "failed" else "'refused'"), below(paths))
    )
    return query if since is None else query.where(StepRequest.settled_at >= since)


def _missed(paths: Collection[str], today: date, *columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Deadline)
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .outerjoin(Contract, Contract.id == Deadline.contract_id)
        .join(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, Contract.unit_id))
        .where(Deadline.next_on < today, below(paths))
    )


def _stuck(paths: Collection[str], *columns: Any) -> Any:
    works = (
        select(Position.id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(Position.person_id == Message.person_id, below(paths))
        .exists()
    )
    units = select(Organisation.id).where(below(paths))
    return (
        select(*columns)
        .select_from(Message)
        .outerjoin(CaseFile, CaseFile.id == Message.case_id)
        .outerjoin(Person, Person.id == Message.person_id)
        .where(PARKED_HERE, or_(CaseFile.unit_id.in_(units), and_(Message.case_id.is_(None), works)))
    )


#: the condition of the short index of messages that were given up, of this table among others
PARKED_HERE = Message.status == literal_column("'parked'")
