"""What the door asks first: the request, its case, and what the person who asks is, in one reading, locked.

Nine steps out of ten need nothing more to be judged. A request without a case (an opening) is read alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from models.casebook import CASE_COLUMNS, CaseRow
from models.cases import CaseFile
from models.people import Organisation, Person, Position
from models.prepared import Prepared
from models.requests import StepRequest


class Request(NamedTuple):
    """A request as the door needs it."""

    id: int
    case_id: int | None
    case_type: str
    unit_id: int | None
    step: str
    actor_id: int | None
    answers: dict[str, Any]
    expected_version: int | None
    status: str
    receipt: dict[str, Any] | None


@dataclass(frozen=True)
class Asked:
    """The request; its case, None where there is none; (role, path) of every position the person holds on the day."""

    request: Any
    case: CaseRow | None
    held: Sequence[tuple[str, str]]


REQUEST_COLUMNS = tuple(getattr(StepRequest, name) for name in Request._fields)
_holder = aliased(Organisation)
_WITH_CASE = Prepared(
    select(*REQUEST_COLUMNS, *CASE_COLUMNS, Position.role, _holder.path)
    .join(CaseFile, CaseFile.id == StepRequest.case_id)
    .join(Organisation, Organisation.id == CaseFile.unit_id)
    .outerjoin(
        Person,
        and_(Person.id == StepRequest.actor_id, or_(Person.left_on.is_(None), Person.left_on > bindparam("day"))),
    )
    .outerjoin(
        Position,
        and_(
            Position.person_id == Person.id,
            or_(Position.from_on.is_(None), Position.from_on <= bindparam("day")),
            or_(Position.to_on.is_(None), Position.to_on >= bindparam("day")),
        ),
    )
    .outerjoin(_holder, _holder.id == Position.organisation_id)
    .where(StepRequest.id == bindparam("id"))
    .with_for_update(of=[StepRequest, CaseFile])
)
_ALONE = Prepared(select(*REQUEST_COLUMNS).where(StepRequest.id == bindparam("id")).with_for_update(of=StepRequest))
_CASE_AT, _ROLE_AT = len(REQUEST_COLUMNS), len(REQUEST_COLUMNS) + len(CASE_COLUMNS)


def read_request(connection: Connection, request_id: int, day: date) -> Asked:
    """The request with all that belongs to it, locked until the transaction ends. Raises `LookupError` for none."""
    rows = _WITH_CASE.rows(connection, {"id": request_id, "day": day})
    if rows:
        first = rows[0]
        held = [(row[_ROLE_AT], row[_ROLE_AT + 1]) for row in rows if row[_ROLE_AT] is not None]
        return Asked(Request(*first[:_CASE_AT]), CaseRow(connection, *first[_CASE_AT:_ROLE_AT]), held)
    alone = _ALONE.rows(connection, {"id": request_id})
    if not alone:
        raise LookupError(f"there is no request {request_id}")
    return Asked(Request(*alone[0]), None, ())
