"""What stands in a calendar: meetings that are fixed and not held, clocks that run, contracts that end or may be renewed.

Each question takes the days first and then whose they are: a condition on the case (`own`, `units`) and the paths of the units
whose register counts. Days that hold more than is shown are counted whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.base import AnyRow, AnySelect
from models.cases import CaseFile
from models.contracts import Contract
from models.daybook import UNSETTLED, of_owner, of_units
from models.deadlines import Deadline
from models.items import Meeting
from models.people import Organisation, Person, below

Rows = Sequence[AnyRow]
#: a feed looks at more days than a month has
MOST_DAYS = 400
#: clocks that remind of a meeting: the meeting itself stands in the calendar
OF_MEETINGS = ("session", "round", "congress")


class Whose(NamedTuple):
    """Whose calendar it is: the cases, and the units whose contracts count."""

    cases: ColumnElement[bool]
    contracts: tuple[str, ...] = ()


class Days(NamedTuple):
    """The first items of each day, and how many there are by (kind, day)."""

    meetings: Rows
    clocks: Rows
    contracts: Rows


def own(person_id: int, contracts: Collection[str] = (), employers: Collection[int] = ()) -> Whose:
    """The cases a person holds, and the bargaining of enterprises whose union he chairs."""
    return Whose(_or_chaired(of_owner(person_id), employers), tuple(contracts))


def units(paths: Collection[str], contracts: Collection[str] = (), employers: Collection[int] = ()) -> Whose:
    """The open cases of those units and of all below them, and the bargaining of those enterprises."""
    return Whose(_or_chaired(of_units(paths, wide=True), employers), tuple(contracts))


def _or_chaired(cases: ColumnElement[bool], employers: Collection[int]) -> ColumnElement[bool]:
    chaired = and_(CaseFile.type == "bargaining", CaseFile.employer_id.in_(employers), CaseFile.closed_on.is_(None))
    return or_(cases, chaired) if employers else cases


def of_days(connection: Connection, whose: Whose, first: date, last: date, each: int) -> Days:
    """At most `each` items of each kind and day, both days included; each row tells with `in_day` how many its day has."""
    asked = (_meetings(whose, first, last, each), _clocks(whose, first, last, each), _contracts(whose, first, last, each))
    return Days(*(connection.execute(query).all() if query is not None else [] for query in asked))


def _numbered(day: Any, *order: Any) -> tuple[Any, Any]:
    """The number of a row within its day, and how many rows the day has."""
    number = func.row_number().over(partition_by=day, order_by=order).label("no")
    return number, func.count().over(partition_by=day).label("in_day")


_CASE = (
    CaseFile.id.label("case_id"), CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.state, CaseFile.facts,
    Organisation.name.label("unit"), Person.name.label("owner"),
)  # fmt: skip


def _with_cases(table: Any, ids: AnySelect, each: int, *columns: Any) -> AnySelect:
    """The first rows of each day with their cases: what is wide is read for these only."""
    chosen = ids.subquery()
    return (
        select(table.id, *columns, chosen.c.day, chosen.c.in_day, *_CASE)
        .select_from(chosen)
        .join(table, table.id == chosen.c.id)
        .join(CaseFile, CaseFile.id == table.case_id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(chosen.c.no <= each)
        .order_by(chosen.c.day, chosen.c.no)
        .limit(each * MOST_DAYS)
    )


def _meetings(whose: Whose, first: date, last: date, each: int) -> AnySelect:
    later, fixed = aliased(Meeting), aliased(Meeting)
    # by the case's id: looked up only for cases that are somebody's
    again = (later.case_id == CaseFile.id, later.kind == Meeting.kind, later.no == Meeting.no, later.undone.is_(False))
    ids = (
        select(Meeting.id, Meeting.on.label("day"), *_numbered(Meeting.on, Meeting.id))
        .join(CaseFile, CaseFile.id == Meeting.case_id)
        .where(whose.cases, Meeting.on.between(first, last), Meeting.act != "held", Meeting.undone.is_(False))
        .where(~exists().where(*again, later.id > Meeting.id))
    )
    same = (fixed.case_id == Meeting.case_id, fixed.kind == Meeting.kind, fixed.no == Meeting.no, fixed.undone.is_(False))
    place = select(func.max(fixed.place)).where(*same, fixed.act == "set").correlate(Meeting).scalar_subquery().label("place")
    return _with_cases(Meeting, ids, each, Meeting.kind, Meeting.no.label("meeting"), place)


def _clocks(whose: Whose, first: date, last: date, each: int) -> AnySelect:
    ids = (
        select(Deadline.id, Deadline.due_on.label("day"), *_numbered(Deadline.due_on, Deadline.hard.desc(), Deadline.id))
        .join(CaseFile, CaseFile.id == Deadline.case_id)
        .where(whose.cases, UNSETTLED, Deadline.due_on.between(first, last), Deadline.rule.not_in(OF_MEETINGS))
    )
    return _with_cases(Deadline, ids, each, Deadline.rule, Deadline.subject, Deadline.hard, Deadline.provisional)


def _contracts(whose: Whose, first: date, last: date, each: int) -> AnySelect | None:
    """Contracts in force that end, or whose renewal window opens, unless a case renews them already."""
    if not whose.contracts:
        return None
    renewing = aliased(CaseFile)
    ends, opens = Deadline.due_on.between(first, last), Deadline.opens_on.between(first, last)
    columns = (Deadline.id, Deadline.rule, Deadline.contract_id)
    ending = select(*columns, Deadline.due_on.label("day")).where(Deadline.rule == "contract-term", UNSETTLED, ends)
    # until it opens, that is the day on which a sweep looks at it
    opening = select(*columns, Deadline.opens_on.label("day")).where(
        Deadline.rule == "renewal-window", Deadline.next_on.between(first, last), opens
    )
    clock = ending.union_all(opening).subquery()
    numbered = (
        select(clock, Contract.number, Contract.employer_name, Contract.kind, Organisation.name.label("unit"),
               *_numbered(clock.c.day, Contract.employer_name, clock.c.id))
        .join(Contract, Contract.id == clock.c.contract_id)
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(below(whose.contracts), Contract.standing == "in_force",
               ~exists().where(renewing.predecessor_id == Contract.id, renewing.closed_on.is_(None)))
        .subquery()
    )  # fmt: skip
    first_ones = select(numbered).where(numbered.c.no <= each).order_by(numbered.c.day, numbered.c.no)
    return first_ones.limit(each * MOST_DAYS)
