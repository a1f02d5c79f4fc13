"""The papers there are: what each is called, how it is numbered, what it looks like, who signs it, whether it is posted.

A paper is issued by a step that names its key. Its text stands once a language in `templates/<language>/<key>.j2`; the
function `facts` (a name in `documents.facts.FACTS`) gathers what the text speaks of. Fields follow LAW section 14.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain

from states.errors import BadDefinition
from states.labels import Label, Named


class Look(Enum):
    """How a paper is set: a letter under the red head of its issuer, or a form with the bare title."""

    LETTER = "letter"
    FORM = "form"


class Signer(Named):
    """Who signs or seals, as it is printed beside the line."""

    APPLICANT = "applicant", "申请人（签名）", "Applicant (signature)"
    RESPONDENT = "respondent", "被申请人（签名或盖章）", "Respondent (signature or seal)"
    MEDIATOR = "mediator", "调解员（签名）", "Mediator (signature)"
    RECORDER = "recorder", "记录人（签名）", "Recorder (signature)"
    HANDLER = "handler", "经办人（签名）", "Handled by (signature)"
    VISITED = "visited", "被回访人（签名）", "Person visited (signature)"
    REPRESENTATIVES = "representatives", "代表（签名）", "Representatives (signature)"
    WORKERS = "workers", "推举人（签名）", "Workers who chose them (signature)"
    WORKERS_CHIEF = "workers_chief", "职工方首席代表（签名）", "Workers' chief representative (signature)"
    EMPLOYER_CHIEF = "employer_chief", "用人单位方首席代表（签名）", "Employer's chief representative (signature)"
    EMPLOYER = "employer", "用人单位（盖章）", "Employer (seal)"
    UNION = "union", "工会（盖章）", "Union (seal)"
    NOTE_TAKER = "note_taker", "记录员（签名）", "Note-taker (signature)"
    PRESIDIUM = "presidium", "大会主席团（签名）", "Presidium of the congress (signature)"
    COORDINATOR = "coordinator", "协调处理人员（签名）", "Co-ordinator (signature)"
    BODY = "body", "调解组织（盖章）", "Mediation body (seal)"
    OFFICE = "office", "单位（盖章）", "Unit (seal)"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One kind of official paper."""

    key: str
    label: Label
    #: the word of the Chinese serial: "调受" in 〔2026〕调受字第12号
    series: str
    #: the letters of the serial that every system can carry: "TS" in TS2026-00012; no two papers share them
    letters: str
    facts: str
    look: Look
    signs: tuple[Signer, ...] = ()
    #: handed over against a return slip (送达回证), which is printed behind it
    served: bool = False
    #: posted for everybody to read: it never holds numbers of persons or health facts (LAW 14.4)
    public: bool = False
    #: a newer one of the same case takes the place of the older
    replaces: bool = False
    #: addressed to both sides: each of them reads it without being handed a copy (it holds nobody's numbers)
    for_parties: bool = False

    def serial(self, year: int, number: int) -> str:
        """The serial in ASCII: "TS2026-00012"."""
        return f"{self.letters}{year}-{number:05d}"

    def number(self, year: int, number: int) -> str:
        """The serial as a Chinese paper bears it: 〔2026〕调受字第12号."""
        return f"〔{year}〕{self.series}字第{number}号"


def letter(key: str, zh: str, en: str, series: str, letters: str, facts: str, **rest: bool) -> Paper:
    """A letter: the unit seals it, and it is handed over against a slip unless `served=False` says otherwise."""
    return Paper(
        key=key, label=Label(zh, en), series=series, letters=letters, facts=facts, look=Look.LETTER,
        signs=(Signer.OFFICE,), **{"served": True, **rest},
    )  # fmt: skip


def form(key: str, zh: str, en: str, series: str, letters: str, facts: str, *signs: Signer, **rest: bool) -> Paper:
    """A form, a record or an agreement, with those who sign it."""
    return Paper(key=key, label=Label(zh, en), series=series, letters=letters, facts=facts, look=Look.FORM, signs=signs, **rest)


S = Signer
_BOTH = (S.APPLICANT, S.RESPONDENT)
_CHIEFS = (S.WORKERS_CHIEF, S.EMPLOYER_CHIEF)
_SIDES = (*_CHIEFS, S.UNION, S.EMPLOYER)

