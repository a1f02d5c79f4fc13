"""What was asked of the door, and the runs of everything that is more than one step.

A `StepRequest` is written before anything runs; Prefect sees its id and nothing else. It is also the run journal of a
single step: who ran it, when, observed by Prefect or not. Sweeps, batches, imports and verifications are a `Run` each: filed,
claimed by a process with a lease, done, and from then on their own journal.
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
#: runs that did not end well
UNWELL_RUNS = text("state IN ('refused', 'failed', 'lost')")
#: requests that open a case, until it is there: they belong to a unit by themselves
WITHOUT_CASE = text("case_id IS NULL")
#: runs somebody does, or has still to do
OPEN_RUNS = text("state IN ('waiting', 'running')")
ASKED_FOR = text("person_id IS NOT NULL")


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
        # the journal of steps: by time, by person, and by unit where there is no case yet
        Index("ix_step_request_created_at", "created_at", "id"),
        Index("ix_step_request_actor_id", "actor_id", "created_at"),
        Index("ix_step_request_opening", "unit_id", "id", sqlite_where=WITHOUT_CASE, postgresql_where=WITHOUT_CASE),
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


class RunState(Named):
    """Where a run stands."""

    WAITING = "waiting", "待运行", "Waiting"
    RUNNING = "running", "进行中", "Running"
    DONE = "done", "完成", "Done"
    REFUSED = "refused", "未予办理", "Refused"
    FAILED = "failed", "出错", "Failed"
    LOST = "lost", "中断", "Lost"


class Run(Table):
    """A sweep, a batch, an import, a verification: what was asked, who does it, how it ended, what it did."""

    __tablename__ = "run"
    id: Mapped[pk]
    flow: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20))
    #: what it is about, in ids: the batch, the uploaded file
    asked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: who asked for it; empty: the clock, or the operator
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: how often it was begun; only the newest attempt may write its end
    attempt: Mapped[int] = mapped_column(default=0)
    #: the process that does it (`models.processes`), and until when it may be taken for alive; empty: nobody renews it
    holder: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None]
    observed: Mapped[bool] = mapped_column(default=False)
    flow_run_id: Mapped[str] = mapped_column(String(40), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        Index("ix_run_flow", "flow", "id"),
        Index("ix_run_open", "id", sqlite_where=OPEN_RUNS, postgresql_where=OPEN_RUNS),
        Index("ix_run_unwell", "id", sqlite_where=UNWELL_RUNS, postgresql_where=UNWELL_RUNS),
        Index("ix_run_started_at", "started_at"),
        Index("ix_run_person_id", "person_id", "id", sqlite_where=ASKED_FOR, postgresql_where=ASKED_FOR),
    )
