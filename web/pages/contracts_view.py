"""The register and the renewal board as their pages show them. A fixed number of questions each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from models import contracts_board as board
from models.base import AnyRow
from models.contracts import Standing
from states.bargaining.words import B, Kind, Scope
from states.labels import Label
from states.options import step_towards
from states.registry import case_type
from web.access import Visitor
from web.posted import whole

A_PAGE = 50
#: cards of a column of the board; fewer where many columns are long, so that the page stays light
A_COLUMN, A_SHORT_COLUMN, MANY_CARDS = 50, 16, 110
#: rows of one download
MOST_EXPORTED = 20_000
ALL = "all"

COLUMNS = {
    "window": Label("窗口已开", "Window open"), "invited": Label("已发要约", "Invited"), "replied": Label("已应约", "Replied"),
    "bargaining": Label("协商中", "Bargaining"), "signed": Label("已签字", "Signed"), "filed": Label("已报送", "Filed"),
    "lapsed": Label("到期未续", "Lapsed"),
}  # fmt: skip


class Chosen(NamedTuple):
    """What somebody filters by, as it stands in the address; `after` is the last row of the page before ("2026-12-01:55")."""

    kind: str = ""
    scope: str = ""
    unit: str = ""
    industry: str = ""
    standing: str = "in_force"
    expires_from: str = ""
    expires_to: str = ""
    employer: str = ""
    after: str = ""

    def query(self, **changed: Any) -> str:
        """The same filters as a query string, some of them changed; a new filter begins at the first page."""
        kept = {**self._asdict(), "after": "", **changed}
        return urlencode({name: value for name, value in kept.items() if value})

    def wanted(self, units: Sequence[AnyRow]) -> board.Wanted:
        """The same for the store; `units` are those the visitor sees."""
        paths = {unit.code: unit.path for unit in units}
        return board.Wanted(
            kind=self.kind if self.kind in list(Kind) else "", scope=self.scope if self.scope in list(Scope) else "",
            unit=paths.get(self.unit, ""), industry=self.industry,
            standing=self.standing if self.standing in list(Standing) else "",
            expires_from=day_of(self.expires_from), expires_to=day_of(self.expires_to), employer=self.employer.strip()[:100],
        )  # fmt: skip

    @property
    def behind(self) -> tuple[date, int] | None:
        """The last row of the page before, None at the beginning."""
        day, _, number = self.after.partition(":")
        found = day_of(day)
        return (found, last) if found and (last := whole(number)) is not None else None


def day_of(text: str) -> date | None:
    """A day typed into a filter; None for what is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


@dataclass(frozen=True)
class Line:
    """One contract of the list, with the case that renews it."""

    row: AnyRow
    kind: Label
    scope: Label
    standing: Label
    ended: bool
    left: int
    case: str = ""
    state: Label | None = None


class Register(NamedTuple):
    """A page of the register; `total` stops at `most` + 1; `next` is where the next page begins, empty at the end."""

    lines: list[Line]
    next: str
    total: int
    workers: int
    units: Sequence[AnyRow]
    industries: Sequence[str]
    most: int = board.MOST_COUNTED


def register_shown(connection: Connection, visitor: Visitor, chosen: Chosen) -> Register:
    """The contracts of one page, and the totals of the whole filtered set."""
    units = board.units(connection, visitor.scope)
    wanted = chosen.wanted(units)
    rows = board.register_page(connection, visitor.scope, wanted, chosen.behind, A_PAGE + 1)
    totals = board.register_totals(connection, visitor.scope, wanted)
    shown = rows[:A_PAGE]
    return Register(
        lines=lines_of(connection, shown, visitor.today), next=_mark(shown[-1]) if len(rows) > A_PAGE else "",
        total=totals.found, workers=totals.workers, units=units, industries=board.industries(connection, visitor.scope),
    )  # fmt: skip


def lines_of(connection: Connection, rows: Sequence[AnyRow], today: date) -> list[Line]:
    """Those contracts with their words."""
    cases = board.renewing_cases(connection, [row.id for row in rows])
    return [_line(row, cases.get(row.id), today) for row in rows]


