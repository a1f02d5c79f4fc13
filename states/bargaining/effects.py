"""What the steps up to the vote write besides the state. Pure: a case, answers and a moment in, entries out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from states.bargaining import clauses, forms
from states.bargaining import counting as arithmetic
from states.casetype import Effect
from states.caseview import CaseView, Moment
from states.entries import (
    Assign,
    Entry,
    MeetDeadline,
    MeetingHeld,
    MeetingPut,
    MeetingSet,
    MoveDeadline,
    PartyJoins,
    SetFacts,
    StartDeadline,
    Vote,
)
from states.guards import running


def iso(day: date | None) -> str | None:
    """A day as the facts keep it."""
    return day.isoformat() if day else None


def remember(**facts: str) -> Effect:
    """An effect that keeps answers as facts: `remember(refused_on="replied_on")`; a day is kept in ISO form."""

    def effect(_case: CaseView, answers: Any, _moment: Moment) -> Iterator[Entry]:
        kept = {name: getattr(answers, field) for name, field in facts.items()}
        yield SetFacts({name: iso(value) if isinstance(value, date) else value for name, value in kept.items()})

    return effect


def planned(_case: CaseView, answers: forms.Plan, _moment: Moment) -> Iterator[Entry]:
    """Kind, scope and employer, and the contract this one is to follow."""
    yield SetFacts(
        {
            "kind": str(answers.kind),
            "scope": str(answers.scope),
            "employer": answers.employer,
            "workers": answers.workers,
            "women": answers.women,
            "firms": answers.firms,
            "predecessor_id": answers.predecessor_id,
            "predecessor_expires_on": iso(answers.expires_on),
        }
    )
    yield PartyJoins("employer", answers.employer, organisation_id=answers.employer_id)


def assigned(_case: CaseView, answers: forms.Assignment, _moment: Moment) -> Iterator[Entry]:
    """The officer of the case."""
    yield Assign(answers.officer)


def invited(_case: CaseView, answers: forms.Invitation, _moment: Moment) -> Iterator[Entry]:
    """The union's invitation; the reply counts from its receipt, which may become known later."""
    yield SetFacts({"proposer": "workers", "invited_on": iso(answers.sent_on), "received_on": iso(answers.received_on)})


def was_invited(_case: CaseView, answers: forms.IncomingInvitation, _moment: Moment) -> Iterator[Entry]:
    """The employer's invitation: the duty to reply is ours."""
    day = answers.received_on.isoformat()
    yield SetFacts({"proposer": "employer", "invited_on": day, "received_on": day})


