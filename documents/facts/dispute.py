"""Facts of the papers of a labour dispute (LAW 14.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from documents.catalogue import paper_of
from documents.facts.plain import label, letterhead, named, plain
from documents.gathering import AGREEMENTS, Desk
from models.clerk import Act
from states.caseview import Outcome
from states.dispute.words import Basis, Cause
from states.registry import case_type

Facts = dict[str, Any]


def dispute(desk: Desk, act: Act) -> Facts:
    """Every paper of a dispute: the sides by name, the cause, the claim."""
    facts, parties = act.facts, desk.parties[act.case.id]
    applicants = [party for party in parties if party["role"] == "applicant"]
    claim = (desk.claims[act.case.id] or [{"amount": 0, "text": ""}])[0]
    return {
        **letterhead(desk, act),
        "applicant": applicants[0]["name"] if applicants else "",
        "claimants": int(facts.get("claimants", 1)),
        "represented_by": [party["name"] for party in applicants if party["represents"]],
        "joint": [party["name"] for party in parties if party["role"] == "joint_handler"],
        "cause": named(Cause, facts.get("cause")),
        "claim": claim["text"],
        "amount": claim["amount"],
        "received_on": str(facts.get("received_on", "")),
        "confidential": bool(facts.get("confidential")),
    }


def people(desk: Desk, act: Act) -> Facts:
    """Papers that state the parties' data: the applicants' numbers as cipher text, the others by name."""
    applicants = [party for party in desk.parties[act.case.id] if party["role"] == "applicant" and not party["represents"]]
    return {
        **dispute(desk, act),
        "person": {name: plain(applicants[0][name]) for name in ("name", "phone", "identity")} if applicants
        else {"name": "", "phone": "", "identity": ""},
        "members": [party["name"] for party in applicants[1:]],
        "ended_on": str(act.facts.get("employment_ended_on", "")),
    }  # fmt: skip


def session(desk: Desk, act: Act) -> Facts:
    """The record of a session: which one, and where it was fixed."""
    fixed = [row for row in desk.meetings[act.case.id] if row["kind"] == "session"]
    held = [row["no"] for row in fixed if row["act"] == "held"]
    no = held[-1] if held else 1
    places = [row["place"] for row in fixed if row["no"] == no and row["place"]]
    return {**dispute(desk, act), "no": no, "place": places[-1] if places else ""}


def failure(desk: Desk, act: Act) -> Facts:
    """The end of a mediation: by a person with a ground, or by the clock at the end of its period."""
    answers = plain(act.decision.answers)
    return {
        **dispute(desk, act),
        "by_clock": act.decision.step.by_clock,
        "ground": answers.get("ground", {"key": "", "zh": "", "en": ""}),
        "note": answers.get("note", ""),
    }


def agreement(desk: Desk, act: Act) -> Facts:
    """An agreement with the terms it states: what is to be done by when, and the sum."""
    answers = plain(act.decision.answers)
    parts = [{"no": no, **part} for no, part in enumerate(answers["instalments"], start=1)]
    return {**people(desk, act), "instalments": parts, "total": sum(part["amount"] for part in parts)}


def performance(desk: Desk, act: Act) -> Facts:
    """Papers that rest on an agreement: which one, what it promised, what has arrived."""
    parts: list[Facts] = [
        {"no": row.no, "amount": row.amount, "paid": row.paid, "due_on": row.due_on.isoformat(),
         "overdue": not row.performed and row.due_on < act.day, "performed": row.performed}
        for row in desk.instalments[act.case.id]
    ]  # fmt: skip
    earlier = [row for row in desk.papers[act.case.id] if row["paper"] in AGREEMENTS]
    total, paid = sum(part["amount"] for part in parts), sum(part["paid"] for part in parts)
    return {
        **people(desk, act),
        "instalments": parts,
        "total": total,
        "paid": paid,
        "owed": max(total - paid, 0),
        "basis": named(Basis, act.facts.get("basis")),
        "agreement": plain(earlier[-1]) if earlier else {"serial": "", "number": "", "issued_on": ""},
        "signed_on": str(act.facts.get("signed_on", "")),
    }


def cover(desk: Desk, act: Act) -> Facts:
    """The cover of a file of any type: from when to when, how it ended, which papers lie in it."""
    case, kind = act.case, case_type(act.case.type, act.case.type_version)
    papers = [
        {"title": dict(zip(("zh", "en"), paper_of(row["paper"]).label, strict=True)), **plain(row)}
        for row in desk.papers[case.id]
    ]
    closed_on: date | str = case.closed_on or ""
    parties = [party["name"] for party in desk.parties[case.id] if not party["represents"]]
    return {
        **letterhead(desk, act),
        "parties": parties[:20],
        "more_parties": max(len(parties) - 20, 0),
        "closed_on": plain(closed_on),
        "outcome": named(Outcome, case.outcome),
        "state": label(kind.stage(case.state)),
        "papers": papers,
        "agreed": int(act.facts.get("agreed_amount", 0)),
    }
