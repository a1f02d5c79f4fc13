"""The process of a labour dispute: read the steps in the order a case lives (LAW 11.1)."""

from __future__ import annotations

from states.casetype import ALL, STAY, CaseType, Step, Way, take
from states.caseview import Outcome
from states.dispute import effects as fx
from states.dispute import forms
from states.dispute import guards as g
from states.dispute.clocks import CLOCKS
from states.dispute.words import D
from states.labels import Label
from states.roles import CLOCK, MEDIATORS, Role

SUPERVISORS = frozenset({Role.SUPERVISOR})
MEDIATORS_AND_PARTY = MEDIATORS | {Role.PARTY}
MEDIATION_CLOCKS = ("mediation-decide", "mediation-from-receipt", "mediation-from-acceptance", "session")
BEFORE_AGREEMENT = (D.REGISTERED, D.NEGOTIATING, D.APPLIED, D.ACCEPTED, D.MEDIATING, D.AGREED)
OWED = (D.PERFORMING, D.ARBITRATION_REVIEW, D.JUDICIAL_CONFIRMATION, D.BREACHED, D.PAYMENT_ORDER, D.ENFORCEMENT)

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
        guards=(g.happened("sent_on", "送达日", "the day of receipt"),), starts=("negotiation-reply", "limitation")),
    take("agree_negotiation_period", "约定协商期限", "Agree on a negotiation period").of(D.NEGOTIATING).to(
        STAY, by=MEDIATORS, asks=forms.Until, effect=fx.negotiation_period, meets=("negotiation-reply",),
        guards=(g.ahead("until", "协商期限", "the agreed last day"),)),
    take("record_settlement", "达成和解", "Record a settlement").of(D.NEGOTIATING).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Terms, effect=fx.settled_between, guards=(g.MEMBERS_CONSENT,),
        meets=("negotiation-reply", "negotiation-agreed"), papers=("settlement_agreement",)),
    take("end_negotiation", "协商不成", "End the negotiation").of(D.NEGOTIATING).to(
        D.REGISTERED, by=MEDIATORS, asks=forms.Reasoned, effect=fx.limitation_restarts, starts=("limitation",),
        voids=("negotiation-reply", "negotiation-agreed")),
    take("negotiation_lapses", "协商期满未果", "The negotiation period ends").of(D.NEGOTIATING).to(
        D.REGISTERED, by=CLOCK, effect=fx.limitation_restarts, starts=("limitation",),
        voids=("negotiation-reply", "negotiation-agreed"), tells=("negotiation_lapsed",),
        source_of_rule="企业劳动争议协商调解规定第十条"),
)  # fmt: skip

MEDIATION: tuple[Step, ...] = (
    take("apply", "申请调解", "Apply for mediation").of(D.REGISTERED, D.NEGOTIATING, D.BREACHED, D.FAILED).to(
        D.APPLIED, by=MEDIATORS_AND_PARTY, asks=forms.Application, effect=fx.applied,
        guards=(g.happened("received_on", "收到申请之日", "the day of receipt"),),
        starts=("mediation-decide", "mediation-from-receipt", "limitation"),
        voids=("negotiation-reply", "negotiation-agreed"), papers=("mediation_application",),
        source_of_rule="劳动争议调解仲裁法第十二条"),
    take("accept", "受理", "Accept").of(D.APPLIED).to(
        D.ACCEPTED, by=MEDIATORS, asks=forms.Acceptance,
        guards=(g.IN_SCOPE, g.APPLICANT_CONSENTS, g.RESPONDENT_CONSENTS, g.REPRESENTATIVES_NAMED,
                g.happened("accepted_on", "受理日期", "the day of acceptance")),
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
        guards=(g.UPPER_UNIT, g.happened("sent_on", "移送日期", "the day it is sent")),
        voids=MEDIATION_CLOCKS, starts=("mediation-decide", "mediation-from-receipt"), tells=("case_passed_up",)),
    take("schedule_session", "约定调解会", "Fix a session").of(D.ACCEPTED, D.MEDIATING).to(
        D.MEDIATING, by=MEDIATORS, asks=forms.Session, effect=fx.session_set,
        guards=(g.HAS_MEDIATOR, g.NO_SESSION_SET, g.ahead("on", "调解日期", "the session")),
        papers=("mediation_summons",), tells=("session_fixed",)),
    take("postpone_session", "调解会改期", "Postpone the session").of(D.MEDIATING).to(
        STAY, by=MEDIATORS, asks=forms.Postponement, effect=fx.session_put_off,
        guards=(g.SESSION_SET, g.ahead("on", "改期后的日期", "the new day")), tells=("session_postponed",)),
    take("hold_session", "记录调解会", "Record a session").of(D.MEDIATING).to(
        STAY, by=MEDIATORS, asks=forms.SessionRecord, effect=fx.session_held,
        guards=(g.SESSION_SET, g.happened("on", "调解日期", "the day of the session")), papers=("mediation_record",)),
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
            g.ticked("applicant_signed", "申请人尚未签名", "the applicant has not signed",
                     Label("签名后勾选", "tick it once signed")),
            g.ticked("respondent_signed", "被申请人尚未签章", "the respondent has not signed",
                     Label("签章后勾选", "tick it once signed")),
            g.ticked("mediator_signed", "调解员尚未签名", "the mediator has not signed",
                     Label("签名后勾选", "tick it once signed")),
            g.ticked("sealed", "调解委员会尚未盖章", "the committee has not sealed it",
                     Label("盖章后勾选", "tick it once sealed")),
            g.happened("signed_on", "签署日期", "the day of signature")),
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

