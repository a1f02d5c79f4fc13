"""The sweep over clocks: reminders due, windows opened, periods over, renewals to start. One range of one index serves all.

A chunk of rows whose `next_on` has come is read and settled in one transaction: reminders go to the ledger and the outbox,
`next_on` moves on, and what the clock itself must do (a step, a renewal) is filed as requests, keyed by clock and date. The
requests are applied after the commit, through the one door. So two sweeps at once, or one that dies anywhere, do nothing twice.

The last stage due is acted on; earlier ones that nobody rang (an outage, a first load) are named in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update
from sqlalchemy.orm import aliased

from config.crashpoints import crashpoint
from config.rules import load_pack
from config.workdays import WorkCalendar, work_calendar
from flows.batch import advance_batch
from flows.collector import collector_held
from flows.office import Office
from flows.requests import Wish, place_batch
from flows.works import keep_hold
from models.base import AnyRow, AnySelect
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.prepared import Prepared
from notifications.reminders import DueReminder, write_reminders
from states.agenda import due_stages, next_day, next_overdue_day, overdue_stage
from states.casetype import OPEN, DeadlineRule
from states.errors import BadDefinition
from states.register import RENEWAL_WINDOW
from states.registry import rule_of

CHUNK = 500

#: contracts that an open bargaining case is to renew: looked up once a chunk, not once a row; "> 0" is a range of the index
_FOLLOWS = aliased(CaseFile)
_FOLLOWED = select(_FOLLOWS.predecessor_id).where(_FOLLOWS.predecessor_id > 0, _FOLLOWS.closed_on.is_(None))
#: the range of the index first, so that the planner cannot begin with the cases
_DUE_TODAY: AnySelect = (
    select(
        Deadline.id, Deadline.case_id, Deadline.contract_id, Deadline.rule, Deadline.subject, Deadline.status,
        Deadline.opens_on, Deadline.due_on, Deadline.next_on, Deadline.opened, Deadline.hard,
    )
    .where(Deadline.next_on <= bindparam("today"))
    .order_by(Deadline.next_on, Deadline.id)
    .limit(CHUNK)
    .with_for_update(skip_locked=True)
)  # fmt: skip


def _looked_up(due: AnySelect) -> AnySelect:
    """Those clocks, with what their case or contract says."""
    first = due.subquery("due")
    return (
        select(
            *first.c, CaseFile.type, CaseFile.type_version,
            func.coalesce(CaseFile.number, Contract.number).label("number"),
            func.coalesce(CaseFile.pack, Contract.pack).label("pack"),
            func.coalesce(CaseFile.unit_id, Contract.unit_id).label("unit_id"),
            Contract.kind, Contract.standing, Contract.employer_id,
            Contract.employer_name, Contract.scope, Contract.workers, Contract.women, Contract.expires_on,
            case((Contract.id.is_not(None), Contract.id.in_(_FOLLOWED)), else_=False).label("followed"),
        )
        .select_from(first)
        .outerjoin(CaseFile, CaseFile.id == first.c.case_id)
        .outerjoin(Contract, Contract.id == first.c.contract_id)
        .order_by(first.c.next_on, first.c.id)
    )  # fmt: skip


_DUE = _looked_up(_DUE_TODAY)
_MOVE_ON = Prepared(
    update(Deadline.__table__)  # type: ignore[arg-type]
    .where(Deadline.id == bindparam("b_id"), Deadline.next_on == bindparam("b_next_on"))
    .values({name: bindparam(name) for name in ("status", "next_on", "opened")})
)


@dataclass
class Swept:
    """What one sweep did."""

    looked_at: int = 0
    reminders: int = 0
    expired: int = 0
    steps: int = 0
    renewals: int = 0
    refused: int = 0
    batches: list[int] = field(default_factory=list, repr=False)
    #: clocks of a rule this program does not know: a newer one minds them
    unknown: set[int] = field(default_factory=set, repr=False)

    def as_json(self) -> dict[str, int]:
        """The counts, for the journal."""
        return {
            "looked_at": self.looked_at, "reminders": self.reminders, "expired": self.expired, "steps": self.steps,
            "renewals": self.renewals, "refused": self.refused, "unknown": len(self.unknown),
        }  # fmt: skip


@dataclass
class _Chunk:
    """What is gathered from the rows of one chunk before it is written."""

    reminders: list[DueReminder] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    steps: list[Wish] = field(default_factory=list)
    renewals: list[Wish] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)


def sweep_deadlines(office: Office) -> Swept:
    """Act on every clock that is due today or was due before."""
    swept = Swept()
    while True:
        with collector_held(), office.store.write() as connection:
            rows = connection.execute(_due(swept), {"today": office.today()}).all()
            if rows:
                _settle(connection, office, rows, swept)
                keep_hold(connection)
                crashpoint("sweep.reminders-written")
        if not rows:
            break
        crashpoint("sweep.reminders-committed")
        office.store.give_way()
        for batch_id in swept.batches:
            swept.refused += advance_batch(office, batch_id).refused
        swept.batches.clear()
    return swept


def _due(swept: Swept) -> AnySelect:
    """The next chunk of what is due; what this program does not know is passed over."""
    return _looked_up(_DUE_TODAY.where(Deadline.id.not_in(swept.unknown))) if swept.unknown else _DUE


def _settle(connection: Connection, office: Office, rows: Sequence[AnyRow], swept: Swept) -> None:
    chunk, today = _Chunk(), office.today()
    for row in rows:
        try:
            rule = rule_of(row)
        except (BadDefinition, KeyError):  # left as it is; the checks of the night show it
            swept.unknown.add(row.id)
        else:
            swept.looked_at += 1
            _look_at(row, rule, chunk, today)
    swept.reminders += write_reminders(connection, chunk.reminders, office.now(), today)
    _MOVE_ON.write(connection, chunk.moves)
    swept.expired += sum(move["status"] == "expired" for move in chunk.moves)
    if chunk.lapsed:
        lapse = update(Contract).where(Contract.id.in_(chunk.lapsed), Contract.standing == "in_force")
        connection.execute(lapse.values(standing="lapsed"))
    for wishes, name in ((chunk.steps, "clock"), (chunk.renewals, OPEN)):
        if wishes:
            swept.batches.append(place_batch(connection, office, wishes, name))
    swept.steps += len(chunk.steps)
    swept.renewals += len(chunk.renewals)
    crashpoint("sweep.expiry-filed")


def _look_at(row: AnyRow, rule: DeadlineRule, chunk: _Chunk, today: date) -> None:
    if row.status == "expired":
        _nag(row, rule, chunk, today)
    elif row.due_on < today:
        _over(row, rule, chunk, today)
    else:
        _near(row, rule, chunk, today)


def _near(row: AnyRow, rule: DeadlineRule, chunk: _Chunk, today: date) -> None:
    """A reminder, or the opening of a window."""
    due = due_stages(rule, row.opens_on, row.due_on, row.next_on, today)
    opening = any(stage.name == "opens" for stage in due)
    told = [stage for stage in due if stage.is_reminder or rule.remind.opening]
    if told and not row.followed:  # the case that is to renew the contract reminds by its own clock
        missed = tuple(stage.name for stage in told[:-1])
        chunk.reminders.append(_reminder(row, rule, told[-1].name, told[-1].on, missed))
    if opening and not row.opened:
        if rule.on_opening:
            chunk.steps.append(_clock_step(row, rule.on_opening))
        if row.rule == RENEWAL_WINDOW.name and row.standing == "in_force":
            chunk.renewals.append(renewal_of(row))
    chunk.moves.append(_move(row, "open", next_day(rule, row.opens_on, row.due_on, today), opening))


def _over(row: AnyRow, rule: DeadlineRule, chunk: _Chunk, today: date) -> None:
    """The last day is past: the clock's own step where the law or an agreement gives it that effect, else a word."""
    if rule.on_expiry and (row.hard or not rule.period):
        chunk.steps.append(_clock_step(row, rule.on_expiry))
        # if the step cannot be taken, the clock is over all the same, and the supervisor hears of it tomorrow
        chunk.moves.append(_move(row, "expired", next_overdue_day(rule, row.due_on, today, _calendar(row))))
        return
    if row.contract_id is not None and not rule.period:
        chunk.lapsed.append(row.contract_id)
    if not row.followed and (rule.remind.overdue or rule.over_notice != "deadline_over"):
        first = date.fromordinal(row.due_on.toordinal() + 1)
        due = due_stages(rule, row.opens_on, row.due_on, row.next_on, today)
        missed = tuple(stage.name for stage in due if stage.is_reminder)
        chunk.reminders.append(_reminder(row, rule, "over", first, missed, rule.over_notice))
    chunk.moves.append(_move(row, "expired", next_overdue_day(rule, row.due_on, today, _calendar(row))))


