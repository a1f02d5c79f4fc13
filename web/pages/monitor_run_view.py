"""One run: what was attempted, what the case says now, what is missing, and the one button that makes it good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from config.settings import Settings
from documents.catalogue import PAPERS
from flows.casework import refusal_from
from flows.checks.check import Look
from flows.checks.machinery import UNANSWERED
from flows.checks.table import check_of
from flows.heartbeat import STALE
from flows.integrity import spots_of
from flows.missing import Missing, missing_of
from flows.prefect_home import far_of, origin_of
from flows.retrying import may_be_asked_again
from models import daybook, running
from models.base import AnyRow
from models.outbox import MessageStatus
from notifications.catalogue import NOTICES
from states.errors import Reason
from states.labels import Label
from states.names import state_label
from states.registry import case_type
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.pages.monitor_mended import Mendings, mendings_of
from web.pages.monitor_runs_view import (
    FOLLOW_UP,
    Line,
    cause_of,
    step_line,
    watching,
    work_line,
)
from web.pages.monitor_whose import mends_at, watched
from web.pages.monitor_words import COUNTS, Said


@dataclass(frozen=True)
class Told:
    """Something that went out, or should: a message or a paper."""

    what: Label
    whom: str
    channel: str
    state: Label
    look: str
    tries: int
    why: str
    at: datetime | None
    path: str = ""


@dataclass(frozen=True)
class Mending:
    """The one button: what `repair` is told. `code` empty: the work is filed again as it is."""

    code: str
    subject: int
    says: Label


@dataclass(frozen=True)
class StepRun:
    """One step, attempted on a case."""

    line: Line
    role: Label | None
    #: how many fields were filled in; what stands in them is shown by the case alone
    fields: int
    reasons: Sequence[Reason]
    fault: Said | None
    attempt: int
    settled_at: datetime | None
    batch_id: int | None
    #: what the case says now: its state and version, empty where there is no case
    state: Label | None
    version: int
    #: this step's own event in the case, 0 where there is none; and the state it led to
    seq: int
    led_to: Label | None
    missing: Sequence[Missing] = ()
    told: Sequence[Told] = ()
    mend: Mending | None = None
    #: it is his to mend
    may: bool = False
    prefect: str = ""


@dataclass(frozen=True)
class WorkRun:
    """One work: a batch, an import, a sweep, a verification."""

    line: Line
    state: str
    fault: Said | None
    filed_at: datetime
    ended_at: datetime | None
    holder: str
    roles: str
    heard: datetime | None
    #: the process that holds it was not heard of
    silent: bool
    lease_until: datetime | None
    counts: list[tuple[Label, int]]
    reasons: list[tuple[Label, Label]]
    batch_id: int
    mend: Mending | None = None
    #: what a mending did
    mendings: Mendings | None = None
    prefect: str = ""

    @property
    def open(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in ("waiting", "running")


def step_run_of(connection: Connection, visitor: Visitor, settings: Settings, now: datetime, request_id: int) -> StepRun:
    """One step of his units. Raises `NotFound` for any other."""
    row = running.step(connection, watched(visitor), request_id)
    if row is None:
        raise NotFound
    names = daybook.applicants(connection, {row.case_id} if row.case_id else set())
    kind = case_type(row.type, row.type_version) if row.type else None
    refused = row.status == "refused" and row.receipt and "refusal" in row.receipt
    return StepRun(
        line=step_line(row, names, visitor.lang), fields=len(row.answers),
        role=Role(row.role).label if row.role in list(Role) else None,  # the operator of the machine holds none
        reasons=refusal_from(row.receipt).reasons if refused else (), fault=cause_of(row.error), attempt=row.attempt,
        settled_at=row.settled_at, batch_id=row.batch_id, state=kind.stage(row.state).label if kind else None,
        version=row.version or 0, seq=row.seq or 0, led_to=state_label(kind, row.to_state) if kind and row.seq else None,
        missing=missing_of(connection, [request_id]) if row.seq else (),
        told=_told(connection, row) if row.seq else (), mend=_mend_step(row, now),
        may=any(row.unit_path.startswith(path) for path in mends_at(visitor)),
        prefect=prefect_page(visitor, settings, row.flow_run_id),
    )  # fmt: skip


def _mend_step(row: AnyRow, now: datetime) -> Mending | None:
    if row.status == "failed":
        return Mending("failed_steps", row.id, Label("重试", "Try again"))
    if row.status == "waiting" and row.batch_id is None and row.created_at < now - UNANSWERED:
        return Mending("request_unanswered", row.id, Label("立即办理", "Apply it now"))
    return None


def _told(connection: Connection, row: AnyRow) -> list[Told]:
    """Papers first, then notices and follow-up cases, each as it stands now."""
    papers = [
        Told(PAPERS[one.paper].label if one.paper in PAPERS else Label(one.paper, one.paper), one.serial, "",
             Label("已作废", "Void") if one.void else Label("已制作", "Issued"), "" if one.void else "good", 0, "",
             one.issued_at, f"/cases/{row.number}/papers/{one.id}")
        for one in running.papers_of(connection, row.case_id, row.seq)
    ]  # fmt: skip
    return papers + [_message(one) for one in running.messages_of(connection, row.case_id, row.seq)]


#: how the state of a message looks
_SENT = {"parked": "bad", "waiting": "near", "sending": "near", "sent": "good"}


def _message(one: AnyRow) -> Told:
    notice = NOTICES.get(one.notice)
    what = notice.label if notice else FOLLOW_UP if one.kind == "open_case" else Label(one.notice, one.notice)
    state = MessageStatus(one.status)
    return Told(what, one.person or "", one.channel, state.label, _SENT.get(one.status, ""), one.tries, one.error,
                one.settled_at or one.created_at)  # fmt: skip


def work_run_of(
    connection: Connection, visitor: Visitor, settings: Settings, moment: tuple[datetime, datetime], run_id: int
) -> WorkRun:
    """One work he may see. Raises `NotFound` for any other. `moment`: the office's time, and the machine's."""
    who = watching(visitor)
    row = running.work(connection, who, run_id)
    if row is None:
        raise NotFound
    counted = {**row.asked, **row.counts}
    return WorkRun(
        line=work_line(row), state=row.state, fault=cause_of(row.error), filed_at=row.filed_at, ended_at=row.ended_at,
        holder=f"{row.host} · {row.pid}" if row.host else row.holder.rpartition(":")[0], roles=row.roles or "",
        heard=row.beat_at, silent=row.state == "running" and row.beat_at is not None and row.beat_at < moment[1] - STALE,
        lease_until=row.lease_until,
        counts=[(COUNTS[name], value) for name, value in counted.items() if _is_count(name, value)],
        reasons=[(Label(*one["text"]), Label(*one["remedy"])) for one in row.counts.get("reasons", ())],
        batch_id=int(row.asked.get("batch_id", 0)), mend=_mend_work(connection, row, who.top, moment),
        mendings=mendings_of(row, who), prefect=prefect_page(visitor, settings, row.flow_run_id),
    )  # fmt: skip


def _is_count(name: str, value: Any) -> bool:
    return name in COUNTS and isinstance(value, int) and not isinstance(value, bool)


#: which check speaks of a work in that state
_SPEAKS = {"lost": "runs_lost", "running": "run_abandoned", "waiting": "work_untaken"}


def _mend_work(connection: Connection, row: AnyRow, top: bool, moment: tuple[datetime, datetime]) -> Mending | None:
    """The button of the check that finds this work, if one does: what was done since, or is under way, needs none."""
    check = check_of(_SPEAKS.get(row.state, "")) if top else None
    if check is not None and check.repair is not None:
        found, _ = spots_of(connection, check, Look(moment[0], None, moment[1], row.id), 1)
        return Mending(check.code, row.id, check.repair) if found else None
    if may_be_asked_again(row, top):
        return Mending("", row.id, Label("再次运行", "Run it again"))
    return None


def prefect_page(visitor: Visitor, settings: Settings, flow_run_id: str) -> str:
    """The page of that run at Prefect, for administrators; empty for others, and where no Prefect run accompanied it."""
    if not flow_run_id or not visitor.holds(Role.ADMINISTRATOR) or not (settings.prefect or settings.prefect_url):
        return ""
    return f"{origin_of(settings.prefect_port, far_of(settings))}/runs/flow-run/{flow_run_id}"
