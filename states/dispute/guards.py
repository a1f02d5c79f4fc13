"""What must hold before a step of a dispute, each with its reason and its remedy."""

from __future__ import annotations

from typing import Any

from states.casetype import Guard
from states.caseview import CaseView, InstalmentView, Moment
from states.dispute import forms
from states.dispute.words import PAY_CAUSES, PAYMENT_ORDER_CAUSES, Basis
from states.guards import running, ticked
from states.labels import Label


def is_group(case: CaseView, moment: Moment) -> bool:
    """十人以上: ten or more workers with a common claim (LMA art. 7)."""
    return int(case.facts.get("claimants", 1)) >= int(moment.pack.threshold("group-claimants").value)


def instalment(case: CaseView, no: int) -> InstalmentView | None:
    """The instalment of that number, None when the agreement has none such."""
    return next((part for part in case.instalments if part.no == no), None)


def _representatives_named(case: CaseView, _answers: Any, moment: Moment) -> bool:
    return not is_group(case, moment) or bool(case.facts.get("representatives"))


def _count_of_representatives(_case: CaseView, answers: forms.Representatives, moment: Moment) -> bool:
    least = int(moment.pack.threshold("group-representatives-min").value)
    most = int(moment.pack.threshold("group-representatives-max").value)
    return least <= len(answers.names) <= most


def _within(rule: str) -> Any:
    def holds(case: CaseView, _answers: Any, moment: Moment) -> bool:
        last = case.open_deadlines.get((rule, ""))
        return last is not None and moment.today <= last

    return holds


def _outstanding(case: CaseView, answers: forms.PaymentReceived, _moment: Moment) -> bool:
    part = instalment(case, answers.no)
    return part is not None and not part.performed and answers.amount <= part.amount - part.paid


def _something_overdue(case: CaseView, _answers: Any, moment: Moment) -> bool:
    return any(not part.performed and part.due_on < moment.today for part in case.instalments)


def within(rule: str, zh: str, en: str) -> Guard:
    """A window of the law that is still open."""
    text = Label(f"{zh}的期限已过或未开始", f"the window for {en} is over or never opened")
    remedy = Label("可另行申请仲裁", "arbitration remains open")
    return Guard(f"{rule}_closed", _within(rule), text, remedy, needs_answers=False)


def _mediates(role_zh: str) -> Label:
    return Label(f"请先取得{role_zh}的书面同意,或办理“不予受理”", "obtain the consent in writing, or refuse the case")


IN_SCOPE = ticked(
    "in_scope", "尚未确认属于受理范围", "the scope has not been confirmed",
    Label("核对调解仲裁法第二条后勾选", "check LMA art. 2, then tick it"),
)  # fmt: skip
APPLICANT_CONSENTS = ticked("applicant_consents", "申请人尚未同意调解", "the applicant has not consented", _mediates("申请人"))
RESPONDENT_CONSENTS = ticked(
    "respondent_consents", "被申请人尚未同意调解", "the respondent has not consented", _mediates("被申请人")
)
BOTH_EXTEND = Guard(
    "extension_without_consent",
    lambda _c, a, _m: a.applicant_agrees and a.respondent_agrees,
    Label("延期须双方书面同意", "both sides must agree to the extension in writing"),
    Label("取得双方同意后勾选(企业劳动争议协商调解规定第二十九条)", "obtain both consents (Order 17 art. 29)"),
)


def _later(case: CaseView, answers: forms.Extension, moment: Moment) -> bool:
    running = case.open_deadlines.get(("mediation-from-acceptance", ""))
    return running is not None and answers.until > running and moment.today <= running


