"""Arbitration and the courts as far as the union follows them, and the end of the case (LAW 4, D9-D12)."""

from __future__ import annotations

from states.casetype import ALL, STAY, Step, Way, take
from states.caseview import Outcome
from states.dispute import effects as fx
from states.dispute import forms
from states.dispute import guards as g
from states.dispute.words import D
from states.guards import ahead
from states.roles import MEDIATORS, Role

MEDIATORS_AND_PARTY = MEDIATORS | {Role.PARTY}
SUPERVISORS = frozenset({Role.SUPERVISOR})

ARBITRATION: tuple[Step, ...] = (
    take("go_to_arbitration", "申请仲裁", "Go to arbitration").of(
        D.REGISTERED, D.NEGOTIATING, D.APPLIED, D.ACCEPTED, D.MEDIATING, D.REFUSED, D.FAILED, D.BREACHED, D.REFERRED).to(
        D.ARBITRATION, by=MEDIATORS_AND_PARTY, asks=forms.Filing, voids=(ALL,), starts=("arbitration-acceptance",),
        papers=("arbitration_application",), undoable=False, source_of_rule="劳动争议调解仲裁法第五条"),
    take("arbitration_accepted", "仲裁受理", "Arbitration accepted").of(D.ARBITRATION).to(
        STAY, by=MEDIATORS, asks=forms.Received, meets=("arbitration-acceptance",), starts=("arbitration-award",)),
    take("hearing_fixed", "开庭通知", "Hearing fixed").of(D.ARBITRATION).to(
        STAY, by=MEDIATORS, asks=forms.Hearing, effect=fx.hearing_set,
        guards=(ahead("on", "开庭日期", "the hearing"),), tells=("hearing_fixed",),
        source_of_rule="劳动人事争议仲裁办案规则第三十九条"),
    take("hearing_held", "开庭已举行", "Hearing held").of(D.ARBITRATION).to(
        STAY, by=MEDIATORS, asks=forms.Visit, effect=fx.hearing_held, guards=(g.HEARING_FIXED,)),
    take("arbitration_to_mediation", "仲裁前先行调解", "Mediate first").of(D.ARBITRATION).to(
        D.APPLIED, by=MEDIATORS, asks=forms.Application, effect=fx.applied, voids=("arbitration-acceptance",),
        starts=("mediation-decide", "mediation-from-receipt"), source_of_rule="劳动人事争议仲裁办案规则第六十九条"),
    take("arbitration_mediated", "仲裁调解书", "Mediated in arbitration").of(D.ARBITRATION).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Terms, effect=fx.arbitral_terms, voids=(ALL,), starts=("enforcement",)),
    take("record_award", "收到裁决", "Record the award").of(D.ARBITRATION).to(
        D.AWARDED, by=MEDIATORS, asks=forms.Award, effect=fx.awarded, voids=(ALL,),
        starts=("sue-after-award", "annul-after-award"), tells=("award_received",)),
    take("award_performed", "裁决已履行", "The award is performed").of(D.AWARDED).to(
        Way(D.CLOSED, outcome=Outcome.ARBITRATED), by=MEDIATORS, asks=forms.Received, tells=("case_closed",)),
    take("sue", "起诉", "Sue").of(D.ARBITRATION, D.AWARDED).to(
        D.LITIGATION, by=MEDIATORS_AND_PARTY, asks=forms.Filing, voids=(ALL,), undoable=False),
    take("record_judgment", "收到判决", "Record the judgment").of(D.LITIGATION).to(
        STAY, by=MEDIATORS, asks=forms.Received, effect=fx.became_enforceable, starts=("appeal", "enforcement")),
    take("end_litigation", "诉讼办结", "End the litigation").of(D.LITIGATION).to(
        Way(D.CLOSED, outcome=Outcome.JUDGED), by=MEDIATORS, asks=forms.Received, tells=("case_closed",)),
)  # fmt: skip

ENDING: tuple[Step, ...] = (
    take("close", "结案", "Close").of(D.REFUSED, D.FAILED).to(
        Way(D.CLOSED, when=lambda c, _a, _m: c.state == D.REFUSED, outcome=Outcome.REFUSED),
        Way(D.CLOSED, outcome=Outcome.FAILED), by=MEDIATORS, asks=forms.Reasoned, tells=("case_closed",)),
    take("reopen", "重新办理", "Reopen").of(D.CLOSED).to(
        D.REGISTERED, by=SUPERVISORS, asks=forms.Reasoned, effect=fx.reopened, voids=(ALL,), tells=("case_reopened",)),
    take("archive", "归档", "Archive").of(D.CLOSED).to(
        D.ARCHIVED, by=MEDIATORS, voids=(ALL,), papers=("case_cover",), undoable=False),
)  # fmt: skip
