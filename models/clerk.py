"""The clerk writes decisions: case, event, clocks, and whatever the entries ask for. One way for one case and for hundreds.

A batch hands over many decisions at once; every kind of row is then written by one statement. Children of an event carry the
case's id and the event's `seq`, so nothing has to wait for a generated key. The clerk decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from models import entries as rows_of
from models.casebook import CaseRow
from models.cases import CaseEvent, CaseFile
from models.chain import START, digest, event_hash
from models.clocks import as_it_ran, clock_row, ending, is_met, iso, move_of, moving, touches_clocks
from models.deadlines import Deadline
from models.prepared import UNKNOWN, Prepared
from models.search_index import Kind, refresh
from states.casetype import ALL
from states.entries import Assign, Entry, MoveUp, PartyJoins
from states.machine import Decision, facts_after
from states.registry import case_type


@dataclass(frozen=True)
class Act:
    """A decision on its way into the store: who took it, when, for which request."""

    case: CaseRow
    decision: Decision
    at: datetime
    day: date
    actor_id: int | None
    role: str
    request_id: int | None

    @property
    def seq(self) -> int:
        """The event's place in the case: the case's version after it."""
        return self.case.version + 1

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The facts of the case after the step."""
        return facts_after(self.case.facts, self.decision.entries)


class StaleWrite(RuntimeError):
    """A case moved between reading and writing; the transaction must be rolled back and tried again."""


#: fields of a case that every step writes, and those that few steps change (they stand in indexes)
_EVERY = ("state", "version", "facts", "moved_at", "head")
_FEW = ("unit_id", "owner_id", "contract_id", "outcome", "closed_on")
#: entries that change by whom a case is found, or from where
_NAMING = (PartyJoins, Assign, MoveUp)


def _update(table: Any, names: Sequence[str], *where: Any) -> Prepared:
    return Prepared(update(table.__table__).where(*where).values({name: bindparam(name) for name in names}))


def _insert(table: Any, *columns: str) -> Prepared:
    return Prepared(insert(table.__table__).inline(), *columns)


_AS_READ = (CaseFile.id == bindparam("b_id"), CaseFile.version == bindparam("b_version"))
_STEP = _update(CaseFile, _EVERY, *_AS_READ)
_CHANGE = _update(CaseFile, (*_EVERY, *_FEW), *_AS_READ)
_EVENT = _insert(
    CaseEvent, "case_id", "seq", "step", "from_state", "to_state", "actor_id", "role", "unit_id", "request_id", "at",
    "detail", "detail_digest", "previous", "hash",
)  # fmt: skip
_DEADLINE = _insert(
    Deadline, "case_id", "contract_id", "rule", "subject", "status", "opens_on", "due_on", "next_on", "opened", "hard",
    "provisional", "explanation", "started_by",
)  # fmt: skip
_SETTLE = _update(Deadline, ("status", "next_on", "ended_by", "met_on"), Deadline.id == bindparam("b_id"))
_MOVE = _update(Deadline, ("due_on", "next_on", "explanation", "provisional", "status"), Deadline.id == bindparam("b_id"))


def write(connection: Connection, acts: Sequence[Act]) -> None:
    """Write those decisions, one a case. Raises `StaleWrite` if a case is no longer at the version it was read at."""
    batch = _Batch(connection)
    for act in acts:
        batch.add(act)
    batch.flush()


