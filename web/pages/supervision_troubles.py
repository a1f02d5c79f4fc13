"""What went wrong in a supervisor's units, or should have happened and did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from flows.casework import refusal_from
from flows.office_journal import Deed, deeds
from models import overview
from models.base import AnyRow
from models.requests import RequestStatus
from models.scope import Scope
from notifications.catalogue import NOTICES
from states.labels import Label
from states.registry import case_type, rule_of
from web.access import Visitor
from web.pages.supervision_view import supervised
from web.titles import title_of

#: how far back refused steps are shown
MONTH = timedelta(days=30)
FOLLOW_UP = Label("登记后续案件", "Open a follow-up case")
#: deeds that are shown to whoever supervises the person they concern
WATCHED = (Deed.LOCKED, Deed.PASSWORD_RESET, Deed.SUBSTITUTE, Deed.ABSENCE_ENDED, Deed.HANDED_OVER, Deed.PERSON_LEFT,
           Deed.POSITION_GIVEN, Deed.POSITION_ENDED, Deed.SECOND_FACTOR_OFF)  # fmt: skip
#: sweeps by the name of their run
SWEEPS = {
    "sweep-deadlines": Label("期限巡查", "Deadlines"), "sweep-follow-ups": Label("后续案件", "Follow-up cases"),
    "sweep-outbox": Label("发送通知", "Sending notices"), "sweep-rescue": Label("接续中断的工作", "Rescue of broken-off work"),
    "sweep-seal": Label("封印记录", "Sealing the record"), "sweep-digest": Label("每日提要", "Daily digest"),
    "sweep-integrity": Label("数据核对", "Integrity check"), "sweep-audit": Label("记录核验", "Audit of the record"),
}  # fmt: skip
RUN_STATES = {
    "running": Label("进行中", "Running"), "done": Label("完成", "Done"), "failed": Label("出错", "Failed"),
    "lost": Label("中断", "Lost"),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A request that was refused or went wrong."""

    id: int
    number: str
    title: str
    step: Label
    actor: str
    unit: str
    at: Any
    reasons: list[tuple[Label, Label]] = field(default_factory=list)
    error: str = ""
    attempt: int = 0


@dataclass(frozen=True)
class Troubles:
    """What went wrong, or did not happen."""

    refused: list[Asked]
    failed: list[Asked]
    missed: Sequence[Missed]
    stuck: Sequence[Stuck]
    deeds: Sequence[DeedShown]


@dataclass(frozen=True)
class Missed:
    """A clock that no sweep looked at on its day."""

    number: str
    path: str
    rule: Label
    unit: str
    planned_on: Any
    due_on: Any


@dataclass(frozen=True)
class Stuck:
    """A message that was given up."""

    what: Label
    number: str
    person: str
    channel: str
    error: str
    attempt: int
    at: datetime


@dataclass(frozen=True)
class DeedShown:
    """Something of the office that is no step of a case."""

    what: Label
    actor: str
    person: str
    unit: str
    at: datetime
    bad: bool


@dataclass(frozen=True)
class RunShown:
    """A run: a sweep of the office, or a step of a case."""

    what: Label
    number: str
    state: Label
    bad: bool
    at: datetime
    seconds: float | None
    observed: bool
    error: str


@dataclass(frozen=True)
class Runs:
    """What ran."""

    steps: list[RunShown]
    sweeps: list[RunShown]


def troubles_of(connection: Connection, visitor: Visitor, now: datetime) -> Troubles:
    """Everything on the page of troubles."""
    paths = supervised(visitor)
    return Troubles(
        refused=[_asked(row, visitor) for row in overview.unwell(connection, paths, "refused", now - MONTH)],
        failed=[_asked(row, visitor) for row in overview.unwell(connection, paths, "failed")],
        missed=[
            Missed(
                row.number,
                f"/{'contracts' if row.contract_id else 'cases'}/{row.number}",
                rule_of(row).label,
                row.unit,
                row.next_on,
                row.due_on,
            )
            for row in overview.missed(connection, paths, visitor.today)
        ],
        stuck=[_stuck(row) for row in overview.stuck(connection, paths)],
        deeds=deeds_of(connection, visitor),
    )


def deeds_of(connection: Connection, visitor: Visitor, person_id: int | None = None, limit: int = 30) -> list[DeedShown]:
    """Lock-outs, substitutes, positions and hand-overs of his people, newest first."""
    scope = Scope(visitor.person_id, supervised(visitor))
    rows = deeds(connection, scope, person_id=person_id, limit=limit * 4)
    watched = [row for row in rows if row.deed in WATCHED][:limit]
    return [
        DeedShown(Deed(row.deed).label, row.actor or "", row.person or "", row.unit or "", row.at, row.deed == Deed.LOCKED)
        for row in watched
    ]


def _asked(row: AnyRow, visitor: Visitor) -> Asked:
    kind = case_type(row.type, row.type_version) if row.type else case_type(row.case_type) if row.case_type else None
    step = kind.step(row.step) if kind else None
    refusal = refusal_from(row.receipt) if row.receipt and "refusal" in row.receipt else None
    return Asked(
        id=row.id, number=row.number or "", title=title_of(row, None, visitor.lang) if row.facts else "",
        step=step.label if step else FOLLOW_UP if not row.number else Label("撤销上一步", "Last step taken back"),
        actor=row.actor or "", unit=row.unit, at=row.settled_at, error=row.error, attempt=row.attempt,
        reasons=[(one.text, one.remedy) for one in refusal.reasons] if refusal else [],
    )  # fmt: skip


def _stuck(row: AnyRow) -> Stuck:
    notice = NOTICES.get(row.notice)
    return Stuck(notice.label if notice else FOLLOW_UP, row.number or "", row.person or "", row.channel, row.error, row.attempt,
                 row.created_at)  # fmt: skip


def runs_of(connection: Connection, visitor: Visitor) -> Runs:
    """The newest steps of his units, and the newest sweeps of the office."""
    return Runs(
        steps=[_step_run(row) for row in overview.step_runs(connection, supervised(visitor))],
        sweeps=[_sweep_run(row) for row in overview.sweep_runs(connection)],
    )


def _step_run(row: AnyRow) -> RunShown:
    kind = case_type(row.type, row.type_version)
    step = kind.step(row.step)
    label = step.label if step else Label("撤销上一步", "Last step taken back")
    took = (row.settled_at - row.created_at).total_seconds() if row.settled_at else None
    return RunShown(label, row.number, RequestStatus(row.status).label, row.status == "failed", row.created_at, took,
                    bool(row.observed), row.error)  # fmt: skip


def _sweep_run(row: AnyRow) -> RunShown:
    took = (row.ended_at - row.started_at).total_seconds() if row.ended_at else None
    return RunShown(
        SWEEPS.get(row.flow, Label(row.flow, row.flow)), "", RUN_STATES.get(row.state, Label(row.state, row.state)),
        row.state in ("failed", "lost"), row.started_at, took, row.observed, "",
    )  # fmt: skip
