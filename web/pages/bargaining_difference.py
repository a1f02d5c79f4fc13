"""Clause by clause: what is agreed on now beside the contract before, and beside the draft that was last put to the vote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Connection

from flows.office import Office
from models import table
from models.base import AnyRow
from states.bargaining.clauses import agreed_of
from states.bargaining.counting import plain
from web.access import Visitor
from web.pages.bargaining_view import Frame, frame_of

#: a number, a Latin word, or one character: what changes as a whole
_PIECE = re.compile(r"\d[\d,.]*%?|[A-Za-z]+|\s+|.", re.DOTALL)
#: two texts with less in common than this are shown as one struck out and one added
_ALIKE = 0.25


@dataclass(frozen=True)
class Text:
    """A clause of one side of the comparison (amount in fen)."""

    title: str
    text: str
    amount: int | None
    content: str = ""


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed ("same"), came ("added") or went ("gone")."""

    kind: str
    text: str


@dataclass(frozen=True)
class Compared:
    """A clause on both sides: added, gone, changed or same."""

    title: str
    kind: str
    before: Text | None
    after: Text | None
    pieces: tuple[Piece, ...]
    #: by how much the amount changed (fen), and in percent of what it was; None and empty where it did not
    moved: int | None
    percent: str


@dataclass(frozen=True)
class DifferenceShown:
    """Both comparisons; `earlier` says where the text before came from."""

    frame: Frame
    earlier: AnyRow | None
    #: the text before is an earlier one of this very case
    own_text: bool
    has_before: bool
    has_now: bool
    clauses: list[Compared]
    draft: list[Compared]

    def count(self, kind: str) -> int:
        """How many clauses compare so."""
        return sum(one.kind == kind for one in self.clauses)


def difference_shown(connection: Connection, office: Office, visitor: Visitor, number: str) -> DifferenceShown:
    """What changes from the contract before to what is agreed on now."""
    frame = frame_of(connection, office, visitor, number, "difference")
    facts, case_id = frame.facts, frame.reach.row.id
    agreed = _of_facts(agreed_of(facts))
    own = facts.get("text_seq") if agreed else facts.get("earlier_text_seq")
    before = None if own else table.contract_before(connection, visitor.scope, facts.get("predecessor_id"))
    source: table.Draft = (case_id, own) if own else _text_of(before)
    draft: table.Draft = (case_id, facts.get("draft_seq"))
    rows = table.clauses(connection, source, draft)
    earlier, drafted = _of_rows(rows.get(source, ())), _of_rows(rows.get(draft, ()))
    now = agreed or drafted
    return DifferenceShown(
        frame=frame, earlier=before, own_text=bool(own), has_before=bool(earlier), has_now=bool(now),
        clauses=compared(earlier, now), draft=compared(drafted, agreed) if drafted and agreed else [],
    )  # fmt: skip


def _text_of(contract: AnyRow | None) -> table.Draft:
    """Where the clauses of a contract stand: (case, seq of its draft)."""
    if contract is None or contract.case_id is None:
        return 0, None
    return contract.case_id, contract.facts.get("text_seq")


def _of_rows(rows: Iterable[AnyRow]) -> list[Text]:
    return [Text(row.title, row.text, row.amount, row.content) for row in rows]


def _of_facts(said: Mapping[str, Mapping[str, Any]]) -> list[Text]:
    return [Text(title, one["text"], one["amount"], one.get("content", "")) for title, one in said.items()]


def compared(before: Iterable[Text], after: Iterable[Text]) -> list[Compared]:
    """The clauses of both, in the order of the later text; those that are gone come last."""
    known = {plain(one.title): one for one in before}
    found = [_compare(known.pop(plain(one.title), None), one) for one in after]
    return found + [_compare(one, None) for one in known.values()]


def _compare(before: Text | None, after: Text | None) -> Compared:
    one = after or before
    assert one is not None
    kind = "changed" if before and after else "added" if after else "gone"
    old, new = before.amount if before else None, after.amount if after else None
    if before and after and old == new and plain(before.text) == plain(after.text):
        kind = "same"
    moved = None if old is None or new is None or old == new else new - old
    percent = f"{100 * moved / old:+.1f}" if moved is not None and old else ""
    pieces = pieces_of(before.text if before else "", after.text if after else "")
    return Compared(one.title, kind, before, after, tuple(pieces), moved, percent)


def pieces_of(before: str, after: str) -> list[Piece]:
    """The texts woven together, so that one reads what went and what came."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if old and new and matcher.ratio() < _ALIKE:
        return [Piece("gone", before), Piece("added", after)]
    pieces: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        pieces += [Piece(kind, text) for kind, text in (("gone", "".join(old[a:b])), ("added", "".join(new[c:d]))) if text]
    return pieces
