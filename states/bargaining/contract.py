"""What the steps from the signature on write: the contract's life in the register, its amendment, renewal and end.

A first contract stands in the register from its signature. An amendment waits in the fact `pending` until it takes effect,
so that the contract in force stays what it is if nothing comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from states.bargaining import counting as arithmetic
from states.bargaining import forms
from states.bargaining.effects import iso
from states.bargaining.words import B
from states.caseview import CaseView, Moment
from states.entries import ContractBecomes, ContractSigned, Entry, OpenCase, SetFacts

#: Facts of a bargaining that is over; a case that is bargained anew starts without them.
_PASSING = (
    "proposer", "invited_on", "received_on", "no_reply", "refused_on", "urged_on", "letter_sent_on", "accepted_on",
    "rounds", "coordination_from", "information_for", "information_supplied_on", "higher_union_for",
    "higher_union_told_on", "positions", "gap", "rejected", "drafted_on", "to_vote_from", "revote_from", "voted_on",
    "papers_for", "signed_on", "filing_from", "filed_on", "filing_no", "objected_on", "amends", "pending",
    "coordination_on", "coordination_accepted_on", "protocol_on", "suspended_on", "agreed", "draft_seq",
    "information", "objections",
)  # fmt: skip
_DAYS = ("starts", "expires", "signed")


def _forget(*names: str) -> SetFacts:
    return SetFacts(dict.fromkeys(names))


def _filing_from(answers: Any, moment: Moment) -> str | None:
    """Filing counts from the signature, in Shanghai from the employer's notice of the adoption (LAW 12, 7)."""
    by_notice = moment.pack.threshold("file-counts-from").value == "employer-notice"
    return iso(answers.noticed_on if by_notice else answers.signed_on)


def signed(case: CaseView, answers: forms.Signing, moment: Moment) -> Iterator[Entry]:
    """Both chiefs have signed: a contract of the register, or the new text of one that is in force."""
    facts = case.facts
    term = {
        "signed_on": iso(answers.signed_on),
        "starts_on": iso(answers.starts_on),
        "expires_on": iso(answers.expires_on),
        "workers": answers.workers or int(facts.get("workers", 0)),
        "women": answers.women or int(facts.get("women", 0)),
        **_wording(facts),
    }
    yield SetFacts({"filing_from": _filing_from(answers, moment), "objected_on": None})
    if facts.get("amends"):
        yield SetFacts({"pending": term})
        return
    yield SetFacts({**term, "agreed": None})
    yield _contract(term)
    if facts.get("predecessor_id") and not facts.get("effective_on"):
        yield ContractBecomes("renewed", answers.signed_on, "predecessor")


