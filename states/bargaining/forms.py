"""What the steps of bargaining ask. Fields follow the statutory contents of the papers (LAW 14.2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from states.bargaining.words import AmendGround, BySide, Content, EndGround, Kind, Letter, Scope
from states.forms import Fen, Form, Line, Prose, Tick, ask

Names = Annotated[list[Line], Field(max_length=200)]
Items = Annotated[list[Line], Field(min_length=1, max_length=200)]
PEOPLE = {"ge": 0, "le": 10_000_000}


class Plan(Form):
    """列入协商计划: who is to bargain on what, and which contract it follows."""

    kind: Kind = ask("合同种类", "Kind of contract")
    scope: Scope = ask("适用范围", "Scope", Scope.ENTERPRISE)
    employer: Line = ask("用人单位(区域、行业的,填企业方)", "Employer, or the employers' body of the area or industry")
    employer_id: int | None = ask("用人单位编号", "Number of the employer", None, gt=0)
    workers: int = ask("覆盖职工人数", "Workers covered", 0, **PEOPLE)
    women: int = ask("其中女职工", "Women among them", 0, **PEOPLE)
    firms: int = ask("覆盖企业数", "Enterprises covered", 1, ge=1, le=100_000)
    predecessor_id: int | None = ask("原合同编号", "Number of the contract it follows", None, gt=0)
    expires_on: date | None = ask("原合同期满日", "Last day of the contract it follows", None)
    pack: str = ask("规则包(留空则按所属单位)", "Rule pack, empty: that of the unit", "", max_length=40)


class Assignment(Form):
    """指派集体协商指导员."""

    officer: int = ask("指导员(人员编号)", "Officer (person number)", gt=0)


class Invitation(Form):
    """要约书 / 协商意向书 (Order 9 art. 17, Order 22 art. 32)."""

    sent_on: date = ask("发出日期", "Day it was sent")
    received_on: date | None = ask("对方收到之日", "Day the other side received it", None)
    topics: Prose = ask("协商内容", "Topics")
    meet_on: date | None = ask("建议协商日期", "Proposed day of the meeting", None)
    place: str = ask("建议协商地点", "Proposed place", "", max_length=200)
    representatives: Names = ask("职工方协商代表", "Representatives of the workers", [])
    wanted: str = ask("请对方提供的资料", "Information asked for", "", max_length=10_000)


class IncomingInvitation(Form):
    """收到对方要约."""

    received_on: date = ask("收到日期", "Day received")
    topics: Prose = ask("协商内容", "Topics")


class Receipt(Form):
    """送达回证: the day from which the reply is counted."""

    received_on: date = ask("对方收到之日", "Day the other side received it")
    proof: str = ask("送达凭证", "Proof of receipt", "", max_length=200)


class Acceptance(Form):
    """应约书 / 答复书: the written reply that accepts."""

    replied_on: date = ask("书面答复日期", "Day of the written reply")
    meet_on: date | None = ask("商定协商日期", "Day agreed for the meeting", None)
    place: str = ask("商定协商地点", "Place agreed", "", max_length=200)
    position: str = ask("对协商内容的意见", "Position on the topics", "", max_length=10_000)


class RefusedReply(Form):
    """拒绝协商的书面答复."""

    replied_on: date = ask("书面答复日期", "Day of the written reply")
    reason: Prose = ask("拒绝理由", "Reason given")


class Urging(Form):
    """催告函."""

    sent_on: date = ask("发出日期", "Day it was sent")
    demand: str = ask("催告内容", "What is demanded", "", max_length=10_000)


class SupervisionLetter(Form):
    """劳动法律监督提示函、意见书 (Trade Union Law art. 54)."""

    letter: Letter = ask("文书种类", "Kind of letter", Letter.REMINDER)
    sent_on: date = ask("发出日期", "Day it was sent")
    finding: Prose = ask("存在的问题", "What was found")
    demand: Prose = ask("整改要求", "What is to be mended")


class SupervisionReply(Form):
    """对提示函、意见书的答复."""

    replied_on: date = ask("答复日期", "Day of the reply")
    reply: Prose = ask("答复内容", "Reply")
    mended: Tick = ask("已整改", "Mended", False)


class Representative(Form):
    """One representative: chief or not, from outside or not (Order 22 arts 19-24)."""

    name: Line = ask("姓名", "Name")
    post: str = ask("职务", "Post", "", max_length=100)
    sex: str = ask("性别", "Sex", "", max_length=10)
    identity: str = ask("身份证号", "Identity number", "", max_length=30)
    chief: Tick = ask("首席代表", "Chief", False)
    outsider: Tick = ask("外聘", "From outside", False)
    front_line: Tick = ask("一线职工", "Works at the front line", False)


Side = Annotated[list[Representative], Field(min_length=1, max_length=50)]


class Teams(Form):
    """协商代表名单及产生情况 (Order 22 arts 19-24)."""

    workers: Side = ask("职工方代表", "The workers' representatives")
    employer: Side = ask("用人单位方代表", "The employer's representatives")
    chosen_on: date = ask("产生日期", "Day they were chosen")
    manner: Line = ask("产生方式", "How they were chosen")


class Vacancy(Form):
    """协商代表空缺 (Order 22 art. 31)."""

    side: BySide = ask("哪一方", "Side")
    name: Line = ask("空缺代表", "Who left")
    vacant_on: date = ask("空缺之日", "Day of the vacancy")
    reason: Prose = ask("原因", "Reason")


class Replacement(Form):
    """补充协商代表."""

    side: BySide = ask("哪一方", "Side")
    name: Line = ask("新代表", "New representative")
    post: str = ask("职务", "Post", "", max_length=100)
    chief: Tick = ask("首席代表", "Chief", False)
    chosen_on: date = ask("产生日期", "Day chosen")


class InformationRequest(Form):
    """资料清单: what one side asks of the other (Order 9 art. 18)."""

    asked_of: BySide = ask("由哪方提供", "Who is to supply it", BySide.EMPLOYER)
    items: Items = ask("资料项目", "Items")
    requested_on: date = ask("提出日期", "Day of the request")
    secret: Tick = ask("须保密", "To be kept secret", False)


class InformationSupplied(Form):
    """提供资料."""

    supplied_on: date = ask("提供日期", "Day supplied")
    items: Items = ask("已提供项目", "Items supplied")
    complete: Tick = ask("已全部提供", "Everything was supplied", False)


class Meeting(Form):
    """A round or a congress: the day and the place."""

    on: date = ask("日期", "Day")
    place: Line = ask("地点", "Place")
    agenda: str = ask("议程", "Agenda", "", max_length=10_000)


class Postponement(Form):
    """改期."""

    on: date = ask("改至", "New day")
    reason: Prose = ask("改期原因", "Reason")


class Position(Form):
    """What a side proposes on one clause; an amount where the clause is about money."""

    clause: Line = ask("条款", "Clause")
    text: str = ask("意见", "Text", "", max_length=10_000)
    amount: Fen | None = ask("金额(元)", "Amount (yuan)", None)


class Positions(Form):
    """一方提案."""

    side: BySide = ask("提出方", "Side")
    items: Annotated[list[Position], Field(min_length=1, max_length=100)] = ask("各条款意见", "Clause by clause")


class Agreed(Form):
    """A clause both sides agree on. A bare name, or one without text and amount: as both sides last put it alike."""

    clause: Line = ask("条款", "Clause")
    text: str = ask("商定内容", "What was agreed", "", max_length=10_000)
    amount: Fen | None = ask("商定金额(元)", "Amount agreed (yuan)", None)
    dropped: Tick = ask("不写入合同", "Left out of the contract", False)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return {"clause": value} if isinstance(value, str) else value


AgreedClauses = Annotated[list[Agreed], Field(max_length=100)]


class Agreement(Form):
    """条款达成一致: outside a round too, in co-ordination or by letter; agreed again, the later text holds."""

    on: date = ask("达成一致日期", "Day of the agreement")
    items: Annotated[AgreedClauses, Field(min_length=1)] = ask(
        "达成一致的条款(内容、金额留空:按双方最后一致的意见)", "Clauses agreed on; text and amount empty: as both last put it"
    )


class RoundRecord(Form):
    """协商会议记录 (Order 22 arts 33-34): the note-taker is nobody's representative."""

    on: date = ask("会议日期", "Day of the meeting")
    minutes: Prose = ask("会议经过", "Minutes")
    chair: BySide = ask("主持方", "Chaired by", BySide.WORKERS)
    note_taker: str = ask("记录员(非协商代表)", "Note-taker, not a representative", "", max_length=100)
    present: int = ask("到会人数", "Persons present", 6, ge=0, le=1000)
    agreed: AgreedClauses = ask(
        "已达成一致的条款(内容、金额留空:按双方最后一致的意见)",
        "Clauses agreed on; text and amount empty: as both last put it",
        [],
    )


