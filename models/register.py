"""Questions to the register of contracts. Every list has a limit and a scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from models.base import AnyRow
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.people import Organisation
from models.scope import Scope

Rows = Sequence[AnyRow]


def contracts(
    connection: Connection,
    scope: Scope,
    *,
    kind: str = "",
    standing: str = "",
    expires_from: date | None = None,
    expires_to: date | None = None,
    limit: int = 50,
) -> Rows:
    """Contracts of the register inside the scope, the next to expire first."""
    query = (
        select(*Contract.__table__.c, Organisation.name.label("unit"))
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(scope.contracts())
    )
    if kind:
        query = query.where(Contract.kind == kind)
    if standing:
        query = query.where(Contract.standing == standing)
    if expires_from:
        query = query.where(Contract.expires_on >= expires_from)
    if expires_to:
        query = query.where(Contract.expires_on <= expires_to)
    return connection.execute(query.order_by(Contract.expires_on, Contract.id).limit(limit)).all()


def contract_whole(connection: Connection, scope: Scope, number: str) -> dict[str, Any] | None:
    """One contract with its clocks and its cases; None when it is absent or hidden."""
    query = (
        select(*Contract.__table__.c)
        .join(Organisation, Organisation.id == Contract.unit_id)
        # an office's own number is kept beside ours
        .where(or_(Contract.number == number, Contract.more["number"].as_string() == number), scope.contracts())
        .order_by(Contract.id)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    clocks = select(*Deadline.__table__.c).where(Deadline.contract_id == row.id).order_by(Deadline.id).limit(50)
    related = or_(CaseFile.contract_id == row.id, CaseFile.predecessor_id == row.id)
    found = select(CaseFile.number, CaseFile.state, CaseFile.opened_on).where(related).limit(50)
    return {
        **row._mapping,
        "deadlines": [dict(one._mapping) for one in connection.execute(clocks)],
        "cases": [dict(one._mapping) for one in connection.execute(found)],
    }
