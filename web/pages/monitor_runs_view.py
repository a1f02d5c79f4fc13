"""The journal as its page shows it: each row a step attempted on a case, or a work with how far it is and who does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from config.clock import start_of
from flows.casework import refusal_from
from flows.checks.table import check_of
from flows.headquarters import at_the_top
from flows.mending import MEND
from models import daybook, running
from models.base import AnyRow
from models.overview import unit_of_code
from models.requests import RequestStatus, RunState
from states.labels import Label, Named
from states.names import step_label as step_named
from states.registry import case_type
from web.access import Visitor
from web.pages.batches_view import step_label
from web.pages.monitor_whose import watched
from web.pages.monitor_words import STEPS_OF_CASES, Said, cause, flow_label, flows_of
from web.titles import title_of

A_PAGE = 25
BAD, NEAR, GOOD = "bad", "near", "good"
#: how a state looks; others are neutral
LOOKS = {"failed": BAD, "lost": BAD, "refused": NEAR, "waiting": NEAR, "running": NEAR, "applied": GOOD, "done": GOOD}
FOLLOW_UP = Label("登记后续案件", "Open a follow-up case")


class Chosen(NamedTuple):
    """What somebody filters by: codes and days alone, never a name. `before`: id below which the page begins."""

    flow: str = STEPS_OF_CASES
    state: str = ""
    unit: str = ""
    person: str = ""
    number: str = ""
    since: date | None = None
    upto: date | None = None
    before: int = 0
    #: case type and step, "dispute.accept"
    step: str = ""

    def query(self, **changed: Any) -> str:
        """The same filters as a query string, some of them changed."""
        kept = {**self._asdict(), **changed}
        return urlencode({name: value for name, value in kept.items() if value})

    @property
    def of_steps(self) -> bool:
        """Whether steps of cases are listed, and not works."""
        return self.flow == STEPS_OF_CASES


@dataclass(frozen=True)
class Line:
    """One line of the journal."""

    id: int
    path: str
    what: Label
    #: the case it is about; empty for works, and for a case that was never opened
    number: str
    title: str
    unit: str
    person: str
    person_code: str
    at: datetime
    state: Label
    look: str
    #: why it was refused, or went wrong
    why: Label | None
    seconds: float | None
    observed: bool
    attempt: int
    done: int = 0
    total: int = 0


class Listed(NamedTuple):
    """The page, the id from which the next one goes on (0: there is none), and the states that can be chosen."""

    lines: list[Line]
    next: int
    states: list[Named]


def watching(visitor: Visitor) -> running.Watching:
    """As whom he looks at works."""
    paths = watched(visitor)
    return running.Watching(visitor.person_id, paths, at_the_top(paths))


def journal_of(connection: Connection, visitor: Visitor, chosen: Chosen) -> Listed:
    """One page of the journal. A unit, person or case that is none of his narrows it to nothing."""
    paths = watched(visitor)
    unit = unit_of_code(connection, paths, chosen.unit) if chosen.unit else None
    within = (unit.path,) if unit is not None else () if chosen.unit else paths
    narrowed = running.Narrowed(
        chosen.state, running.person_of_code(connection, chosen.person) if chosen.person else 0,
        running.case_of_number(connection, chosen.number) if chosen.number else 0, _midnight(chosen.since),
        _midnight(chosen.upto and chosen.upto + timedelta(days=1)), *_kind_and_step(chosen.step),
    )  # fmt: skip
    if chosen.of_steps:
        rows = running.steps(connection, within, narrowed, chosen.before, A_PAGE + 1)
        names = daybook.applicants(connection, {row.case_id for row in rows if row.case_id})
        lines = [step_line(row, names, visitor.lang) for row in rows[:A_PAGE]]
    else:
        who = watching(visitor)._replace(paths=within)
        rows = running.works(connection, who, flows_of(chosen.flow), narrowed, chosen.before, A_PAGE + 1)
        lines = [work_line(row) for row in rows[:A_PAGE]]
    states: list[Named] = list(RequestStatus if chosen.of_steps else RunState)
    return Listed(lines, rows[A_PAGE - 1].id if len(rows) > A_PAGE else 0, states)


def _kind_and_step(chosen: str) -> tuple[str, str]:
    kind, _, step = chosen.partition(".")
    return kind, step


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else start_of(day)


def step_said(row: AnyRow) -> Label:
    """What the step is called, in the version of its case's type."""
    kind = case_type(row.type, row.type_version) if row.type else case_type(row.case_type) if row.case_type else None
    if kind is not None:
        return step_named(kind, row.step)
    return step_label(row.step) if row.step == "open" else FOLLOW_UP


def step_line(row: AnyRow, names: Mapping[int, str], lang: str) -> Line:
    """A step as a line."""
    return Line(
        id=row.id, path=f"/supervision/runs/step/{row.id}", what=step_said(row), number=row.number or "",
        title=title_of(row, names.get(row.case_id), lang) if row.facts else "", unit=row.unit or "", person=row.actor or "",
        person_code=row.actor_code or "",
        at=row.created_at, state=RequestStatus(row.status).label, look=LOOKS.get(row.status, ""), why=why_of(row),
        seconds=_seconds(row.created_at, row.settled_at), observed=bool(row.observed), attempt=row.attempt,
    )  # fmt: skip


def why_of(row: AnyRow) -> Label | None:
    """Why a step was refused or went wrong, in one sentence."""
    if row.status == "refused" and row.receipt and "refusal" in row.receipt:
        reasons = refusal_from(row.receipt).reasons
        return reasons[0].text if reasons else None
    return cause(row.error).label if row.error else None


def work_line(row: AnyRow) -> Line:
    """A work as a line."""
    told = {**row.asked, **row.counts}
    return Line(
        id=row.id, path=f"/supervision/runs/work/{row.id}", what=_work_said(row), number="", title="", unit="",
        person=row.person or "", person_code=row.person_code or "", at=row.started_at, state=RunState(row.state).label,
        look=LOOKS.get(row.state, ""), why=cause(row.error).label if row.error else None,
        seconds=_seconds(row.started_at, row.ended_at),
        observed=row.observed, attempt=row.attempt, done=_whole(told.get("done")), total=_whole(told.get("total")),
    )  # fmt: skip


def _work_said(row: AnyRow) -> Label:
    """What the work is called; of a mending, what it mends."""
    label, check = flow_label(row.flow), check_of(str(row.asked.get("code", ""))) if row.flow == MEND else None
    return Label(f"{label.zh}:{check.says.zh}", f"{label.en}: {check.says.en}") if check else label


def _seconds(begun: datetime, ended: datetime | None) -> float | None:
    return max(0.0, (ended - begun).total_seconds()) if ended is not None else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def cause_of(error: str) -> Said | None:
    """The kind of fault, if there was one."""
    return cause(error) if error else None