class Suspension(Form):
    """中止协商纪要 (Order 22 art. 35)."""

    suspended_on: date = ask("中止日期", "Day of the suspension")
    until: date = ask("中止至", "Suspended until")
    reason: Prose = ask("中止原因", "Reason")
    workers_agree: Tick = ask("职工方同意", "The workers' side agrees", False)
    employer_agrees: Tick = ask("用人单位方同意", "The employer's side agrees", False)


class DraftClause(Form):
    """A clause as the draft words it."""

    title: Line = ask("条款", "Clause")
    content: Content | None = ask("所属内容", "Chapter", None)
    text: str = ask("内容", "Text", "", max_length=10_000)
    amount: Fen | None = ask("金额(元)", "Amount (yuan)", None)


class Draft(Form):
    """草案: contents, clauses and the chiefs' signatures (Order 22 arts 8, 34). No clauses given: those agreed on."""

    agreed_on: date = ask("达成一致之日", "Day of the agreement")
    contents: Annotated[list[Content], Field(min_length=1, max_length=20)] = ask("草案内容", "What the draft settles")
    clauses: Annotated[list[DraftClause], Field(max_length=200)] = ask(
        "草案条款(留空即为已达成一致的条款)", "Clauses of the draft; empty: those agreed on", []
    )
    womens_chapter: Tick = ask("含女职工权益保护内容或另订专项合同", "Women's chapter, annex or agreement", False)
    workers_chief_signed: Tick = ask("职工方首席代表已签字", "The workers' chief has signed", False)
    employer_chief_signed: Tick = ask("用人单位方首席代表已签字", "The employer's chief has signed", False)
    summary: str = ask("起草说明", "Explanation of the draft", "", max_length=10_000)


