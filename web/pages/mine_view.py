"""A party's own case: where it stands in plain words, what comes next and by when, and what is his to read.

One view for a party with an account and for a worker who follows his case by a secret. A fixed number of questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from documents.catalogue import PAPERS
from flows.judging import moment_of
from flows.office import Office
from models import own_case, queries
from models.base import AnyRow
from models.casebook import InstalmentRow, load_case
from states.caseview import Outcome
from states.labels import Label
from states.options import next_steps
from states.registry import case_type
from states.roles import Role
from web.pages.mine_words import INNER, Told, told_of

#: what both sides may read without being handed a copy
FOR_PARTIES = frozenset(key for key, paper in PAPERS.items() if paper.for_parties)
ACTS = {"set": Label("已定", "fixed"), "put_off": Label("改期至此", "put off to this day"), "held": Label("已开", "held")}


@dataclass(frozen=True)
class Ahead:
    """A day that matters; `left` is in natural days."""

    id: int
    label: Label
    subject: str
    due_on: date
    left: int


@dataclass(frozen=True)
class SessionShown:
    """A session: its day, its place, and what became of it."""

    on: date
    place: str
    act: Label
    coming: bool


@dataclass(frozen=True)
class OwnLine:
    """A case in the list of one's own."""

    number: str
    employer: str
    state: Label
    told: Told
    over: bool
    opened_on: date


@dataclass(frozen=True)
class OwnCase:
    """Everything a party reads."""

    row: AnyRow
    state: Label
    told: Told
    over: bool
    outcome: Label | None
    employer: str
    ahead: tuple[Ahead, ...]
    sessions: tuple[SessionShown, ...]
    instalments: Sequence[InstalmentRow]
    papers: tuple[tuple[AnyRow, Label], ...]
    notes: Sequence[AnyRow]
    files: Sequence[AnyRow]
    #: (name, label) of the steps the party may take himself
    steps: tuple[tuple[str, Label], ...]
    person_id: int
    key: str


def own_lines(connection: Connection, person_id: int) -> list[OwnLine]:
    """The cases of somebody, newest first."""
    return [_line(row) for row in own_case.own_cases(connection, person_id)]


def _line(row: AnyRow) -> OwnLine:
    kind = case_type(row.type, row.type_version)
    label = kind.stage(row.state).label
    return OwnLine(
        row.number, str(row.facts.get("employer", "")), label, told_of(row.state, label), row.state in kind.ended, row.opened_on
    )


def own_case_shown(
    connection: Connection, office: Office, person_id: int, *, number: str = "", case_id: int = 0, acts: bool = False
) -> OwnCase | None:
    """The case, if that person is a party to it. `acts`: with the steps he may take himself."""
    row = own_case.own_case(connection, person_id, number=number, case_id=case_id)
    case = load_case(connection, row.id) if row is not None else None
    if row is None or case is None:
        return None
    kind, today = case_type(row.type, row.type_version), office.today()
    label = kind.stage(row.state).label
    moment = moment_of(case, frozenset({Role.PARTY}), person_id, office.now())
    open_steps = [one.step for one in next_steps(kind, case, moment) if one.open] if acts else []
    return OwnCase(
        row=row, state=label, told=told_of(row.state, label), over=row.state in kind.ended,
        outcome=Outcome(row.outcome).label if row.outcome else None, employer=str(row.facts.get("employer", "")),
        ahead=_ahead(kind.rule, queries.deadlines_of(connection, row.id, 60), today),
        sessions=_sessions(own_case.sessions(connection, row.id), today), instalments=case.instalments,
        papers=_papers(connection, row), notes=own_case.notes(connection, row.id, person_id),
        files=own_case.files(connection, row.id, person_id), steps=tuple((step.name, step.label) for step in open_steps),
        person_id=person_id, key=uuid4().hex,
    )  # fmt: skip


def _papers(connection: Connection, row: AnyRow) -> tuple[tuple[AnyRow, Label], ...]:
    found = own_case.papers(connection, row.id, row.party_id, FOR_PARTIES)
    return tuple((paper, PAPERS[paper.paper].label) for paper in found)


def _ahead(rules: Mapping[str, Any], clocks: Sequence[AnyRow], today: date) -> tuple[Ahead, ...]:
    running = [clock for clock in clocks if clock.status == "open" and clock.rule not in INNER]
    return tuple(
        Ahead(clock.id, rules[clock.rule].label, clock.subject, clock.due_on, (clock.due_on - today).days) for clock in running
    )  # fmt: skip


def _sessions(rows: Sequence[AnyRow], today: date) -> tuple[SessionShown, ...]:
    """One line a session: its newest day and the place it was fixed for."""
    places: dict[int, str] = {}
    last: dict[int, AnyRow] = {}
    for row in rows:
        places[row.no] = row.place or places.get(row.no, "")
        last[row.no] = row
    return tuple(
        SessionShown(row.on, places[no], ACTS.get(row.act, Label(row.act, row.act)), row.act != "held" and row.on >= today)
        for no, row in sorted(last.items())
    )