PERFORMANCE: tuple[Step, ...] = (
    take("record_payment", "记录履行", "Record a payment").of(*OWED).to(
        Way(D.CLOSED, when=fx.all_paid, outcome=Outcome.PAID), Way(D.PERFORMING, when=fx.back_in_time), Way(STAY),
        by=MEDIATORS, asks=forms.PaymentReceived, effect=fx.paid,
        guards=(g.INSTALMENT_OPEN, g.happened("paid_on", "付款日期", "the day of payment")),
        tells=("payment_recorded",)),
    take("urge", "督促履行", "Urge performance").of(D.PERFORMING, D.BREACHED).to(
        STAY, by=MEDIATORS, papers=("urging_letter",), tells=("performance_urged",)),
    take("visit", "回访", "Visit afterwards").of(D.PERFORMING, D.BREACHED, D.CLOSED).to(
        STAY, by=MEDIATORS, asks=forms.Visit, meets=("follow-up-first",),
        guards=(g.happened("visited_on", "回访日期", "the day of the visit"),), papers=("visit_record",)),
    take("declare_breach", "认定未按期履行", "Declare a breach").of(D.PERFORMING).to(
        D.BREACHED, by=MEDIATORS, effect=fx.limitation_restarts, guards=(g.SOMETHING_OVERDUE,),
        starts=("limitation",), tells=("agreement_breached",)),
)  # fmt: skip

