"""Cases that move to another version of their type: how a move is written, set by set, and how it is taken back.

The event keeps every clock it touched as it was, so that the move can be taken back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from models.casebook import CaseRow
from models.cases import CaseEvent, CaseFile
from models.chain import digest, event_hash
from models.clerk import StaleWrite
from models.clocks import clock_row
from models.deadlines import Deadline
from states.machine import Start
from states.version_plan import Plan
from states.versions import MIGRATE

#: what of a clock a move changes, and puts back
CHANGED = ("status", "opens_on", "due_on", "next_on", "opened", "hard", "provisional", "explanation", "ended_by", "met_on")
_DAYS = ("opens_on", "due_on", "next_on", "met_on")


@dataclass
class Move:
    """A case on its way to another version: the columns of its clocks, new clocks, and what the event says."""

    case: CaseRow
    version: int
    state: str
    at: datetime
    day: date
    actor_id: int | None
    role: str
    request_id: int | None
    told: dict[str, Any]
    clocks: list[dict[str, Any]] = field(default_factory=list)
    fresh: list[dict[str, Any]] = field(default_factory=list)

    @property
    def seq(self) -> int:
        """The event's place in the case."""
        return self.case.version + 1

    def forward(self, plan: Plan) -> None:
        """Fill in what a plan does, and how it all was before."""
        for clock in plan.stops:
            late = clock.status == "expired"  # as everywhere: what is late stays expired, and is settled from this day on
            ended = {"status": "expired" if late else "void", "next_on": None, "ended_by": self.seq,
                     "met_on": self.day if late else None}  # fmt: skip
            self.clocks.append({**_columns(clock), **ended})
        for move in plan.moves:
            self.clocks.append({**_columns(move.clock), **move.values})
        self.fresh = [clock_row(self.case.id, self.seq, start, self.day) for start in plan.starts]
        touched = [*plan.stops, *(move.clock for move in plan.moves)]
        self.told |= {"clocks": [_kept(clock) for clock in touched], "started": [_named(start) for start in plan.starts]}

    def backward(self, told: Mapping[str, Any], started: Sequence[Any]) -> None:
        """Fill in the way back: the clocks that were started are void, the others are as they were."""
        for clock in started:
            self.clocks.append({**_columns(clock), "status": "void", "next_on": None, "ended_by": self.seq})
        self.clocks += [_as_it_was(kept) for kept in told["clocks"]]
        self.told |= {"clocks": [], "started": []}


def _columns(clock: Any) -> dict[str, Any]:
    return {"b_id": clock.id, **{name: getattr(clock, name) for name in CHANGED}}


def _kept(clock: Any) -> dict[str, Any]:
    """A clock as the event keeps it: plain JSON."""
    values = {"id": clock.id, "rule": clock.rule, "subject": clock.subject, **_columns(clock)}
    values.pop("b_id")
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _as_it_was(kept: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: kept[name] for name in CHANGED}
    days = {name: date.fromisoformat(values[name]) if values[name] else None for name in _DAYS}
    return {"b_id": kept["id"], **values, **days}


def _named(start: Start) -> list[str]:
    return [start.rule.name, start.due_on.isoformat()]


_CASE: Any = (
    update(CaseFile.__table__)  # type: ignore[arg-type]
    .where(CaseFile.id == bindparam("b_id"), CaseFile.version == bindparam("b_version"))
    .values({name: bindparam(name) for name in ("state", "version", "type_version", "moved_at", "head")})
)
_CLOCK: Any = (
    update(Deadline.__table__)  # type: ignore[arg-type]
    .where(Deadline.id == bindparam("b_id"))
    .values({name: bindparam(name) for name in CHANGED})
)


def write_moves(connection: Connection, moves: Sequence[Move]) -> None:
    """Write those moves, one a case. Raises `StaleWrite` if a case is no longer at the version it was read at."""
    events = [_event(move) for move in moves]
    cases = [
        {"b_id": move.case.id, "b_version": move.case.version, "state": move.state, "version": move.seq,
         "type_version": move.version, "moved_at": move.at, "head": event["hash"]}
        for move, event in zip(moves, events, strict=True)
    ]  # fmt: skip
    if not cases:
        return
    if connection.execute(_CASE, cases).rowcount not in (len(cases), -1):
        raise StaleWrite
    connection.execute(insert(CaseEvent), events)
    clocks = [clock for move in moves for clock in move.clocks]
    fresh = [clock for move in moves for clock in move.fresh]
    if clocks:
        connection.execute(_CLOCK, clocks)
    if fresh:
        connection.execute(insert(Deadline), fresh)


def _event(move: Move) -> dict[str, Any]:
    case = move.case
    event: dict[str, Any] = {
        "case_id": case.id, "seq": move.seq, "step": MIGRATE, "from_state": case.state, "to_state": move.state,
        "actor_id": move.actor_id, "role": move.role, "unit_id": case.unit_id, "request_id": move.request_id, "at": move.at,
        "previous": case.head, "detail": {"entries": [], "before": {"facts": {}}, "migrated": move.told},
    }  # fmt: skip
    event["detail_digest"] = digest(event["detail"])
    event["hash"] = event_hash(case.head, event)
    return event
