"""Which cases move to another version of their type, and what of them is looked at: read by pages, filed by one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from models.base import AnyRow, AnySelect, BigId
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline
from models.people import Organisation
from models.requests import StepRequest
from models.scope import Scope
from models.versions import CHANGED
from states.versions import MIGRATE

#: cases of one page
PAGE = 500
_UNSETTLED = or_(Deadline.status == "open", and_(Deadline.status == "expired", Deadline.met_on.is_(None)))
_CLOCKS = (Deadline.id, Deadline.case_id, Deadline.rule, Deadline.subject, Deadline.started_by,
           *(getattr(Deadline, name) for name in CHANGED))  # fmt: skip

Rows = Sequence[AnyRow]


def _wanted(scope: Scope, key: str, version: int, states: Collection[str]) -> list[Any]:
    found = [CaseFile.type == key, CaseFile.type_version == version, CaseFile.closed_on.is_(None), scope.cases()]
    return [*found, CaseFile.state.in_(states)] if states else found


def pages_of(
    connection: Connection, scope: Scope, key: str, version: int, states: Collection[str] = (), size: int = PAGE
) -> Iterator[Rows]:
    """The open cases of that version, oldest first, a page at a time: as many as fit into memory, however many there are."""
    query: AnySelect = (
        select(CaseFile.id, CaseFile.number, CaseFile.state, CaseFile.version, CaseFile.facts, CaseFile.pack, Organisation.path)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(*_wanted(scope, key, version, states), CaseFile.id > bindparam("after"))
        .order_by(CaseFile.id)
        .limit(size)
    )
    after = 0
    while rows := connection.execute(query, {"after": after}).all():
        yield rows
        after = rows[-1].id


def clocks_of(connection: Connection, ids: Sequence[int], *, lock: bool = False) -> Mapping[int, list[AnyRow]]:
    """The clocks of those cases that are not settled; locked, no sweep moves one meanwhile."""
    query = select(*_CLOCKS).where(Deadline.case_id.in_(ids), _UNSETTLED).order_by(Deadline.id)
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in connection.execute(query.with_for_update() if lock else query):
        found[row.case_id].append(row)
    return found


def events_of(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[tuple[str, str, str]]]:
    """(step, from, to) of all events of those cases, oldest first."""
    query = select(CaseEvent.case_id, CaseEvent.step, CaseEvent.from_state, CaseEvent.to_state)
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for case_id, *event in connection.execute(
        query.where(CaseEvent.case_id.in_(ids)).order_by(CaseEvent.case_id, CaseEvent.seq)
    ):
        found[case_id].append((event[0], event[1], event[2]))
    return found


def written_under() -> ColumnElement[int]:
    """For an event and its case: under which version of the type it was written. The next move left it; without one it is the
    case's own."""
    move = aliased(CaseEvent)
    left = (
        select(move.detail["migrated"]["from"].as_integer())
        .where(move.case_id == CaseEvent.case_id, move.step == MIGRATE, move.seq > CaseEvent.seq)
        .order_by(move.seq)
        .limit(1)
        .correlate(CaseEvent)
    )
    return func.coalesce(left.scalar_subquery(), CaseFile.type_version)


def last_moves(connection: Connection, ids: Sequence[int]) -> dict[int, AnyRow]:
    """The newest event of each of those cases that is a move: case_id, seq, detail, the batch it came in."""
    query = (
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.from_state, CaseEvent.detail, StepRequest.batch_id)
        .join(CaseFile, and_(CaseFile.id == CaseEvent.case_id, CaseFile.version == CaseEvent.seq))
        .outerjoin(StepRequest, StepRequest.id == CaseEvent.request_id)
        .where(CaseEvent.case_id.in_(ids), CaseEvent.step == MIGRATE)
    )
    return {row.case_id: row for row in connection.execute(query)}


def _done_in(batch_id: int) -> tuple[Any, Any]:
    return StepRequest.batch_id == batch_id, StepRequest.status == "applied"


def done_in(connection: Connection, batch_id: int, size: int = PAGE) -> Iterator[Sequence[int]]:
    """The cases of what was done in a batch, in the order filed, a page at a time."""
    query: AnySelect = (
        select(StepRequest.id, StepRequest.case_id)
        .where(*_done_in(batch_id), StepRequest.id > bindparam("after"))
        .order_by(StepRequest.id)
        .limit(size)
    )
    after = 0
    while rows := connection.execute(query, {"after": after}).all():
        yield [row.case_id for row in rows]
        after = rows[-1].id


def file_open_cases(
    connection: Connection, request: Mapping[str, Any], scope: Scope, key: str, version: int, states: Collection[str] = ()
) -> int:
    """A request for each open case of that version, naming the version of the case that is seen; how many there are."""
    chosen = select(CaseFile.id, CaseFile.version).join(Organisation, Organisation.id == CaseFile.unit_id)
    return _file(connection, request, chosen.where(*_wanted(scope, key, version, states)).order_by(CaseFile.id))


def file_done_cases(connection: Connection, request: Mapping[str, Any], batch_id: int) -> int:
    """A request for each case that was done in a batch, whatever its version is by now; how many there are."""
    chosen = select(StepRequest.case_id.label("id"), null().label("version")).where(*_done_in(batch_id))
    return _file(connection, request, chosen.order_by(StepRequest.id))


def _file(connection: Connection, request: Mapping[str, Any], chosen: AnySelect) -> int:
    """One statement for all of them, so that the store is not held for longer than it takes to write the rows."""
    cases, columns = chosen.subquery("chosen"), StepRequest.__table__.c
    fixed = {name: value for name, value in request.items() if value is not None and name not in _OWN}
    values = [literal(value, columns[name].type) for name, value in fixed.items()]
    own = (literal(f"{request['key']}:").concat(cast(cases.c.id, String)), cases.c.id, cast(cases.c.version, BigId))
    made = insert(StepRequest).from_select([*fixed, *_OWN], select(*values, *own))
    connection.execute(made)
    # counted, not believed: a driver need not say how many rows such a statement wrote
    counted = select(func.count()).where(StepRequest.batch_id == request["batch_id"])
    return int(connection.execute(counted).scalar_one())


#: what differs from request to request
_OWN = ("key", "case_id", "expected_version")
