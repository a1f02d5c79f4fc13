"""One contract as its page shows it, and one employer with everything the office has to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection

from documents.catalogue import PAPERS
from models import employers
from models.base import AnyRow
from models.contracts import Standing
from models.deadlines import DeadlineStatus
from models.register import contract_whole
from states.bargaining.words import B, Kind, Scope
from states.dispute.words import D
from states.explanation import lines
from states.labels import Label
from states.register import REGISTER_RULES
from states.roles import BARGAINERS
from web.access import Visitor
from web.errors import NotFound

#: width of the time bar and height of one of its rows, in the units of its drawing
WIDTH, ROW = 1000, 48


@dataclass(frozen=True)
class Clock:
    """A clock of the register, with the sentences that say why it ends on that day; none for a term both sides agreed."""

    label: Label
    status: Label
    opens_on: date | None
    due_on: date
    left: int
    running: bool
    why: list[str]


class Bar(NamedTuple):
    """A term on the time bar: from `x`, `width` wide, in the row `y`; `known` is False where only its end is known."""

    row: AnyRow
    kind: Label
    standing: Label
    x: int
    width: int
    y: int
    known: bool


class Drawing(NamedTuple):
    """The time bar: terms, the years under it as (x, year), where today is, and how high it is."""

    bars: list[Bar]
    years: list[tuple[int, int]]
    today: int
    height: int


@dataclass(frozen=True)
class ContractShown:
    """Everything on the page of a contract."""

    row: dict[str, Any]
    kind: Label
    scope: Label
    standing: Label
    ended: bool
    left: int
    employer: AnyRow | None
    clocks: list[Clock]
    chain: Sequence[AnyRow]
    drawing: Drawing
    cases: list[tuple[AnyRow, Label, Label]]
    papers: list[tuple[AnyRow, Label]]
    renewing: str
    own_case: str
    may_renew: bool
    opens_on: date | None


def contract_shown(connection: Connection, visitor: Visitor, number: str) -> ContractShown:
    """The contract, if the visitor may see it. Raises `NotFound`."""
    row = contract_whole(connection, visitor.scope, number)
    if row is None:
        raise NotFound
    cases = employers.cases_about(connection, visitor.scope, row["id"])
    chain = employers.chain_of(connection, visitor.scope, row)
    employer = employers.employer_by_id(connection, visitor.scope, row["employer_id"]) if row["employer_id"] else None
    clocks = [_clock(one, visitor) for one in row["deadlines"]]
    renewing = next((one.number for one in cases if one.predecessor_id == row["id"] and one.closed_on is None), "")
    own = next((one.number for one in cases if one.contract_id == row["id"] and one.state in (B.IN_FORCE, B.LAPSED)), "")
    opens = next((clock.opens_on for clock in clocks if clock.opens_on), None)
    lasts = row["standing"] in ("in_force", "lapsed")
    return ContractShown(
        row=row, kind=Kind(row["kind"]).label, scope=Scope(row["scope"]).label, standing=Standing(row["standing"]).label,
        ended=row["standing"] not in ("signed", "filed", "in_force"), left=(row["expires_on"] - visitor.today).days,
        employer=employer, clocks=clocks, chain=chain, drawing=drawn(chain, {}, visitor.today),
        cases=[(one, B(one.state).label, _part(one, row["id"])) for one in cases],
        papers=[(paper, PAPERS[paper.paper].label) for paper in employers.papers_about(connection, row["id"])],
        renewing=renewing, own_case=own, may_renew=lasts and not renewing and visitor.holds(*BARGAINERS), opens_on=opens,
    )  # fmt: skip


def _part(case: AnyRow, contract_id: int) -> Label:
    return Label("续签本合同", "renews it") if case.predecessor_id == contract_id else Label("订立本合同", "made it")


def _clock(one: dict[str, Any], visitor: Visitor) -> Clock:
    explained = one["explanation"]
    return Clock(
        label=REGISTER_RULES[one["rule"]].label, status=DeadlineStatus(one["status"]).label, opens_on=one["opens_on"],
        due_on=one["due_on"], left=(one["due_on"] - visitor.today).days, running=one["status"] == "open",
        why=lines(explained, visitor.lang) if explained.get("rule") else [],
    )  # fmt: skip


def drawn(contracts: Sequence[AnyRow], kinds: dict[str, int], today: date) -> Drawing:
    """The terms of those contracts on one time bar, a row a kind; a term whose beginning is unknown is drawn a year long."""
    spans = [(one, one.starts_on or _year_before(one.expires_on), one.expires_on) for one in contracts]
    first = min([start for _, start, _ in spans] + [today]).replace(month=1, day=1)
    last = max([end for _, _, end in spans] + [today]).replace(month=12, day=31)
    days = (last - first).days

    def at(day: date) -> int:
        return int((day - first).days * WIDTH / days)

    bars = [
        Bar(
            one, Kind(one.kind).label if kinds else Label("", ""), Standing(one.standing).label, at(start),
            max(at(end) - at(start), 4), kinds.get(one.kind if kinds else "", 0) * ROW, one.starts_on is not None,
        )
        for one, start, end in spans
    ]  # fmt: skip
    step = 1 + (last.year - first.year) // 12
    years = [(at(date(year, 1, 1)), year) for year in range(first.year, last.year + 1, step)]
    return Drawing(bars, years, at(today), max(len(kinds), 1) * ROW + 24)


def _year_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 364)


# --- one employer -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EmployerShown:
    """Everything on the page of an employer."""

    row: AnyRow
    union: str
    contracts: list[tuple[AnyRow, Label, Label, int]]
    drawing: Drawing
    rows: list[Label]
    cases: list[tuple[AnyRow, Label, Label]]
    disputes: list[tuple[Label, int]]
    more_disputes: bool
    workers: int
    may_open: bool


def employer_shown(connection: Connection, visitor: Visitor, code: str) -> EmployerShown:
    """The employer, if the visitor may see it. Raises `NotFound`."""
    row = employers.employer_by_code(connection, visitor.scope, code)
    if row is None:
        raise NotFound
    contracts = employers.contracts_of(connection, visitor.scope, row.id)
    kinds = {str(kind): no for no, kind in enumerate(k for k in Kind if any(one.kind == k for one in contracts))}
    counted, more = employers.disputes_of(connection, visitor.scope, {row.name, *(one.employer_name for one in contracts[:1])})
    return EmployerShown(
        row=row, union=next((one.union_name for one in contracts if one.union_name), ""),
        contracts=[(one, Kind(one.kind).label, Standing(one.standing).label, (one.expires_on - visitor.today).days)
                   for one in contracts],
        drawing=drawn(contracts, kinds, visitor.today), rows=[Kind(kind).label for kind in kinds],
        cases=[(one, B(one.state).label, Kind(one.facts.get("kind", "wage")).label)
               for one in employers.cases_of(connection, visitor.scope, row.id)],
        disputes=[(state.label, counted[state]) for state in D if state in counted], more_disputes=more,
        workers=row.workers or max((one.workers for one in contracts), default=0), may_open=visitor.holds(*BARGAINERS),
    )  # fmt: skip
