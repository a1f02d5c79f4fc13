"""What the pages of a bargaining share, and the table itself: rounds, and each clause with both sides' words.

The pages show what the case knows and lead to its steps; what is open, agreed on or refused is judged in `states.bargaining`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from flows.office import Office
from models import queries, table
from models.base import AnyRow
from states.bargaining.clauses import SIDES, agreed_of, alike, apart, positions_of
from states.labels import Label
from states.options import NextStep, next_steps
from web.access import Visitor
from web.errors import NotFound
from web.pages.bargaining_chart import Chart, chart_of
from web.pages.case_parts import DateShown, date_shown
from web.pages.case_reach import Reach, reach

TABS = {
    "table": Label("谈判桌", "Table"), "information": Label("资料", "Information"), "vote": Label("表决", "Vote"),
    "filing": Label("报送审查", "Filing"), "difference": Label("条款对照", "Differences"),
}  # fmt: skip
#: the steps a page leads to, in the order of its work
STEPS = {
    "table": ("record_positions", "schedule_round", "hold_round", "postpone_round", "agree_clause", "agree_draft", "suspend",
              "resume", "request_coordination", "record_protocol", "return_to_talks"),
    "information": ("request_information", "record_information", "tell_higher_union"),
    "vote": ("call_congress", "send_congress_papers", "record_vote", "postpone_congress", "renegotiate"),
    "filing": ("sign", "file_contract", "record_approval", "record_objection", "resubmit", "sign_again",
               "in_force_by_signature", "publish", "file_with_higher_union"),
    "difference": ("agree_clause", "agree_draft", "renegotiate"),
}  # fmt: skip
CLOCKS = {
    "table": ("bargain-begin", "negotiation-max", "round", "suspension", "suspension-max", "coordination-request-after",
              "coordination"),
    "information": ("information-before", "tell-higher-union"),
    "vote": ("draft-to-vote", "revote", "congress", "papers-before-congress"),
    "filing": ("file", "review", "resubmit", "publish", "file-with-higher-union"),
    "difference": (),
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """Above every page of a bargaining: the case, the page's steps and its running clocks."""

    reach: Reach
    tab: str
    steps: list[NextStep]
    dates: list[DateShown]

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the case knows."""
        return self.reach.case.facts

    @property
    def number(self) -> str:
        """The number of the case."""
        return str(self.reach.row.number)

    @property
    def state(self) -> Label:
        """Where the case stands."""
        return self.reach.kind.stage(self.reach.row.state).label

    def led_by(self, name: str) -> Frame:
        """The same with that step in front."""
        return replace(self, steps=sorted(self.steps, key=lambda option: option.step.name != name))


def frame_of(connection: Connection, office: Office, visitor: Visitor, number: str, tab: str) -> Frame:
    """The bargaining of that number, for who works with it. Raises `NotFound`, for other cases too."""
    found = reach(connection, office, visitor, number)
    if found.kind.key != "bargaining":
        raise NotFound
    options = {option.step.name: option for option in next_steps(found.kind, found.case, found.moment)}
    clocks = [row for row in queries.deadlines_of(connection, found.row.id) if row.rule in CLOCKS[tab]]
    dates = [one for row in clocks if (one := date_shown(found.kind, row, found.moment)).running]
    return Frame(found, tab, [options[name] for name in STEPS[tab] if name in options], dates)


@dataclass(frozen=True)
class RoundShown:
    """A round: where it stands, its minutes, what it agreed on; `earlier` are the days it was fixed for before."""

    no: int
    on: date
    place: str
    present: int
    minutes: str
    held: bool
    earlier: tuple[date, ...]
    agreed: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """What a side said of a clause in a round (fen); `moved`: by how much it left its offer before."""

    round: int
    side: str
    text: str
    amount: int | None
    moved: int | None


@dataclass(frozen=True)
class ClauseShown:
    """A clause: its history, the last word of each side, how far they are apart, what was agreed on."""

    title: str
    #: open, ready (both say the same), agreed, dropped
    state: str
    last: Mapping[str, Offer]
    gap: int | None
    #: the gap in percent of what the employer's side offers, one decimal
    percent: str
    agreed: Mapping[str, Any] | None
    history: tuple[Offer, ...]
    chart: Chart | None


@dataclass(frozen=True)
class TableShown:
    """Everything on the table."""

    frame: Frame
    rounds: list[RoundShown]
    clauses: list[ClauseShown]
    before: AnyRow | None
    earlier_clauses: list[AnyRow]

    @property
    def gap(self) -> int | None:
        """How far apart the sides are on all open clauses about money (fen)."""
        return self.frame.facts.get("gap")

    @property
    def steps_first(self) -> Frame:
        """The frame with the step that is wanted most in front: what both say alike is to be agreed on, then drafted."""
        if self.count("ready"):
            return self.frame.led_by("agree_clause")
        return self.frame.led_by("agree_draft") if self.count("agreed") and not self.count("open") else self.frame

    def count(self, *states: str) -> int:
        """How many clauses stand so."""
        return sum(clause.state in states for clause in self.clauses)


def table_shown(connection: Connection, office: Office, visitor: Visitor, number: str) -> TableShown:
    """The table of the case."""
    frame = frame_of(connection, office, visitor, number, "table")
    case_id, facts = frame.reach.row.id, frame.facts
    meetings = table.meetings(connection, case_id, "round")
    offers = _offers(table.proposals(connection, case_id))
    before = table.contract_before(connection, visitor.scope, facts.get("predecessor_id"))
    earlier = earlier_text(connection, before) if not offers else []
    return TableShown(frame, _rounds(meetings, settled_of(facts)), _clauses(facts, offers, visitor.lang), before, earlier)


def settled_of(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is agreed on now: of the bargaining that goes on, else of the contract it led to."""
    return agreed_of(facts) or {title: dict(said) for title, said in facts.get("text", {}).items()}


