"""The clocks of a dispute: which period of the rule pack, from which day, whom it reminds and what its end does."""

from __future__ import annotations

from states.casetype import DeadlineRule, Remind
from states.clocks import NUDGE, agreed, clock

#: A right that expires for good: remind early, and say so on the last day.
RIGHT = Remind(before=(7, 3, 1, 0), overdue=False)
#: A right that runs for a year or more; once it is gone, one word and no nagging.
LONG_RIGHT = Remind(before=(90, 30, 7, 1, 0), overdue=False)

CLOCKS: tuple[DeadlineRule, ...] = (
    clock("case-stagnant", "登记或违约后未办理", "Nothing done since", remind=NUDGE,
          done_by=("apply_payment_order", "apply_enforcement", "apply", "settle_on_spot")),
    clock("limitation", "仲裁时效", "Limitation", runs_from="facts.limitation_from",
          remind=LONG_RIGHT, done_by=("apply", "go_to_arbitration")),
    clock("injury-employer-application", "单位申请工伤认定", "Employer applies for injury determination",
          runs_from="facts.injured_on", remind=RIGHT),
    clock("injury-worker-application", "职工申请工伤认定", "Worker applies for injury determination",
          runs_from="facts.injured_on", remind=LONG_RIGHT),
    clock("negotiation-reply", "协商答复", "Reply to the demand", runs_from="answers.sent_on",
          on_expiry="negotiation_lapses", done_by=("record_settlement", "end_negotiation")),
    agreed("negotiation-agreed", "约定的协商期限", "Agreed negotiation period", on_expiry="negotiation_lapses",
           done_by=("record_settlement", "end_negotiation")),
    clock("mediation-decide", "受理审查", "Decide on acceptance", runs_from="facts.received_on",
          remind=Remind(before=(1, 0)), done_by=("accept",)),
    clock("mediation-from-receipt", "调解期限(自收到申请)", "Mediation, from receipt", runs_from="facts.received_on",
          remind=Remind(before=(5, 1, 0), overdue=False), over_notice="may_arbitrate",
          done_by=("accept", "agree", "sign_agreement", "schedule_session")),
    clock("mediation-from-acceptance", "调解期限(自受理)", "Mediation, from acceptance",
          runs_from="answers.accepted_on", remind=Remind(before=(5, 3, 1, 0)), on_expiry="mediation_lapses",
          done_by=("agree", "sign_agreement", "schedule_session")),
    agreed("session", "调解会", "Mediation session", remind=Remind(before=(3, 1, 0)), notice="session_near",
           done_by=("hold_session",)),
    clock("arbitration-review-window", "申请仲裁审查", "Apply for arbitration review",
          runs_from="answers.signed_on", remind=Remind(before=(7, 3, 1, 0), overdue=False),
          done_by=("apply_arbitration_review",)),
    clock("judicial-confirmation-window", "申请司法确认", "Apply for judicial confirmation",
          runs_from="answers.signed_on", remind=Remind(before=(15, 7, 3, 1, 0), overdue=False),
          done_by=("apply_judicial_confirmation",)),
    clock("follow-up-first", "回访", "Follow-up visit", remind=NUDGE, done_by=("visit",)),
    agreed("performance", "履行", "Performance", remind=Remind(before=(3, 0)), notice="performance_near",
           over_notice="performance_overdue", done_by=("record_payment",)),
    clock("arbitration-review-decision", "仲裁审查决定", "Decision on the review", runs_from="answers.filed_on",
          done_by=("review_granted",)),
    clock("judicial-confirmation-decision", "司法确认裁定", "Decision on the confirmation",
          runs_from="answers.filed_on", done_by=("confirmation_granted",)),
    clock("payment-order-acceptance", "支付令受理", "Acceptance of the payment order", runs_from="answers.filed_on",
          done_by=("payment_order_served",)),
    clock("payment-order-objection", "支付令异议期", "Objection to the payment order",
          runs_from="answers.received_on", remind=Remind(before=(0,), overdue=False), done_by=("enforce_payment_order",)),
    clock("enforcement", "申请强制执行", "Apply for enforcement", runs_from="facts.performance_ends_on",
          remind=LONG_RIGHT, done_by=("apply_enforcement",)),
    clock("referral-reply", "转办答复", "Reply to the referral", runs_from="answers.sent_on",
          remind=Remind(before=(2, 0)), done_by=("record_reply",)),
    clock("arbitration-acceptance", "仲裁受理", "Acceptance by the commission", runs_from="answers.filed_on",
          done_by=("arbitration_accepted",)),
    clock("arbitration-award", "仲裁裁决", "Arbitral award", runs_from="answers.received_on", done_by=("record_award",)),
    agreed("hearing", "开庭", "Hearing", remind=Remind(before=(5, 3, 1, 0), overdue=False), notice="session_near",
           done_by=("hearing_held",)),
    clock("sue-after-award", "起诉", "Sue after the award", runs_from="answers.received_on", remind=RIGHT, done_by=("sue",)),
    clock("annul-after-award", "单位申请撤销裁决", "Employer asks to annul", runs_from="answers.received_on",
          remind=Remind(before=(0,), overdue=False), done_by=("award_performed",)),
    clock("appeal", "上诉", "Appeal", runs_from="answers.received_on", remind=RIGHT, done_by=("end_litigation",)),
    clock("close-after-end", "办理结案", "Close the case", remind=NUDGE, done_by=("close",)),
    clock("archive-after-close", "归档", "Archive", remind=NUDGE, done_by=("archive",)),
)  # fmt: skip