DISPUTE: tuple[Paper, ...] = (
    form("registration_form", "来信来访登记表", "Registration of a letter or visit", "工登", "DJ", "people",
         S.HANDLER),
    form("representatives_record", "职工代表推举书", "Record of the choice of representatives", "工推", "TJ",
         "people", S.REPRESENTATIVES, S.WORKERS),
    form("settlement_agreement", "劳动争议和解协议书", "Settlement agreement", "和协", "HX", "agreement",
         *_BOTH),
    form("mediation_application", "劳动争议调解申请书", "Application for mediation", "调申", "TQ", "people",
         S.APPLICANT),
    letter("acceptance_notice", "劳动争议调解受理通知书", "Notice of acceptance for mediation", "调受", "TS", "dispute",
           for_parties=True),
    letter("refusal_notice", "劳动争议调解不予受理通知书", "Notice of non-acceptance", "调不受", "TB", "dispute",
           for_parties=True),
    letter("mediation_summons", "劳动争议调解通知书", "Notice of a mediation session", "调通", "TT", "dispute",
           for_parties=True),
    form("mediation_record", "劳动争议调解笔录", "Record of a mediation session", "调笔", "TBL", "session", *_BOTH,
         S.MEDIATOR, S.RECORDER),
    form("extension_consent", "延期调解同意书", "Consent to extend the mediation", "调延", "TY", "dispute", *_BOTH,
         S.MEDIATOR, S.BODY),
    form("mediation_agreement", "劳动争议调解协议书", "Mediation agreement", "调协", "TX", "agreement", *_BOTH,
         S.MEDIATOR, S.BODY, replaces=True),
    letter("failure_notice", "终止调解告知书", "Notice that mediation has ended", "调终", "TZ", "failure",
           for_parties=True),
    letter("referral_letter", "劳动争议事项转办函", "Letter of referral", "工转", "ZB", "people"),
    letter("urging_letter", "督促履行调解协议函", "Letter urging performance", "调督", "TD", "performance"),
    form("visit_record", "回访记录", "Record of a follow-up visit", "调访", "TF", "performance", S.VISITED, S.HANDLER),
    form("review_application", "调解协议仲裁审查申请书", "Joint application for arbitration review", "审申", "SC",
         "performance", *_BOTH),
    form("confirmation_application", "调解协议司法确认申请书", "Joint application for judicial confirmation", "确申",
         "QR", "performance", *_BOTH),
    form("payment_order_application", "支付令申请书", "Application for a payment order", "令申", "ZF", "performance",
         S.APPLICANT),
    form("arbitration_application", "劳动人事争议仲裁申请书", "Application for arbitration", "仲申", "ZC", "people",
         S.APPLICANT),
    form("case_cover", "卷宗封面与目录", "Case cover and list of papers", "卷", "JZ", "cover", S.HANDLER),
)  # fmt: skip

BARGAINING: tuple[Paper, ...] = (
    letter("invitation", "集体协商要约书", "Invitation to bargain", "协要", "YY", "bargaining"),
    letter("reply_letter", "集体协商答复书", "Reply to an invitation to bargain", "协复", "FH", "bargaining"),
    letter("urging_letter_bargaining", "集体协商催告函", "Letter urging a reply", "协催", "CG", "bargaining"),
    letter("supervision_letter", "工会劳动法律监督文书", "Letter of union supervision", "工监", "JD", "bargaining"),
    form("representatives_list", "集体协商代表名单及产生情况", "Bargaining representatives", "协代", "XD", "teams",
         S.UNION, S.EMPLOYER),
    form("information_list", "集体协商资料提供清单", "List of information to be supplied", "协资", "ZL", "bargaining",
         S.WORKERS_CHIEF, S.EMPLOYER_CHIEF),
    form("round_minutes", "集体协商会议记录", "Minutes of a bargaining round", "协记", "JL", "round", *_CHIEFS,
         S.NOTE_TAKER),
    form("suspension_minutes", "中止协商纪要", "Minutes of a suspension", "协中", "ZZ", "bargaining", *_CHIEFS),
    form("draft_contract", "集体合同（草案）", "Draft contract", "合草", "CA", "contract", *_CHIEFS, replaces=True),
    form("congress_resolution", "职工代表大会决议", "Resolution of the workers' congress", "职决", "JY", "contract",
         S.PRESIDIUM, S.UNION, public=True),
    letter("congress_notice", "职工代表大会会议通知", "Notice of the workers' congress", "职通", "ZT", "contract", public=True,
           served=False),
    form("contract_text", "集体合同", "Contract", "合", "HT", "contract", *_SIDES, public=True),
    letter("filing_cover", "集体合同报送审查说明", "Submission for review", "合报", "BS", "contract"),
    letter("publication_notice", "集体合同公布公告", "Publication of a contract", "合公", "GB", "contract", public=True,
           served=False),
    form("union_filing", "集体合同备案表", "Filing with the higher union", "合备", "BA", "contract", S.UNION),
    form("performance_report", "集体合同履行情况报告", "Report on performance", "合履", "LX", "contract", S.UNION,
         S.EMPLOYER, public=True),
    letter("renewal_intent", "集体合同续签意向书", "Intention to renew", "合续", "XQ", "contract"),
    form("amendment_agreement", "集体合同变更协议书", "Amendment agreement", "合变", "BG", "contract", *_SIDES),
    form("termination_agreement", "集体合同解除（终止）协议书", "Termination agreement", "合解", "JC", "contract",
         *_SIDES),
    letter("coordination_request", "集体协商争议协调处理申请书", "Request for co-ordination", "协申", "XS", "bargaining"),
    form("coordination_protocol", "协调处理协议书", "Co-ordination protocol", "协定", "XT", "bargaining", *_CHIEFS,
         S.COORDINATOR),
)  # fmt: skip

#: Papers of a contract in the register, which need no case.
REGISTER: tuple[Paper, ...] = (
    letter("renewal_reminder", "集体合同到期提醒函", "Reminder that a contract expires", "合提", "DQ", "register"),
)  # fmt: skip

PAPERS: Mapping[str, Paper] = {paper.key: paper for paper in chain(DISPUTE, BARGAINING, REGISTER)}


def paper_of(key: str) -> Paper:
    """The paper of that key. Raises `BadDefinition` for one nobody described."""
    found = PAPERS.get(key)
    if found is None:
        raise BadDefinition(f"there is no paper {key!r}; describe it in documents/catalogue.py")
    return found


def papers_of(keys: Iterable[str]) -> list[Paper]:
    """Those papers, in that order."""
    return [paper_of(key) for key in keys]