class Ballot(Form):
    """职代会表决 (Order 22 art. 36)."""

    on: date = ask("表决日期", "Day of the vote")
    delegates: int = ask("全体代表人数", "All delegates", ge=1, le=1_000_000)
    present: int = ask("到会人数", "Present", ge=0, le=1_000_000)
    yes: int = ask("同意", "For", ge=0, le=1_000_000)
    no: int = ask("反对", "Against", 0, ge=0, le=1_000_000)
    abstain: int = ask("弃权", "Abstaining", 0, ge=0, le=1_000_000)
    secret: Tick = ask("无记名投票", "Secret ballot", True)
    resolution: str = ask("决议内容", "Resolution", "", max_length=10_000)


class Signing(Form):
    """签字: both chiefs (Order 22 art. 37), and the term (art. 38)."""

    signed_on: date = ask("签字日期", "Day of signature")
    starts_on: date = ask("期限起", "First day of the term")
    expires_on: date = ask("期限止", "Last day of the term")
    workers: int = ask("覆盖职工人数", "Workers covered", 0, **PEOPLE)
    women: int = ask("其中女职工", "Women among them", 0, **PEOPLE)
    workers_chief_signed: Tick = ask("职工方首席代表已签字", "The workers' chief has signed", False)
    employer_chief_signed: Tick = ask("用人单位方首席代表已签字", "The employer's chief has signed", False)
    noticed_on: date | None = ask("用人单位收到通过通知之日", "Day the employer got notice of the adoption", None)


