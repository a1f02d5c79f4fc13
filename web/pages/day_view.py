"""What My day shows, gathered by a fixed number of questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, or_

from config.clock import start_of
from models import daybook
from models.base import AnyRow
from states.labels import Label
from states.names import step_label
from states.options import step_towards
from states.registry import all_types, case_type
from states.roles import Role
from web.access import Visitor
from web.titles import subject_of, title_of

#: what somebody works on, by what he is
WORKS_ON = {
    Role.MEDIATOR: ("dispute",), Role.OFFICER: ("bargaining",), Role.CHAIR: ("bargaining",),
    Role.SUPERVISOR: ("dispute", "bargaining"),
}  # fmt: skip
#: clocks of each of the three lists; the rest stands in the calendar and in the list of overdue cases
A_FEW = 20
#: the step by which a case gets somebody who holds it
ASSIGN = {"dispute": "assign_mediator", "bargaining": "assign_officer"}
RESTING = frozenset(str(state) for kind in all_types() for state in kind.resting)


@dataclass(frozen=True)
class Work:
    """One row: a case, why it is here, and the step that takes it on."""

    number: str
    title: str
    subject: str
    state: Label
    unit: str
    owner: str
    step: str
    step_label: Label
    rule: Label | None = None
    due_on: Any = None
    left: int = 0
    deadline_id: int = 0
    article: str = ""
    provisional: bool = False
    last: Label | None = None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Day:
    """Everything on the page."""

    whose: Literal["mine", "unit"]
    counts: AnyRow
    overdue: list[Work]
    today: list[Work]
    week: list[Work]
    waiting: list[Work]
    fresh: list[Work]
    undated: list[Work]
    changed: list[Work]
    expiring: list[AnyRow]


def day_of(connection: Connection, visitor: Visitor, whose: Literal["mine", "unit"]) -> Day:
    """The day of the visitor: his own cases, or those of his units."""
    today = visitor.today
    paths = visitor.paths(*WORKS_ON)
    types = sorted({kind for role in visitor.roles for kind in WORKS_ON.get(role, ())})
    of_units = _of_units(visitor, paths)
    undated_of = daybook.of_owner(visitor.person_id) if whose == "mine" else of_units
    mine = undated_of if whose == "mine" or not visitor.holds(Role.SUPERVISOR) else daybook.of_units(paths, wide=True)
    yesterday = start_of(today - timedelta(days=1))
    late = daybook.due(connection, mine, today, ahead=-1, limit=A_FEW)
    now = daybook.due(connection, mine, today, since=today, ahead=0, limit=A_FEW)
    week = daybook.due(connection, mine, today, since=today + timedelta(days=1), limit=A_FEW)
    waiting = daybook.waiting_for(connection, visitor.person_id, yesterday)
    changed = daybook.moved_by_others(connection, visitor.person_id, yesterday)
    fresh = daybook.unowned(connection, paths, types) if types else []
    undated = daybook.without_date(connection, undated_of, RESTING)
    bargaining = visitor.paths(Role.OFFICER, Role.CHAIR, Role.SUPERVISOR)
    expiring = daybook.expiring(connection, bargaining, today) if bargaining else []
    names = daybook.applicants(
        connection, {row.id for rows in (late, now, week, waiting, changed, fresh, undated) for row in rows}
    )
    return Day(
        whose=whose,
        counts=daybook.counted(connection, mine, today),
        overdue=[_due(row, names, visitor) for row in late],
        today=[_due(row, names, visitor) for row in now],
        week=[_due(row, names, visitor) for row in week],
        waiting=[_moved(row, names, visitor) for row in waiting],
        fresh=[_unheld(row, names, visitor) for row in fresh],
        undated=[_plain(row, names, visitor) for row in undated],
        changed=[_moved(row, names, visitor) for row in changed],
        expiring=list(expiring),
    )


def _of_units(visitor: Visitor, paths: tuple[str, ...]) -> ColumnElement[bool]:
    """The open cases of his units; for the chair of an enterprise union its bargaining too, whichever unit holds it."""
    mine, employers = daybook.of_units(paths), visitor.scope.employers
    return or_(mine, daybook.of_employers(employers)) if employers else mine


def _head(row: AnyRow, names: dict[int, str], visitor: Visitor, rule: str = "") -> dict[str, Any]:
    kind = case_type(row.type, row.type_version)
    step = step_towards(kind, row.state, rule)
    return {
        "number": row.number, "title": title_of(row, names.get(row.id), visitor.lang), "subject": subject_of(row, visitor.lang),
        "state": kind.stage(row.state).label, "unit": row.unit, "owner": getattr(row, "owner", None) or "",
        "step": step.name if step else "", "step_label": step.label if step else Label("", ""),
    }  # fmt: skip


def _due(row: AnyRow, names: dict[int, str], visitor: Visitor) -> Work:
    rule = case_type(row.type, row.type_version).rule[row.rule]
    told = (row.explanation or {}).get("rule", {})
    return Work(
        **_head(row, names, visitor, row.rule), rule=rule.label, due_on=row.due_on, left=(row.due_on - visitor.today).days,
        deadline_id=row.deadline_id, article=str(told.get("article" if visitor.lang == "zh" else "article_en") or ""),
        provisional=row.provisional,
    )  # fmt: skip


def _moved(row: AnyRow, names: dict[int, str], visitor: Visitor) -> Work:
    last = step_label(case_type(row.type, row.type_version), row.step)
    return Work(**_head(row, names, visitor), last=last, by=row.actor or "", at=row.at)


def _unheld(row: AnyRow, names: dict[int, str], visitor: Visitor) -> Work:
    """A case nobody holds: the first thing is to give it to somebody."""
    step = case_type(row.type, row.type_version).step(ASSIGN.get(row.type, ""))
    work = _plain(row, names, visitor)
    return replace(work, step=step.name, step_label=step.label) if step is not None else work


def _plain(row: AnyRow, names: dict[int, str], visitor: Visitor) -> Work:
    return Work(**_head(row, names, visitor), at=row.moved_at)
