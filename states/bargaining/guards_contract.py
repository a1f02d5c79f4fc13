"""What must hold from the draft on: its contents, the vote, the signature, the review, the renewal, the end."""

from __future__ import annotations

from datetime import date
from typing import Any

from states.bargaining import counting as arithmetic
from states.bargaining import forms
from states.bargaining.guards import none_running, some_running
from states.bargaining.words import B, Content, EndGround, Kind
from states.casetype import Guard
from states.caseview import CaseView, Moment
from states.guards import happened, known, ticked
from states.labels import Label

# --- draft, congress, signature ---------------------------------------------------------------------------------------

WORKERS_CHIEF = ticked(
    "workers_chief_signed", "职工方首席代表尚未签字", "the workers' chief has not signed",
    Label("签字后勾选", "tick it once signed"),
)  # fmt: skip
EMPLOYER_CHIEF = ticked(
    "employer_chief_signed", "用人单位方首席代表尚未签字", "the employer's chief has not signed",
    Label("签字后勾选;拒不签字的可申请协调处理", "tick it once signed; refused: ask for co-ordination"),
)  # fmt: skip
CHIEFS_SIGN = (WORKERS_CHIEF, EMPLOYER_CHIEF, happened("signed_on", "签字日期", "the day of signature"))
_NEEDED = {Kind.WAGE: Content.PAY, Kind.WOMEN: Content.WOMEN}
CONTENTS = Guard(
    "contents_missing",
    lambda case, a, _m: _NEEDED.get(case.facts.get("kind", ""), a.contents[0]) in a.contents,
    Label("草案缺少本类合同的主要内容", "the draft lacks what this kind of contract is about"),
    Label("工资协议须含劳动报酬,女职工专项合同须含特殊保护", "pay in a wage agreement, protection in a women's one"),
)  # fmt: skip
WOMENS_CHAPTER = Guard(
    "womens_chapter_missing",
    lambda case, a, _m: case.facts.get("kind") != Kind.COLLECTIVE or a.womens_chapter,
    Label("集体合同须含男女平等和女职工权益保护内容", "a collective contract must protect women and equality"),
    Label("补入专章、附件或另订专项合同(妇女权益保障法第四十四条)", "add a chapter, an annex or an agreement"),
)  # fmt: skip
CONGRESS_SET = known(
    "no_congress_set", some_running("congress"),
    Label("尚未通知召开职工代表大会", "no congress is called"),
    Label("先办理“召集职代会”", "call the congress first"),
)  # fmt: skip
NO_CONGRESS_SET = known(
    "congress_already_set", none_running("congress"),
    Label("职工代表大会已经通知", "the congress is already called"),
    Label("可办理“职代会改期”或“记录表决”", "put it off, or record the vote"),
)  # fmt: skip
VOTE_POSSIBLE = Guard(
    "impossible_count", lambda _c, a, _m: arithmetic.possible(a),
    Label("票数不可能:同意、反对、弃权之和不得多于到会人数,到会人数不得多于全体代表",
          "these numbers cannot be: votes exceed those present, or those present exceed all delegates"),
    Label("请核对计票结果", "check the count"),
)  # fmt: skip
QUORATE = Guard(
    "not_quorate", lambda _c, a, m: arithmetic.vote_result(a, m).quorate,
    Label("到会人数不足规定比例,表决无效", "too few are present: the vote does not count"),
    Label("改期重新召开;全国规定须全体代表三分之二以上到会", "put it off; nationally two thirds must be present"),
)  # fmt: skip
TERM_ORDER = Guard(
    "term_order", lambda _c, a, _m: a.starts_on < a.expires_on,
    Label("合同期限的止日须晚于起日", "the term ends after it begins"), Label("请更正期限", "mend the term"),
)  # fmt: skip


def _term_fits(case: CaseView, answers: forms.Signing, moment: Moment) -> bool:
    if case.facts.get("kind") == Kind.WAGE:  # Order 9 art. 24: normally a year, no number of years
        return True
    return arithmetic.term_fits(answers.starts_on, answers.expires_on, moment)


