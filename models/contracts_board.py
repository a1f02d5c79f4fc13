"""The register of contracts as a list with filters, and the board on which renewals move from an open window to the end.

Lists go on from the last row seen (last day, id), never by counting rows off; totals stop counting at `MOST_COUNTED`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from models.base import AnyRow, AnySelect, total
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.people import Organisation, Person, below
from models.scope import Scope

Rows = Sequence[AnyRow]
#: a total above this is told as "more than": counting a million rows would cost more than the page
MOST_COUNTED = 10_000
#: no rule pack opens a window earlier than this many days before the end
LONGEST_WINDOW = 366
#: how long a contract that ran out without a successor stays on the board, in days
LAPSED_SINCE = 366
#: a column with more contracts is told as "more than"
MOST_ON_BOARD = 1_000


@dataclass(frozen=True)
class Wanted:
    """What somebody filters contracts by; empty fields filter nothing. `unit` is the path of an organisation."""

    kind: str = ""
    scope: str = ""
    unit: str = ""
    industry: str = ""
    standing: str = ""
    expires_from: date | None = None
    expires_to: date | None = None
    employer: str = ""


def matching(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions on `Contract`, joined with its unit."""
    asked: list[tuple[Any, ColumnElement[bool]]] = [
        (wanted.kind, Contract.kind == wanted.kind),
        (wanted.scope, Contract.scope == wanted.scope),
        (wanted.unit, below([wanted.unit])),
        (wanted.industry, Contract.industry == wanted.industry),
        (wanted.standing, Contract.standing == wanted.standing),
        (wanted.expires_from, Contract.expires_on >= (wanted.expires_from or date.min)),
        (wanted.expires_to, Contract.expires_on <= (wanted.expires_to or date.max)),
        (wanted.employer, Contract.employer_name.contains(wanted.employer, autoescape=True)),
    ]
    return [condition for value, condition in asked if value]


def later_than(day: Any, id_: Any, after: tuple[date, int] | None) -> ColumnElement[bool]:
    """The condition for rows that come after the last one seen, ordered by day and id."""
    if after is None:
        return true()
    return and_(day >= after[0], or_(day > after[0], id_ > after[1]))


_LINE = (
    Contract.id, Contract.number, Contract.employer_id, Contract.employer_name, Contract.union_name, Contract.kind,
    Contract.scope, Contract.industry, Contract.standing, Contract.signed_on, Contract.starts_on, Contract.expires_on,
    Contract.workers, Contract.women, Contract.more["number"].as_string().label("own_number"),
    Organisation.name.label("unit"),
)  # fmt: skip


def register_page(
    connection: Connection, scope: Scope, wanted: Wanted, after: tuple[date, int] | None = None, limit: int = 51
) -> Rows:
    """Contracts of the filtered register, the next to expire first, those after the last one seen."""
    query = (
        select(*_LINE)
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(scope.contracts_listed(connection), *matching(wanted), later_than(Contract.expires_on, Contract.id, after))
    )
    return connection.execute(query.order_by(Contract.expires_on, Contract.id).limit(limit)).all()


def register_totals(connection: Connection, scope: Scope, wanted: Wanted) -> AnyRow:
    """(found, workers) of the filtered register; found is `MOST_COUNTED` + 1 where there are more."""
    found = (
        select(Contract.workers)
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(scope.contracts_listed(connection), *matching(wanted))
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    workers = func.coalesce(total(found.c.workers), 0).label("workers")
    return connection.execute(select(func.count().label("found"), workers).select_from(found)).one()


def renewing_cases(connection: Connection, contract_ids: Collection[int]) -> dict[int, AnyRow]:
    """The open case that renews each of those contracts: contract id → (predecessor_id, number, state)."""
    if not contract_ids:
        return {}
    query = select(CaseFile.predecessor_id, CaseFile.number, CaseFile.state, CaseFile.type_version)
    query = query.where(CaseFile.predecessor_id.in_(contract_ids), CaseFile.closed_on.is_(None)).order_by(CaseFile.id)
    return {row.predecessor_id: row for row in connection.execute(query)}


def industries(connection: Connection, scope: Scope, limit: int = 200) -> list[str]:
    """The industries that employers and enterprise unions inside the scope belong to."""
    query = select(Organisation.industry).where(scope.units(), Organisation.industry != "").distinct()
    return list(connection.scalars(query.order_by(Organisation.industry).limit(limit)))


def units(connection: Connection, scope: Scope, limit: int = 200) -> Rows:
    """Unions inside the scope that can keep contracts, parents before children: (id, code, name, path)."""
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.path)
    query = select(*columns).where(scope.units(), Organisation.kind.in_(UNIONS), Organisation.closed_on.is_(None))
    return connection.execute(query.order_by(Organisation.path).limit(limit)).all()


