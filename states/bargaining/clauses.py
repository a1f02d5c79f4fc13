"""Clauses: what each side proposes and what both agreed on. Pure, and exact to the fen.

A clause is open from its first proposal until both sides agree on it; the case keeps the open ones in the fact `positions` and
the agreed ones in `agreed`. A new proposal on an agreed clause opens it again; to agree again replaces what was agreed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from states.bargaining import forms
from states.bargaining.counting import plain
from states.bargaining.words import BySide
from states.caseview import CaseView, Moment
from states.entries import Entry, Proposal, SetFacts, Side
from states.errors import Reason
from states.guards import listed
from states.labels import Label

SIDES: tuple[Side, Side] = ("workers", "employer")
#: What is said of a clause: {"text": …, "amount": fen or None}.
Said = Mapping[str, Any]
#: Clause → side → what it last said; of open clauses only.
Positions = dict[str, dict[str, Said]]
_NOTHING: Said = {"text": "", "amount": None}


def positions_of(facts: Mapping[str, Any]) -> Positions:
    """What each side proposes on the clauses still open; a copy."""
    return {clause: dict(sides) for clause, sides in facts.get("positions", {}).items()}


def agreed_of(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The clauses both sides agreed on, in the order they did: text, amount (fen), content, round, on; a copy."""
    return {title: dict(said) for title, said in facts.get("agreed", {}).items()}


def apart(sides: Mapping[str, Said]) -> int | None:
    """How far apart the sides are on a clause, in fen; None unless both named an amount."""
    workers, employer = (sides.get(side, _NOTHING)["amount"] for side in SIDES)
    return None if workers is None or employer is None else abs(workers - employer)


def alike(sides: Mapping[str, Said]) -> Said | None:
    """What both sides say, when they say the same; a side that named the same amount need not repeat the words."""
    workers, employer = (sides.get(side, _NOTHING) for side in SIDES)
    if workers["amount"] != employer["amount"]:
        return None
    texts = [said["text"] for said in (workers, employer) if said["text"]]
    if workers["amount"] is None and len(texts) < 2:
        return None
    same = len({plain(text) for text in texts}) < 2
    return {"text": texts[0] if texts else "", "amount": workers["amount"]} if same else None


def yuan(fen: int | None) -> str:
    """An amount as somebody would type it: "1200.50"; empty for none."""
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


def found(title: str, among: Iterable[str]) -> str | None:
    """The name under which a clause is known: blanks and full-width letters make no other clause."""
    wanted = plain(title)
    return next((known for known in among if plain(known) == wanted), None)


def standing(positions: Positions, agreed_on: Mapping[str, Any]) -> SetFacts:
    """The open clauses, how far apart the sides still are, and the clauses agreed on."""
    gaps = [gap for sides in positions.values() if (gap := apart(sides)) is not None]
    return SetFacts({"positions": positions or None, "gap": sum(gaps) if gaps else None, "agreed": dict(agreed_on) or None})


# --- proposals --------------------------------------------------------------------------------------------------------


def _speaking(items: Sequence[forms.Position]) -> list[forms.Position]:
    """The rows in which something is said; a form that was filled in with the open clauses brings the others too."""
    return [item for item in items if item.text or item.amount is not None]


def proposed(case: CaseView, answers: forms.Positions, _moment: Moment) -> Iterator[Entry]:
    """A side's position clause by clause, for the round that is being held or comes next; the gap that is left."""
    number = int(case.facts.get("rounds", 0)) + 1
    positions, agreed_on = positions_of(case.facts), agreed_of(case.facts)
    side: Side = "workers" if answers.side is BySide.WORKERS else "employer"
    for item in _speaking(answers.items):
        title = found(item.clause, (*positions, *agreed_on)) or item.clause
        yield Proposal(number, side, title, item.text, item.amount)
        agreed_on.pop(title, None)
        positions.setdefault(title, {})[side] = {"text": item.text, "amount": item.amount}
    yield standing(positions, agreed_on)


