"""The congress and its vote: when, with which papers, and how many it takes under the rules of the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import Connection

from config.periods import Threshold
from flows.office import Office
from models import table
from models.base import AnyRow
from states.bargaining.counting import Needed, Result, needed, possible, vote_result
from states.bargaining.forms import Ballot
from web.access import Visitor
from web.pages.bargaining_view import Frame, frame_of

MOST_DELEGATES = 1_000_000


@dataclass(frozen=True)
class Tried:
    """Numbers somebody tries out: all delegates, present, in favour; None where nothing was typed."""

    delegates: int | None = None
    present: int | None = None
    yes: int | None = None

    @classmethod
    def typed(cls, delegates: str, present: str, yes: str) -> Tried:
        """Numbers as they were typed; what is no number counts as not typed."""
        return cls(*(_number(text) for text in (delegates, present, yes)))


def _number(text: str) -> int | None:
    text = text.strip()
    return min(int(text), MOST_DELEGATES) if text.isascii() and text.isdigit() and len(text) < 10 else None


@dataclass(frozen=True)
class Answer:
    """What the numbers come to: what is needed, what is missing, and the vote both ways once it is whole."""

    needed: Needed
    #: persons who must still come; None while nobody was counted
    absent: int | None
    #: votes still missing under the pack's reading
    short: int | None
    impossible: bool
    result: Result | None


@dataclass(frozen=True)
class VoteShown:
    """Everything about the vote."""

    frame: Frame
    congress: AnyRow | None
    earlier: tuple[date, ...]
    papers: dict[str, AnyRow]
    ballots: Sequence[AnyRow]
    rules: list[Threshold]
    quorum: Fraction
    of_present: bool
    tried: Tried
    answer: Answer | None

    @property
    def papers_wait(self) -> bool:
        """Whether the delegates wait for the papers of a congress that is called."""
        return bool(self.frame.facts.get("papers_for"))


def vote_shown(connection: Connection, office: Office, visitor: Visitor, number: str, tried: Tried) -> VoteShown:
    """The vote of the case, with the numbers tried out; without any, those of the last vote."""
    frame = frame_of(connection, office, visitor, number, "vote")
    case_id, pack = frame.reach.row.id, frame.reach.moment.pack
    meetings = table.meetings(connection, case_id, "congress")
    newest = meetings[-1].no if meetings else 0
    acts = [row for row in meetings if row.no == newest]
    ballots = table.ballots(connection, case_id)
    if tried == Tried() and ballots:
        tried = Tried(ballots[0].delegates)
    kinds = ("draft_contract", "congress_notice", "congress_resolution")
    issued = {row.paper: row for row in reversed(table.papers(connection, case_id, kinds))}
    rules = [pack.threshold(name) for name in ("congress-quorum", "congress-majority", "congress-base")]
    return VoteShown(
        frame=frame, congress=acts[-1] if acts and acts[-1].act != "held" else None,
        earlier=tuple(row.on for row in acts[:-1] if row.on != acts[-1].on), papers=issued, ballots=ballots, rules=rules,
        quorum=Fraction(rules[0].value), of_present=rules[2].value == "present", tried=tried, answer=_answer(frame, tried),
    )  # fmt: skip


def _answer(frame: Frame, tried: Tried) -> Answer | None:
    if not tried.delegates:
        return None
    moment, present = frame.reach.moment, tried.present
    wanted = needed(tried.delegates, tried.delegates if present is None else present, moment)
    absent = None if present is None else max(wanted.present - present, 0)
    short = None if tried.yes is None else max(wanted.yes - tried.yes, 0)
    if present is None or tried.yes is None:
        return Answer(wanted, absent, short, impossible=present is not None and present > tried.delegates, result=None)
    ballot = Ballot(on=moment.today, delegates=tried.delegates, present=present, yes=tried.yes)
    result = vote_result(ballot, moment) if possible(ballot) else None
    return Answer(wanted, absent, short, impossible=result is None, result=result)
