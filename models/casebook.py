"""Loading cases the way the core looks at them.

`CaseRow` satisfies `states.caseview.CaseView`. What every step needs is read at once; instalments, parties, clocks and
meetings are read when somebody looks, once. Batches fill these lists for hundreds of cases with one query each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from models.base import AnyRow, AnySelect, total
from models.cases import CaseFile, Party
from models.clocks import OpenDeadline, unsettled
from models.items import Meeting, Payment, SettlementItem
from models.people import Organisation, Person, Position


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """One instalment with what has arrived (fen)."""

    no: int
    amount: int
    paid: int
    due_on: date
    payments: int

    @property
    def performed(self) -> bool:
        """Paid in full; where nothing is to be paid, recorded as done."""
        return self.payments > 0 and self.paid >= self.amount


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Somebody the case is about, without his numbers."""

    role: str
    name: str
    represents: bool
    person_id: int | None
    organisation_id: int | None


@dataclass
class CaseRow:
    """A case as it stood when it was loaded."""

    connection: Connection
    id: int
    number: str
    type: str
    type_version: int
    pack: str
    state: str
    version: int
    unit_id: int
    unit_path: str
    owner_id: int | None
    employer_id: int | None
    contract_id: int | None
    facts: dict[str, Any]
    outcome: str | None
    opened_on: date
    closed_on: date | None
    head: str
    _instalments: list[InstalmentRow] | None = field(default=None, repr=False)
    _parties: list[PartyRow] | None = field(default=None, repr=False)
    _deadlines: list[OpenDeadline] | None = field(default=None, repr=False)
    _meetings: int | None = field(default=None, repr=False)

    @property
    def instalments(self) -> Sequence[InstalmentRow]:
        """What was promised, in order."""
        if self._instalments is None:
            load_instalments(self.connection, [self])
        return self._instalments or []

    @property
    def parties(self) -> Sequence[PartyRow]:
        """Who the case is about."""
        if self._parties is None:
            load_parties(self.connection, [self])
        return self._parties or []

    @property
    def deadlines(self) -> Sequence[OpenDeadline]:
        """The clocks that are not settled: running, and over but not done."""
        if self._deadlines is None:
            load_deadlines(self.connection, [self])
        return self._deadlines or []

    @property
    def open_deadlines(self) -> dict[tuple[str, str], date]:
        """(rule, subject) → last day of the running clocks."""
        return {(row.rule, row.subject): row.due_on for row in self.deadlines if row.status == "open"}

    @property
    def meetings(self) -> int:
        """How many meetings were fixed so far."""
        if self._meetings is None:
            load_meetings(self.connection, [self])
        return self._meetings or 0

    @property
    def has_upper_unit(self) -> bool:
        """Whether a unit above mediates."""
        return upper_unit(self.connection, self) is not None


CASE_COLUMNS = (
    CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.pack, CaseFile.state, CaseFile.version,
    CaseFile.unit_id, Organisation.path, CaseFile.owner_id, CaseFile.employer_id, CaseFile.contract_id, CaseFile.facts,
    CaseFile.outcome, CaseFile.opened_on, CaseFile.closed_on, CaseFile.head,
)  # fmt: skip
_CASES: AnySelect = select(*CASE_COLUMNS).join(Organisation, Organisation.id == CaseFile.unit_id)
_MANY = _CASES.where(CaseFile.id.in_(bindparam("ids", expanding=True)))
_LOCKED = _MANY.with_for_update(of=CaseFile)
_ONE_LOCKED = _CASES.where(CaseFile.id == bindparam("id")).with_for_update(of=CaseFile)
_ONE = _CASES.where(CaseFile.id == bindparam("id"))


def _row(connection: Connection, row: AnyRow) -> CaseRow:
    return CaseRow(connection, *row)


def load_case(connection: Connection, case_id: int, *, lock: bool = False) -> CaseRow | None:
    """The case of that id, locked until the transaction ends if asked; None when there is none."""
    row = connection.execute(_ONE_LOCKED if lock else _ONE, {"id": case_id}).first()
    return _row(connection, row) if row else None


def load_cases(connection: Connection, ids: Iterable[int], *, lock: bool = True) -> dict[int, CaseRow]:
    """Those cases, locked, with their lists: what a chunk of a batch needs. Not locked for those who only look."""
    rows = connection.execute(_LOCKED if lock else _MANY, {"ids": sorted(set(ids))}).all()
    cases = {row.id: _row(connection, row) for row in rows}
    preload(connection, list(cases.values()))
    return cases


