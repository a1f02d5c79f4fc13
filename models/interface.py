"""Questions of the REST interface beside those of the pages: lists that go on from the last row, numbers looked up in bulk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, or_, select

from models.base import AnyRow
from models.cases import CaseFile
from models.papers import Document
from models.people import Organisation, Person, Position
from models.requests import StepBatch, StepRequest
from models.scope import Scope

Rows = Sequence[AnyRow]


def units(connection: Connection, scope: Scope, after: str, limit: int) -> Rows:
    """Organisations inside the scope whose path comes after that one, in the order of their paths."""
    columns = (Organisation.code, Organisation.name, Organisation.kind, Organisation.path, Organisation.closed_on)
    query = select(*columns).where(scope.units(), Organisation.path > after)
    return connection.execute(query.order_by(Organisation.path).limit(limit)).all()


def people(connection: Connection, scope: Scope, day: date, after: int, limit: int) -> Rows:
    """Who holds which position on that day inside the scope, in the order the positions were given."""
    query = (
        select(Position.id, Person.code, Person.name, Position.role, Organisation.name.label("unit"))
        .join(Person, Person.id == Position.person_id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(
            scope.units(), Position.id > after,
            or_(Person.left_on.is_(None), Person.left_on > day),
            or_(Position.from_on.is_(None), Position.from_on <= day),
            or_(Position.to_on.is_(None), Position.to_on >= day),
        )
    )  # fmt: skip
    return connection.execute(query.order_by(Position.id).limit(limit)).all()


def unit_to_open_in(connection: Connection, scope: Scope, code: str) -> int | None:
    """The unit of that code inside the scope, unless it is closed."""
    query = select(Organisation.id).where(Organisation.code == code, scope.units(), Organisation.closed_on.is_(None))
    return connection.execute(query).scalar_one_or_none()


def unit_path(connection: Connection, scope: Scope, code: str) -> str | None:
    """The path of the unit of that code inside the scope."""
    query = select(Organisation.path).where(Organisation.code == code, scope.units())
    return connection.execute(query).scalar_one_or_none()


def unit_name(connection: Connection, unit_id: int) -> str:
    """The name of an organisation."""
    return connection.execute(select(Organisation.name).where(Organisation.id == unit_id)).scalar_one()


def cases_by_number(connection: Connection, scope: Scope, numbers: Collection[str]) -> Rows:
    """(id, number, type, type_version) of those cases that lie inside the scope."""
    columns = (CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.type_version)
    query = select(*columns).join(Organisation, Organisation.id == CaseFile.unit_id)
    return connection.execute(query.where(CaseFile.number.in_(numbers), scope.cases())).all()


def case_of_paper(connection: Connection, document_id: int) -> str | None:
    """The number of the case whose paper this is; None for a paper of the register."""
    query = select(CaseFile.number).join(Document, Document.case_id == CaseFile.id)
    return connection.execute(query.where(Document.id == document_id)).scalar_one_or_none()


def batch_by_key(connection: Connection, key: str) -> tuple[int, list[str]] | None:
    """The batch filed under that key, with the digests of its requests in the order filed."""
    batch_id = connection.execute(select(StepBatch.id).where(StepBatch.key == key)).scalar_one_or_none()
    if batch_id is None:
        return None
    filed = select(StepRequest.digest).where(StepRequest.batch_id == batch_id).order_by(StepRequest.id).limit(10_000)
    return int(batch_id), list(connection.scalars(filed))
