"""Every notice there is: what it is called, whom it reaches, how urgent it is, and the one command that does
the thing.

A notice's words stand in `templates/<language>/<key>/`; its facts are frozen on the outbox row when it is
posted. Step notices carry the facts of `tell.facts_of`, reminders those of `reminders.facts_of`; what the
others carry stands in `facts`. Every name that a case type tells is in this list (a test reads the
registry).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from states.labels import Label, Named


class Audience(Named):
    """Whom a notice reaches; `audience.people_for` finds the persons."""

    OWNER = "owner", "承办人", "Owner of the case"
    STAFF = "staff", "本单位承办人员", "Mediators or officers of the unit"
    SUPERVISORS = "supervisors", "督办", "Supervisors"
    CHAIR = "chair", "企业工会主席", "Chair of the enterprise union"
    PARTIES = "parties", "当事人", "Parties"
    ADMINISTRATORS = "administrators", "系统管理员", "Administrators"


class Urgency(Named):
    """How loud a notice is: quiet ones stay in the inbox, urgent ones say so in their subject."""

    QUIET = "quiet", "一般", "Quiet"
    NORMAL = "normal", "普通", "Normal"
    URGENT = "urgent", "紧急", "Urgent"


class Place(NamedTuple):
    """Where the thing is done: a command, or the path of a page once the office has pages."""

    command: str
    path: str


CASE = Place("concord case show {number}", "/cases/{number}")
CONTRACT = Place("concord contracts show {number}", "/contracts/{number}")
MINE = Place("concord worklist", "/")
PARKED = Place("concord reminders missed", "/administration/messages")
RUNS = Place("concord runs list", "/supervision/runs")
DOCTOR = Place("concord doctor --integrity", "/supervision/findings")
AUDIT = Place("concord audit verify", "/administration/record")
HOOKS = Place("concord doctor", "/mine")
PEOPLE = Place("concord user password {code}", "/administration/people")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One kind of message."""

    key: str
    label: Label
    audience: tuple[Audience, ...]
    urgency: Urgency = Urgency.NORMAL
    place: Place = CASE
    #: facts without which it cannot be put into words, beside those of its family
    facts: tuple[str, ...] = ()

    def place_for(self, facts: Mapping[str, Any]) -> Place:
        """Where the thing is done; what is about a contract of the register is done there."""
        return CONTRACT if self.place is CASE and facts.get("contract_id") and not facts.get("case_type") else self.place


OWNER, STAFF, SUPERVISORS = Audience.OWNER, Audience.STAFF, Audience.SUPERVISORS
CHAIR, PARTIES, ADMINISTRATORS = Audience.CHAIR, Audience.PARTIES, Audience.ADMINISTRATORS
QUIET, URGENT = Urgency.QUIET, Urgency.URGENT


def _of(key: str, zh: str, en: str, *to: Audience, loud: Urgency = Urgency.NORMAL, at: Place = CASE,
        facts: tuple[str, ...] = ()) -> Notice:  # fmt: skip
    return Notice(key=key, label=Label(zh, en), audience=to, urgency=loud, place=at, facts=facts)


