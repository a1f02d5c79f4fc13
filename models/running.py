"""The journal of all that ran: steps of cases, and works (batches, imports, sweeps, verifications); a page of it, or one run.

Steps are asked of the units somebody watches (`paths`). Works belong to the person who asked for them, and are seen by those
who watch over one of his units; sweeps are the office's, and seen by everybody who watches at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import CaseEvent, CaseFile
from models.outbox import Delivery, Message
from models.papers import Document
from models.people import Organisation, Person, Position, below
from models.processes import Process
from models.requests import OPEN_RUNS, UNWELL_RUNS, RequestStatus, Run, RunState, StepRequest
from models.scope import NARROW

Rows = Sequence[AnyRow]
SWEEPING = "sweep-"
_UNWELL = ("refused", "failed")
_STEP = (
    StepRequest.id, StepRequest.step, StepRequest.status, StepRequest.created_at, StepRequest.settled_at, StepRequest.receipt,
    StepRequest.observed, StepRequest.flow_run_id, StepRequest.error, StepRequest.attempt, StepRequest.case_type,
    StepRequest.batch_id, CaseFile.id.label("case_id"), CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.facts,
    CaseFile.state, Organisation.name.label("unit"), Person.name.label("actor"), Person.code.label("actor_code"),
)  # fmt: skip
_WORK = (
    Run.id, Run.flow, Run.state, Run.asked, Run.counts, Run.filed_at, Run.started_at, Run.ended_at, Run.attempt, Run.holder,
    Run.lease_until, Run.observed, Run.flow_run_id, Run.error, Run.person_id, Person.name.label("person"),
    Person.code.label("person_code"),
)  # fmt: skip


class Narrowed(NamedTuple):
    """What narrows a page of the journal; each empty value narrows nothing. Times are instants: from, and before."""

    state: str = ""
    person_id: int = 0
    case_id: int = 0
    since: datetime | None = None
    until: datetime | None = None
    #: one step of one case type
    case_type: str = ""
    step: str = ""


class Watching(NamedTuple):
    """Who looks at works: the person, the units he watches over, and whether he stands at the top."""

    person_id: int
    paths: tuple[str, ...]
    top: bool = False

    def sees(self) -> ColumnElement[bool]:
        """The condition on `Run`."""
        works = select(Position.id).join(Organisation, Organisation.id == Position.organisation_id)
        then = or_(Position.to_on.is_(None), Position.to_on >= func.date(Run.filed_at, type_=Date))
        his = works.where(Position.person_id == Run.person_id, below(self.paths), then).exists()
        ways = [Run.flow.startswith(SWEEPING), Run.person_id == self.person_id, his]
        return or_(*ways, Run.person_id.is_(None)) if self.top else or_(*ways)


def steps(connection: Connection, paths: Collection[str], narrowed: Narrowed, before: int = 0, limit: int = 26) -> Rows:
    """Steps as they were attempted, the newest first; those that went wrong by the time they did. `before`: id of the last."""
    state = narrowed.state if narrowed.state in list(RequestStatus) else ""
    at: Any = StepRequest.settled_at if state in _UNWELL else StepRequest.created_at
    # the page is found by what is narrow, and only then read in all its width
    query = _joined(select(StepRequest.id)).where(_in_units(connection, paths))
    if state:  # the word stands in the statement itself: only so its short index is taken
        query = query.where(StepRequest.status == literal_column(f"'{state}'"))
    if narrowed.person_id:
        query = query.where(StepRequest.actor_id == narrowed.person_id)
    if narrowed.case_id:
        query = query.where(StepRequest.case_id == narrowed.case_id)
    if narrowed.step:
        kind = func.coalesce(CaseFile.type, StepRequest.case_type)
        query = query.where(StepRequest.step == narrowed.step, kind == narrowed.case_type)
    if before:
        last = aliased(StepRequest)
        then = select(last.settled_at if state in _UNWELL else last.created_at).where(last.id == before).scalar_subquery()
        query = query.where(tuple_(at, StepRequest.id) < tuple_(then, before))
    newest = (at.desc(), StepRequest.id.desc())
    found = _within(query, at, narrowed).order_by(*newest).limit(limit).scalar_subquery()
    return connection.execute(_steps().where(StepRequest.id.in_(found)).order_by(*newest)).all()


def _joined(query: Any) -> Any:
    return (
        query.select_from(StepRequest)
        .outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)
        .outerjoin(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, StepRequest.unit_id))
    )


def _steps() -> Select[Any]:
    steps: Select[Any] = _joined(select(*_STEP)).outerjoin(Person, Person.id == StepRequest.actor_id)
    return steps


def _within(query: Select[Any], at: Any, narrowed: Narrowed) -> Select[Any]:
    if narrowed.since is not None:
        query = query.where(at >= narrowed.since)
    return query if narrowed.until is None else query.where(at < narrowed.until)


def few_of_units(connection: Connection, paths: Collection[str]) -> ColumnElement[bool] | None:
    """The condition for requests of those units where these hold few cases: gathered by them. None where they hold many."""
    units = select(Organisation.id).where(below(paths))
    cases = select(CaseFile.id).where(CaseFile.unit_id.in_(units))
    some = cases.limit(NARROW + 1).subquery()
    if connection.execute(select(func.count()).select_from(some)).scalar_one() > NARROW:
        return None
    opening = select(StepRequest.id).where(StepRequest.case_id.is_(None), StepRequest.unit_id.in_(units))
    return StepRequest.id.in_(union(select(StepRequest.id).where(StepRequest.case_id.in_(cases)), opening))


def _in_units(connection: Connection, paths: Collection[str]) -> ColumnElement[bool]:
    """Requests of those units. Where there are many, walking down the journal meets them."""
    few = few_of_units(connection, paths)
    return below(paths) if few is None else few


def step(connection: Connection, paths: Collection[str], request_id: int) -> AnyRow | None:
    """One attempted step of those units, with what was sent and the event it left (`seq` and the rest: empty if there is none).

    `version`: of the case now; a case that is there always has one.
    """
    event = (CaseEvent.seq, CaseEvent.role, CaseEvent.from_state, CaseEvent.to_state, CaseEvent.at.label("event_at"))
    unit = Organisation.path.label("unit_path")
    query = _steps().add_columns(StepRequest.answers, CaseFile.version, CaseFile.closed_on, unit, *event)
    query = query.outerjoin(CaseEvent, CaseEvent.request_id == StepRequest.id)
    return connection.execute(query.where(StepRequest.id == request_id, below(paths)).limit(1)).one_or_none()


def works(
    connection: Connection, watching: Watching, flows: Collection[str], narrowed: Narrowed, before: int = 0, limit: int = 26
) -> Rows:
    """Works of those flows, the newest first. Each flow gives its newest, however many of another lie between them."""
    conditions = [watching.sees()]
    if narrowed.person_id:
        conditions.append(Run.person_id == narrowed.person_id)
    if before:
        conditions.append(Run.id < before)
    query = _within(select(Run.id), Run.started_at, narrowed).where(*conditions).order_by(Run.id.desc()).limit(limit)
    query = (
        select(*_WORK).outerjoin(Person, Person.id == Run.person_id).where(Run.id.in_(_of_flows(query, flows, narrowed.state)))
    )
    return connection.execute(query.order_by(Run.id.desc()).limit(limit)).all()


def _of_flows(query: Select[Any], flows: Collection[str], state: str) -> Any:
    """The newest of those flows: of each its own newest; of a rare state by the short index of what is open or unwell."""
    if state in list(RunState):
        query = query.where(Run.state == state)
    if state in list(RunState) and state != RunState.DONE:
        short = OPEN_RUNS if state in (RunState.WAITING, RunState.RUNNING) else UNWELL_RUNS
        return query.where(short, func.coalesce(Run.flow, "").in_(flows)).scalar_subquery()  # no walk by flow
    return union_all(*(select(query.where(Run.flow == flow).subquery()) for flow in flows))


def work(connection: Connection, watching: Watching, run_id: int) -> AnyRow | None:
    """One work, if he may see it, with the process that did it (`host`, `roles`, `beat_at`: empty if it is not known)."""
    held = (Process.host, Process.pid, Process.roles, Process.beat_at, Process.ended_at.label("process_ended_at"))
    query = select(*_WORK, *held).outerjoin(Person, Person.id == Run.person_id).outerjoin(Process, Process.name == Run.holder)
    return connection.execute(query.where(Run.id == run_id, watching.sees())).one_or_none()


def messages_of(connection: Connection, case_id: int, seq: int, limit: int = 100) -> Rows:
    """What the event told people: each message as it stands, how often it was tried, and why it did not arrive."""
    tries = select(func.count()).where(Delivery.message_id == Message.id).scalar_subquery()
    columns = (Message.id, Message.kind, Message.notice, Message.channel, Message.status, Message.attempt, Message.error,
               Message.created_at, Message.settled_at, Person.name.label("person"), tries.label("tries"))  # fmt: skip
    query = select(*columns).outerjoin(Person, Person.id == Message.person_id)
    return connection.execute(
        query.where(Message.case_id == case_id, Message.seq == seq).order_by(Message.id).limit(limit)
    ).all()


def papers_of(connection: Connection, case_id: int, seq: int, limit: int = 50) -> Rows:
    """The papers the event issued."""
    columns = (Document.id, Document.paper, Document.serial, Document.issued_at, Document.void)
    query = select(*columns).where(Document.case_id == case_id, Document.seq == seq)
    return connection.execute(query.order_by(Document.id).limit(limit)).all()


def units_under(connection: Connection, paths: Collection[str], limit: int = 60) -> Rows:
    """(code, name) of the units to choose among, the nearest to the top first."""
    query = select(Organisation.code, Organisation.name).where(below(paths), Organisation.kind != "employer")
    return connection.execute(query.order_by(Organisation.path).limit(limit)).all()


def person_of_code(connection: Connection, code: str) -> int:
    """The person with that staff code; -1 for nobody, so that nothing is found."""
    return connection.execute(select(Person.id).where(Person.code == code)).scalar_one_or_none() or -1


def case_of_number(connection: Connection, number: str) -> int:
    """The case of that number; -1 for none. Whether it is one of his is asked of its steps."""
    return connection.execute(select(CaseFile.id).where(CaseFile.number == number)).scalar_one_or_none() or -1
