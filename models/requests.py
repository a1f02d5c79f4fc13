"""What was asked of the door, and the journal of runs.

A `StepRequest` is written before anything runs; Prefect sees its id and nothing else. It is also the run journal of a
single step: who ran it, when, observed by Prefect or not. Sweeps, batches and imports are journalled as `Run`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Table, pk
from states.labels import Named

#: finished requests stay out of the hot index
WAITING_ONLY = text("status = 'waiting'")
#: what a supervisor looks into
UNWELL_ONLY = text("status = 'refused' OR status = 'failed'")


class RequestStatus(Named):
    """Where a request stands."""

    WAITING = "waiting", "待办理", "Waiting"
    APPLIED = "applied", "已办理", "Applied"
    REFUSED = "refused", "未予办理", "Refused"
    FAILED = "failed", "出错", "Failed"


class StepRequest(Table):
    """One step of one case, asked for by one person: applied at most once, whatever happens."""

    __tablename__ = "step_request"
    id: Mapped[pk]
    #: the idempotency key: the same key again gives the same receipt
    key: Mapped[str] = mapped_column(String(120), unique=True)
    #: digest of case, step and answers: the same key with another body is refused
    digest: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: for the request that opens a case: its type and the unit that will hold it
    case_type: Mapped[str] = mapped_column(String(30), default="")
    unit_id: Mapped[int | None]
    step: Mapped[str] = mapped_column(String(60))
    #: empty: the clock
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    expected_version: Mapped[int | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("step_batch.id"))
    status: Mapped[str] = mapped_column(String(20))
    #: receipt when applied, reasons when refused
    receipt: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    observed: Mapped[bool | None]
    flow_run_id: Mapped[str] = mapped_column(String(40), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        Index("ix_step_request_waiting", "status", "id", sqlite_where=WAITING_ONLY, postgresql_where=WAITING_ONLY),
        Index("ix_step_request_unwell", "status", "settled_at", sqlite_where=UNWELL_ONLY, postgresql_where=UNWELL_ONLY),
        Index("ix_step_request_batch_status", "batch_id", "status", "id"),
    )


class StepBatch(Table):
    """The same step for many cases: one run, a result per case."""

    __tablename__ = "step_batch"
    id: Mapped[pk]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    step: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    chosen: Mapped[int]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Run(Table):
    """The journal of a sweep, a batch or an import: what ran, when, how it ended, what it did."""

    __tablename__ = "run"
    id: Mapped[pk]
    flow: Mapped[str] = mapped_column(String(60), index=True)
    key: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    observed: Mapped[bool] = mapped_column(default=False)
    flow_run_id: Mapped[str] = mapped_column(String(40), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