def earlier_text(connection: Connection, before: AnyRow | None) -> list[AnyRow]:
    """The clauses of the contract before, if a case of ours made it."""
    if before is None or before.case_id is None:
        return []
    draft = (before.case_id, before.facts.get("text_seq"))
    return next(iter(table.clauses(connection, draft).values()), [])


def _rounds(rows: Sequence[AnyRow], agreed: Mapping[str, Mapping[str, Any]]) -> list[RoundShown]:
    rounds = []
    ordered = sorted(rows, key=lambda row: row.no)
    for no, (_, found) in enumerate(groupby(ordered, key=lambda row: row.no), start=1):
        acts = list(found)
        last, held = acts[-1], acts[-1].act == "held"
        titles = tuple(title for title, said in agreed.items() if said.get("round") == no and held)
        rounds.append(
            RoundShown(
                no, last.on, next((act.place for act in reversed(acts) if act.place), ""), last.present,
                last.minutes if held else "", held, tuple(act.on for act in acts[:-1] if act.on != last.on), titles,
            )
        )  # fmt: skip
    return rounds


def _offers(rows: Sequence[AnyRow]) -> dict[str, list[Offer]]:
    """The offers of each clause in the order they were made."""
    found: dict[str, list[Offer]] = {}
    for row in rows:
        history = found.setdefault(row.clause, [])
        own = next((offer.amount for offer in reversed(history) if offer.side == row.side and offer.amount is not None), None)
        moved = None if own is None or row.amount is None else row.amount - own
        history.append(Offer(row.round, row.side, row.text, row.amount, moved))
    return found


def _clauses(facts: Mapping[str, Any], offers: Mapping[str, list[Offer]], lang: str) -> list[ClauseShown]:
    """Open clauses first, the widest gap on top; then what is agreed on; then what was left out."""
    positions, agreed = positions_of(facts), settled_of(facts)
    shown = []
    for title in dict.fromkeys((*positions, *agreed, *offers)):
        history, sides, said = offers.get(title, []), positions.get(title), agreed.get(title)
        state = "agreed" if said else "dropped"
        if sides is not None:
            state = "ready" if alike(sides) else "open"
        last = {side: [offer for offer in history if offer.side == side][-1:] for side in SIDES}
        words: dict[str, Offer] = {side: found[0] for side, found in last.items() if found}
        gap = apart(sides) if sides is not None else None
        shown.append(
            ClauseShown(
                title, state, words, gap, _percent(gap, words.get("employer")), said, tuple(history),
                chart_of(history, said, lang),
            )
        )  # fmt: skip
    order = ("open", "ready", "agreed", "dropped")
    return sorted(shown, key=lambda clause: (order.index(clause.state), -(clause.gap or 0)))


def _percent(gap: int | None, offered: Offer | None) -> str:
    if gap is None or offered is None or not offered.amount:
        return ""
    return f"{100 * gap / offered.amount:.1f}"
