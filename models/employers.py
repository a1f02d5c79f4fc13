"""One employer and what the office has to do with it: contracts, bargaining, disputes; and employers to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import CaseFile
from models.contracts import Contract
from models.papers import Document
from models.people import Organisation, Person, below
from models.scope import Scope
from models.search_index import Kind as Indexed
from models.searching import search

Rows = Sequence[AnyRow]
_Unit = aliased(Organisation)
#: an employer is called by few names; of its disputes at most so many are counted
MOST_NAMES, MOST_DISPUTES = 2, 500


def _seen(scope: Scope) -> ColumnElement[bool]:
    """Employers inside the scope, and those one of whose contracts is."""
    if scope.is_everything:
        return Organisation.id.is_not(None)
    inside = below(scope.paths, _Unit)
    theirs = exists().where(Contract.employer_id == Organisation.id, _Unit.id == Contract.unit_id, inside)
    return or_(scope.units(), Organisation.id.in_(scope.employers), theirs)


_EMPLOYER = (
    Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.parent_id, Organisation.path,
    Organisation.industry, Organisation.workers, Organisation.credit_code, _Unit.name.label("unit"), _Unit.id.label("unit_id"),
)  # fmt: skip


def employer_by_code(connection: Connection, scope: Scope, code: str) -> AnyRow | None:
    """The employer, or enterprise union, of that code; None when it is absent or hidden."""
    above = aliased(Organisation)
    columns = (*_EMPLOYER[:-2], above.name.label("unit"), above.id.label("unit_id"))
    query = select(*columns).outerjoin(above, above.id == Organisation.parent_id)
    kinds = Organisation.kind.in_(("employer", "enterprise_union"))
    return connection.execute(query.where(Organisation.code == code, kinds, _seen(scope))).first()


def employer_by_id(connection: Connection, scope: Scope, employer_id: int) -> AnyRow | None:
    """(code, name) of the employer of that id; None when it is absent or hidden."""
    query = select(Organisation.code, Organisation.name).where(Organisation.id == employer_id, _seen(scope))
    return connection.execute(query).first()


def employers_called(connection: Connection, scope: Scope, text: str, limit: int = 30) -> Rows:
    """Employers inside the scope whose name or code holds that text: (code, name, unit, industry, workers)."""
    query = (
        select(*_EMPLOYER)
        .outerjoin(_Unit, _Unit.id == Organisation.parent_id)
        .where(
            scope.units(), Organisation.kind.in_(("employer", "enterprise_union")), Organisation.closed_on.is_(None),
            or_(Organisation.name.contains(text, autoescape=True), Organisation.code == text),
        )
        .order_by(Organisation.kind, Organisation.name)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def contracts_of(connection: Connection, scope: Scope, employer_id: int, limit: int = 60) -> Rows:
    """The employer's contracts inside the scope, the latest to end first."""
    query = (
        select(*Contract.__table__.c, Organisation.name.label("unit"))
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(Contract.employer_id == employer_id, scope.contracts())
    )
    return connection.execute(query.order_by(Contract.expires_on.desc(), Contract.id.desc()).limit(limit)).all()


def cases_of(connection: Connection, scope: Scope, employer_id: int, limit: int = 50) -> Rows:
    """The employer's bargaining cases inside the scope, open ones first, then the newest."""
    query = (
        select(
            CaseFile.number, CaseFile.state, CaseFile.type_version, CaseFile.opened_on, CaseFile.closed_on, CaseFile.facts,
            Person.name.label("owner"),
        )
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(CaseFile.employer_id == employer_id, CaseFile.type == "bargaining", scope.cases())
        .order_by(CaseFile.closed_on.is_not(None), CaseFile.id.desc())
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def disputes_of(connection: Connection, scope: Scope, names: Collection[str]) -> tuple[Counter[str], bool]:
    """How many disputes inside the scope, with an employer of one of those names, stand in which state; whether there are more.

    A dispute knows its employer by name: the search index finds them.
    """
    found: Counter[str] = Counter()
    more = False
    for name in sorted(set(names))[:MOST_NAMES]:
        told = search(connection, scope, name, MOST_DISPUTES, (Indexed.CASE,))
        found.update(hit.state for hit in told.hits if hit.type == "dispute" and hit.employer == name)
        more = more or told.more
    return found, more


# --- one contract -----------------------------------------------------------------------------------------------------


def chain_of(connection: Connection, scope: Scope, contract: dict[str, Any], limit: int = 20) -> Rows:
    """The contract with those before and after it, the earliest first.

    Links are followed up and down; a ledger that knows none has contracts of one kind for one employer, a term after a term.
    """
    linked = or_(
        Contract.id == contract["id"], Contract.id == (contract["predecessor_id"] or 0),
        Contract.predecessor_id == contract["id"],
        and_(Contract.employer_id == contract["employer_id"], Contract.kind == contract["kind"],
             Contract.scope == contract["scope"]),
    )  # fmt: skip
    query = (
        select(
            Contract.id, Contract.number, Contract.starts_on, Contract.expires_on, Contract.standing, Contract.predecessor_id,
            Contract.workers,
        )
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(linked, scope.contracts())
    )  # fmt: skip
    return connection.execute(query.order_by(Contract.expires_on, Contract.id).limit(limit)).all()


def cases_about(connection: Connection, scope: Scope, contract_id: int, limit: int = 30) -> Rows:
    """The cases inside the scope that made the contract or are to renew it."""
    query = (
        select(
            CaseFile.id, CaseFile.number, CaseFile.state, CaseFile.type_version, CaseFile.opened_on, CaseFile.closed_on,
            CaseFile.contract_id, CaseFile.predecessor_id, Person.name.label("owner"),
        )
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(or_(CaseFile.contract_id == contract_id, CaseFile.predecessor_id == contract_id), scope.cases())
        .order_by(CaseFile.id.desc())
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def papers_about(connection: Connection, contract_id: int, limit: int = 30) -> Rows:
    """The papers of the contract in the register, newest first."""
    query = select(Document.id, Document.paper, Document.serial, Document.issued_at, Document.void)
    return connection.execute(query.where(Document.contract_id == contract_id).order_by(Document.id.desc()).limit(limit)).all()


def open_renewal(connection: Connection, contract_id: int) -> str:
    """The number of the open case that renews the contract, empty if there is none."""
    query = select(CaseFile.number).where(CaseFile.predecessor_id == contract_id, CaseFile.closed_on.is_(None))
    return connection.execute(query.order_by(CaseFile.id).limit(1)).scalar_one_or_none() or ""


def union_units(connection: Connection, paths: Sequence[str], day: date, limit: int = 200) -> Rows:
    """Unions at or below those paths, where somebody may open a bargaining: (id, name, path)."""
    inside = below(paths)
    kinds = ("federation", "district", "subdistrict", "system", "community", "enterprise_union")
    still = or_(Organisation.closed_on.is_(None), Organisation.closed_on > day)
    query = select(Organisation.id, Organisation.name, Organisation.path).where(inside, Organisation.kind.in_(kinds), still)
    return connection.execute(query.order_by(Organisation.path).limit(limit)).all()
