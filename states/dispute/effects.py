"""What the steps of a dispute write besides the state. Pure: a case, answers and a moment in, entries out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from states.caseview import CaseView, Moment
from states.dispute import forms
from states.dispute.guards import instalment
from states.dispute.words import Basis, Cause
from states.entries import (
    Assign,
    ClaimMade,
    Entry,
    Instalment,
    MeetDeadline,
    MeetingHeld,
    MeetingPut,
    MeetingSet,
    MoveDeadline,
    MoveUp,
    PartyJoins,
    Payment,
    SetFacts,
    StartDeadline,
)
from states.guards import running
from states.roles import Role


def register(_case: CaseView, answers: forms.Registration, moment: Moment) -> Iterator[Entry]:
    """Parties, claim and facts of the registration. The first applicant is counted even when nobody else is named.

    Who registers as a party registers for himself: the applicant is the person who asks.
    """
    own = moment.actor_id if Role.PARTY in moment.roles else None
    claimants = max(answers.claimants, 1 + len(answers.members))
    yield SetFacts(
        {
            "cause": answers.cause,
            "channel": answers.channel,
            "claimants": claimants,
            "employer": answers.employer,
            "amount": answers.amount or None,
            "confidential": answers.confidential or None,
            "employment_ended_on": _iso(answers.employment_ended_on),
            "limitation_from": _limitation_from(answers),
            "injured_on": _iso(answers.injured_on) if answers.cause is Cause.WORK_INJURY else None,
        }
    )
    yield PartyJoins("applicant", answers.applicant, answers.phone, answers.identity, person_id=own)
    for member in answers.members:
        yield PartyJoins("applicant", member.name, member.phone, member.identity)
    yield PartyJoins("respondent", answers.employer)
    yield ClaimMade(answers.cause, answers.amount, answers.summary)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _limitation_from(answers: forms.Registration) -> str | None:
    """The day the one-year limitation runs from; None for arrears while employment lasts (LMA art. 27(4))."""
    if answers.cause is Cause.WAGE_ARREARS:
        return _iso(answers.employment_ended_on)
    return _iso(answers.knew_on)


def _restart(case: CaseView, moment: Moment) -> Iterator[Entry]:
    """The limitation is interrupted and runs anew (LMA art. 27(2)); arrears while employment lasts have none."""
    if case.facts.get("cause") != Cause.WAGE_ARREARS or case.facts.get("employment_ended_on"):
        yield SetFacts({"limitation_from": moment.today.isoformat()})


def limitation_restarts(case: CaseView, _answers: Any, moment: Moment) -> Iterator[Entry]:
    """A step that does nothing but interrupt the limitation."""
    yield from _restart(case, moment)


def applied(case: CaseView, answers: forms.Application, moment: Moment) -> Iterator[Entry]:
    """The application: its day, and the interruption of the limitation."""
    yield SetFacts({"received_on": answers.received_on.isoformat()})
    yield from _restart(case, moment)


def joined(_case: CaseView, answers: forms.JointHandler, _moment: Moment) -> Iterator[Entry]:
    """Another body handles the case together with the union."""
    yield PartyJoins("joint_handler", answers.name)
    yield SetFacts({"joint_with": answers.body})


def representatives(_case: CaseView, answers: forms.Representatives, _moment: Moment) -> Iterator[Entry]:
    """The representatives become parties who speak for the others."""
    for name in answers.names:
        yield PartyJoins("applicant", name, represents=True)
    yield SetFacts({"representatives": len(answers.names)})


def settled_between(_case: CaseView, answers: forms.Terms, _moment: Moment) -> Iterator[Entry]:
    """A settlement between the parties takes effect at once."""
    yield from _performance(answers.instalments, Basis.SETTLEMENT)


def _performance(parts: list[forms.PaymentTerm], basis: Basis, **facts: Any) -> Iterator[Entry]:
    for no, part in enumerate(parts, start=1):
        yield Instalment(no, part.amount, part.due_on)
        yield StartDeadline("performance", part.due_on, str(no))
    last = max(part.due_on for part in parts)
    agreed = sum(part.amount for part in parts)
    yield SetFacts({"basis": basis, "agreed_amount": agreed, "performance_ends_on": last.isoformat(), "pending": None, **facts})


def terms_agreed(_case: CaseView, answers: forms.Terms, _moment: Moment) -> Iterator[Entry]:
    """The terms wait for the signatures; instalments exist only once everybody has signed."""
    pending = [part.model_dump(mode="json") for part in answers.instalments]
    yield SetFacts({"pending": pending, "only_employment": answers.only_employment or None})


def signed(case: CaseView, answers: forms.Signatures, _moment: Moment) -> Iterator[Entry]:
    """The agreement is effective: every promise becomes a dated item."""
    parts = [forms.PaymentTerm.model_validate(part) for part in case.facts.get("pending", [])]
    yield from _performance(parts, Basis.MEDIATION, signed_on=answers.signed_on.isoformat())


def arbitral_terms(_case: CaseView, answers: forms.Terms, _moment: Moment) -> Iterator[Entry]:
    """An arbitral mediation document: performed like an agreement, enforceable from the start."""
    yield from _performance(answers.instalments, Basis.ARBITRAL, enforceable=True)


def assigned(_case: CaseView, answers: forms.Assignment, _moment: Moment) -> Iterator[Entry]:
    """The mediator of the case."""
    yield Assign(answers.mediator)


def declined(_case: CaseView, _answers: forms.Reasoned, _moment: Moment) -> Iterator[Entry]:
    """The mediator steps back; nobody holds the case."""
    yield Assign(None)


def session_set(case: CaseView, answers: forms.Session, _moment: Moment) -> Iterator[Entry]:
    """A session with its own clock."""
    no = case.meetings + 1
    yield MeetingSet(no, "session", answers.on, answers.place)
    yield StartDeadline("session", answers.on, str(no))


def _session(case: CaseView) -> str:
    return next(subject for rule, subject in case.open_deadlines if rule == "session")


def session_put_off(case: CaseView, answers: forms.Postponement, _moment: Moment) -> Iterator[Entry]:
    """The same session on another day."""
    subject = _session(case)
    yield MeetingPut(int(subject), "session", answers.on, answers.reason)
    yield MoveDeadline("session", answers.on, subject)


def session_held(case: CaseView, answers: forms.SessionRecord, _moment: Moment) -> Iterator[Entry]:
    """The minutes, and the end of the session's clock."""
    subject = _session(case)
    yield MeetingHeld(int(subject), "session", answers.on, answers.minutes, answers.present)
    yield MeetDeadline("session", subject)


