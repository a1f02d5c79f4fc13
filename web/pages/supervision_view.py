"""What the supervisor's pages show, gathered by a fixed number of questions, all of them within the units he supervises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from models import daybook, overview
from models.base import AnyRow
from models.staff import names_of
from states.casetype import CaseType
from states.labels import Label
from states.names import stages_of, state_label
from states.options import step_towards
from states.registry import case_type, newest_types
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.pages.case_list import Chosen
from web.titles import subject_of, title_of

#: the groups of ages: over so many days and up to so many; 0: without an end
AGES = ((0, 15), (15, 30), (30, 60), (60, 0))


class Cell(NamedTuple):
    """A figure, and the list of cases behind it."""

    n: int
    query: str


#: units a table lists, the busiest; the others are counted together
MOST_LINES = 25


@dataclass(frozen=True)
class UnitLine:
    """A row of the table: a unit, its open cases by state, all of them. `inside`: it has units below it to look into."""

    name: str
    code: str
    alone: bool
    cells: list[Cell]
    sum: Cell


@dataclass(frozen=True)
class Table:
    """The open cases of one type by unit and state, with the sums of both, and by age."""

    kind: CaseType
    states: list[Label]
    lines: list[UnitLine]
    sums: list[Cell]
    all: Cell
    ages: list[Cell]
    #: units that are not listed because others have more to do, and their open cases
    others: int = 0
    of_others: int = 0


@dataclass(frozen=True)
class Late:
    """A clock that is over, with what would help."""

    number: str
    title: str
    subject: str
    unit: str
    owner: str
    rule: Label
    days: int
    due_on: Any
    step: str
    step_label: Label


@dataclass(frozen=True)
class Load:
    """What one person carries; `gone`: he has left, or holds no position here any more."""

    person_id: int
    name: str
    open: int
    late: int
    closed: int
    gone: bool = False


@dataclass(frozen=True)
class Overview:
    """Everything on the first page."""

    counts: AnyRow
    unit: AnyRow | None
    above: str
    tables: list[Table]
    late: list[Late]
    loads: list[Load]
    most: int


def supervised(visitor: Visitor) -> tuple[str, ...]:
    """The paths of the organisations he supervises."""
    return visitor.paths(Role.SUPERVISOR)


def overview_of(connection: Connection, visitor: Visitor, counts: AnyRow, code: str) -> Overview:
    """The first page, of all his units or of one of them. Raises `NotFound` for a unit that is none of his."""
    paths = supervised(visitor)
    unit = overview.unit_of_code(connection, paths, code) if code else None
    if code and unit is None:
        raise NotFound
    within = (unit.path,) if unit is not None else paths
    rows = overview.rows_of_table(connection, within, unit)
    found = overview.figures(connection, within, rows, visitor.today)
    late = overview.overdue(connection, within, visitor.today, limit=15)
    loads = loads_of(connection, within, visitor)
    return Overview(
        counts=counts, unit=unit, above=_above(rows, unit, paths), tables=list(_tables(rows, found, unit)),
        late=late_shown(connection, late, visitor), loads=loads, most=max((one.open for one in loads), default=0),
    )  # fmt: skip


def _above(rows: Sequence[AnyRow], unit: AnyRow | None, paths: Sequence[str]) -> str:
    """Where one goes up to from that unit: all units, empty at the top."""
    return "/supervision" if unit is not None and (unit.path not in paths or len(paths) > 1) and rows else ""


def _tables(rows: Sequence[AnyRow], found: Sequence[AnyRow], unit: AnyRow | None) -> Iterable[Table]:
    for kind in newest_types():
        mine = [row for row in found if row.type == kind.key]
        by_cell = {(row.row_id, row.state): int(row.cases) for row in mine}
        states = [stage for stage in stages_of(kind) if any(row.state == stage for row in mine)]
        if states:
            yield _table(kind, [str(stage) for stage in states], rows, by_cell, mine, unit)


def _table(
    kind: CaseType, states: Sequence[str], rows: Sequence[AnyRow], by_cell: Mapping[tuple[int, str], int],
    found: Sequence[AnyRow], unit: AnyRow | None,
) -> Table:  # fmt: skip
    chosen = Chosen(type=kind.key, shown="open", unit=unit.code if unit is not None else "")
    lines = []
    for row in rows:
        own = chosen._replace(unit=row.code, alone=int(row.alone))
        cells = [Cell(by_cell.get((row.id, state), 0), own.query(state=state)) for state in states]
        total = sum(cell.n for cell in cells)
        if total:
            lines.append(UnitLine(row.name, row.code, bool(row.alone), cells, Cell(total, own.query())))
    sums = [Cell(sum(line.cells[no].n for line in lines), chosen.query(state=state)) for no, state in enumerate(states)]
    ages = [
        Cell(sum(int(row._mapping[f"age{no}"] or 0) for row in found), chosen.query(over=over, upto=upto))
        for no, (over, upto) in enumerate(AGES)
    ]
    labels = [state_label(kind, state) for state in states]
    busiest = {id(line) for line in sorted(lines, key=lambda line: -line.sum.n)[:MOST_LINES]}
    left = [line for line in lines if id(line) not in busiest]
    return Table(
        kind, labels, [line for line in lines if id(line) in busiest], sums, Cell(sum(cell.n for cell in sums), chosen.query()),
        ages, len(left), sum(line.sum.n for line in left),
    )  # fmt: skip


def late_shown(connection: Connection, rows: Sequence[AnyRow], visitor: Visitor) -> list[Late]:
    """Overdue clocks as the page names them, with the step that would end each."""
    names = daybook.applicants(connection, {row.id for row in rows})
    shown = []
    for row in rows:
        kind = case_type(row.type, row.type_version)
        step = step_towards(kind, row.state, row.rule)
        shown.append(
            Late(
                number=row.number, title=title_of(row, names.get(row.id), visitor.lang), subject=subject_of(row, visitor.lang),
                unit=row.unit, owner=row.owner or "", rule=kind.rule[row.rule].label, days=(visitor.today - row.due_on).days,
                due_on=row.due_on, step=step.name if step else "", step_label=step.label if step else Label("", ""),
            )
        )  # fmt: skip
    return shown


def loads_of(connection: Connection, paths: Sequence[str], visitor: Visitor) -> list[Load]:
    """What each person carries, the most first; cases that nobody holds come before all."""
    carried = overview.workload(connection, paths, visitor.today)
    people = {row.id: row for row in names_of(connection, [one for one in carried if one is not None])}
    loads = [
        Load(one or 0, people[one].name if one in people else "", *counts, gone=_gone(people.get(one or 0), visitor))
        for one, counts in carried.items()
    ]
    return sorted(loads, key=lambda load: (load.person_id != 0, -load.open, -load.late, load.name))[:40]


def _gone(person: AnyRow | None, visitor: Visitor) -> bool:
    return person is not None and person.left_on is not None and person.left_on <= visitor.today