class AmendmentSigned(Form):
    """变更协议书: a small change, adopted and signed like the contract (Order 22 art. 41)."""

    signed_on: date = ask("签字日期", "Day of signature")
    changes: Prose = ask("变更条款(原文与新文)", "Clauses changed, old and new")
    clauses: int = ask("变更条款数", "Number of clauses changed", 1, ge=1, le=1000)
    expires_on: date | None = ask("变更后期限止", "New last day, if it changes", None)
    adopted: Tick = ask("已经职代会审议通过", "Adopted by the congress", False)
    workers_chief_signed: Tick = ask("职工方首席代表已签字", "The workers' chief has signed", False)
    employer_chief_signed: Tick = ask("用人单位方首席代表已签字", "The employer's chief has signed", False)
    noticed_on: date | None = ask("用人单位收到通过通知之日", "Day the employer got notice of the adoption", None)


class Filing(Form):
    """报送审查: the authority's receipt is the first day of its review."""

    received_on: date = ask("人社部门收件日期", "Day the labour authority received it")
    receipt_no: str = ask("收件编号", "Number of the receipt", "", max_length=100)


class Opinion(Form):
    """审查意见书 without objection (Order 22 art. 45)."""

    dated_on: date = ask("审查意见书日期", "Day of the opinion")
    received_on: date = ask("收到日期", "Day received")


class Objection(Form):
    """审查意见书 with objections (Order 22 arts 45-46)."""

    received_on: date = ask("收到日期", "Day received")
    points: Prose = ask("异议内容", "Points objected to")


class Publication(Form):
    """公布 (Order 22 art. 48)."""

    published_on: date = ask("公布日期", "Day of publication")
    manner: Line = ask("公布方式", "Where and how")


class Done(Form):
    """Something was done on a day."""

    on: date = ask("办理日期", "Day it was done")
    note: str = ask("备注", "Remark", "", max_length=10_000)


class Check(Form):
    """履行情况检查 and the report to the congress."""

    checked_on: date = ask("检查日期", "Day of the check")
    finding: Prose = ask("履行情况", "What was found")
    breached: Names = ask("未履行的条款", "Clauses not kept", [])
    reported_on: date | None = ask("向职代会报告日期", "Day it was reported to the congress", None)


class Renewal(Form):
    """续签意向书 (Order 22 art. 38, Order 9 art. 24)."""

    wish: Prose = ask("续签意向", "What is wished for")
    by_agreement: Tick = ask("双方同意提前协商", "Both sides agree to begin early", False)


class Renewed(Form):
    """续签: the successor is signed."""

    signed_on: date = ask("新合同签字日期", "Day the new contract was signed")
    number: str = ask("新合同编号", "Number of the new contract", "", max_length=60)


class Amendment(Form):
    """提出变更."""

    ground: AmendGround = ask("变更依据", "Ground")
    reason: Prose = ask("变更内容与理由", "What is to change, and why")


class Ending(Form):
    """解除、终止 (Order 22 arts 39-41)."""

    ended_on: date = ask("解除或终止日期", "Day it ended")
    ground: EndGround = ask("依据", "Ground")
    reason: Prose = ask("说明", "Explanation")
    both_agree: Tick = ask("双方书面同意", "Both sides agree in writing", False)


class CoordinationRequest(Form):
    """协调处理申请书 (Order 22 art. 49)."""

    requested_on: date = ask("申请日期", "Day of the request")
    points: Prose = ask("争议事项与请求", "Points in dispute and requests")


class CoordinationAccepted(Form):
    """协调处理受理: day 0 of the thirty (Order 22 art. 52)."""

    accepted_on: date = ask("受理日期", "Day of acceptance")
    coordinator: str = ask("协调员", "Co-ordinator", "", max_length=100)


class Protocol(Form):
    """协调处理协议书 (Order 22 art. 54)."""

    signed_on: date = ask("签字日期", "Day of signature")
    result: Prose = ask("协调结果", "Result")
    points_left: str = ask("未达成一致的事项", "Points left open", "", max_length=10_000)


class Reasoned(Form):
    """A step that must say why."""

    reason: Prose = ask("理由", "Reason")