def _line(row: AnyRow, case: AnyRow | None, today: date) -> Line:
    return Line(
        row=row, kind=Kind(row.kind).label, scope=Scope(row.scope).label, standing=Standing(row.standing).label,
        ended=row.standing not in ("signed", "filed", "in_force"), left=(row.expires_on - today).days,
        case=case.number if case else "", state=B(case.state).label if case else None,
    )  # fmt: skip


def _mark(row: AnyRow) -> str:
    return f"{row.expires_on.isoformat()}:{row.id}"


HEADINGS = {
    "zh": ("编号", "本单位编号", "用人单位", "工会", "种类", "范围", "行业", "所属单位", "状态", "签订", "起", "止", "剩余天数",
           "覆盖职工", "女职工", "续签案件", "续签进度"),
    "en": ("Number", "Own number", "Employer", "Union", "Kind", "Scope", "Industry", "Unit", "Standing", "Signed", "From", "To",
           "Days left", "Workers", "Women", "Renewal case", "Renewal state"),
}  # fmt: skip


def exported(connection: Connection, visitor: Visitor, chosen: Chosen) -> list[list[Any]]:
    """The rows of a download: the filtered set, at most `MOST_EXPORTED`."""
    wanted = chosen.wanted(board.units(connection, visitor.scope))
    rows = board.register_page(connection, visitor.scope, wanted, None, MOST_EXPORTED)
    lang = visitor.lang
    return [
        [
            one.row.number, one.row.own_number, one.row.employer_name, one.row.union_name, one.kind.said(lang),
            one.scope.said(lang), one.row.industry, one.row.unit, one.standing.said(lang), one.row.signed_on, one.row.starts_on,
            one.row.expires_on, one.left, one.row.workers, one.row.women, one.case, one.state.said(lang) if one.state else "",
        ]
        for one in lines_of(connection, rows, visitor.today)
    ]  # fmt: skip


# --- the board --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """One renewal: whose, until when, who holds it and what comes next."""

    number: str
    employer: str
    kind: Label
    expires_on: date
    left: int
    workers: int
    owner: str
    case: str
    step: str = ""
    step_label: Label | None = None
    state: Label | None = None


class Column(NamedTuple):
    """A column of the board; `next` is where its list goes on when it is looked at alone."""

    name: str
    label: Label
    total: int
    cards: list[Card]
    next: str


class Board(NamedTuple):
    """The whole board, or one column of it."""

    columns: list[Column]
    units: Sequence[AnyRow]
    #: beyond this a column is not counted
    most: int = board.MOST_ON_BOARD


def board_shown(connection: Connection, visitor: Visitor, chosen: Chosen, only: str = "") -> Board:
    """The board of the filtered contracts; with `only`, one column as a list with pages."""
    units = board.units(connection, visitor.scope)
    wanted = chosen._replace(standing=ALL).wanted(units)
    counts = board.board_counts(connection, visitor.scope, wanted, visitor.today)
    cards = sum(min(count, A_COLUMN) for count in counts.values())
    limit = A_COLUMN if only or cards <= MANY_CARDS else A_SHORT_COLUMN
    columns = []
    for name in [only] if only else board.COLUMNS:
        behind = chosen.behind if only else None
        rows = board.board_column(connection, visitor.scope, wanted, name, visitor.today, behind, limit + 1)
        shown = rows[:limit]
        following = _mark(shown[-1]) if len(rows) > limit else ""
        columns.append(Column(name, COLUMNS[name], counts[name], [_card(row, visitor) for row in shown], following))
    return Board(columns, units)


def _card(row: AnyRow, visitor: Visitor) -> Card:
    step = step_towards(case_type("bargaining", row.type_version), row.state, "") if row.case_number else None
    return Card(
        number=row.number, employer=row.employer_name, kind=Kind(row.kind).label, expires_on=row.expires_on,
        left=(row.expires_on - visitor.today).days, workers=row.workers, owner=row.owner or "", case=row.case_number or "",
        step=step.name if step else "", step_label=step.label if step else None,
        state=B(row.state).label if row.state else None,
    )  # fmt: skip