def _wording(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The clauses of what is signed: which draft they stand in, which text went before, and what they say."""
    text, draft = facts.get("text_seq"), facts.get("draft_seq")
    earlier = facts.get("earlier_text_seq") if text == draft else text
    return {"text_seq": draft, "earlier_text_seq": earlier, "text": facts.get("agreed") or facts.get("text")}


def _contract(term: dict[str, Any]) -> ContractSigned:
    starts_on, expires_on, signed_on = (date.fromisoformat(term[f"{name}_on"]) for name in _DAYS)
    return ContractSigned(starts_on, expires_on, signed_on, term["workers"], term["women"])


def amendment_signed(case: CaseView, answers: forms.AmendmentSigned, moment: Moment) -> Iterator[Entry]:
    """A small change: the contract as it is, with what changes."""
    facts = case.facts
    pending = {
        "signed_on": iso(answers.signed_on),
        "starts_on": facts.get("starts_on"),
        "expires_on": iso(answers.expires_on) or facts.get("expires_on"),
        "workers": int(facts.get("workers", 0)),
        "women": int(facts.get("women", 0)),
    }
    yield SetFacts({"pending": pending, "filing_from": _filing_from(answers, moment)})
    yield SetFacts({"changed_clauses": int(facts.get("changed_clauses", 0)) + answers.clauses})


def filed(case: CaseView, answers: forms.Filing, _moment: Moment) -> Iterator[Entry]:
    """The authority has it: day 0 of the review."""
    yield SetFacts({"filed_on": iso(answers.received_on), "filing_no": answers.receipt_no or None})
    yield SetFacts({"objected_on": None})
    if not case.facts.get("amends"):
        yield ContractBecomes("filed", answers.received_on)


def _in_force(case: CaseView, on: date, *, presumed: bool) -> Iterator[Entry]:
    """The contract, or its new text, takes effect: everything that runs from that day gets its day."""
    facts = {**case.facts, **case.facts.get("pending", {})}
    if case.facts.get("pending"):
        if lasts(case):
            yield ContractBecomes("amended", on)
        yield SetFacts(case.facts["pending"])
        yield _contract(case.facts["pending"])
    yield ContractBecomes("in_force", on)
    renew_by = None if facts.get("renewal_started_on") else facts.get("expires_on")
    day = on.isoformat()
    yield SetFacts({"effective_on": day, "presumed": presumed or None, "report_from": day, "renew_by": renew_by})
    yield _forget("amends", "pending", "rejected", "lapsed_on", "agreed")


def objected(case: CaseView, answers: forms.Objection, _moment: Moment) -> Iterator[Entry]:
    """What the authority objects to, beside what it objected to before."""
    day = answers.received_on.isoformat()
    points = [*case.facts.get("objections", ()), {"on": day, "points": answers.points}]
    yield SetFacts({"objected_on": day, "objections": points})


def approved(case: CaseView, answers: forms.Opinion, _moment: Moment) -> Iterator[Entry]:
    """An opinion without objection: in force from its date."""
    yield from _in_force(case, answers.dated_on, presumed=False)


def in_force_by_silence(case: CaseView, _answers: Any, moment: Moment) -> Iterator[Entry]:
    """No objection came: in force on the day after the last one, presumably (LAW 1, choice 4)."""
    last = arithmetic.last_day_of_review(case.facts, moment)
    if last is not None:
        yield from _in_force(case, last + timedelta(days=1), presumed=True)


def in_force_by_signature(case: CaseView, answers: forms.Done, _moment: Moment) -> Iterator[Entry]:
    """Where nobody reviews."""
    yield from _in_force(case, answers.on, presumed=False)


def checked(case: CaseView, answers: forms.Check, _moment: Moment) -> Iterator[Entry]:
    """A check of the performance; the next report counts from it."""
    day, checks = answers.checked_on.isoformat(), int(case.facts.get("checks", 0)) + 1
    yield SetFacts({"checks": checks, "report_from": day, "breached": list(answers.breached) or None})


def window_opened(_case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """Renewal can be asked for from now on."""
    yield SetFacts({"renewal_open": True})


def renewal_started(case: CaseView, _answers: forms.Renewal, moment: Moment) -> Iterator[Entry]:
    """A case of its own for the successor, with what is known already."""
    names = ("kind", "scope", "employer", "workers", "women", "firms", "expires_on")
    known = {name: case.facts[name] for name in names if name in case.facts}
    yield OpenCase("bargaining", known, "renews")
    yield SetFacts({"renewal_started_on": moment.today.isoformat(), "renew_by": None})


def renewed(_case: CaseView, answers: forms.Renewed, _moment: Moment) -> Iterator[Entry]:
    """The successor is signed."""
    yield ContractBecomes("renewed", answers.signed_on)
    yield SetFacts({"renewed_on": iso(answers.signed_on)})


def amendment_begun(case: CaseView, answers: forms.Amendment, _moment: Moment) -> Iterator[Entry]:
    """From now on the case bargains about a contract that is in force: its clauses hold until others are agreed on."""
    yield SetFacts({"amends": True, "amend_ground": str(answers.ground), "agreed": case.facts.get("text")})


def amendment_dropped(case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """The contract stays as it is."""
    yield _forget("amends", "pending")
    yield _text_stays(case)


def _text_stays(case: CaseView) -> SetFacts:
    """What was agreed on beyond the contract that runs is past."""
    return SetFacts({"agreed": None, "draft_seq": case.facts.get("text_seq"), "positions": None, "gap": None})


def bargained_anew(case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """What was drafted, signed or filed and came to nothing is past; a first contract waits in the register."""
    facts = case.facts
    signed_text = facts.get("pending", {}).get("text") or facts.get("text")
    yield SetFacts({"agreed": facts.get("agreed") or signed_text})
    yield _forget("pending", "filed_on", "filing_from", "to_vote_from", "revote_from", "papers_for")


def given_up(case: CaseView, _answers: forms.Reasoned, moment: Moment) -> Iterator[Entry]:
    """Nothing comes of it; a contract that was signed and never took effect ends with it."""
    if case.facts.get("signed_on") and not case.facts.get("effective_on"):
        yield ContractBecomes("terminated", moment.today)
    yield _forget("amends", "pending", "rejected", "no_reply")
    yield _text_stays(case)


def ended(_case: CaseView, answers: forms.Ending, _moment: Moment) -> Iterator[Entry]:
    """The contract ends before its term."""
    yield ContractBecomes("terminated", answers.ended_on)
    yield SetFacts({"ended_on": iso(answers.ended_on), "end_ground": str(answers.ground)})
    yield _forget("amends", "pending")


def term_over(case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """The term is over and nothing has followed; an amendment under way becomes the bargaining of a new contract."""
    day = date.fromisoformat(case.facts["expires_on"]) + timedelta(days=1)
    yield ContractBecomes("lapsed", day)
    yield SetFacts({"lapsed_on": day.isoformat(), "amends": None})


def lasts(case: CaseView, _answers: Any = None, _moment: Any = None) -> bool:
    """Whether a contract of the case is in force while it is being amended."""
    return bool(case.facts.get("amends"))


def lapsed(case: CaseView, _answers: Any, _moment: Moment) -> bool:
    """Whether the case's contract has run out."""
    return bool(case.facts.get("lapsed_on"))


def rests(case: CaseView, _answers: Any, _moment: Moment) -> bool:
    """Whether nobody is bargaining: the end of the term ends the contract's case."""
    return case.state in (B.IN_FORCE, B.AMENDING)


def closed(case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """From which end the case was closed, should it be opened again."""
    yield SetFacts({"closed_from": case.state})


def closed_from(state: B) -> Any:
    """Whether the case was closed from that end."""
    return lambda case, _answers, _moment: case.facts.get("closed_from") == state


def reopened(case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """How often the case came back; one that was given up starts anew."""
    yield SetFacts({"reopened": int(case.facts.get("reopened", 0)) + 1, "closed_from": None})
    if not case.facts.get("closed_from"):
        yield _forget(*_PASSING)
