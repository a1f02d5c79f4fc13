"""Performance of the agreement, and the ways onward when it is breached (LAW 3.1, 3.2, D6-D7)."""

from __future__ import annotations

from states.casetype import STAY, Step, Way, take
from states.caseview import Outcome
from states.dispute import effects as fx
from states.dispute import forms
from states.dispute import guards as g
from states.dispute.words import D
from states.guards import happened
from states.roles import MEDIATORS, Role

MEDIATORS_AND_PARTY = MEDIATORS | {Role.PARTY}
OWED = (
    D.PERFORMING, D.ARBITRATION_REVIEW, D.JUDICIAL_CONFIRMATION, D.BREACHED, D.PAYMENT_ORDER, D.AWARDED, D.LITIGATION,
    D.ENFORCEMENT,
)  # fmt: skip

PERFORMANCE: tuple[Step, ...] = (
    take("record_payment", "记录履行", "Record a payment").of(*OWED).to(
        Way(D.CLOSED, when=fx.all_paid, outcome=Outcome.PAID), Way(D.PERFORMING, when=fx.back_in_time), Way(STAY),
        by=MEDIATORS, asks=forms.PaymentReceived, effect=fx.paid,
        guards=(g.INSTALMENT_OPEN, happened("paid_on", "付款日期", "the day of payment")),
        tells=("payment_recorded",)),
    take("urge", "督促履行", "Urge performance").of(D.PERFORMING, D.BREACHED).to(
        STAY, by=MEDIATORS, papers=("urging_letter",), tells=("performance_urged",)),
    take("visit", "回访", "Visit afterwards").of(D.PERFORMING, D.BREACHED, D.CLOSED).to(
        STAY, by=MEDIATORS, asks=forms.Visit, meets=("follow-up-first",),
        guards=(happened("visited_on", "回访日期", "the day of the visit"),), papers=("visit_record",)),
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
