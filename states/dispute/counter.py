"""At the counter: registration, advice, joint handling, negotiation between the parties (LAW 3, 11.1 D0-D1)."""

from __future__ import annotations

from states.casetype import STAY, Step, Way, take
from states.caseview import Outcome
from states.dispute import effects as fx
from states.dispute import forms
from states.dispute import guards as g
from states.dispute.words import D
from states.guards import ahead, happened
from states.roles import CLOCK, MEDIATORS, Role

MEDIATORS_AND_PARTY = MEDIATORS | {Role.PARTY}

AT_THE_COUNTER: tuple[Step, ...] = (
    take("settle_on_spot", "当场解决", "Settle on the spot").of(D.REGISTERED).to(
        Way(D.CLOSED, outcome=Outcome.SETTLED_ON_SPOT), by=MEDIATORS,
        asks=forms.SpotResult, effect=fx.spot_result, tells=("case_closed",)),
    take("give_advice", "咨询答复", "Give advice").of(D.REGISTERED).to(
        Way(D.CLOSED, outcome=Outcome.ADVICE), by=MEDIATORS, asks=forms.Advice),
    take("join_handlers", "联合办理", "Handle jointly").of(D.REGISTERED, D.APPLIED, D.ACCEPTED, D.MEDIATING).to(
        STAY, by=MEDIATORS, asks=forms.JointHandler, effect=fx.joined),
    take("name_representatives", "推举代表", "Name representatives").of(D.REGISTERED, D.APPLIED, D.ACCEPTED).to(
        STAY, by=MEDIATORS_AND_PARTY, asks=forms.Representatives, effect=fx.representatives,
        guards=(g.IS_GROUP, g.COUNT_OF_REPRESENTATIVES), papers=("representatives_record",)),
    take("assign_mediator", "指定调解员", "Assign a mediator").of(
        D.REGISTERED, D.NEGOTIATING, D.APPLIED, D.ACCEPTED, D.MEDIATING, D.AGREED, D.PERFORMING, D.BREACHED).to(
        STAY, by=MEDIATORS, asks=forms.Assignment, effect=fx.assigned, guards=(g.NO_CONFLICT,),
        tells=("case_assigned",)),
    take("decline_assignment", "调解员回避", "Decline the assignment").of(
        D.REGISTERED, D.APPLIED, D.ACCEPTED, D.MEDIATING).to(
        STAY, by=MEDIATORS, asks=forms.Reasoned, effect=fx.declined, guards=(g.IS_OWNER,),
        tells=("mediator_declined",)),
    take("pass_up", "移送上级登记", "Pass up the registration").of(D.REGISTERED).to(
        STAY, by=MEDIATORS, asks=forms.PassUp, effect=fx.passed_up, guards=(g.UPPER_UNIT,),
        tells=("case_passed_up",)),
)  # fmt: skip

NEGOTIATION: tuple[Step, ...] = (
    take("start_negotiation", "发出协商要求", "Demand negotiation").of(D.REGISTERED).to(
        D.NEGOTIATING, by=MEDIATORS, asks=forms.NegotiationDemand, effect=fx.limitation_restarts,
        guards=(happened("sent_on", "送达日", "the day of receipt"),), starts=("negotiation-reply", "limitation")),
    take("agree_negotiation_period", "约定协商期限", "Agree on a negotiation period").of(D.NEGOTIATING).to(
        STAY, by=MEDIATORS, asks=forms.Until, effect=fx.negotiation_period, meets=("negotiation-reply",),
        guards=(ahead("until", "协商期限", "the agreed last day"),)),
    take("record_settlement", "达成和解", "Record a settlement").of(D.NEGOTIATING).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Terms, effect=fx.settled_between, guards=(g.MEMBERS_CONSENT,),
        meets=("negotiation-reply", "negotiation-agreed"), starts=("follow-up-first",),
        papers=("settlement_agreement",)),
    take("end_negotiation", "协商不成", "End the negotiation").of(D.NEGOTIATING).to(
        D.REGISTERED, by=MEDIATORS, asks=forms.Reasoned, effect=fx.limitation_restarts, starts=("limitation",),
        voids=("negotiation-reply", "negotiation-agreed")),
    take("negotiation_lapses", "协商期满未果", "The negotiation period ends").of(D.NEGOTIATING).to(
        D.REGISTERED, by=CLOCK, effect=fx.limitation_restarts, starts=("limitation",),
        voids=("negotiation-reply", "negotiation-agreed"), tells=("negotiation_lapsed",),
        source_of_rule="企业劳动争议协商调解规定第十条"),
)  # fmt: skip
