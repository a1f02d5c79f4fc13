"""Posting what a step tells: one outbox row a notice, in the step's own transaction, keyed by the event.

Whom it reaches and in which words is settled later, by the drain; a repeated step cannot post twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from models.clerk import Act
from models.outbox import Message
from models.prepared import Prepared

_POST = Prepared(
    insert(Message.__table__).inline(),  # type: ignore[arg-type]
    "key", "kind", "notice", "case_id", "seq", "person_id", "channel", "facts", "status", "attempt", "next_try_at",
    "created_at", "error", "subject", "body",
)  # fmt: skip


def message_row(key: str, notice: str, facts: Mapping[str, Any], now: datetime, *, case_id: int | None = None,
                seq: int | None = None, person_id: int | None = None) -> dict[str, Any]:  # fmt: skip
    """A notice that waits in the outbox, as the table keeps it."""
    return {
        "key": key, "kind": "notice", "notice": notice, "case_id": case_id, "seq": seq,
        "person_id": person_id, "channel": "", "facts": dict(facts), "status": "waiting", "attempt": 0, "next_try_at": now,
        "created_at": now, "error": "", "subject": "", "body": "",
    }  # fmt: skip


def post(connection: Connection, acts: Sequence[Act]) -> None:
    """Write the notices of those acts into the outbox."""
    rows = [_row(act, notice) for act in acts for notice in act.decision.step.tells]
    if rows:
        _POST.write(connection, rows)


def _row(act: Act, notice: str) -> dict[str, Any]:
    key = f"{act.case.id}:{act.seq}:{notice}"
    return message_row(key, notice, facts_of(act), act.at, case_id=act.case.id, seq=act.seq)


def facts_of(act: Act) -> dict[str, Any]:
    """What a notice says of a step: frozen here, so that it reads the same whenever it goes out."""
    decision = act.decision
    return {
        "number": act.case.number,
        "case_type": act.case.type,
        "step": decision.step.name,
        "state": decision.state,
        "outcome": str(decision.outcome) if decision.outcome else None,
        "actor_id": act.actor_id,
        "dates": [[start.rule.name, start.subject, start.due_on.isoformat()] for start in decision.starts],
    }