ONWARD: tuple[Step, ...] = (
    take("apply_arbitration_review", "申请仲裁审查", "Apply for arbitration review").of(D.PERFORMING).to(
        D.ARBITRATION_REVIEW, by=MEDIATORS, asks=forms.Filing,
        guards=(g.ON_MEDIATION, g.within("arbitration-review-window", "仲裁审查", "arbitration review"), g.JOINT,
                g.NOT_ONLY_EMPLOYMENT, g.NOT_YET_ENFORCEABLE),
        meets=("arbitration-review-window",), voids=("judicial-confirmation-window",),
        starts=("arbitration-review-decision",), papers=("review_application",), undoable=False,
        source_of_rule="企业劳动争议协商调解规定第二十七条"),
    take("review_granted", "审查确认有效", "Review granted").of(D.ARBITRATION_REVIEW).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Received, effect=fx.became_enforceable,
        meets=("arbitration-review-decision",), starts=("enforcement",), tells=("now_enforceable",)),
    take("review_refused", "审查未予确认", "Review refused").of(D.ARBITRATION_REVIEW).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Received, meets=("arbitration-review-decision",)),
    take("apply_judicial_confirmation", "申请司法确认", "Apply for judicial confirmation").of(D.PERFORMING).to(
        D.JUDICIAL_CONFIRMATION, by=MEDIATORS, asks=forms.Filing,
        guards=(g.ON_MEDIATION, g.within("judicial-confirmation-window", "司法确认", "judicial confirmation"), g.JOINT,
                g.NOT_YET_ENFORCEABLE),
        meets=("judicial-confirmation-window",), voids=("arbitration-review-window",),
        starts=("judicial-confirmation-decision",), papers=("confirmation_application",), undoable=False,
        source_of_rule="民事诉讼法第二百零五条"),
    take("confirmation_granted", "司法确认有效", "Confirmation granted").of(D.JUDICIAL_CONFIRMATION).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Received, effect=fx.became_enforceable,
        meets=("judicial-confirmation-decision",), starts=("enforcement",), tells=("now_enforceable",)),
    take("confirmation_refused", "司法确认驳回", "Confirmation refused").of(D.JUDICIAL_CONFIRMATION).to(
        D.PERFORMING, by=MEDIATORS, asks=forms.Received, meets=("judicial-confirmation-decision",)),
    take("apply_payment_order", "申请支付令", "Apply for a payment order").of(D.BREACHED).to(
        D.PAYMENT_ORDER, by=MEDIATORS_AND_PARTY, asks=forms.Filing,
        guards=(g.ON_MEDIATION, g.PAYMENT_ORDER_FITS), starts=("payment-order-acceptance",),
        papers=("payment_order_application",), undoable=False, source_of_rule="劳动争议调解仲裁法第十六条"),
    take("payment_order_served", "支付令已送达", "Payment order served").of(D.PAYMENT_ORDER).to(
        STAY, by=MEDIATORS, asks=forms.Received, meets=("payment-order-acceptance",),
        starts=("payment-order-objection",)),
    take("payment_order_contested", "对方提出异议", "Payment order contested").of(D.PAYMENT_ORDER).to(
        D.LITIGATION, by=MEDIATORS, asks=forms.Received, voids=("payment-order-acceptance", "payment-order-objection"),
        source_of_rule="法释〔2020〕26号第十三条"),
    take("sue_on_agreement", "凭协议起诉", "Sue on the agreement").of(D.BREACHED).to(
        D.LITIGATION, by=MEDIATORS_AND_PARTY, asks=forms.Filing, guards=(g.ON_MEDIATION, g.SUES_ON_PAY),
        undoable=False, source_of_rule="法释〔2020〕26号第五十一条"),
    take("apply_enforcement", "申请强制执行", "Apply for enforcement").of(
        D.PERFORMING, D.BREACHED, D.AWARDED, D.LITIGATION).to(
        D.ENFORCEMENT, by=MEDIATORS_AND_PARTY, asks=forms.Filing, guards=(g.ENFORCEABLE,), meets=("enforcement",),
        voids=("sue-after-award", "annul-after-award", "appeal"), undoable=False),
    take("enforce_payment_order", "支付令生效申请执行", "Enforce the payment order").of(D.PAYMENT_ORDER).to(
        D.ENFORCEMENT, by=MEDIATORS_AND_PARTY, asks=forms.Filing, meets=("payment-order-objection",),
        voids=("payment-order-acceptance",), undoable=False, source_of_rule="民事诉讼法第二百二十七条"),
    take("end_enforcement", "执行终结", "End the enforcement").of(D.ENFORCEMENT).to(
        Way(D.CLOSED, when=lambda _c, a, _m: a.in_full, outcome=Outcome.ENFORCED),
        Way(D.CLOSED, outcome=Outcome.UNENFORCED),
        by=MEDIATORS, asks=forms.EnforcementEnd, tells=("case_closed",)),
)  # fmt: skip

ARBITRATION: tuple[Step, ...] = (
    take("go_to_arbitration", "申请仲裁", "Go to arbitration").of(
        D.REGISTERED, D.NEGOTIATING, D.APPLIED, D.ACCEPTED, D.MEDIATING, D.REFUSED, D.FAILED, D.BREACHED, D.REFERRED).to(
        D.ARBITRATION, by=MEDIATORS_AND_PARTY, asks=forms.Filing, voids=(ALL,), starts=("arbitration-acceptance",),
        papers=("arbitration_application",), undoable=False, source_of_rule="劳动争议调解仲裁法第五条"),
    take("arbitration_accepted", "仲裁受理", "Arbitration accepted").of(D.ARBITRATION).to(
        STAY, by=MEDIATORS, asks=forms.Received, meets=("arbitration-acceptance",), starts=("arbitration-award",)),
    take("hearing_fixed", "开庭通知", "Hearing fixed").of(D.ARBITRATION).to(
        STAY, by=MEDIATORS, asks=forms.Hearing, effect=fx.hearing_set,
        guards=(g.ahead("on", "开庭日期", "the hearing"),), tells=("hearing_fixed",),
        source_of_rule="劳动人事争议仲裁办案规则第三十九条"),
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

DISPUTE = CaseType(
    key="dispute",
    label=Label("劳动争议调解", "Labour dispute"),
    version=1,
    stages=D,
    initial=D.REGISTERED,
    finals=frozenset({D.ARCHIVED}),
    opens_with=forms.Registration,
    opened_by=MEDIATORS_AND_PARTY,
    opening_effect=fx.register,
    starts=("limitation", "injury-employer-application", "injury-worker-application"),
    on_entering={D.CLOSED: ("archive-after-close",), D.FAILED: ("close-after-end",), D.REFUSED: ("close-after-end",)},
    steps=AT_THE_COUNTER + NEGOTIATION + MEDIATION + SIDEWAYS + PERFORMANCE + ONWARD + ARBITRATION + ENDING,
    deadlines=CLOCKS,
    tells_at_opening=("case_registered",),
    papers_at_opening=("registration_form",),
)
