"""Facts of the papers of bargaining and of the register (LAW 14.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from documents.facts.plain import letterhead, named, plain
from documents.gathering import Desk
from models.clerk import Act
from states.bargaining.words import Content, Kind, Scope
from states.entries import MeetingHeld, MeetingSet

Facts = dict[str, Any]
SIDES = ("workers", "employer")


def bargaining(desk: Desk, act: Act) -> Facts:
    """Every paper of bargaining: what is to be concluded, for whom, who asked and when."""
    facts = act.facts
    return {
        **letterhead(desk, act),
        "kind": named(Kind, facts.get("kind")),
        "scope": named(Scope, facts.get("scope")),
        **{name: int(facts.get(name, 0)) for name in ("workers", "women", "firms", "rounds")},
        **{name: str(facts.get(name, "")) for name in ("proposer", "invited_on", "received_on", "urged_on")},
        "ends_on": str(facts.get("predecessor_expires_on", "")),
    }


def _teams(desk: Desk, act: Act) -> Facts:
    """The names of each side's representatives, its chief first."""
    parties = desk.parties[act.case.id]
    return {
        side: {
            "chief": next((row["name"] for row in reversed(parties) if row["role"] == f"{side}_chief"), ""),
            "others": [row["name"] for row in parties if row["role"] == f"{side}_representative"],
        }
        for side in SIDES
    }


def teams(desk: Desk, act: Act) -> Facts:
    """The list of representatives: everything but the names stands in the answers."""
    answers = plain(act.decision.answers)
    return {
        **bargaining(desk, act),
        "sides": [{"side": side, "members": answers[side]} for side in SIDES],
        "chosen_on": answers["chosen_on"],
        "manner": answers["manner"],
    }


def _held(act: Act) -> int:
    return next((entry.no for entry in act.decision.entries if isinstance(entry, MeetingHeld)), 0)


def round_held(desk: Desk, act: Act) -> Facts:
    """The minutes of a round: which one, where, and what the sides proposed in it, clause by clause."""
    fixed = [row for row in desk.meetings[act.case.id] if row["no"] == _held(act) and row["place"]]
    number = int(act.facts.get("rounds", 1))
    offers = [row for row in desk.proposals[act.case.id] if row["round"] == number]
    return {
        **bargaining(desk, act),
        "no": number,
        "place": fixed[-1]["place"] if fixed else "",
        "teams": _teams(desk, act),
        "positions": _positions(offers),
        "settled": _settled(act),
        "open": list(act.facts.get("positions", {})),
    }


def _settled(act: Act) -> list[Facts]:
    """What the round agreed on, in the words that hold from now on; what was left out of the contract has none."""
    agreed = act.facts.get("agreed", {})
    named = [one.clause for one in getattr(act.decision.answers, "agreed", ())]
    return [
        {"clause": title, "text": agreed.get(title, {}).get("text", ""), "dropped": title not in agreed,
         "amount": plain(agreed.get(title, {}).get("amount"))}
        for title in named
    ]  # fmt: skip


def _positions(offers: list[dict[str, Any]]) -> list[Facts]:
    """The last word of each side on each clause."""
    clauses: dict[str, Facts] = {}
    for row in offers:
        empty: Facts = {"clause": row["clause"], **{side: {"text": "", "amount": ""} for side in SIDES}}
        clauses.setdefault(row["clause"], empty)[row["side"]] = {
            "text": row["text"], "amount": "" if row["amount"] is None else row["amount"],
        }  # fmt: skip
    return list(clauses.values())


def contract(desk: Desk, act: Act) -> Facts:
    """Papers of a contract from its draft to its end: term, chiefs, contents, vote, clauses, number in the register."""
    facts = act.facts
    term: Mapping[str, Any] = {**facts, **facts.get("pending", {})}
    ballots = desk.ballots[act.case.id]
    return {
        **bargaining(desk, act),
        "teams": _teams(desk, act),
        "clauses": _clauses(desk, act),
        "contents": [plain(Content(content)) for content in facts.get("contents", [])],
        "vote": plain(ballots[-1]) if ballots else {},
        "contract_no": desk.contracts.get(act.case.id, ""),
        **{
            name: str(term.get(name, ""))
            for name in ("drafted_on", "signed_on", "starts_on", "expires_on", "effective_on", "voted_on", "filed_on",
                         "objected_on")
        },
        "amends": bool(facts.get("amends")),
        "presumed": bool(facts.get("presumed")),
        "meeting": _called(desk, act),
    }  # fmt: skip


def _clauses(desk: Desk, act: Act) -> list[Facts]:
    """The clauses of the newest draft; of the contract itself where nothing newer is being bargained."""
    rows = [row for row in desk.clauses[act.case.id] if row["seq"] == act.facts.get("draft_seq")]
    return [{name: plain(row[name]) for name in ("no", "title", "content", "text", "amount")} for row in rows]


def _called(desk: Desk, act: Act) -> Facts:
    """The congress: the day and the place fixed by this step or before it."""
    for entry in act.decision.entries:
        if isinstance(entry, MeetingSet):
            return {"on": entry.on.isoformat(), "place": entry.place}
    held = _held(act)
    fixed = [row for row in desk.meetings[act.case.id] if row["no"] == held and row["place"]]
    return {"on": fixed[-1]["on"].isoformat(), "place": fixed[-1]["place"]} if fixed else {"on": "", "place": ""}


def register(contract: Mapping[str, Any], unit: str, day: str) -> Facts:
    """A contract of the register, for the reminder that it expires."""
    return {
        "unit": unit, "day": day, "kind": named(Kind, contract["kind"]), "scope": named(Scope, contract["scope"]),
        "employer": {"name": contract["employer_name"], "code": ""}, "contract_no": contract["number"],
        **{name: plain(contract[name]) for name in ("signed_on", "starts_on", "expires_on")},
        "workers": contract["workers"],
    }  # fmt: skip
