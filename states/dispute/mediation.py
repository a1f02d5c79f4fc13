"""Mediation: from the application to the signed agreement or its failure, and referral sideways (LAW 3, D2-D5, D8)."""

from __future__ import annotations

from states.casetype import STAY, Step, Way, take
from states.caseview import Outcome
from states.dispute import effects as fx
from states.dispute import forms
from states.dispute import guards as g
from states.dispute.words import D
from states.guards import ahead, happened, ticked
from states.labels import Label
from states.roles import CLOCK, MEDIATORS, Role

MEDIATORS_AND_PARTY = MEDIATORS | {Role.PARTY}
MEDIATION_CLOCKS = ("mediation-decide", "mediation-from-receipt", "mediation-from-acceptance", "session")
BEFORE_AGREEMENT = (D.REGISTERED, D.NEGOTIATING, D.APPLIED, D.ACCEPTED, D.MEDIATING, D.AGREED)

MEDIATION: tuple[Step, ...] = (
    take("apply", "申请调解", "Apply for mediation").of(D.REGISTERED, D.NEGOTIATING, D.BREACHED, D.FAILED).to(
        D.APPLIED, by=MEDIATORS_AND_PARTY, asks=forms.Application, effect=fx.applied,
        guards=(happened("received_on", "收到申请之日", "the day of receipt"),),
        starts=("mediation-decide", "mediation-from-receipt", "limitation"),
        voids=("negotiation-reply", "negotiation-agreed"), papers=("mediation_application",),
        source_of_rule="劳动争议调解仲裁法第十二条"),
    take("accept", "受理", "Accept").of(D.APPLIED).to(
        D.ACCEPTED, by=MEDIATORS, asks=forms.Acceptance,
        guards=(g.IN_SCOPE, g.APPLICANT_CONSENTS, g.RESPONDENT_CONSENTS, g.REPRESENTATIVES_NAMED,
                happened("accepted_on", "受理日期", "the day of acceptance")),
        starts=("mediation-from-acceptance",), meets=("mediation-decide",),
        papers=("acceptance_notice",), tells=("case_accepted",),
        source_of_rule="企业劳动争议协商调解规定第二十二条"),
    take("refuse", "不予受理", "Refuse to accept").of(D.APPLIED).to(
        D.REFUSED, by=MEDIATORS, asks=forms.NonAcceptance, effect=fx.limitation_restarts, starts=("limitation",),
        meets=("mediation-decide",), voids=("mediation-from-receipt",),
        papers=("refusal_notice",), tells=("case_refused",),
        source_of_rule="企业劳动争议协商调解规定第二十二条"),
    take("refer_up", "移送上级调解组织", "Refer up").of(D.APPLIED, D.ACCEPTED, D.MEDIATING, D.FAILED).to(
        D.APPLIED, by=MEDIATORS, asks=forms.PassUp, effect=fx.passed_up,
        guards=(g.UPPER_UNIT, happened("sent_on", "移送日期", "the day it is sent")),
        voids=MEDIATION_CLOCKS, starts=("mediation-decide", "mediation-from-receipt"), tells=("case_passed_up",)),
    take("schedule_session", "约定调解会", "Fix a session").of(D.ACCEPTED, D.MEDIATING).to(
        D.MEDIATING, by=MEDIATORS, asks=forms.Session, effect=fx.session_set,
        guards=(g.HAS_MEDIATOR, g.NO_SESSION_SET, ahead("on", "调解日期", "the session")),
        papers=("mediation_summons",), tells=("session_fixed",)),
    take("postpone_session", "调解会改期", "Postpone the session").of(D.MEDIATING).to(
        STAY, by=MEDIATORS, asks=forms.Postponement, effect=fx.session_put_off,
        guards=(g.SESSION_SET, ahead("on", "改期后的日期", "the new day")), tells=("session_postponed",)),
    take("hold_session", "记录调解会", "Record a session").of(D.MEDIATING).to(
        STAY, by=MEDIATORS, asks=forms.SessionRecord, effect=fx.session_held,
        guards=(g.SESSION_SET, happened("on", "调解日期", "the day of the session")), papers=("mediation_record",)),
    take("extend", "延期调解", "Extend by consent").of(D.ACCEPTED, D.MEDIATING).to(
        STAY, by=MEDIATORS, asks=forms.Extension, effect=fx.extended, guards=(g.BOTH_EXTEND, g.EXTENDS),
        papers=("extension_consent",), source_of_rule="企业劳动争议协商调解规定第二十九条"),
    take("agree", "达成协议", "Agree on terms").of(D.MEDIATING).to(
        D.AGREED, by=MEDIATORS, asks=forms.Terms, effect=fx.terms_agreed, guards=(g.MEMBERS_CONSENT,),
        papers=("mediation_agreement",), source_of_rule="企业劳动争议协商调解规定第二十六条"),
    take("fall_through", "未能签署", "The agreement is not signed").of(D.AGREED).to(
        D.MEDIATING, by=MEDIATORS, asks=forms.Reasoned),
    take("sign_agreement", "签署生效", "Sign the agreement").of(D.AGREED).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Signatures, effect=fx.signed,
        guards=(
            ticked("applicant_signed", "申请人尚未签名", "the applicant has not signed",
                     Label("签名后勾选", "tick it once signed")),
            ticked("respondent_signed", "被申请人尚未签章", "the respondent has not signed",
                     Label("签章后勾选", "tick it once signed")),
            ticked("mediator_signed", "调解员尚未签名", "the mediator has not signed",
                     Label("签名后勾选", "tick it once signed")),
            ticked("sealed", "调解委员会尚未盖章", "the committee has not sealed it",
                     Label("盖章后勾选", "tick it once sealed")),
            happened("signed_on", "签署日期", "the day of signature")),
        meets=("mediation-from-acceptance", "mediation-from-receipt"), voids=("session",),
        starts=("arbitration-review-window", "judicial-confirmation-window", "follow-up-first"),
        tells=("agreement_signed",), source_of_rule="企业劳动争议协商调解规定第二十六条"),
    take("fail", "调解不成", "End without agreement").of(D.ACCEPTED, D.MEDIATING, D.AGREED).to(
        D.FAILED, by=MEDIATORS, asks=forms.Failure, effect=fx.limitation_restarts, voids=MEDIATION_CLOCKS,
        starts=("limitation",), papers=("failure_notice",), tells=("mediation_failed",),
        source_of_rule="企业劳动争议协商调解规定第三十条"),
    take("mediation_lapses", "调解期限届满", "The mediation period ends").of(D.ACCEPTED, D.MEDIATING, D.AGREED).to(
        D.FAILED, by=CLOCK, effect=fx.limitation_restarts, voids=MEDIATION_CLOCKS, starts=("limitation",),
        papers=("failure_notice",), tells=("mediation_failed",),
        source_of_rule="企业劳动争议协商调解规定第二十九条"),
    take("withdraw", "撤回申请", "Withdraw").of(*BEFORE_AGREEMENT).to(
        Way(D.CLOSED, outcome=Outcome.WITHDRAWN), by=MEDIATORS_AND_PARTY, asks=forms.Reasoned, tells=("case_closed",)),
)  # fmt: skip

SIDEWAYS: tuple[Step, ...] = (
    take("refer_out", "转办", "Refer out").of(D.REGISTERED, D.APPLIED, D.REFUSED, D.FAILED, D.BREACHED).to(
        D.REFERRED, by=MEDIATORS, asks=forms.Referral, effect=fx.referred, guards=(g.NOT_ELSEWHERE,),
        starts=("referral-reply",), voids=MEDIATION_CLOCKS, papers=("referral_letter",), undoable=False),
    take("record_reply", "转办答复", "Record the reply").of(D.REFERRED).to(
        Way(D.CLOSED, when=lambda _c, a, _m: a.resolved, outcome=Outcome.REFERRED_OUT), Way(D.REGISTERED),
        by=MEDIATORS, asks=forms.Reply, meets=("referral-reply",), tells=("referral_answered",)),
)  # fmt: skip