#: What a step of a dispute tells.
DISPUTE = (
    _of("case_registered", "新登记案件", "Case registered", STAFF),
    _of("case_assigned", "案件交办", "Case assigned", OWNER),
    _of("mediator_declined", "调解员回避", "Mediator declined", STAFF, SUPERVISORS),
    _of("case_passed_up", "案件移送", "Case passed up", STAFF),
    _of("negotiation_lapsed", "协商期满", "Negotiation lapsed", OWNER, PARTIES),
    _of("case_accepted", "案件受理", "Case accepted", OWNER, PARTIES),
    _of("case_refused", "不予受理", "Case not accepted", OWNER, PARTIES),
    _of("session_fixed", "调解会时间", "Session fixed", OWNER, PARTIES),
    _of("session_postponed", "调解会改期", "Session postponed", OWNER, PARTIES, loud=URGENT),
    _of("agreement_signed", "协议生效", "Agreement signed", OWNER, PARTIES),
    _of("mediation_failed", "调解不成", "Mediation failed", OWNER, PARTIES),
    _of("referral_answered", "转办答复", "Referral answered", OWNER),
    _of("payment_recorded", "履行登记", "Payment recorded", OWNER, PARTIES, loud=QUIET),
    _of("performance_urged", "督促履行", "Performance urged", OWNER, loud=QUIET),
    _of("agreement_breached", "未按期履行", "Agreement breached", OWNER, SUPERVISORS, PARTIES, loud=URGENT),
    _of("now_enforceable", "可申请执行", "Now enforceable", OWNER, PARTIES),
    _of("hearing_fixed", "开庭时间", "Hearing fixed", OWNER, PARTIES, loud=URGENT),
    _of("award_received", "收到裁决", "Award received", OWNER, PARTIES),
    _of("case_closed", "结案", "Case closed", OWNER, PARTIES, loud=QUIET),
    _of("party_wrote", "当事人补充", "A party wrote", OWNER),
    _of("case_reopened", "重新办理", "Case reopened", STAFF, OWNER),
)

#: What a step of bargaining tells.
BARGAINING = (
    _of("invitation_sent", "要约发出", "Invitation sent", OWNER, CHAIR),
    _of("invitation_received", "收到要约", "Invitation received", OWNER, CHAIR, loud=URGENT),
    _of("invitation_accepted", "对方应约", "Invitation accepted", OWNER, CHAIR),
    _of("invitation_refused", "对方拒绝", "Invitation refused", OWNER, CHAIR, SUPERVISORS),
    _of("invitation_unanswered", "逾期未答复", "Invitation unanswered", OWNER, CHAIR, SUPERVISORS, loud=URGENT),
    _of("supervision_letter_sent", "监督文书发出", "Supervision letter sent", OWNER, CHAIR, SUPERVISORS),
    _of("round_fixed", "协商会议时间", "Round fixed", OWNER, CHAIR, PARTIES),
    _of("round_postponed", "协商会议改期", "Round postponed", OWNER, CHAIR, PARTIES, loud=URGENT),
    _of("draft_agreed", "达成草案", "Draft agreed", OWNER, CHAIR),
    _of("coordination_requested", "申请协调处理", "Co-ordination requested", OWNER, CHAIR, SUPERVISORS),
    _of("coordination_ended", "协调处理结束", "Co-ordination ended", OWNER, CHAIR),
    _of("congress_called", "召集职代会", "Congress called", OWNER, CHAIR),
    _of("congress_postponed", "职代会改期", "Congress postponed", OWNER, CHAIR, loud=URGENT),
    _of("vote_recorded", "表决结果", "Vote recorded", OWNER, CHAIR),
    _of("contract_signed", "合同签字", "Contract signed", OWNER, CHAIR),
    _of("contract_filed", "报送审查", "Contract filed", OWNER, CHAIR),
    _of("contract_objected", "审查异议", "Contract objected to", OWNER, CHAIR, loud=URGENT),
    _of("contract_in_force", "合同生效", "Contract in force", OWNER, CHAIR),
    _of("renewal_started", "启动续签", "Renewal started", OWNER, CHAIR, loud=QUIET),
    _of("contract_renewed", "合同续签", "Contract renewed", OWNER, CHAIR),
    _of("contract_lapsed", "合同期满", "Contract ran out", OWNER, CHAIR, SUPERVISORS, loud=URGENT),
    _of("contract_terminated", "合同终止", "Contract terminated", OWNER, CHAIR),
    _of("bargaining_given_up", "协商终结", "Bargaining given up", OWNER, CHAIR, SUPERVISORS),
)