def extended(_case: CaseView, answers: forms.Extension, _moment: Moment) -> Iterator[Entry]:
    """The mediation ends on the day both sides agreed to."""
    yield MoveDeadline("mediation-from-acceptance", answers.until)
    yield SetFacts({"extended_to": answers.until.isoformat()})


def passed_up(case: CaseView, answers: forms.PassUp, _moment: Moment) -> Iterator[Entry]:
    """The case goes to the next mediation body above; its mediator is named there."""
    yield MoveUp()
    yield Assign(None)
    yield SetFacts({"escalations": int(case.facts.get("escalations", 0)) + 1, "received_on": answers.sent_on.isoformat()})


def referred(_case: CaseView, answers: forms.Referral, _moment: Moment) -> Iterator[Entry]:
    """Who has the matter now."""
    yield SetFacts({"referred_to": answers.name, "referred_body": answers.body})


def paid(case: CaseView, answers: forms.PaymentReceived, _moment: Moment) -> Iterator[Entry]:
    """Money that arrived; an instalment paid in full stops its clock."""
    yield Payment(answers.no, answers.amount, answers.paid_on, answers.evidence)
    part = instalment(case, answers.no)
    if part is not None and part.paid + answers.amount >= part.amount:
        yield MeetDeadline("performance", str(answers.no))


def all_paid(case: CaseView, answers: forms.PaymentReceived, _moment: Moment) -> bool:
    """Whether this payment is the last one that is owed."""
    return all(
        part.performed or (part.no == answers.no and part.paid + answers.amount >= part.amount) for part in case.instalments
    )


def back_in_time(case: CaseView, answers: forms.PaymentReceived, moment: Moment) -> bool:
    """Whether a breached agreement is in order again: nothing overdue is left once this payment counts."""
    return case.state == "breached" and not any(
        not part.performed
        and part.due_on < moment.today
        and not (part.no == answers.no and part.paid + answers.amount >= part.amount)
        for part in case.instalments
    )


def became_enforceable(_case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Entry]:
    """The agreement can be enforced from now on."""
    yield SetFacts({"enforceable": True})


def awarded(_case: CaseView, answers: forms.Award, _moment: Moment) -> Iterator[Entry]:
    """The award, as far as the union's case needs it."""
    yield SetFacts({"award_final": answers.final or None, "awarded_amount": answers.amount, "enforceable": True})


def spot_result(_case: CaseView, answers: forms.SpotResult, _moment: Moment) -> Iterator[Entry]:
    """What the worker got at the counter."""
    if answers.amount:
        yield SetFacts({"agreed_amount": answers.amount, "paid_amount": answers.amount})


def hearing_set(_case: CaseView, answers: forms.Hearing, _moment: Moment) -> Iterator[Entry]:
    """The hearing: an applicant who stays away cannot apply again (Rules art. 39)."""
    yield StartDeadline("hearing", answers.on, answers.on.isoformat())


def hearing_held(case: CaseView, _answers: forms.Visit, _moment: Moment) -> Iterator[Entry]:
    """The hearing took place; its clock stops."""
    subject = running(case, "hearing")
    if subject is not None:
        yield MeetDeadline("hearing", subject)


def negotiation_period(_case: CaseView, answers: forms.Until, _moment: Moment) -> Iterator[Entry]:
    """The agreed negotiation period (Order 17 art. 10)."""
    yield StartDeadline("negotiation-agreed", answers.until)


def reopened(case: CaseView, _answers: forms.Reasoned, _moment: Moment) -> Iterator[Entry]:
    """How often the case came back."""
    yield SetFacts({"reopened": int(case.facts.get("reopened", 0)) + 1})
