"""A campaign as its page shows it: what matches, what is ticked, a page of lines. A fixed number of questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from models import campaign
from models import contracts_board as board
from models.base import AnyRow
from states.bargaining.words import Kind
from states.labels import Label
from web.access import Visitor
from web.pages.contracts_view import ALL, Chosen

A_PAGE = 100
#: what a campaign does: the word in the address, its name, and what its lines are
ACTS = {
    "invite": Label("成批发出要约", "Send invitations"),
    "renew": Label("成批启动续签", "Start renewals"),
    "plan": Label("成批列入计划", "Put on the plan"),
}


class Line(NamedTuple):
    """One line somebody can tick."""

    id: int
    row: AnyRow
    kind: Label | None
    ticked: bool


class Campaign(NamedTuple):
    """The page: `total` matches (`more`: beyond what one campaign takes), the ticks of all pages, this page's lines."""

    what: str
    total: int
    more: bool
    ids: list[int]
    ticked: list[int]
    number: int
    pages: int
    lines: list[Line]
    units: Sequence[AnyRow]
    industries: Sequence[str]

    @property
    def kept(self) -> str:
        """The ticks of the other pages as one hidden field."""
        here = {line.id for line in self.lines}
        return ",".join(str(one) for one in self.ticked if one not in here)


def matching_ids(connection: Connection, visitor: Visitor, what: str, wanted: board.Wanted) -> list[int]:
    """Everything the filter lets through, in order; one more than a campaign takes where there are more."""
    if what == "plan":
        return campaign.employers_without(connection, visitor.scope, wanted)
    if what == "renew":
        return campaign.renewable(connection, visitor.scope, wanted, visitor.today)
    return campaign.planned_cases(connection, visitor.scope, wanted)


def campaign_shown(
    connection: Connection, visitor: Visitor, what: str, chosen: Chosen, ticked: Sequence[int] = (), number: int = 1
) -> Campaign:
    """One page of what can be chosen; `number` counts pages from 1."""
    units = board.units(connection, visitor.scope)
    wanted = chosen._replace(standing=ALL, kind=chosen.kind or ("wage" if what == "plan" else "")).wanted(units)
    found = matching_ids(connection, visitor, what, wanted)
    ids = found[: campaign.MOST]
    pages = max(1, -(-len(ids) // A_PAGE))
    number = min(max(number, 1), pages)
    here, marked = ids[(number - 1) * A_PAGE : number * A_PAGE], set(ticked)
    chosen_ids = [one for one in ids if one in marked]
    lines = [
        Line(row.id, row, Kind(row.kind).label if what != "plan" else None, row.id in marked)
        for row in _lines(connection, visitor, what, here)
    ]  # fmt: skip
    return Campaign(
        what, len(ids), len(found) > campaign.MOST, ids, chosen_ids, number, pages, lines, units,
        board.industries(connection, visitor.scope),
    )  # fmt: skip


def _lines(connection: Connection, visitor: Visitor, what: str, ids: Sequence[int]) -> Sequence[AnyRow]:
    if what == "plan":
        return campaign.employer_lines(connection, visitor.scope, ids)
    if what == "renew":
        return campaign.contract_lines(connection, visitor.scope, ids)
    return campaign.case_lines(connection, ids)
