"""The pieces of a case's page: dates, events, people, meetings, instalments, as the templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from config.clock import day_at
from flows.migrating import OPERATOR
from flows.undoing import OWN_DAYS, SUPERVISOR_DAYS
from models.base import AnyRow
from models.case_page import MINUTES
from models.casebook import InstalmentRow
from models.deadlines import DeadlineStatus
from models.undoing import UNDO
from states.casetype import CaseType
from states.caseview import Moment
from states.errors import Reason
from states.labels import Label
from states.names import moved_label, state_label, step_label
from states.registry import rule_named
from web.pages.case_reach import Reach

#: what parties are in a case
ROLES = {
    "applicant": Label("申请人", "Applicant"), "respondent": Label("被申请人", "Respondent"),
    "representative": Label("推举代表", "Representative"), "joint_handler": Label("联合办理", "Joint handler"),
    "employer": Label("用人单位", "Employer"), "workers_chief": Label("职工方首席代表", "Workers' chief"),
    "workers_representative": Label("职工方代表", "Workers' representative"),
    "employer_chief": Label("用人单位方首席代表", "Employer's chief"),
    "employer_representative": Label("用人单位方代表", "Employer's representative"),
}  # fmt: skip
MEETINGS = {"session": Label("调解会", "Session"), "round": Label("协商会议", "Round"), "congress": Label("职代会", "Congress")}
ACTS = {"set": Label("已约定", "Fixed"), "put_off": Label("改期", "Put off"), "held": Label("已召开", "Held")}


@dataclass(frozen=True)
class DateShown:
    """A clock of the case; `left` and `working_days` count from today and are 0 once it is over."""

    id: int
    rule: str
    label: Label
    subject: str
    due_on: date
    opens_on: date | None
    status: Label
    running: bool
    hard: bool
    provisional: bool
    left: int
    working_days: int


@dataclass(frozen=True)
class EventShown:
    """Something that happened; `undone` when it was taken back later."""

    seq: int
    label: Label
    state: Label
    actor: str
    unit: str
    at: Any
    undone: bool = False
    batch: bool = False
    #: done from the command line of the machine, by nobody with a name
    operator: bool = False


@dataclass(frozen=True)
class PartyShown:
    """Somebody the case is about; numbers only as far as their last signs."""

    id: int
    role: Label
    name: str
    phone: str
    identity: str
    represents: bool


@dataclass(frozen=True)
class MeetingShown:
    """A meeting as it stands: its day after the last change, and what was written of it."""

    no: int
    label: Label
    act: Label
    held: bool
    on: date
    place: str
    present: int
    minutes: str
    cut: bool
    #: days it was fixed for before, the newest first, with the reasons for putting it off
    earlier: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class InstalmentShown:
    """What is owed by when, what has arrived, and the payments that brought it (fen)."""

    no: int
    amount: int
    paid: int
    left: int
    due_on: date
    days: int
    performed: bool
    payments: tuple[AnyRow, ...] = ()


@dataclass(frozen=True)
class UndoShown:
    """The last step, who may take it back until when, and what stands against this visitor doing it."""

    label: Label
    actor: str
    own_until: date
    supervisor_until: date
    reasons: tuple[Reason, ...] = field(default=())


def unsettled(row: AnyRow) -> bool:
    """Whether somebody still has to do something about a clock: it runs, or is over and not done."""
    return bool(row.status == "open" or (row.status == "expired" and row.next_on is not None))


def date_shown(kind: CaseType, row: AnyRow, moment: Moment) -> DateShown:
    """A clock with its names and what is left of it."""
    running = unsettled(row)
    return DateShown(
        id=row.id, rule=row.rule, label=rule_named(kind, row.rule).label, subject=row.subject, due_on=row.due_on,
        opens_on=row.opens_on, status=DeadlineStatus(row.status).label, running=running, hard=row.hard,
        provisional=row.provisional, left=(row.due_on - moment.today).days,
        working_days=_working_days(moment, row.due_on) if running else 0,
    )  # fmt: skip


def _working_days(moment: Moment, due_on: date) -> int:
    """Working days from tomorrow to the last day; a year or more is not counted out."""
    ahead = (due_on - moment.today).days
    if not 0 < ahead <= 366:
        return 0
    days = (moment.today + timedelta(days=no) for no in range(1, ahead + 1))
    return sum(moment.calendar.is_working_day(day) for day in days)


def events_shown(kind: CaseType, rows: Sequence[AnyRow]) -> list[EventShown]:
    """Events, newest first. The one right before an undo is the one it took back: only the last step can be."""
    undoing = {row.seq - 1 for row in rows if row.step == UNDO}
    return [event_shown(kind, row, undone=row.seq in undoing) for row in rows]


def event_shown(kind: CaseType, row: AnyRow, *, undone: bool = False) -> EventShown:
    """An event with the names of its step and state."""
    came_from = getattr(row, "came_from", None)
    label = step_label(kind, row.step) if came_from is None else moved_label(int(came_from), int(row.moved_to))
    batch = getattr(row, "batch_id", None) is not None
    state = state_label(kind, row.to_state)
    operator = row.role == OPERATOR
    return EventShown(row.seq, label, state, row.actor or "", row.unit or "", row.at, undone, batch, operator)


def party_shown(row: AnyRow, *, numbers: bool) -> PartyShown:
    """A party; without `numbers` not even their last signs."""
    phone, identity = (masked(row.phone), masked(row.identity)) if numbers else ("", "")
    return PartyShown(row.id, role_of(row), row.name, phone, identity, row.represents)


def role_of(row: AnyRow) -> Label:
    """What the party is in the case."""
    return ROLES.get(row.role, Label(row.role, row.role))


def masked(number: str) -> str:
    """A number as it stands on a page: its last four signs, or three dots for one too short to hide anything else."""
    if not number:
        return ""
    return "•••" if len(number) < 8 else f"•••{number[-4:]}"


def meetings_shown(rows: Iterable[AnyRow]) -> list[MeetingShown]:
    """Meetings, newest first, from what happened to them (newest first)."""
    found: dict[tuple[str, int], list[AnyRow]] = {}
    for row in rows:
        found.setdefault((row.kind, row.no), []).append(row)
    shown = []
    for (kind, no), acts in found.items():
        last = acts[0]
        told = last.minutes if last.act == "held" else ""
        # the reason for putting a meeting off stands with its new day; the day before it is the older entry's
        earlier = tuple((older.on, newer.minutes) for newer, older in pairwise(acts)
                        if newer.act == "put_off")  # fmt: skip
        place = next((act.place for act in acts if act.place), "")
        shown.append(
            MeetingShown(no, MEETINGS.get(kind, Label(kind, kind)), ACTS[last.act], last.act == "held", last.on, place,
                         last.present or 0, told[:MINUTES], len(told) > MINUTES, earlier)
        )  # fmt: skip
    return shown


def instalments_shown(rows: Iterable[InstalmentRow], payments: Sequence[AnyRow], today: date) -> list[InstalmentShown]:
    """Instalments in order, each with its payments."""
    return [
        InstalmentShown(
            row.no, row.amount, row.paid, max(0, row.amount - row.paid), row.due_on, (row.due_on - today).days, row.performed,
            tuple(payment for payment in payments if payment.no == row.no),
        )
        for row in rows
    ]  # fmt: skip


def undo_shown(found: Reach, last: AnyRow, actor: str, reasons: Sequence[Reason]) -> UndoShown | None:
    """The undo of the last step; None where that step can never be taken back."""
    never = {"not_undoable", "has_left_the_case"}
    step = found.kind.step(last.step)
    if step is None or never & {reason.code for reason in reasons}:
        return None
    day = day_at(last.at)
    own, supervised = day + timedelta(days=OWN_DAYS), day + timedelta(days=SUPERVISOR_DAYS)
    return UndoShown(step.label, actor, own, supervised, tuple(reasons))
