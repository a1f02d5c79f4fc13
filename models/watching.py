"""Questions of those who watch the work: reminders sent and missed, messages that are stuck, runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, and_, func, or_, select

from models.base import AnyRow
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline, Reminder
from models.outbox import PARKED, Message
from models.people import Organisation, Person
from models.requests import Run, StepRequest
from models.scope import Scope

Rows = Sequence[AnyRow]


def reminders(connection: Connection, scope: Scope, *, since: date | None = None, limit: int = 100) -> Rows:
    """Reminders that went out, newest first."""
    query = (
        select(
            Reminder.sent_on, Reminder.planned_on, Reminder.stage, Reminder.due_on, Person.name.label("person"),
            Deadline.rule, func.coalesce(CaseFile.number, Contract.number).label("number"), CaseFile.type,
            CaseFile.type_version,
        )
        .join(Deadline, Deadline.id == Reminder.deadline_id)
        .join(Person, Person.id == Reminder.person_id)
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .outerjoin(Contract, Contract.id == Deadline.contract_id)
        .join(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, Contract.unit_id))
        .where(or_(and_(Deadline.case_id.is_not(None), scope.cases()), scope.contracts()))
    )  # fmt: skip
    if since:
        query = query.where(Reminder.sent_on >= since)
    return connection.execute(query.order_by(Reminder.id.desc()).limit(limit)).all()


def reminders_missed(connection: Connection, today: date, limit: int = 100) -> Rows:
    """Clocks a sweep should have looked at before today and did not: the list that must be empty."""
    query = (
        select(
            Deadline.id, Deadline.rule, Deadline.due_on, Deadline.next_on,
            func.coalesce(CaseFile.number, Contract.number).label("number"), CaseFile.type, CaseFile.type_version,
        )
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .outerjoin(Contract, Contract.id == Deadline.contract_id)
        .where(Deadline.next_on < today)
    )  # fmt: skip
    return connection.execute(query.order_by(Deadline.next_on, Deadline.id).limit(limit)).all()


def messages_stuck(connection: Connection, limit: int = 100) -> Rows:
    """Messages that were parked, with the reason."""
    columns = (Message.id, Message.notice, Message.channel, Message.attempt, Message.error, Message.created_at)
    return connection.execute(select(*columns).where(PARKED).order_by(Message.id.desc()).limit(limit)).all()


def runs(connection: Connection, *, flow: str = "", state: str = "", limit: int = 50) -> Rows:
    """The journal of sweeps, batches and imports, newest first."""
    query = select(*Run.__table__.c)
    if flow:
        query = query.where(Run.flow == flow)
    if state:
        query = query.where(Run.state == state)
    return connection.execute(query.order_by(Run.id.desc()).limit(limit)).all()


def step_runs(connection: Connection, *, status: str = "", limit: int = 50) -> Rows:
    """Steps as runs, newest first: what was asked, by whom, how it ended, observed by Prefect or not."""
    query = select(
        StepRequest.id, StepRequest.step, StepRequest.status, StepRequest.created_at, StepRequest.settled_at,
        StepRequest.observed, StepRequest.flow_run_id, StepRequest.error, StepRequest.attempt, CaseFile.number,
    ).outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)  # fmt: skip
    if status:
        query = query.where(StepRequest.status == status)
    return connection.execute(query.order_by(StepRequest.id.desc()).limit(limit)).all()