def to_be_proposed(case: CaseView) -> dict[str, Any]:
    """The open clauses, each waiting for a word."""
    return {"items": [{"clause": title} for title in positions_of(case.facts)]}


def _silent(_case: CaseView, answers: forms.Positions, _moment: Moment) -> Iterator[Reason]:
    if not _speaking(answers.items):
        yield Reason("nothing_proposed", Label("没有写明任何意见或金额", "no text and no amount is given"),
                     Label("至少在一个条款写明意见或金额", "give one for a clause at least"), "items")  # fmt: skip


SAYS_SOMETHING = listed("nothing_proposed", _silent, Label("提案须有内容", "a proposal says something"))

# --- agreement --------------------------------------------------------------------------------------------------------


def _content(item: forms.Agreed, sides: Mapping[str, Said]) -> Said | None:
    """What was agreed: as typed; where nothing is typed, as both sides last put it; None when that is not known."""
    if item.text or item.amount is not None:
        return {"text": item.text, "amount": item.amount}
    return alike(sides)


def settled(case: CaseView, items: Sequence[forms.Agreed], on: date, number: int) -> SetFacts:
    """The clauses once those are agreed on, in that round (0: outside one); what is to be left out is in neither list."""
    positions, agreed_on = positions_of(case.facts), agreed_of(case.facts)
    for item in items:
        title = found(item.clause, (*positions, *agreed_on)) or item.clause
        said = _content(item, positions.pop(title, of_both(agreed_on.get(title))))
        before = agreed_on.pop(title, {})
        if said is not None and not item.dropped:
            kept = {"content": before["content"]} if before.get("content") else {}
            agreed_on[title] = {**said, **kept, "round": number, "on": on.isoformat()}
    return standing(positions, agreed_on)


def of_both(said: Said | None) -> dict[str, Said]:
    """An agreed clause as the position of both sides."""
    return {} if said is None else {side: {"text": said["text"], "amount": said["amount"]} for side in SIDES}


def agreed(case: CaseView, answers: forms.Agreement, _moment: Moment) -> Iterator[Entry]:
    """Clauses agreed on outside a round."""
    yield settled(case, answers.items, answers.on, 0)


def to_be_agreed(case: CaseView) -> dict[str, Any]:
    """The clauses both sides put alike, in their words; without one, the open clauses to be worded."""
    positions = positions_of(case.facts)
    ready = {title: said for title, sides in positions.items() if (said := alike(sides)) is not None}
    worded = [{"clause": title, "text": said["text"], "amount": yuan(said["amount"])} for title, said in ready.items()]
    return {"items": worded or [{"clause": title} for title in positions]}


def _unknown(case: CaseView, items: Sequence[forms.Agreed], field: str) -> Iterator[Reason]:
    positions, agreed_on = positions_of(case.facts), agreed_of(case.facts)
    for no, item in enumerate(items):
        title = found(item.clause, (*positions, *agreed_on)) or item.clause
        sides = positions.get(title) or of_both(agreed_on.get(title))
        if not item.dropped and _content(item, sides) is None:
            yield Reason(
                "agreed_text_unknown",
                Label(f"“{title}”:双方最后的意见并不一致,不知商定了什么",
                      f"“{title}”: the sides last said different things, so what was agreed is not known"),
                Label("写明商定的内容或金额", "give the text or the amount agreed on"), f"{field}.{no}.text",
            )  # fmt: skip


_KNOWN = Label("达成一致的条款须知其内容", "what was agreed on is known")
CONTENT_KNOWN = listed("agreed_text_unknown", lambda case, a, _m: _unknown(case, a.items, "items"), _KNOWN)
AGREED_KNOWN = listed("agreed_text_unknown", lambda case, a, _m: _unknown(case, a.agreed, "agreed"), _KNOWN)