def _nag(row: AnyRow, rule: DeadlineRule, chunk: _Chunk, today: date) -> None:
    """Overdue, a day later: the supervisor hears of it every working day until it is done."""
    chunk.reminders.append(_reminder(row, rule, overdue_stage(row.due_on, today), today, (), "overdue_daily"))
    chunk.moves.append(_move(row, "expired", next_overdue_day(rule, row.due_on, today, _calendar(row))))


def _calendar(row: AnyRow) -> WorkCalendar:
    return work_calendar(load_pack(row.pack).calendar)


def _move(row: AnyRow, status: str, next_on: date | None, opened: bool = False) -> dict[str, Any]:
    return {
        "b_id": row.id, "b_next_on": row.next_on, "status": status, "next_on": next_on,
        "opened": row.opened or opened,
    }  # fmt: skip


def _clock_step(row: AnyRow, step: str) -> Wish:
    return Wish(step=step, case_id=row.case_id, key=f"clock:{row.id}:{row.due_on}:{step}")


def renewal_of(row: AnyRow) -> Wish:
    """The wish to open the bargaining case that follows a contract whose window has opened."""
    answers = {
        "kind": row.kind, "scope": row.scope, "employer": row.employer_name, "workers": row.workers,
        "women": row.women, "predecessor_id": row.contract_id, "expires_on": row.expires_on.isoformat(),
        "employer_id": row.employer_id, "pack": row.pack,
    }  # fmt: skip
    return Wish(
        step=OPEN, case_type="bargaining", unit_id=row.unit_id, key=f"renew:{row.contract_id}:{row.due_on}",
        answers={name: value for name, value in answers.items() if value is not None},
    )  # fmt: skip


def _reminder(
    row: AnyRow, rule: DeadlineRule, stage: str, planned_on: date, missed: tuple[str, ...], notice: str = ""
) -> DueReminder:
    return DueReminder(
        deadline_id=row.id,
        case_id=row.case_id,
        contract_id=row.contract_id,
        number=row.number,
        case_type=row.type or "",
        rule=row.rule,
        label=rule.label,
        subject=row.subject or row.employer_name or "",
        due_on=row.due_on,
        stage=stage,
        planned_on=planned_on,
        missed=missed,
        notice=notice or rule.notice,
        hard=row.hard,
    )
