"""The list of cases: filters, and pages by the last number seen, so that the thousandth page costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy import Connection

from models import daybook, queries
from states.labels import Label, Named
from states.names import stages_of
from states.registry import case_type, newest_types
from web.access import Visitor
from web.titles import subject_of, title_of

A_PAGE = 50
#: the oldest case of an office is not older
MOST_DAYS = 40_000


class Shown(Named):
    """Which cases of the type and state are listed."""

    OPEN = "open", "在办", "Open"
    OVERDUE = "overdue", "逾期", "Overdue"
    UNHELD = "unheld", "无人承办", "Held by nobody"


class Chosen(NamedTuple):
    """What somebody filters by; `before` is the id below which the page begins, 0 for the newest."""

    type: str = ""
    state: str = ""
    before: int = 0
    #: code of a unit; `alone`: without the units below it
    unit: str = ""
    alone: int = 0
    owner: int = 0
    shown: str = ""
    #: open for more than so many days, and for at most so many
    over: int = 0
    upto: int = 0

    def query(self, **changed: Any) -> str:
        """The same filters as a query string, some of them changed."""
        kept = {**self._asdict(), **changed}
        return urlencode({name: value for name, value in kept.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether more than type and state was chosen."""
        return any(self[3:])


Days = Annotated[int, Query(ge=0, le=MOST_DAYS)]
Number = Annotated[int, Query(ge=0, lt=2**62)]


def chosen_of(
    type: str = "", state: str = "", before: Number = 0, unit: str = "", alone: Number = 0, owner: Number = 0, shown: str = "",
    over: Days = 0, upto: Days = 0,
) -> Chosen:  # fmt: skip
    """The filters of the address."""
    return Chosen(type, state, before, unit, alone, owner, shown if shown in list(Shown) else "", over, upto)


@dataclass(frozen=True)
class Line:
    """One line of the list."""

    id: int
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
    """The page, and the id from which the next one goes on (0: there is none); `told`: what the list is narrowed to."""

    lines: list[Line]
    next: int
    states: list[tuple[str, Label]]
    told: list[Label]


def list_of(connection: Connection, visitor: Visitor, chosen: Chosen, limit: int = A_PAGE) -> Listed:
    """The cases of one page."""
    kinds = {kind.key: kind for kind in newest_types()}
    stages = [(str(stage), stage.label) for stage in stages_of(kinds[chosen.type])] if chosen.type in kinds else []
    state = chosen.state if chosen.state in {name for name, _ in stages} else ""
    narrow = queries.Narrow(
        chosen.unit, bool(chosen.alone), chosen.owner, chosen.shown, chosen.over, chosen.upto, visitor.today
    )  # fmt: skip
    rows = queries.cases(
        connection, visitor.scope, case_type=chosen.type if chosen.type in kinds else "", state=state, before=chosen.before,
        limit=limit + 1, narrow=narrow,
    )  # fmt: skip
    names = daybook.applicants(connection, {row.id for row in rows})
    shown = rows[:limit]
    lines = [_line(row, names, visitor) for row in shown]
    told = _told(connection, visitor, chosen, lines)
    return Listed(lines, shown[-1].id if len(rows) > limit else 0, stages, told)


def _told(connection: Connection, visitor: Visitor, chosen: Chosen, lines: list[Line]) -> list[Label]:
    """What the list is narrowed to, in words; a unit or a person the visitor does not see is not named."""
    told = []
    if chosen.unit:
        name = queries.unit_name(connection, visitor.scope, chosen.unit) or chosen.unit
        told.append(Label(f"{name}本级", f"{name} itself") if chosen.alone else Label(name, name))
    if chosen.owner:
        name = lines[0].owner if lines else ""
        told.append(Label(f"承办人 {name}".strip(), f"held by {name}" if name else "one holder"))
    if chosen.shown:
        told.append(Shown(chosen.shown).label)
    if chosen.over:
        told.append(Label(f"立案超过 {chosen.over} 天", f"open for more than {chosen.over} days"))
    if chosen.upto:
        told.append(Label(f"立案 {chosen.upto} 天以内", f"open for at most {chosen.upto} days"))
    return told


def _line(row: Any, names: dict[int, str], visitor: Visitor) -> Line:
    kind = case_type(row.type, row.type_version)
    return Line(
        id=row.id, number=row.number, title=title_of(row, names.get(row.id), visitor.lang),
        subject=subject_of(row, visitor.lang), state=kind.stage(row.state).label, over=row.state in kind.ended, unit=row.unit,
        owner=row.owner or "", opened_on=row.opened_on, due_on=row.due_on,
        left=(row.due_on - visitor.today).days if row.due_on else 0,
    )  # fmt: skip
