"""The closed lists of bargaining: where it stands, what is concluded for whom, on which grounds it changes or ends."""

from __future__ import annotations

from states.casetype import Stage
from states.labels import Named


class B(Stage):
    """The states of a bargaining case (LAW 11.2)."""

    PLANNED = "planned", "已列入计划", "Planned"
    OFFERED = "offered", "已发要约", "Invitation sent"
    REFUSED = "refused", "对方拒绝", "Refused by the other side"
    URGED = "urged", "已催告", "Urged"
    ACCEPTED = "accepted", "已应约", "Accepted"
    NEGOTIATING = "negotiating", "协商中", "Negotiating"
    SUSPENDED = "suspended", "中止协商", "Suspended"
    COORDINATION = "coordination", "协调处理中", "Under co-ordination"
    DRAFT = "draft", "草案待审议", "Draft before the congress"
    REJECTED = "rejected", "审议未通过", "Not adopted"
    ADOPTED = "adopted", "审议通过", "Adopted, to be signed"
    SIGNED = "signed", "已签字", "Signed"
    FILED = "filed", "已报送审查", "Filed for review"
    OBJECTED = "objected", "审查提出异议", "Objected to"
    IN_FORCE = "in_force", "履行中", "In force"
    AMENDING = "amending", "变更协商中", "Being amended"
    RENEWED = "renewed", "已续签", "Renewed"
    TERMINATED = "terminated", "已解除或终止", "Terminated"
    LAPSED = "lapsed", "到期未续", "Lapsed"
    CLOSED = "closed", "已结案", "Closed"
    ARCHIVED = "archived", "已归档", "Archived"


class Kind(Named):
    """What is concluded; the kind chooses the period in the rule pack (`reply-to-demand-{kind}`)."""

    COLLECTIVE = "collective", "集体合同", "Collective contract"
    WAGE = "wage", "工资专项集体合同", "Wage agreement"
    WOMEN = "women", "女职工权益保护专项集体合同", "Women workers' agreement"


class Scope(Named):
    """For whom it is concluded (Labour Contract Law art. 53)."""

    ENTERPRISE = "enterprise", "企业", "Enterprise"
    REGIONAL = "regional", "区域性", "Regional"
    INDUSTRY = "industry", "行业性", "Industry"


class BySide(Named):
    """The two sides of the table."""

    WORKERS = "workers", "职工方", "The workers' side"
    EMPLOYER = "employer", "用人单位方", "The employer's side"


class Letter(Named):
    """The two letters of union supervision: the milder reminder and the formal opinion."""

    REMINDER = "reminder", "劳动法律监督提示函", "Supervision reminder"
    OPINION = "opinion", "劳动法律监督意见书", "Supervision opinion"


class Content(Named):
    """What a contract can settle (Order 22 art. 8); a wage agreement details the first (Order 9 art. 7)."""

    PAY = "pay", "劳动报酬", "Pay"
    HOURS = "hours", "工作时间", "Working hours"
    REST = "rest", "休息休假", "Rest and leave"
    SAFETY = "safety", "劳动安全与卫生", "Safety and health"
    WELFARE = "welfare", "补充保险和福利", "Supplementary insurance and welfare"
    WOMEN = "women", "女职工和未成年工特殊保护", "Protection of women and minors"
    TRAINING = "training", "职业技能培训", "Training"
    CONTRACTS = "contracts", "劳动合同管理", "Employment contracts"
    DISCIPLINE = "discipline", "奖惩", "Rewards and discipline"
    LAY_OFFS = "lay_offs", "裁员", "Lay-offs"
    TERM = "term", "合同期限", "Term"
    CHANGE = "change", "变更、解除的程序", "Change and termination"
    DISPUTES = "disputes", "争议的协商处理办法", "Settlement of disputes"
    LIABILITY = "liability", "违反合同的责任", "Liability"
    OTHER = "other", "其他", "Other"


class EndGround(Named):
    """Why a contract ends before its term (Order 22 arts 39-40)."""

    AGREEMENT = "agreement", "双方协商一致解除", "By agreement"
    EMPLOYER_ENDED = "employer_ended", "用人单位合并、解散或破产", "The employer merged, dissolved or went bankrupt"
    FORCE_MAJEURE = "force_majeure", "不可抗力致无法履行", "Force majeure"
    CONDITION = "condition", "约定的解除条件出现", "An agreed condition occurred"
    OTHER = "other", "法律、法规规定的其他情形", "Another case set by law"


class AmendGround(Named):
    """Why a contract is changed within its term (Order 22 arts 39-40)."""

    AGREEMENT = "agreement", "双方协商一致", "Both sides agree"
    UNFORESEEN = "unforeseen", "订立时的情况发生重大变化", "Circumstances changed"
    LAW_CHANGED = "law_changed", "法律、法规或最低标准调整", "The law or a minimum changed"
    CONDITION = "condition", "约定的变更条件出现", "An agreed condition occurred"