#: kinds of organisations that hold cases and contracts
UNIONS = ("federation", "district", "subdistrict", "system", "community", "enterprise_union")

# --- the board --------------------------------------------------------------------------------------------------------

#: columns of the board that are states of the renewing case
STATES: Mapping[str, tuple[str, ...]] = {
    "invited": ("offered", "refused", "urged"),
    "replied": ("accepted",),
    "bargaining": ("negotiating", "suspended", "coordination", "draft", "rejected", "adopted"),
    "signed": ("signed", "objected"),
    "filed": ("filed",),
}
COLUMNS = ("window", *STATES, "lapsed")
_Renewing, _Own, _Next = aliased(CaseFile), aliased(CaseFile), aliased(Contract)
_CARD = (
    Contract.id, Contract.number, Contract.employer_name, Contract.kind, Contract.expires_on, Contract.workers,
    Organisation.name.label("unit"), _Renewing.id.label("case_id"), _Renewing.number.label("case_number"), _Renewing.state,
    _Renewing.type_version, Person.name.label("owner"),
)  # fmt: skip


def window_is_open(today: date) -> ColumnElement[bool]:
    """The condition for contracts in force whose renewal may be asked for today, by the register's clock or their case's."""
    running = (Deadline.rule == "renewal-window", Deadline.status == "open", Deadline.opens_on <= today)
    by_case = exists().where(_Own.contract_id == Contract.id, Deadline.case_id == _Own.id, *running)
    near = Contract.expires_on.between(today, today + timedelta(days=LONGEST_WINDOW))
    by_register = exists().where(Deadline.contract_id == Contract.id, *running)
    return and_(Contract.standing == "in_force", near, or_(by_register, by_case))


def _within(column: str, today: date) -> ColumnElement[bool]:
    waiting = or_(_Renewing.id.is_(None), _Renewing.state == "planned")
    if column == "window":
        ahead = or_(_Renewing.state == "planned", and_(_Renewing.id.is_(None), window_is_open(today)))
        return and_(Contract.standing == "in_force", ahead)
    if column == "lapsed":
        recent = Contract.expires_on.between(today - timedelta(days=LAPSED_SINCE), today)
        followed = exists().where(_Next.predecessor_id == Contract.id)
        return and_(Contract.standing == "lapsed", recent, waiting, ~followed)
    return _Renewing.state.in_(STATES[column])


_RENEWS = and_(_Renewing.predecessor_id == Contract.id, _Renewing.closed_on.is_(None))


def _board(query: AnySelect, scope: Scope, wanted: Wanted) -> AnySelect:
    return (
        query.select_from(Contract)
        .join(Organisation, Organisation.id == Contract.unit_id)
        .outerjoin(_Renewing, _RENEWS)
        .where(scope.contracts(), *matching(wanted))
    )


def _under_way(query: AnySelect, scope: Scope, wanted: Wanted) -> AnySelect:
    """The same from the cases: those that renew something are few beside the contracts."""
    return (
        query.select_from(_Renewing)
        .join(Contract, _RENEWS)
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(_Renewing.type == "bargaining", scope.contracts(), *matching(wanted))
    )


def board_counts(connection: Connection, scope: Scope, wanted: Wanted, today: date) -> dict[str, int]:
    """How many contracts stand in each column; beside the cases' own columns, counted up to `MOST_ON_BOARD` + 1."""
    states = [state for column in STATES.values() for state in column]
    query = _under_way(select(_Renewing.state, func.count().label("n")), scope, wanted)
    by_state = query.where(_Renewing.state.in_(states)).group_by(_Renewing.state)
    found = {row.state: row.n for row in connection.execute(by_state)}
    counts = {column: sum(found.get(state, 0) for state in of) for column, of in STATES.items()}
    for column in ("window", "lapsed"):
        some = _board(select(Contract.id), scope, wanted).where(_within(column, today)).limit(MOST_ON_BOARD + 1).subquery()
        counts[column] = int(connection.execute(select(func.count()).select_from(some)).scalar_one())
    return counts


def board_column(
    connection: Connection, scope: Scope, wanted: Wanted, column: str, today: date,
    after: tuple[date, int] | None = None, limit: int = 51,
) -> Rows:  # fmt: skip
    """The cards of one column, the next to expire first, those after the last one seen."""
    ends: Any
    if column in STATES:
        # not in the order of an index of contracts: the planner would walk through all of them
        query, ends = _under_way(select(*_CARD), scope, wanted), func.coalesce(Contract.expires_on, date.max)
    else:
        query, ends = _board(select(*_CARD), scope, wanted), Contract.expires_on
    query = query.outerjoin(Person, Person.id == _Renewing.owner_id)
    query = query.where(_within(column, today), later_than(ends, Contract.id, after))
    return connection.execute(query.order_by(ends, Contract.id).limit(limit)).all()
