"""A case as its page shows it: what comes next, by when and why; people, promises, papers, what was said, what happened.

A fixed number of questions, whatever hangs on the case: lists are cut, and say where the rest is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from documents.catalogue import PAPERS
from flows.office import Office
from flows.undoing import against
from models import case_page, queries
from models.base import AnyRow
from models.casebook import load_instalments
from models.undoing import UNDO, last_event
from states.caseview import Outcome
from states.dispute.words import Cause
from states.labels import Label
from states.names import state_label
from states.options import Course, course_of, next_steps
from states.registry import case_type
from web.access import Visitor
from web.pages.case_parts import (
    DateShown,
    EventShown,
    InstalmentShown,
    MeetingShown,
    PartyShown,
    UndoShown,
    date_shown,
    events_shown,
    instalments_shown,
    meetings_shown,
    party_shown,
    undo_shown,
    unsettled,
)
from web.pages.case_reach import Reach, reach
from web.titles import subject_of

#: how much of each list stands on the page; the rest is one click away
MOST_PARTIES, MOST_EVENTS, MOST_NOTES, MOST_PAPERS, MOST_CLAIMS, MOST_MEETINGS, MOST_INSTALMENTS = 20, 30, 8, 15, 8, 8, 24
MOST_PAST_DATES = 12
#: days before its end from which a right (limitation, a window) is offered among the ordinary steps
SOON = 30
RELATIONS = {
    ("renews", False): Label("续签自", "Renews"), ("renews", True): Label("由此案续签", "Renewed by"),
    ("follows", False): Label("承接", "Follows"), ("follows", True): Label("后续案件", "Followed by"),
    ("heard_with", False): Label("合并处理", "Heard with"), ("heard_with", True): Label("合并处理", "Heard with"),
}  # fmt: skip
OWN, EARLIER = Label("本案合同", "Contract of this case"), Label("原合同", "The earlier contract")


@dataclass(frozen=True)
class PaperShown:
    """A paper, whether it is one that is handed over, and whom it was given to so far."""

    row: AnyRow
    label: Label
    served: bool
    sendings: tuple[AnyRow, ...]


@dataclass(frozen=True)
class LinkShown:
    """A case that belongs with this one."""

    relation: Label
    number: str
    kind: Label
    state: Label


@dataclass(frozen=True)
class CaseShown:
    """Everything on the page of a case."""

    reach: Reach
    row: AnyRow
    title: str
    subject: str
    state: Label
    over: bool
    outcome: Label | None
    course: Course
    dates: list[DateShown]
    past_dates: list[DateShown]
    parties: list[PartyShown]
    parties_count: int
    claims: list[tuple[Label | None, AnyRow]]
    instalments: list[InstalmentShown]
    meetings: list[MeetingShown]
    papers: list[PaperShown]
    notes: Sequence[AnyRow]
    attachments: Sequence[AnyRow]
    links: list[LinkShown]
    contracts: list[tuple[Label, str]]
    events: list[EventShown]
    more_events: bool
    track: list[tuple[str, Label]]
    undo: UndoShown | None
    key: str

    @property
    def next_date(self) -> DateShown | None:
        """The clock the first step answers; where it answers none, the one that ends first."""
        step = self.course.first.step.name if self.course.first else ""
        answered = (one for one in self.dates if step in self.reach.kind.rule[one.rule].done_by)
        return next(answered, next(iter(self.dates), None))

    @property
    def owed(self) -> tuple[int, int, int]:
        """What the instalments come to, what has arrived, how many of them are done (fen, fen, number)."""
        parts = self.instalments
        return sum(p.amount for p in parts), sum(min(p.paid, p.amount) for p in parts), sum(p.performed for p in parts)


def case_shown(connection: Connection, office: Office, visitor: Visitor, number: str) -> CaseShown:
    """The case, if the visitor may see it. Raises `NotFound`."""
    found = reach(connection, office, visitor, number)
    row, case, kind = found.row, found.case, found.kind
    clocks = queries.deadlines_of(connection, row.id)
    dates = sorted((date_shown(kind, one, found.moment) for one in clocks), key=lambda one: (not one.running, one.due_on))
    events = case_page.history(connection, row.id, MOST_EVENTS + 1)
    people = case_page.parties(connection, row.id, MOST_PARTIES)
    return CaseShown(
        reach=found, row=row, title=found.title, subject=subject_of(row, visitor.lang),
        state=kind.stage(row.state).label, over=row.state in kind.ended,
        outcome=Outcome(row.outcome).label if row.outcome else None,
        course=course_of(kind, next_steps(kind, case, found.moment), _pressing(found, clocks)),
        dates=[one for one in dates if one.running], past_dates=[one for one in dates if not one.running][-MOST_PAST_DATES:],
        parties=[party_shown(one, numbers=found.sees_numbers) for one in people],
        parties_count=people[0].all if people else 0,
        **_promises(connection, found), **_beside(connection, found),
        events=events_shown(kind, events)[:MOST_EVENTS], more_events=len(events) > MOST_EVENTS,
        track=_track(found, events), undo=_undo(connection, found, events), key=uuid4().hex,
    )  # fmt: skip


def _pressing(found: Reach, clocks: Sequence[AnyRow]) -> list[str]:
    """The rules of the clocks that press now, the first to end first: duties, and rights that end within a month."""
    soon = found.moment.today + timedelta(days=SOON)
    return [
        one.rule
        for one in sorted(clocks, key=lambda one: one.due_on)
        if unsettled(one) and (found.kind.rule[one.rule].remind.overdue or one.due_on <= soon)
    ]


def _promises(connection: Connection, found: Reach) -> dict[str, Any]:
    """What is asked for, what was promised and what arrived, and the meetings about it."""
    case_id, today = found.case.id, found.moment.today
    load_instalments(connection, [found.case])
    claims = case_page.claims(connection, case_id, MOST_CLAIMS)
    return {
        "claims": [(Cause(row.cause).label if row.cause in list(Cause) else None, row) for row in claims],
        "instalments": instalments_shown(found.case.instalments, case_page.payments(connection, case_id), today),
        "meetings": meetings_shown(case_page.meetings(connection, case_id))[:MOST_MEETINGS],
    }


def _beside(connection: Connection, found: Reach) -> dict[str, Any]:
    """What lies beside the case: papers with their sendings, notes, files, linked cases, contracts."""
    case_id, scope = found.case.id, found.visitor.scope
    return {
        "papers": papers_shown(connection, found, MOST_PAPERS),
        "notes": case_page.notes(connection, case_id, MOST_NOTES, found.audiences),
        "attachments": case_page.attachments(connection, case_id, MOST_NOTES, found.audiences),
        "links": [_link(row) for row in case_page.links(connection, scope, case_id)],
        "contracts": [(EARLIER if row.earlier else OWN, row.number) for row in case_page.contracts(connection, scope, case_id)],
    }


def papers_shown(connection: Connection, found: Reach, limit: int) -> list[PaperShown]:
    """The papers the visitor may open, newest first, with their sendings."""
    papers = case_page.papers(connection, found.case.id, limit, found.given_to)
    sent = case_page.sendings(connection, [paper.id for paper in papers])
    return [
        PaperShown(
            paper, PAPERS[paper.paper].label, PAPERS[paper.paper].served,
            tuple(one for one in sent if one.document_id == paper.id and one.withdrawn_at is None),
        )
        for paper in papers
    ]  # fmt: skip


def _link(row: AnyRow) -> LinkShown:
    kind = case_type(row.type, row.type_version)
    relation = RELATIONS.get((row.relation, bool(row.back)), Label(row.relation, row.relation))
    return LinkShown(relation, row.number, kind.label, kind.stage(row.state).label)


def _track(found: Reach, events: Sequence[AnyRow]) -> list[tuple[str, Label]]:
    """The states the case went through lately, oldest first; what was taken back is left out."""
    passed: list[str] = []
    for event in reversed(events):
        if event.step == UNDO and event.to_state in passed:
            passed = passed[: passed.index(event.to_state) + 1]
        elif not passed or passed[-1] != event.to_state:
            passed.append(event.to_state)
    return [(state, state_label(found.kind, state)) for state in passed]


def _undo(connection: Connection, found: Reach, events: Sequence[AnyRow]) -> UndoShown | None:
    last = last_event(connection, found.case)
    reasons = list(against(found.case, last, found.visitor.person_id, found.roles, found.moment.today))
    return undo_shown(found, last, events[0].actor or "", reasons)
