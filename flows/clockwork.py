"""What a clock calls for on its day: a reminder, a step of its own, a renewal, and the next day on which to look at it.

Pure but for the calendar: rows in, a `Called` filled, nothing read and nothing written. `flows.deadlines` finds the rows and
writes what was gathered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from config.rules import load_pack
from config.workdays import WorkCalendar, work_calendar
from flows.requests import Wish
from models.base import AnyRow
from notifications.reminders import DueReminder
from states.agenda import due_stages, next_day, next_overdue_day, overdue_stage
from states.casetype import OPEN, DeadlineRule
from states.register import RENEWAL_WINDOW


@dataclass
class Called:
    """What the clocks of one chunk call for, gathered before it is written."""

    reminders: list[DueReminder] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    steps: list[Wish] = field(default_factory=list)
    renewals: list[Wish] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)


def look_at(row: AnyRow, rule: DeadlineRule, called: Called, today: date) -> None:
    """Gather what this clock calls for today."""
    if row.status == "expired":
        _nag(row, rule, called, today)
    elif row.due_on < today:
        _over(row, rule, called, today)
    else:
        _near(row, rule, called, today)


def _near(row: AnyRow, rule: DeadlineRule, called: Called, today: date) -> None:
    """A reminder, or the opening of a window."""
    due = due_stages(rule, row.opens_on, row.due_on, row.next_on, today)
    opening = any(stage.name == "opens" for stage in due)
    told = [stage for stage in due if stage.is_reminder or rule.remind.opening]
    if told and not row.followed:  # the case that is to renew the contract reminds by its own clock
        missed = tuple(stage.name for stage in told[:-1])
        called.reminders.append(_reminder(row, rule, told[-1].name, told[-1].on, missed))
    if opening and not row.opened:
        if rule.on_opening:
            called.steps.append(_clock_step(row, rule.on_opening))
        if row.rule == RENEWAL_WINDOW.name and row.standing == "in_force":
            called.renewals.append(renewal_of(row))
    called.moves.append(_move(row, "open", next_day(rule, row.opens_on, row.due_on, today), opening))


def _over(row: AnyRow, rule: DeadlineRule, called: Called, today: date) -> None:
    """The last day is past: the clock's own step where the law or an agreement gives it that effect, else a word."""
    if rule.on_expiry and (row.hard or not rule.period):
        called.steps.append(_clock_step(row, rule.on_expiry))
        # if the step cannot be taken, the clock is over all the same, and the supervisor hears of it tomorrow
        called.moves.append(_move(row, "expired", next_overdue_day(rule, row.due_on, today, _calendar(row))))
        return
    if row.contract_id is not None and not rule.period:
        called.lapsed.append(row.contract_id)
    if not row.followed and (rule.remind.overdue or rule.over_notice != "deadline_over"):
        first = date.fromordinal(row.due_on.toordinal() + 1)
        due = due_stages(rule, row.opens_on, row.due_on, row.next_on, today)
        missed = tuple(stage.name for stage in due if stage.is_reminder)
        called.reminders.append(_reminder(row, rule, "over", first, missed, rule.over_notice))
    called.moves.append(_move(row, "expired", next_overdue_day(rule, row.due_on, today, _calendar(row))))


def _nag(row: AnyRow, rule: DeadlineRule, called: Called, today: date) -> None:
    """Overdue, a day later: the supervisor hears of it every working day until it is done."""
    called.reminders.append(_reminder(row, rule, overdue_stage(row.due_on, today), today, (), "overdue_daily"))
    called.moves.append(_move(row, "expired", next_overdue_day(rule, row.due_on, today, _calendar(row))))


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