TERM_FITS = Guard(
    "term_length", _term_fits,
    Label("合同期限不在规定的年数之内", "the term is shorter or longer than the rules say"),
    Label("全国规定一般为一至三年(集体合同规定第三十八条)", "nationally one to three years (Order 22 art. 38)"),
)  # fmt: skip


def _noticed(_case: CaseView, answers: Any, moment: Moment) -> bool:
    by_notice = moment.pack.threshold("file-counts-from").value == "employer-notice"
    return not by_notice or answers.noticed_on is not None


NOTICED = Guard(
    "notice_day_missing", _noticed,
    Label("本地报送期限自用人单位收到通过通知起算,须填该日", "here the filing counts from the employer's notice"),
    Label("填写“用人单位收到通过通知之日”", "fill in the day the employer got notice"),
)  # fmt: skip

# --- review, force, renewal, end --------------------------------------------------------------------------------------


def _reviewed_here(_case: CaseView, _answers: Any, moment: Moment) -> bool:
    return moment.pack.period("review", moment.today).arises


REVIEWED_HERE = known(
    "no_review_here", _reviewed_here,
    Label("本地法律没有行政审查程序", "the law of this place knows no review"),
    Label("办理“签字生效”", "take the step “in force by signature”"),
)  # fmt: skip
NOT_REVIEWED_HERE = known(
    "reviewed_here", lambda case, a, m: not _reviewed_here(case, a, m),
    Label("合同须报送审查后生效", "the contract takes effect only after a review"),
    Label("办理“报送审查”", "file it first"),
)  # fmt: skip


def _review_is_over(case: CaseView, _answers: Any, moment: Moment) -> bool:
    last = arithmetic.last_day_of_review(case.facts, moment)
    return last is not None and last < moment.today


REVIEW_OVER = known(
    "review_running", _review_is_over,
    Label("审查期限未满", "the review is not over"), Label("待审查期限届满", "wait for its last day to pass"),
)  # fmt: skip


def _term_is_over(case: CaseView, _answers: Any, moment: Moment) -> bool:
    last = case.facts.get("expires_on")
    return last is not None and date.fromisoformat(last) < moment.today


TERM_OVER = known(
    "term_running", _term_is_over,
    Label("合同期限未满", "the term is not over"), Label("待合同期满", "wait for its last day to pass"),
)  # fmt: skip
WINDOW_OPEN = Guard(
    "window_not_open",
    lambda case, a, m: a.by_agreement or case.state == B.LAPSED or arithmetic.window_is_open(case.facts, m),
    Label("续签窗口尚未开始", "the window for renewal is not open yet"),
    Label("待窗口开始,或经双方同意提前协商后勾选", "wait for it, or tick that both sides agree to begin early"),
)  # fmt: skip
RENEWAL_NOT_STARTED = known(
    "renewal_already_started", lambda case, _a, _m: not case.facts.get("renewal_started_on"),
    Label("续签协商案件已经建立", "the case for the renewal already exists"),
    Label("请在续签案件中办理", "go on in that case"),
)  # fmt: skip
AMENDMENT_ADOPTED = ticked(
    "adopted", "变更协议尚未经职代会审议通过", "the congress has not adopted the change",
    Label("审议通过后勾选,或办理“重新协商”走全部程序", "tick it once adopted, or bargain anew with a vote"),
)  # fmt: skip
BOTH_END = Guard(
    "termination_without_consent",
    lambda _c, a, _m: a.ground != EndGround.AGREEMENT or a.both_agree,
    Label("协商解除须双方书面同意", "ending by agreement needs both sides in writing"),
    Label("取得双方同意后勾选", "obtain both consents, then tick it"),
)  # fmt: skip
END_REPORTED = known(
    "end_not_reported", none_running("end-filing"),
    Label("解除终止尚未报告审查机关", "the end has not been reported to the authority"),
    Label("先办理“报告解除终止”", "report it first"),
)  # fmt: skip
