"""What a search found, as its page shows it: a group a kind, what matched marked, where each stands and what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from models.contracts import Standing
from models.daybook import next_dates
from models.people import OrganisationKind
from models.search_index import Kind
from models.searching import Found, Hit, search
from states.labels import Label
from states.registry import case_type
from states.roles import BARGAINERS, Role
from web.access import Visitor
from web.pages.case_parts import ROLES

#: hits of each kind
MOST = 40
OWNER = Label("承办人", "Holder")
GROUPS = {
    Kind.CASE: Label("案件", "Cases"), Kind.CONTRACT: Label("集体合同", "Contracts"),
    Kind.ORGANISATION: Label("单位", "Units"),
}  # fmt: skip

EMPLOYERS = (OrganisationKind.EMPLOYER, OrganisationKind.ENTERPRISE_UNION)

#: a piece of a text, and whether it matched
Piece = tuple[str, bool]


@dataclass(frozen=True)
class Result:
    """One thing found; `matched` is the name that matched when it stands nowhere else, with its role."""

    path: str
    number: list[Piece]
    title: list[Piece]
    matched: list[Piece]
    role: Label | None
    state: Label | None
    over: bool
    unit: str
    owner: str
    on: date | None
    left: int


class Group(NamedTuple):
    """The results of one kind."""

    label: Label
    results: list[Result]


@dataclass(frozen=True)
class Searched:
    """Everything found; `more`: there was more than is shown."""

    groups: list[Group]
    more: bool


def searched(connection: Connection, visitor: Visitor, said: str) -> Searched:
    """What the words match among what the visitor may see."""
    found: Found = search(connection, visitor.scope, said, MOST)
    dates = next_dates(connection, [hit.id for hit in found.hits if hit.kind is Kind.CASE])
    words = [word for word in re.split(r"\s+", said.strip()) if word]
    days = [dates.get(hit.id) if hit.kind is Kind.CASE else hit.on for hit in found.hits]
    shown = [(hit.kind, _result(hit, words, on, visitor)) for hit, on in zip(found.hits, days, strict=True)]
    groups = [Group(label, [one for kind, one in shown if kind is wanted]) for wanted, label in GROUPS.items()]
    return Searched([group for group in groups if group.results], found.more)


def _result(hit: Hit, words: Sequence[str], on: date | None, visitor: Visitor) -> Result:
    elsewhere = hit.matched and hit.matched not in hit.title and hit.matched != hit.number and hit.matched != hit.owner
    return Result(
        path=_path(hit, visitor), number=_marked(hit.number, words, hit), title=_marked(hit.title or hit.number, words, hit),
        matched=_marked(hit.matched, words, hit) if elsewhere else [],
        role=ROLES.get(hit.role, OWNER if hit.role == "owner" else None) if elsewhere else None,
        state=_state(hit), over=not hit.is_open, unit=hit.unit, owner=hit.owner, on=on,
        left=(on - visitor.today).days if on else 0,
    )  # fmt: skip


def _path(hit: Hit, visitor: Visitor) -> str:
    if hit.kind is Kind.CASE:
        return f"/cases/{hit.number}"
    if hit.kind is Kind.CONTRACT:
        return f"/contracts/{hit.number}"
    bargains = visitor.holds(*BARGAINERS, Role.ADMINISTRATOR) and hit.type in EMPLOYERS
    return f"/employers/{hit.number}" if bargains else f"/cases?unit={hit.number}"


def _state(hit: Hit) -> Label | None:
    if hit.kind is Kind.CASE:
        return case_type(hit.type, hit.type_version).stage(hit.state).label
    return Standing(hit.state).label if hit.kind is Kind.CONTRACT else OrganisationKind(hit.type).label


def _marked(text: str, words: Sequence[str], hit: Hit) -> list[Piece]:
    """What was typed, marked; what was found by its sound is marked whole."""
    typed = [word for word in words if word.lower() in text.lower()]
    return list(pieces(text, typed or [hit.matched]))


def pieces(text: str, sought: Sequence[str]) -> Iterator[Piece]:
    """The text in pieces, those marked that are one of what was sought; upper and lower case alike."""
    patterns = [re.escape(word) for word in sorted({word for word in sought if word}, key=len, reverse=True)]
    if not patterns:
        yield text, False
        return
    for no, piece in enumerate(re.split(f"({'|'.join(patterns)})", text, flags=re.IGNORECASE)):
        if piece:
            yield piece, no % 2 == 1