class _Batch:
    """Rows gathered from many decisions, written table by table."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.stepped: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.started: list[dict[str, Any]] = []
        self.settled: list[dict[str, Any]] = []
        self.moved: list[dict[str, Any]] = []
        self.children: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        self.named: list[int] = []

    def add(self, act: Act) -> None:
        """Take one decision apart into rows."""
        case, decision = act.case, act.decision
        contract_id, unit_id = rows_of.places(self.connection, act)
        ended, moved = self._clocks(act)
        undo = _before(act, ended, moved)
        event: dict[str, Any] = {
            "case_id": case.id, "seq": act.seq, "step": decision.step.name, "from_state": case.state,
            "to_state": decision.state, "actor_id": act.actor_id, "role": act.role, "unit_id": case.unit_id,
            "request_id": act.request_id, "at": act.at, "previous": case.head or START,
        }  # fmt: skip
        event["detail"] = {"entries": [_as_json(entry) for entry in decision.entries], "before": undo}
        event["detail_digest"] = digest(event["detail"])
        event["hash"] = event_hash(event["previous"], event)
        self.events.append(event)
        row = {
            "b_id": case.id, "b_version": case.version, "state": decision.state, "version": act.seq, "facts": act.facts,
            "moved_at": act.at, "head": event["hash"],
        }  # fmt: skip
        few = (unit_id, _owner(act), contract_id, _outcome(act), _closed_on(act))
        if few == (case.unit_id, case.owner_id, case.contract_id, case.outcome, case.closed_on):
            self.stepped.append(row)
        else:
            self.changed.append({**row, **dict(zip(_FEW, few, strict=True))})
        for start in decision.starts:
            self.started.append(clock_row(case.id, act.seq, start, act.day))
        for entry in decision.entries:
            rows_of.collect(self.children, act, entry)
        if act.seq == 1 or any(isinstance(entry, _NAMING) for entry in decision.entries):
            self.named.append(case.id)

    def _clocks(self, act: Act) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        decision = act.decision
        if not (decision.meets or decision.voids or decision.starts or touches_clocks(decision.entries)):
            return [], []
        met = set(decision.meets)
        ended, moved = [], []
        restarted = {(start.rule.name, start.subject) for start in decision.starts}
        for row in act.case.deadlines:
            if row.rule in met or is_met(decision.entries, row):
                ended.append(ending(row, "met", act))
            elif ALL in decision.voids or row.rule in decision.voids or (row.rule, row.subject) in restarted:
                ended.append(ending(row, "void", act))
            elif (entry := move_of(decision.entries, row)) is not None:
                moved.append(moving(act, row, entry))
        self.settled += ended
        self.moved += moved
        return ended, moved

    def flush(self) -> None:
        """Write everything, parents first."""
        for statement, rows in ((_STEP, self.stepped), (_CHANGE, self.changed)):
            if rows and statement.write(self.connection, rows) not in (len(rows), UNKNOWN):
                raise StaleWrite
        # where the count is not known yet, the unique (case, seq) of the event stops a stale write
        _EVENT.write(self.connection, self.events)
        if self.moved:
            self._keep_reasons()
        for statement, rows in ((_SETTLE, self.settled), (_MOVE, self.moved), (_DEADLINE, self.started)):
            if rows:
                statement.write(self.connection, rows)
        rows_of.write_children(self.connection, self.children)
        refresh(self.connection, Kind.CASE, self.named)

    def _keep_reasons(self) -> None:
        """A clock that moves keeps in its explanation what its earlier day was counted from."""
        query = select(Deadline.id, Deadline.explanation).where(Deadline.id.in_([row["b_id"] for row in self.moved]))
        reasons = {row.id: row.explanation for row in self.connection.execute(query)}
        for row in self.moved:
            row["explanation"]["was"] = reasons[row["b_id"]]


def _as_json(entry: Entry) -> dict[str, Any]:
    kept = {} if isinstance(entry, PartyJoins) else vars(entry)
    return {"entry": type(entry).__name__, **kept}


def _owner(act: Act) -> int | None:
    for entry in reversed(act.decision.entries):
        if isinstance(entry, Assign):
            return entry.person_id
    return act.case.owner_id


def _has_ended(act: Act) -> bool:
    return act.decision.state in case_type(act.case.type, act.case.type_version).ended


def _outcome(act: Act) -> str | None:
    if act.decision.outcome is not None:
        return str(act.decision.outcome)
    return act.case.outcome if _has_ended(act) else None


def _closed_on(act: Act) -> date | None:
    if act.decision.outcome is not None:
        return act.day
    return act.case.closed_on if _has_ended(act) else None


def _before(act: Act, ended: Sequence[dict[str, Any]], moved: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What `undo` needs: the case's own fields before the step, and the clocks it touched."""
    case = act.case
    after = act.facts
    changed = {name: case.facts.get(name) for name in {*after, *case.facts} if after.get(name) != case.facts.get(name)}
    before: dict[str, Any] = {"facts": changed, "ended": [as_it_ran(row) for row in ended]}
    if _owner(act) != case.owner_id:
        before["owner_id"] = case.owner_id
    if any(isinstance(entry, MoveUp) for entry in act.decision.entries):
        before["unit_id"] = case.unit_id
    if case.outcome or act.decision.outcome:
        before["outcome"], before["closed_on"] = case.outcome, iso(case.closed_on)
    if moved:
        before["moved"] = [as_it_ran(row) for row in moved]
    return before