#: What a clock reminds of, also in the register of contracts.
CLOCKS = (
    _of("deadline_near", "期限将到", "Deadline near", OWNER),
    _of("deadline_over", "期限已过", "Deadline over", OWNER, loud=URGENT),
    _of("overdue_daily", "逾期督办", "Still overdue", SUPERVISORS, at=MINE, facts=("lines",), loud=URGENT),
    _of("session_near", "会期临近", "Session near", OWNER, PARTIES),
    _of("performance_near", "履行日临近", "Performance near", OWNER),
    _of("performance_overdue", "逾期未履行", "Performance overdue", OWNER, loud=URGENT),
    _of("may_arbitrate", "可以申请仲裁", "Arbitration now open", OWNER, PARTIES, loud=URGENT),
    _of("window_open", "办理窗口开启", "Window open", OWNER),
    _of("renewal_due", "合同到期提醒", "Renewal due", STAFF, CHAIR),
    _of("renewal_missed", "续签窗口已过", "Renewal window missed", STAFF, CHAIR, SUPERVISORS, loud=URGENT),
    _of("contract_ends", "合同将满", "Contract ends", STAFF, CHAIR),
    _of("round_near", "协商会议临近", "Round near", OWNER, CHAIR, PARTIES),
    _of("congress_near", "职代会临近", "Congress near", OWNER, CHAIR),
    _of("renewal_window_open", "续签窗口开启", "Renewal window open", STAFF, CHAIR),
    _of("contract_expired", "合同已到期", "Contract expired", STAFF, CHAIR, SUPERVISORS, loud=URGENT),
    _of("catch_up", "补发提醒", "Reminders that were missed", OWNER, at=MINE, facts=("lines",)),
    _of("digest", "每日办案提要", "Daily digest", OWNER, at=MINE,
        facts=("day", "overdue", "today", "week", "waiting",
               "overdue_count", "today_count", "week_count", "waiting_count")),
)  # fmt: skip

#: What the office itself tells: an undone step, and what the operator has to look at.
OFFICE = (
    _of("step_undone", "步骤撤销", "Step undone", OWNER, SUPERVISORS),
    _of("message_parked", "通知未能送达", "Notices could not be delivered", ADMINISTRATORS, at=PARKED,
        facts=("reason", "notice")),
    _of("work_failed", "办理出错", "Work failed", ADMINISTRATORS, loud=URGENT, at=RUNS,
        facts=("what", "reason")),
    _of("sweep_late", "定时检查延误", "A sweep is late", ADMINISTRATORS, loud=URGENT, at=DOCTOR,
        facts=("sweep", "last_at")),
    _of("outbox_late", "通知积压", "Messages are piling up", ADMINISTRATORS, loud=URGENT, at=DOCTOR,
        facts=("count", "since")),
    _of("failures_many", "办理频繁出错", "Many failures", ADMINISTRATORS, loud=URGENT, at=RUNS, facts=("failed", "total")),
    _of("nobody_works", "没有后台进程", "No worker is alive", ADMINISTRATORS, loud=URGENT, at=DOCTOR,
        facts=("works", "since")),
    _of("process_died", "进程无音讯", "A process fell silent", ADMINISTRATORS, at=DOCTOR,
        facts=("process", "roles", "last_at")),
    _of("audit_broken", "办案记录校验不符", "The audit does not hold", ADMINISTRATORS, loud=URGENT, at=AUDIT,
        facts=("broken",)),
    _of("integrity_findings", "数据检查发现问题", "Integrity findings", ADMINISTRATORS, at=DOCTOR,
        facts=("findings",)),
    _of("hook_parked", "回调未能送达", "Web-hook could not be delivered", OWNER, at=HOOKS, facts=("host", "reason")),
    _of("account_locked", "账号锁定", "Account locked", SUPERVISORS, ADMINISTRATORS, loud=URGENT, at=PEOPLE,
        facts=("person", "code", "until")),
)  # fmt: skip

NOTICES: Mapping[str, Notice] = MappingProxyType({one.key: one for one in (*DISPUTE, *BARGAINING, *CLOCKS, *OFFICE)})
