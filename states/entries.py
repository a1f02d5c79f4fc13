"""What a step writes besides the state: a closed list of plain values.

A step's `effect` is pure and answers with entries; the writer in `models/` knows for each kind of entry which row it
becomes. So a case type never touches a table, and the door never asks which case type it serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Side = Literal["workers", "employer"]


@dataclass(frozen=True)
class SetFacts:
    """Facts of the case that change; a value of None takes the fact away."""

    facts: Mapping[str, Any]


@dataclass(frozen=True)
class PartyJoins:
    """Somebody the case is about. Names and numbers are personal: the writer encrypts them."""

    role: str
    name: str
    phone: str = ""
    identity: str = ""
    represents: bool = False
    organisation_id: int | None = None
    #: his account: somebody who registers for himself follows the case by it
    person_id: int | None = None


@dataclass(frozen=True)
class ClaimMade:
    """What is asked for: a cause, and an amount in fen when it is about money."""

    cause: str
    amount: int = 0
    text: str = ""


@dataclass(frozen=True)
class Assign:
    """Who holds the case from now on; None: nobody (a mediator declined)."""

    person_id: int | None


@dataclass(frozen=True)
class MoveUp:
    """The case goes to the next unit above that mediates (enterprise → subdistrict → district)."""


@dataclass(frozen=True)
class StartDeadline:
    """A clock with a day agreed by people (a performance date, a session), one of possibly many of its rule."""

    rule: str
    on: date
    subject: str = ""


@dataclass(frozen=True)
class MeetDeadline:
    """A clock of the case whose duty is done."""

    rule: str
    subject: str = ""


@dataclass(frozen=True)
class MoveDeadline:
    """A clock of the case that now ends on another day (extended by consent, postponed)."""

    rule: str
    on: date
    subject: str = ""


@dataclass(frozen=True)
class Instalment:
    """A part of what was agreed: number from 1, amount in fen, the day it is due."""

    no: int
    amount: int
    due_on: date


@dataclass(frozen=True)
class Payment:
    """Money that reached the worker for one instalment, in fen."""

    no: int
    amount: int
    paid_on: date
    evidence: str = ""


@dataclass(frozen=True)
class MeetingSet:
    """A session or a round is fixed for a day."""

    no: int
    kind: Literal["session", "round", "congress"]
    on: date
    place: str = ""


@dataclass(frozen=True)
class MeetingPut:
    """A meeting put off to another day."""

    no: int
    kind: Literal["session", "round", "congress"]
    on: date
    reason: str = ""


@dataclass(frozen=True)
class MeetingHeld:
    """A meeting took place; its minutes."""

    no: int
    kind: Literal["session", "round", "congress"]
    on: date
    minutes: str
    present: int = 0


@dataclass(frozen=True)
class Proposal:
    """What one side offers on one clause in one round; `amount` in fen when the clause is about money."""

    round: int
    side: Side
    clause: str
    text: str = ""
    amount: int | None = None


@dataclass(frozen=True)
class ClauseWritten:
    """A clause of a draft, as both chiefs signed it; `content` is the chapter it belongs to, `amount` is in fen."""

    no: int
    title: str
    text: str = ""
    amount: int | None = None
    content: str = ""


@dataclass(frozen=True)
class Vote:
    """A ballot of the workers' congress: all delegates, present, for, against, abstaining."""

    on: date
    delegates: int
    present: int
    yes: int
    no: int
    abstain: int
    carried: bool
    carried_if_half: bool = False
    base: str = "all"


@dataclass(frozen=True)
class ContractSigned:
    """The contract of a bargaining case exists from now on, with its term."""

    starts_on: date
    expires_on: date
    signed_on: date
    workers: int = 0
    women: int = 0


@dataclass(frozen=True)
class ContractBecomes:
    """The contract's standing changes: filed, in_force, renewed, amended, terminated, lapsed."""

    standing: str
    on: date
    #: which contract: the one this case made, or the one it follows
    which: Literal["own", "predecessor"] = "own"


@dataclass(frozen=True)
class OpenCase:
    """A follow-up case to be opened after the commit, keyed by this step (a renewal, a second dispute)."""

    case_type: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    relation: str = "follows"


Entry = (
    SetFacts | PartyJoins | ClaimMade | Assign | MoveUp | StartDeadline | MeetDeadline | MoveDeadline | Instalment
    | Payment | MeetingSet | MeetingPut | MeetingHeld | Proposal | ClauseWritten | Vote | ContractSigned | ContractBecomes
    | OpenCase
)  # fmt: skip
