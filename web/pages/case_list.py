"""The list of cases: filters, and pages by the last number seen, so that the thousandth page costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from models import daybook, queries
from states.labels import Label
from states.registry import all_types, case_type
from web.access import Visitor
from web.titles import subject_of, title_of

A_PAGE = 50


class Chosen(NamedTuple):
    """What somebody filters by; `before` is the id below which the page begins, 0 for the newest."""

    type: str
    state: str
    before: int

    def query(self, **changed: Any) -> str:
        """The same filters as a query string, some of them changed."""
        kept = {**self._asdict(), **changed}
        return urlencode({name: value for name, value in kept.items() if value})


@dataclass(frozen=True)
class Line:
    """One line of the list."""

    number: str
    title: str
    subject: str
    state: Label
    over: bool
    unit: str
    owner: str
    opened_on: Any
    due_on: Any
    left: int


class Listed(NamedTuple):
    """The page, and the id from which the next one goes on (0: there is none)."""

    lines: list[Line]
    next: int
    states: list[tuple[str, Label]]


def list_of(connection: Connection, visitor: Visitor, chosen: Chosen) -> Listed:
    """The cases of one page."""
    kinds = {kind.key: kind for kind in all_types()}
    stages = [(str(stage), stage.label) for stage in kinds[chosen.type].stages] if chosen.type in kinds else []
    state = chosen.state if chosen.state in {name for name, _ in stages} else ""
    rows = queries.cases(
        connection, visitor.scope, case_type=chosen.type if chosen.type in kinds else "", state=state, before=chosen.before,
        limit=A_PAGE + 1,
    )  # fmt: skip
    names = daybook.applicants(connection, {row.id for row in rows})
    shown = rows[:A_PAGE]
    return Listed([_line(row, names, visitor) for row in shown], shown[-1].id if len(rows) > A_PAGE else 0, stages)


def _line(row: Any, names: dict[int, str], visitor: Visitor) -> Line:
    kind = case_type(row.type, row.type_version)
    return Line(
        number=row.number, title=title_of(row, names.get(row.id), visitor.lang), subject=subject_of(row, visitor.lang),
        state=kind.stage(row.state).label, over=row.state in kind.ended, unit=row.unit, owner=row.owner or "",
        opened_on=row.opened_on, due_on=row.due_on, left=(row.due_on - visitor.today).days if row.due_on else 0,
    )  # fmt: skip
