"""The closed lists of a labour dispute: where it stands, what it is about, how it came in, who handles it elsewhere."""

from __future__ import annotations

from states.casetype import Stage
from states.labels import Named


class D(Stage):
    """The states of a dispute (LAW 11.1)."""

    REGISTERED = "registered", "已登记", "Registered"
    NEGOTIATING = "negotiating", "协商中", "Negotiating"
    APPLIED = "applied", "已申请调解", "Mediation applied for"
    REFUSED = "refused", "不予受理", "Not accepted"
    ACCEPTED = "accepted", "已受理", "Accepted"
    MEDIATING = "mediating", "调解中", "Mediating"
    AGREED = "agreed", "待签署", "Agreed, to be signed"
    PERFORMING = "performing", "履行中", "Being performed"
    ARBITRATION_REVIEW = "arbitration_review", "仲裁审查中", "Under arbitration review"
    JUDICIAL_CONFIRMATION = "judicial_confirmation", "司法确认中", "Under judicial confirmation"
    BREACHED = "breached", "未按期履行", "Not performed in time"
    PAYMENT_ORDER = "payment_order", "支付令程序", "Payment order sought"
    FAILED = "failed", "调解不成", "Mediation failed"
    REFERRED = "referred", "已转办", "Referred out"
    ARBITRATION = "arbitration", "仲裁中", "In arbitration"
    AWARDED = "awarded", "已裁决", "Award received"
    LITIGATION = "litigation", "诉讼中", "In court"
    ENFORCEMENT = "enforcement", "强制执行中", "Being enforced"
    CLOSED = "closed", "已结案", "Closed"
    ARCHIVED = "archived", "已归档", "Archived"


class Cause(Named):
    """What the dispute is about (LMA art. 2)."""

    WAGE_ARREARS = "wage_arrears", "拖欠劳动报酬", "Wage arrears"
    OVERTIME = "overtime", "加班工资", "Overtime pay"
    TERMINATION = "termination", "解除终止劳动合同", "Termination"
    WORK_INJURY = "work_injury", "工伤待遇", "Work injury"
    SOCIAL_INSURANCE = "social_insurance", "社会保险", "Social insurance"
    NO_CONTRACT = "no_contract", "未订立书面劳动合同", "No written contract"
    OTHER = "other", "其他", "Other"


#: Causes on which an agreement may ground a payment order: pay, injury medical costs, severance, damages (LMA art. 16).
PAYMENT_ORDER_CAUSES = frozenset({Cause.WAGE_ARREARS, Cause.OVERTIME, Cause.TERMINATION, Cause.WORK_INJURY})
#: Causes about pay alone: the worker may sue on the agreement as an ordinary civil case (法释〔2020〕26号 art. 51).
PAY_CAUSES = frozenset({Cause.WAGE_ARREARS, Cause.OVERTIME})


class Channel(Named):
    """How the worker reached the union."""

    VISIT = "visit", "来访", "Visit"
    LETTER = "letter", "来信", "Letter"
    PHONE = "phone", "电话", "Telephone"
    ONLINE = "online", "网上", "Online"
    TRANSFER = "transfer", "转来", "Transferred in"


class Body(Named):
    """Where a dispute is referred sideways (SEEDS X01-X06)."""

    LABOUR_INSPECTION = "labour_inspection", "劳动监察部门", "Labour inspection"
    JUDICIAL_OFFICE = "judicial_office", "司法所", "Judicial office"
    HRSS = "hrss", "人社部门", "Human resources and social security"
    WORK_SAFETY = "work_safety", "应急管理部门", "Work safety authority"
    OTHER_REGION = "other_region", "异地工会", "Union of another region"
    OTHER = "other", "其他部门", "Another body"


class RefusalGround(Named):
    """Why an application for mediation is not accepted (Order 17 art. 22)."""

    OUT_OF_SCOPE = "out_of_scope", "不属于劳动争议调解受理范围", "Outside the scope of labour-dispute mediation"
    RESPONDENT_REFUSES = "respondent_refuses", "对方当事人不愿调解", "The other side refuses mediation"
    APPLICANT_REFUSES = "applicant_refuses", "申请人不愿调解", "The applicant no longer wants mediation"


class FailureGround(Named):
    """Why mediation ended without agreement."""

    NO_AGREEMENT = "no_agreement", "双方未能达成一致", "The sides could not agree"
    UNWILLING = "unwilling", "一方不愿继续调解", "A side will not go on"
    ABSENT = "absent", "一方无正当理由不到场", "A side stays away without good reason"
    NOT_SIGNED = "not_signed", "一方拒绝签署协议", "A side refuses to sign"


class Basis(Named):
    """What the performance rests on; the ways onward differ."""

    MEDIATION = "mediation", "调解协议", "Mediation agreement"
    SETTLEMENT = "settlement", "和解协议", "Settlement between the parties"
    ARBITRAL = "arbitral", "仲裁调解书", "Arbitral mediation document"
