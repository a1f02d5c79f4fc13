"""A case as its page shows it: where it stands, what comes next, dates, people, promises, papers, history.

A fixed number of questions, whatever hangs on the case. `case_shown` raises `NotFound` for a case the person may not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from documents.catalogue import PAPERS
from flows.judging import moment_of, roles_with
from flows.office import Office
from models import queries
from models.base import AnyRow
from models.casebook import CaseRow, load_case
from models.deadlines import DeadlineStatus
from models.undoing import UNDO
from states.casetype import CaseType, Step
from states.caseview import Moment, Outcome
from states.labels import Label
from states.options import NextStep, next_steps
from states.registry import case_type
from web.access import Visitor
from web.errors import NotFound
from web.titles import subject_of, title_of

#: what parties are in a case
ROLES = {
    "applicant": Label("申请人", "Applicant"), "respondent": Label("被申请人", "Respondent"),
    "representative": Label("推举代表", "Representative"), "joint_handler": Label("联合办理", "Joint handler"),
    "employer": Label("用人单位", "Employer"), "workers_chief": Label("职工方首席代表", "Workers' chief"),
    "workers_representative": Label("职工方代表", "Workers' representative"),
    "employer_chief": Label("用人单位方首席代表", "Employer's chief"),
    "employer_representative": Label("用人单位方代表", "Employer's representative"),
}  # fmt: skip


@dataclass(frozen=True)
class DateShown:
    """A clock of the case; `left` and `working_days` count from today and are 0 once it is over."""

    id: int
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
    """Something that happened."""

    seq: int
    label: Label
    state: Label
    actor: str
    unit: str
    at: Any


@dataclass(frozen=True)
class CaseShown:
    """Everything on the page of a case."""

    row: AnyRow
    case: CaseRow
    kind: CaseType
    title: str
    subject: str
    state: Label
    over: bool
    outcome: Label | None
    steps: list[NextStep]
    ahead: list[NextStep]
    dates: list[DateShown]
    past_dates: list[DateShown]
    parties: list[tuple[Label, str]]
    papers: list[tuple[AnyRow, Label]]
    events: list[EventShown]
    track: list[Label]
    may_undo: bool
    key: str


def case_shown(connection: Connection, office: Office, visitor: Visitor, number: str) -> CaseShown:
    """The case, if the visitor may see it."""
    row = queries.case_by_number(connection, visitor.scope, number)
    case = load_case(connection, row.id) if row is not None else None
    if row is None or case is None:
        raise NotFound
    kind = case_type(row.type, row.type_version)
    moment = moment_of(case, roles_with(connection, visitor.held, case, visitor.person_id), visitor.person_id, office.now())
    options = next_steps(kind, case, moment)
    dates = [_date(kind, one, moment) for one in queries.deadlines_of(connection, row.id)]
    events = queries.events_of(connection, row.id)
    parties = queries.parties_of(connection, row.id)
    first = next((party.name for party in parties if party.role == "applicant"), None)
    return CaseShown(
        row=row, case=case, kind=kind, title=title_of(row, first, visitor.lang), subject=subject_of(row, visitor.lang),
        state=kind.stage(row.state).label, over=row.state in kind.ended,
        outcome=Outcome(row.outcome).label if row.outcome else None,
        steps=[option for option in options if option.open], ahead=[option for option in options if not option.open],
        dates=[one for one in dates if one.running], past_dates=[one for one in dates if not one.running],
        parties=[(ROLES.get(party.role, Label(party.role, party.role)), party.name) for party in parties],
        papers=[(paper, PAPERS[paper.paper].label) for paper in queries.papers_of(connection, row.id)],
        events=[event_shown(kind, event) for event in events], track=_track(kind, events), may_undo=_may_undo(kind, events),
        key=uuid4().hex,
    )  # fmt: skip


def _date(kind: CaseType, row: AnyRow, moment: Moment) -> DateShown:
    running = row.status == "open" or (row.status == "expired" and row.next_on is not None)
    return DateShown(
        id=row.id, label=kind.rule[row.rule].label, subject=row.subject, due_on=row.due_on, opens_on=row.opens_on,
        status=DeadlineStatus(row.status).label, running=running, hard=row.hard, provisional=row.provisional,
        left=(row.due_on - moment.today).days, working_days=_working_days(moment, row.due_on),
    )  # fmt: skip


def _working_days(moment: Moment, due_on: date) -> int:
    """Working days from tomorrow to the last day; a year or more is not counted out."""
    ahead = (due_on - moment.today).days
    if not 0 < ahead <= 366:
        return 0
    days = (date.fromordinal(moment.today.toordinal() + no) for no in range(1, ahead + 1))
    return sum(moment.calendar.is_working_day(day) for day in days)


def event_shown(kind: CaseType, row: AnyRow) -> EventShown:
    """An event with the names of its step and state."""
    step = kind.step(row.step)
    label = step.label if step else Label("撤销上一步", "Last step taken back")
    return EventShown(row.seq, label, kind.stage(row.to_state).label, row.actor or "", row.unit or "", row.at)


def _track(kind: CaseType, events: Sequence[AnyRow]) -> list[Label]:
    """The states the case went through, oldest first; what was taken back is left out."""
    passed: list[str] = []
    for event in reversed(events):
        if event.step == UNDO and event.to_state in passed:
            passed = passed[: passed.index(event.to_state) + 1]
        elif not passed or passed[-1] != event.to_state:
            passed.append(event.to_state)
    return [kind.stage(state).label for state in passed]


def _may_undo(kind: CaseType, events: Sequence[AnyRow]) -> bool:
    """Whether the last step is one that can be taken back at all; who and how long is judged at the door."""
    last = events[0] if events else None
    step: Step | None = kind.step(last.step) if last is not None else None
    return bool(step and step.undoable and last is not None and last.step != "open" and last.actor_id is not None)