def preload(connection: Connection, cases: Sequence[CaseRow]) -> None:
    """Fill every list of those cases, one query a list: what a chunk of a batch looks at."""
    if cases:
        load_deadlines(connection, cases)
        load_instalments(connection, cases)
        load_meetings(connection, cases)


def load_meetings(connection: Connection, cases: Sequence[CaseRow]) -> None:
    """Count the meetings fixed so far of those cases with one query."""
    query = (
        select(Meeting.case_id, func.count())
        .where(_of(Meeting.case_id, cases), Meeting.act == "set", Meeting.undone.is_(False))
        .group_by(Meeting.case_id)
    )
    found: dict[int, int] = dict(connection.execute(query).all())
    for case in cases:
        case._meetings = found.get(case.id, 0)


def load_deadlines(connection: Connection, cases: Sequence[CaseRow]) -> None:
    """Fill the clocks of those cases with one query."""
    found = unsettled(connection, [case.id for case in cases])
    for case in cases:
        case._deadlines = found[case.id]


def _of(column: Any, cases: Sequence[CaseRow]) -> Any:
    return column == cases[0].id if len(cases) == 1 else column.in_([case.id for case in cases])


def load_instalments(connection: Connection, cases: Sequence[CaseRow]) -> None:
    """Fill the instalments of those cases with one query."""
    paid = and_(Payment.case_id == SettlementItem.case_id, Payment.no == SettlementItem.no, Payment.undone.is_(False))
    query = (
        select(SettlementItem.case_id, SettlementItem.no, SettlementItem.amount,
               func.coalesce(total(Payment.amount), 0), SettlementItem.due_on, func.count(Payment.id))
        .outerjoin(Payment, paid)
        .where(_of(SettlementItem.case_id, cases), SettlementItem.undone.is_(False))
        .group_by(SettlementItem.id)
        .order_by(SettlementItem.case_id, SettlementItem.no)
    )  # fmt: skip
    found: dict[int, list[InstalmentRow]] = defaultdict(list)
    for row in connection.execute(query):
        found[row[0]].append(InstalmentRow(*row[1:]))
    for case in cases:
        case._instalments = found[case.id]


def load_parties(connection: Connection, cases: Sequence[CaseRow]) -> None:
    """Fill the parties of those cases with one query."""
    columns = (Party.case_id, Party.role, Party.name, Party.represents, Party.person_id, Party.organisation_id)
    query = select(*columns).where(_of(Party.case_id, cases), Party.undone.is_(False)).order_by(Party.id)
    found: dict[int, list[PartyRow]] = defaultdict(list)
    for row in connection.execute(query):
        found[row[0]].append(PartyRow(*row[1:]))
    for case in cases:
        case._parties = found[case.id]


def upper_unit(connection: Connection, case: CaseRow) -> int | None:
    """The nearest unit above the case's own that mediates; None at the top."""
    above = [int(part) for part in case.unit_path.strip("/").split("/")[:-1]]
    query = (
        select(Organisation.id)
        .where(Organisation.id.in_(above), Organisation.mediates.is_(True), Organisation.closed_on.is_(None))
        .order_by(func.length(Organisation.path).desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


_POSITIONS = (
    select(Position.role, Organisation.path)
    .join(Organisation, Organisation.id == Position.organisation_id)
    .join(Person, Person.id == Position.person_id)
    .where(
        Position.person_id == bindparam("person"),
        or_(Person.left_on.is_(None), Person.left_on > bindparam("day")),
        or_(Position.from_on.is_(None), Position.from_on <= bindparam("day")),
        or_(Position.to_on.is_(None), Position.to_on >= bindparam("day")),
    )
)


def positions_of(connection: Connection, person_id: int, day: date) -> list[tuple[str, str]]:
    """(role, path of the organisation) of everything the person is on that day; nothing once he has left."""
    return [(role, path) for role, path in connection.execute(_POSITIONS, {"person": person_id, "day": day})]


def is_party(connection: Connection, person_id: int, case_id: int) -> bool:
    """Whether the person is a party to the case."""
    query = select(Party.id).where(Party.person_id == person_id, Party.case_id == case_id, Party.undone.is_(False))
    return connection.execute(query.limit(1)).first() is not None