EXTENDS = Guard(
    "not_an_extension",
    _later,
    Label("延期须在原期限届满前办理,且晚于原期限", "an extension is made before the period ends, to a later day"),
    Label("请核对调解期限", "check the last day of the mediation"),
)
REPRESENTATIVES_NAMED = Guard(
    "no_representatives",
    _representatives_named,
    Label("十人以上争议须先推举代表", "a dispute of ten or more needs representatives first"),
    Label("先办理“推举代表”", "take the step “name representatives”"),
    needs_answers=False,
)
COUNT_OF_REPRESENTATIVES = Guard(
    "count_of_representatives",
    _count_of_representatives,
    Label("代表应为三至五人", "there are three to five representatives"),
    Label("请增减代表", "name more or fewer"),
)
IS_GROUP = Guard(
    "not_a_group",
    lambda case, _a, moment: is_group(case, moment),
    Label("不足十人,无须推举代表", "fewer than ten workers: no representatives are needed"),
    Label("如人数有误,请更正登记", "mend the registration if the number is wrong"),
    needs_answers=False,
)
MEMBERS_CONSENT = Guard(
    "members_consent_missing",
    lambda case, a, moment: not is_group(case, moment) or a.all_members_consent,
    Label("集体争议的调解方案须经每名被代表职工同意", "every represented worker must consent to the terms"),
    Label("逐人确认后勾选", "confirm with each, then tick it"),
)
HAS_MEDIATOR = Guard(
    "no_mediator",
    lambda case, _a, _m: case.owner_id is not None,
    Label("尚未指定调解员", "no mediator is assigned"),
    Label("先办理“指定调解员”", "assign one first"),
    needs_answers=False,
)
NO_CONFLICT = ticked(
    "no_conflict", "尚未核对利害关系", "a conflict of interest has not been ruled out",
    Label("核对后勾选", "check, then tick it"),
)  # fmt: skip
IS_OWNER = Guard(
    "not_the_mediator",
    lambda case, _a, moment: case.owner_id is not None and case.owner_id == moment.actor_id,
    Label("只有承办调解员本人可以回避", "only the mediator of the case can decline it"),
    Label("由督办另行指定调解员", "the supervisor may assign somebody else"),
    needs_answers=False,
)
SESSION_SET = Guard(
    "no_session_set",
    lambda case, _a, _m: any(rule == "session" for rule, _ in case.open_deadlines),
    Label("没有已约定的调解会", "no session is fixed"),
    Label("先办理“约定调解会”", "fix a session first"),
    needs_answers=False,
)
HEARING_FIXED = Guard(
    "no_hearing_fixed",
    lambda case, _a, _m: running(case, "hearing") is not None,
    Label("没有已通知的开庭", "no hearing is fixed"),
    Label("先办理“开庭通知”", "record the notice of the hearing first"),
    needs_answers=False,
)
NO_SESSION_SET = Guard(
    "session_already_set",
    lambda case, _a, _m: not any(rule == "session" for rule, _ in case.open_deadlines),
    Label("已有一次约定的调解会尚未举行", "a session is already fixed and not yet held"),
    Label("可办理“改期”或“记录调解会”", "postpone it or record it"),
    needs_answers=False,
)
INSTALMENT_OPEN = Guard(
    "instalment",
    _outstanding,
    Label("没有这一期,或金额超过该期未付数", "no such instalment, or more than is still owed on it"),
    Label("请查看各期应付与已付", "look at what is owed and what was paid"),
)
SOMETHING_OVERDUE = Guard(
    "nothing_overdue",
    _something_overdue,
    Label("没有逾期未履行的款项", "nothing is overdue"),
    Label("履行期限届满后方可认定", "wait until a performance day has passed"),
    needs_answers=False,
)
UPPER_UNIT = Guard(
    "no_upper_unit",
    lambda case, _a, _m: case.has_upper_unit,
    Label("上级没有调解组织", "no unit above this one mediates"),
    Label("可办理“转办”或申请仲裁", "refer the case out, or go to arbitration"),
    needs_answers=False,
)
JOINT = ticked(
    "joint", "须双方共同申请", "both sides must file together",
    Label("取得对方同意后勾选,或另走仲裁", "obtain the other side's consent, or go to arbitration"),
)  # fmt: skip
NOT_ONLY_EMPLOYMENT = Guard(
    "only_employment",
    lambda case, _a, _m: not case.facts.get("only_employment"),
    Label("仅确认劳动关系的协议不能申请仲裁审查", "an agreement that only confirms employment cannot be reviewed"),
    Label("可申请仲裁(办案规则第七十五条)", "apply for arbitration (Rules art. 75)"),
    needs_answers=False,
)
ON_MEDIATION = Guard(
    "not_a_mediation_agreement",
    lambda case, _a, _m: case.facts.get("basis") == Basis.MEDIATION,
    Label("只适用于调解协议", "this is for mediation agreements only"),
    Label("和解协议未履行的,可申请调解或仲裁", "for a settlement: mediation or arbitration"),
    needs_answers=False,
)
NOT_YET_ENFORCEABLE = Guard(
    "already_enforceable",
    lambda case, _a, _m: not case.facts.get("enforceable"),
    Label("已取得可强制执行的文书", "the agreement is already enforceable"),
    Label("可直接申请强制执行", "apply for enforcement"),
    needs_answers=False,
)
PAYMENT_ORDER_FITS = Guard(
    "no_payment_order",
    lambda case, _a, _m: case.facts.get("cause") in PAYMENT_ORDER_CAUSES,
    Label("此类事项的协议不能申请支付令", "an agreement on this cause does not ground a payment order"),
    Label("可申请仲裁(调解仲裁法第十六条)", "apply for arbitration (LMA art. 16)"),
    needs_answers=False,
)
SUES_ON_PAY = Guard(
    "not_about_pay",
    lambda case, _a, _m: case.facts.get("cause") in PAY_CAUSES,
    Label("只有劳动报酬争议的调解协议可直接起诉", "only an agreement about pay can be sued on directly"),
    Label("可申请仲裁(法释〔2020〕26号第五十一条)", "apply for arbitration"),
    needs_answers=False,
)
ENFORCEABLE = Guard(
    "not_enforceable",
    lambda case, _a, _m: bool(case.facts.get("enforceable")),
    Label("尚无可强制执行的文书", "there is no enforceable title yet"),
    Label("先经仲裁审查、司法确认或裁判", "obtain a review, a confirmation, an award or a judgment first"),
    needs_answers=False,
)
NOT_ELSEWHERE = Guard(
    "already_elsewhere",
    lambda _c, a, _m: not a.already_elsewhere,
    Label("已在仲裁或诉讼中的事项,监察与监督不再受理", "a matter already in arbitration or court is not taken up elsewhere"),
    Label("请走原程序(劳动保障监察条例第二十一条)", "stay with that procedure (Inspection Regulation art. 21)"),
)