def unanswered(_case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """Nobody replied in time: a fact, and nothing decided."""
    yield SetFacts({"no_reply": True})


def accepted(_case: CaseView, answers: forms.Acceptance, _moment: Moment) -> Iterator[Entry]:
    """Bargaining is agreed to; what was held against the other side is past."""
    yield SetFacts({"accepted_on": iso(answers.replied_on), "no_reply": None, "letter_sent_on": None})


def letter_answered(_case: CaseView, answers: forms.SupervisionReply, _moment: Moment) -> Iterator[Entry]:
    """The letter waits no longer."""
    yield SetFacts({"letter_sent_on": None, "letter_answered_on": iso(answers.replied_on)})


def teams_named(_case: CaseView, answers: forms.Teams, _moment: Moment) -> Iterator[Entry]:
    """The representatives become parties; the facts keep numbers, not names."""
    for side, team in (("workers", answers.workers), ("employer", answers.employer)):
        for one in team:
            role = f"{side}_chief" if one.chief else f"{side}_representative"
            yield PartyJoins(role, one.name, identity=one.identity, represents=True)
    teams = {"workers_team": len(answers.workers), "employer_team": len(answers.employer)}
    yield SetFacts({"teams_named_on": iso(answers.chosen_on), "teams_manner": answers.manner, **teams})


def vacancy(case: CaseView, _answers: forms.Vacancy, _moment: Moment) -> Iterator[Entry]:
    """How many seats are empty."""
    yield SetFacts({"vacancies": int(case.facts.get("vacancies", 0)) + 1})


def replaced(case: CaseView, answers: forms.Replacement, _moment: Moment) -> Iterator[Entry]:
    """A new representative; the clock stops once no seat is empty."""
    left = int(case.facts.get("vacancies", 1)) - 1
    role = "chief" if answers.chief else "representative"
    yield PartyJoins(f"{answers.side}_{role}", answers.name, represents=True)
    yield SetFacts({"vacancies": left or None})
    if not left:
        yield MeetDeadline("representative-vacancy")


def asked_for(case: CaseView, answers: forms.InformationRequest, _moment: Moment) -> Iterator[Entry]:
    """The items asked for, each waiting until it is there."""
    asked = {"of": str(answers.asked_of), "asked_on": answers.requested_on.isoformat(), "secret": answers.secret}
    yield SetFacts({"information": {**case.facts.get("information", {}), **dict.fromkeys(answers.items, asked)}})


def still_asked(case: CaseView) -> dict[str, Any]:
    """The items asked for and not supplied yet."""
    items = case.facts.get("information", {}).items()
    return {"items": [item for item, one in items if not one.get("supplied_on")]}


def supplied(case: CaseView, answers: forms.InformationSupplied, _moment: Moment) -> Iterator[Entry]:
    """What was supplied; the clock stops once everything is there."""
    items, day = dict(case.facts.get("information", {})), answers.supplied_on.isoformat()
    arrived = [*answers.items, *(still_asked(case)["items"] if answers.complete else ())]
    items.update({item: {**items.get(item, {}), "supplied_on": day} for item in arrived})
    yield SetFacts({"information": items})
    if answers.complete:
        yield MeetDeadline("information-before")
        yield SetFacts({"information_supplied_on": iso(answers.supplied_on), "information_for": None})


def higher_union_told(_case: CaseView, answers: forms.Done, _moment: Moment) -> Iterator[Entry]:
    """The higher union knows."""
    yield SetFacts({"higher_union_told_on": iso(answers.on), "higher_union_for": None})


def _counted_back(case: CaseView, on: date) -> Iterator[Entry]:
    """What is counted back from the first round: information and the word to the higher union, unless done."""
    if not case.facts.get("rounds"):
        information = None if case.facts.get("information_supplied_on") else on.isoformat()
        higher_union = None if case.facts.get("higher_union_told_on") else on.isoformat()
        yield SetFacts({"information_for": information, "higher_union_for": higher_union})


def round_set(case: CaseView, answers: forms.Meeting, _moment: Moment) -> Iterator[Entry]:
    """A round with its own clock; the first one starts what is counted back from it."""
    no = case.meetings + 1
    yield MeetingSet(no, "round", answers.on, answers.place)
    yield StartDeadline("round", answers.on, str(no))
    yield from _counted_back(case, answers.on)


def round_put_off(case: CaseView, answers: forms.Postponement, _moment: Moment) -> Iterator[Entry]:
    """The same round on another day."""
    subject = running(case, "round") or ""
    yield MeetingPut(int(subject), "round", answers.on, answers.reason)
    yield MoveDeadline("round", answers.on, subject)
    yield from _counted_back(case, answers.on)


def round_held(case: CaseView, answers: forms.RoundRecord, _moment: Moment) -> Iterator[Entry]:
    """The minutes, and the end of the round's clock; co-ordination can be asked for some time after the first."""
    subject, rounds = running(case, "round") or "", int(case.facts.get("rounds", 0))
    yield MeetingHeld(int(subject), "round", answers.on, answers.minutes, answers.present)
    yield MeetDeadline("round", subject)
    yield SetFacts({"rounds": rounds + 1, "coordination_from": None if rounds else answers.on.isoformat()})
    yield SetFacts({"information_for": None, "higher_union_for": None})
    yield clauses.settled(case, answers.agreed, answers.on, rounds + 1)


def suspended(_case: CaseView, answers: forms.Suspension, _moment: Moment) -> Iterator[Entry]:
    """Until the agreed day."""
    yield StartDeadline("suspension", answers.until)
    yield SetFacts({"suspended_on": iso(answers.suspended_on)})


def congress_called(case: CaseView, answers: forms.Meeting, _moment: Moment) -> Iterator[Entry]:
    """The congress, and the papers counted back from it."""
    no = case.meetings + 1
    yield MeetingSet(no, "congress", answers.on, answers.place)
    yield StartDeadline("congress", answers.on, str(no))
    yield SetFacts({"papers_for": answers.on.isoformat()})


def congress_put_off(case: CaseView, answers: forms.Postponement, _moment: Moment) -> Iterator[Entry]:
    """The same congress on another day; papers not yet sent are counted anew."""
    subject = running(case, "congress") or ""
    yield MeetingPut(int(subject), "congress", answers.on, answers.reason)
    yield MoveDeadline("congress", answers.on, subject)
    if case.facts.get("papers_for"):
        yield SetFacts({"papers_for": answers.on.isoformat()})


def papers_sent(_case: CaseView, _answers: forms.Done, _moment: Moment) -> Iterator[Entry]:
    """The delegates have the papers."""
    yield SetFacts({"papers_for": None})


#: What the submission for review says of the vote.
_COUNTED = {"delegates", "present", "yes", "no", "abstain", "secret"}


def voted(case: CaseView, answers: forms.Ballot, moment: Moment) -> Iterator[Entry]:
    """The vote, counted both ways, and what the pack's own reading makes of it."""
    result, subject = arithmetic.vote_result(answers, moment), running(case, "congress") or ""
    yield MeetingHeld(int(subject), "congress", answers.on, answers.resolution, answers.present)
    yield MeetDeadline("congress", subject)
    yield Vote(
        answers.on, answers.delegates, answers.present, answers.yes, answers.no, answers.abstain,
        result.carried, result.half_or_more, result.base,
    )  # fmt: skip
    yield SetFacts({"vote": answers.model_dump(include=_COUNTED)})
    yield SetFacts({"voted_on": iso(answers.on), "rejected": None if result.carried else True, "papers_for": None})


def carried(_case: CaseView, answers: forms.Ballot, moment: Moment) -> bool:
    """Whether the draft is adopted."""
    return arithmetic.vote_result(answers, moment).carried


def coordination_asked(_case: CaseView, answers: forms.CoordinationRequest, _moment: Moment) -> Iterator[Entry]:
    """A request; an earlier co-ordination of the same case is past."""
    yield SetFacts({"coordination_on": iso(answers.requested_on), "coordination_accepted_on": None})


def coordination_longer(case: CaseView, _answers: forms.Reasoned, moment: Moment) -> Iterator[Entry]:
    """The authority takes its extra days."""
    last = arithmetic.coordination_extended(case, moment)
    if last is not None:
        yield MoveDeadline("coordination", last)
