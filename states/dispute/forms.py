"""What the steps of a dispute ask. Fields follow the statutory contents of the papers (LAW 14.1)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from states.dispute.members import Members
from states.dispute.words import Body, Cause, Channel, FailureGround, RefusalGround
from states.forms import Fen, Form, Line, Prose, Tick, ask


class Registration(Form):
    """登记: letters and visits, one form (来信来访登记)."""

    applicant: Line = ask("申请人", "Applicant")
    phone: str = ask("联系电话", "Telephone", "", max_length=40)
    identity: str = ask("身份证号", "Identity number", "", max_length=30)
    employer: Line = ask("用人单位", "Employer")
    cause: Cause = ask("争议事由", "Cause")
    summary: Prose = ask("事实与请求", "Facts and request")
    channel: Channel = ask("来件方式", "How it came in", Channel.VISIT)
    amount: Fen = ask("请求金额(元)", "Amount claimed (yuan)", 0)
    claimants: int = ask("人数", "Number of workers", 1, ge=1, le=100_000)
    members: Members = ask("其他申请人", "Further applicants", [])
    knew_on: date | None = ask("知道权利被侵害之日", "Day the infringement was known", None)
    employment_ended_on: date | None = ask("劳动关系终止日", "Day employment ended", None)
    injured_on: date | None = ask("工伤发生日", "Day of the injury", None)
    confidential: Tick = ask("不公开申请人", "Keep the applicant confidential", False)


class SpotResult(Form):
    """当场解决."""

    result: Prose = ask("处理结果", "Result")
    amount: Fen = ask("当场兑现金额(元)", "Paid on the spot (yuan)", 0)


class Advice(Form):
    """咨询答复."""

    advice: Prose = ask("答复内容", "Advice given")


class JointHandler(Form):
    """联合办理."""

    body: Body = ask("联合办理单位类别", "Kind of body")
    name: Line = ask("联合办理单位", "Body that joins")


class Representatives(Form):
    """推举代表 (LMA art. 7)."""

    names: Annotated[list[Line], Field(min_length=1, max_length=20)] = ask("代表姓名", "Names of the representatives")
    chosen_on: date = ask("推举日期", "Day they were chosen")


class NegotiationDemand(Form):
    """发出协商要求 (Order 17 art. 8)."""

    sent_on: date = ask("对方收到要求之日", "Day the other side received it")
    demand: Prose = ask("协商要求", "What is demanded")


class Until(Form):
    """A day agreed in writing."""

    until: date = ask("约定截止日", "Agreed last day")
    note: str = ask("备注", "Remark", "", max_length=10_000)


class PaymentTerm(Form):
    """One instalment: an amount in yuan (0: something to be done, not paid) and its last day."""

    amount: Fen = ask("金额(元)", "Amount (yuan)")
    due_on: date = ask("履行期限", "Due on")


class Terms(Form):
    """协议内容: request, result, period and manner of performance (Order 17 art. 26)."""

    terms: Prose = ask("协议内容", "Terms")
    instalments: Annotated[list[PaymentTerm], Field(min_length=1, max_length=120)] = ask(
        "履行期数", "Instalments: amount and day each"
    )
    all_members_consent: Tick = ask("全体被代表职工同意", "Every represented worker consents", False)
    only_employment: Tick = ask("仅确认劳动关系", "Only confirms the employment relation", False)


class Application(Form):
    """申请调解 (LMA art. 12)."""

    received_on: date = ask("收到申请之日", "Day the application was received")
    oral: Tick = ask("口头申请", "Oral application", False)
    request: str = ask("调解请求", "Request", "", max_length=10_000)


class Acceptance(Form):
    """受理 (Order 17 art. 22)."""

    accepted_on: date = ask("受理日期", "Day of acceptance")
    in_scope: Tick = ask("属于受理范围", "Within the scope", False)
    applicant_consents: Tick = ask("申请人同意调解", "The applicant consents", False)
    respondent_consents: Tick = ask("被申请人同意调解", "The respondent consents", False)


class NonAcceptance(Form):
    """不予受理 (Order 17 art. 22)."""

    ground: RefusalGround = ask("不予受理理由", "Ground")
    explanation: Prose = ask("说明", "Explanation")


class Assignment(Form):
    """指定调解员 (Order 17 arts 24-25)."""

    mediator: int = ask("调解员(人员编号)", "Mediator (person number)", gt=0)
    no_conflict: Tick = ask("已核对无利害关系", "Checked: no conflict of interest", False)


class Reasoned(Form):
    """A step that must say why."""

    reason: Prose = ask("理由", "Reason")


class Session(Form):
    """调解会通知."""

    on: date = ask("调解日期", "Day of the session")
    place: Line = ask("地点", "Place")


class Postponement(Form):
    """调解会改期."""

    on: date = ask("改至", "New day")
    reason: Prose = ask("改期原因", "Reason")


class SessionRecord(Form):
    """调解笔录."""

    on: date = ask("调解日期", "Day of the session")
    minutes: Prose = ask("调解经过", "Minutes")
    present: int = ask("到场人数", "Persons present", 2, ge=0, le=100_000)


class Extension(Form):
    """延期 by consent of both sides (Order 17 art. 29)."""

    until: date = ask("延长至", "Extended to")
    reason: Prose = ask("延期原因", "Reason")
    applicant_agrees: Tick = ask("申请人书面同意", "The applicant agrees in writing", False)
    respondent_agrees: Tick = ask("被申请人书面同意", "The respondent agrees in writing", False)


class Signatures(Form):
    """签署 (Order 17 art. 26): effective once everybody has signed and the committee has sealed."""

    signed_on: date = ask("签署日期", "Day of signature")
    applicant_signed: Tick = ask("申请人已签名", "The applicant has signed", False)
    respondent_signed: Tick = ask("被申请人已签章", "The respondent has signed or sealed", False)
    mediator_signed: Tick = ask("调解员已签名", "The mediator has signed", False)
    sealed: Tick = ask("调解委员会已盖章", "The committee has sealed", False)


class Failure(Form):
    """调解不成 (Order 17 art. 30)."""

    ground: FailureGround = ask("原因", "Ground")
    note: str = ask("说明", "Explanation", "", max_length=10_000)


class Referral(Form):
    """转办 sideways."""

    body: Body = ask("转办单位类别", "Kind of body")
    name: Line = ask("转办单位", "Referred to")
    sent_on: date = ask("转办日期", "Day of referral")
    reason: Prose = ask("转办理由", "Reason")
    already_elsewhere: Tick = ask("该事项已在仲裁或诉讼中", "Already in arbitration or court", False)


class Reply(Form):
    """转办答复."""

    reply: Prose = ask("答复内容", "Reply")
    resolved: Tick = ask("已解决", "Resolved", False)


class PassUp(Form):
    """移送上级调解组织."""

    sent_on: date = ask("移送日期", "Day it is sent up")
    reason: Prose = ask("移送理由", "Reason")


class PaymentReceived(Form):
    """记录履行."""

    no: int = ask("第几期", "Instalment number", ge=1)
    amount: Fen = ask("实付金额(元)", "Amount paid (yuan)")
    paid_on: date = ask("付款日期", "Day of payment")
    evidence: str = ask("凭证", "Evidence", "", max_length=200)


class Visit(Form):
    """回访记录 (people's mediation file)."""

    visited_on: date = ask("回访日期", "Day of the visit")
    finding: Prose = ask("履行情况", "What was found")


class Filing(Form):
    """An application to a court or commission; `joint` where the law asks both sides to file together."""

    filed_on: date = ask("提交日期", "Day of filing")
    joint: Tick = ask("双方共同申请", "Filed by both sides together", False)


class Received(Form):
    """A decision of a court or commission, with the day it was received."""

    received_on: date = ask("收到日期", "Day received")
    note: str = ask("摘要", "Summary", "", max_length=10_000)


class Award(Form):
    """仲裁裁决书."""

    received_on: date = ask("收到裁决之日", "Day the award was received")
    final: Tick = ask("终局裁决", "A final award", False)
    amount: Fen = ask("裁决金额(元)", "Amount awarded (yuan)", 0)


class Hearing(Form):
    """开庭通知."""

    on: date = ask("开庭日期", "Day of the hearing")
    place: Line = ask("地点", "Place")


class EnforcementEnd(Form):
    """执行结果."""

    amount: Fen = ask("执行到位金额(元)", "Amount recovered (yuan)")
    in_full: Tick = ask("全部执行到位", "Recovered in full", False)
