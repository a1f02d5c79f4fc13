"""What a campaign chooses from: planned cases to invite, employers to put on the plan, contracts whose renewal to start.

Each question gives ids in their order, at most `MOST` + 1: a campaign is a few hundred letters, and what is chosen is carried
by the form. The lines of a page are then read by their ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import CaseFile
from models.contracts import Contract
from models.contracts_board import Wanted, matching, window_is_open
from models.people import Organisation, Person, below
from models.scope import Scope

Rows = Sequence[AnyRow]
#: how many one campaign takes
MOST = 2000
_Employer, _Before, _Running = aliased(Organisation), aliased(Contract), aliased(CaseFile)
_LAST = date(9999, 12, 31)


def planned_cases(connection: Connection, scope: Scope, wanted: Wanted) -> list[int]:
    """Bargaining cases on the plan inside the scope, the contract that ends first before the others."""
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (wanted.kind, CaseFile.facts["kind"].as_string() == wanted.kind),
        (wanted.unit, below([wanted.unit])),
        (wanted.industry, or_(_Employer.industry == wanted.industry, _Before.industry == wanted.industry)),
        (wanted.expires_from, _Before.expires_on >= (wanted.expires_from or date.min)),
        (wanted.expires_to, _Before.expires_on <= (wanted.expires_to or date.max)),
        (wanted.employer, CaseFile.facts["employer"].as_string().contains(wanted.employer, autoescape=True)),
    ]
    query = (
        select(CaseFile.id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(_Employer, _Employer.id == CaseFile.employer_id)
        .outerjoin(_Before, _Before.id == CaseFile.predecessor_id)
        .where(CaseFile.type == "bargaining", CaseFile.state == "planned", CaseFile.closed_on.is_(None), scope.cases())
        .where(*(condition for value, condition in asked if value))
        .order_by(func.coalesce(_Before.expires_on, _LAST), CaseFile.id)
        .limit(MOST + 1)
    )
    return list(connection.scalars(query))


def case_lines(connection: Connection, ids: Sequence[int]) -> Rows:
    """Those cases as a campaign shows them: employer, kind, unit, who holds it, what it follows."""
    query = (
        select(
            CaseFile.id, CaseFile.number, CaseFile.facts["employer"].as_string().label("employer"),
            CaseFile.facts["kind"].as_string().label("kind"), CaseFile.facts["workers"].as_integer().label("workers"),
            _Before.expires_on, Organisation.name.label("unit"), Person.name.label("owner"),
        )
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(_Before, _Before.id == CaseFile.predecessor_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(CaseFile.id.in_(ids))
    )  # fmt: skip
    return _in_order(ids, connection.execute(query).all())


def employers_without(connection: Connection, scope: Scope, wanted: Wanted) -> list[int]:
    """Employers inside the scope without a bargaining under way and without a contract in force, of that kind."""
    kind = wanted.kind or "wage"
    running = exists().where(
        _Running.employer_id == Organisation.id, _Running.type == "bargaining", _Running.closed_on.is_(None),
        _Running.facts["kind"].as_string() == kind,
    )  # fmt: skip
    covered = exists().where(
        _Before.employer_id == Organisation.id, _Before.kind == kind, _Before.standing.in_(("signed", "filed", "in_force"))
    )
    query = select(Organisation.id).where(
        Organisation.kind == "employer", Organisation.closed_on.is_(None), scope.units(), ~running, ~covered
    )
    if wanted.unit:
        query = query.where(below([wanted.unit]))
    if wanted.industry:
        query = query.where(Organisation.industry == wanted.industry)
    if wanted.employer:
        query = query.where(Organisation.name.contains(wanted.employer, autoescape=True))
    return list(connection.scalars(query.order_by(Organisation.workers.desc(), Organisation.id).limit(MOST + 1)))


def employer_lines(connection: Connection, scope: Scope, ids: Sequence[int]) -> Rows:
    """Those employers, as far as they are inside the scope, with the union above them."""
    above = aliased(Organisation)
    query = (
        select(
            Organisation.id, Organisation.code, Organisation.name.label("employer"), Organisation.industry,
            Organisation.workers, above.name.label("unit"), above.id.label("unit_id"),
        )
        .join(above, above.id == Organisation.parent_id)
        .where(Organisation.id.in_(ids), Organisation.kind == "employer", scope.units())
    )  # fmt: skip
    return _in_order(ids, connection.execute(query).all())


def renewable(connection: Connection, scope: Scope, wanted: Wanted, today: date) -> list[int]:
    """Contracts in force inside the scope whose window is open and that no open case renews, the first to end first."""
    followed = exists().where(_Running.predecessor_id == Contract.id, _Running.closed_on.is_(None))
    query = (
        select(Contract.id)
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(scope.contracts(), window_is_open(today), ~followed, *matching(wanted))
    )
    return list(connection.scalars(query.order_by(Contract.expires_on, Contract.id).limit(MOST + 1)))


def contract_lines(connection: Connection, scope: Scope, ids: Sequence[int]) -> Rows:
    """Those contracts, as far as they are inside the scope, with everything a renewal takes over."""
    query = (
        select(
            Contract.id, Contract.id.label("contract_id"), Contract.number, Contract.employer_name.label("employer"),
            Contract.employer_name, Contract.employer_id, Contract.kind, Contract.scope, Contract.workers, Contract.women,
            Contract.pack, Contract.unit_id, Contract.expires_on, Contract.standing, Organisation.name.label("unit"),
        )
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(Contract.id.in_(ids), scope.contracts())
    )  # fmt: skip
    return _in_order(ids, connection.execute(query).all())


def _in_order(ids: Sequence[int], rows: Rows) -> Rows:
    found = {row.id: row for row in rows}
    return [found[one] for one in ids if one in found]


def case_heads(connection: Connection, scope: Scope, ids: Sequence[int]) -> Rows:
    """Those cases as far as they are inside the scope: (id, number, type, facts, path of the unit)."""
    query = (
        select(CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.facts, Organisation.path)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(CaseFile.id.in_(ids), scope.cases())
    )
    return _in_order(ids, connection.execute(query).all())
