"""The steps of a contract: signature, review, force, renewal, amendment, and every one of its ends."""

from __future__ import annotations

from states.bargaining import contract, forms
from states.bargaining import effects as fx
from states.bargaining import guards_contract as gc
from states.bargaining.sources import (
    BARGAINING_CLOCKS,
    BEFORE_SIGNATURE,
    CONTRACT_RUNS,
    IN_FORCE_CLOCKS,
    SUPERVISORS,
)
from states.bargaining.words import B
from states.casetype import ALL, STAY, Step, Way, take
from states.caseview import Outcome
from states.guards import happened
from states.roles import BARGAINERS, CLOCK

SIGNATURE: tuple[Step, ...] = (
    take("sign", "双方签字", "Sign").of(B.ADOPTED).to(
        B.SIGNED, by=BARGAINERS, asks=forms.Signing, effect=contract.signed,
        guards=(*gc.CHIEFS_SIGN, gc.TERM_ORDER, gc.TERM_FITS, gc.NOTICED), meets=("negotiation-max", "predecessor-ends"),
        starts=("file",), papers=("contract_text", "filing_cover"), tells=("contract_signed",),
        source_of_rule="集体合同规定第三十七条"),
    take("sign_again", "修改后重新签字", "Sign again after the objection").of(B.OBJECTED).to(
        B.SIGNED, by=BARGAINERS, asks=forms.Signing, effect=contract.signed,
        guards=(*gc.CHIEFS_SIGN, gc.TERM_ORDER, gc.TERM_FITS, gc.NOTICED), starts=("file",),
        papers=("contract_text", "filing_cover"), tells=("contract_signed",), source_of_rule="集体合同规定第四十六条"),
    take("file_contract", "报送审查", "File for review").of(B.SIGNED).to(
        B.FILED, by=BARGAINERS, asks=forms.Filing, effect=contract.filed,
        guards=(gc.REVIEWED_HERE, happened("received_on", "收件日期", "the day of receipt")),
        meets=("file", "resubmit"), starts=("review",), tells=("contract_filed",), undoable=False,
        source_of_rule="集体合同规定第四十二条"),
    take("resubmit", "补正后再次报送", "Submit again, mended").of(B.OBJECTED).to(
        B.FILED, by=BARGAINERS, asks=forms.Filing, effect=contract.filed,
        guards=(happened("received_on", "收件日期", "the day of receipt"),), meets=("resubmit",), starts=("review",),
        papers=("filing_cover",), tells=("contract_filed",), undoable=False, source_of_rule="集体合同规定第四十六条"),
    take("record_objection", "审查提出异议", "Record an objection").of(B.FILED).to(
        B.OBJECTED, by=BARGAINERS, asks=forms.Objection, effect=contract.objected,
        guards=(happened("received_on", "收到日期", "the day received"),), meets=("review",), starts=("resubmit",),
        tells=("contract_objected",), source_of_rule="集体合同规定第四十五条"),
    take("record_approval", "审查无异议", "Record the approval").of(B.FILED).to(
        B.IN_FORCE, by=BARGAINERS, asks=forms.Opinion, effect=contract.approved,
        guards=(happened("dated_on", "意见书日期", "the day of the opinion"),
                happened("received_on", "收到日期", "the day received")),
        meets=("review",), starts=IN_FORCE_CLOCKS, tells=("contract_in_force",),
        source_of_rule="集体合同规定第四十七条"),
    take("takes_effect", "期满无异议生效", "In force by silence").of(B.FILED).to(
        B.IN_FORCE, by=CLOCK, effect=contract.in_force_by_silence, guards=(gc.REVIEW_OVER,), starts=IN_FORCE_CLOCKS,
        tells=("contract_in_force",), source_of_rule="劳动合同法第五十四条"),
    take("in_force_by_signature", "签字生效", "In force by signature").of(B.SIGNED).to(
        B.IN_FORCE, by=BARGAINERS, asks=forms.Done, effect=contract.in_force_by_signature,
        guards=(gc.NOT_REVIEWED_HERE, happened("on", "生效日期", "the day it takes effect")), voids=("file",),
        starts=IN_FORCE_CLOCKS, tells=("contract_in_force",)),
)  # fmt: skip

IN_FORCE: tuple[Step, ...] = (
    take("publish", "公布合同", "Publish").of(B.IN_FORCE, B.AMENDING).to(
        STAY, by=BARGAINERS, asks=forms.Publication, effect=fx.remember(published_on="published_on"),
        guards=(happened("published_on", "公布日期", "the day of publication"),), meets=("publish",),
        papers=("publication_notice",), source_of_rule="集体合同规定第四十八条"),
    take("file_with_higher_union", "报上级工会备案", "File with the higher union").of(B.IN_FORCE, B.AMENDING).to(
        STAY, by=BARGAINERS, asks=forms.Done, effect=fx.remember(union_filed_on="on"),
        guards=(happened("on", "备案日期", "the day of filing"),), meets=("file-with-higher-union",),
        papers=("union_filing",)),
    take("record_performance", "履行情况检查", "Check the performance").of(B.IN_FORCE, B.AMENDING).to(
        STAY, by=BARGAINERS, asks=forms.Check, effect=contract.checked,
        guards=(happened("checked_on", "检查日期", "the day of the check"),
                happened("reported_on", "报告日期", "the day of the report")),
        meets=("performance-report",), starts=("performance-report",), papers=("performance_report",)),
    take("renewal_window_opens", "续签窗口开始", "The window for renewal opens").of(*CONTRACT_RUNS).to(
        STAY, by=CLOCK, effect=contract.window_opened, tells=("renewal_window_open",),
        source_of_rule="集体合同规定第三十八条"),
    take("start_renewal", "启动续签", "Start the renewal").of(B.IN_FORCE, B.LAPSED).to(
        STAY, by=BARGAINERS, asks=forms.Renewal, effect=contract.renewal_started,
        guards=(gc.RENEWAL_NOT_STARTED, gc.WINDOW_OPEN), meets=("renewal-window",), papers=("renewal_intent",),
        tells=("renewal_started",), source_of_rule="集体合同规定第三十八条"),
    take("record_renewed", "已续签", "Record the renewal").of(B.IN_FORCE, B.LAPSED).to(
        B.RENEWED, by=BARGAINERS, asks=forms.Renewed, effect=contract.renewed, voids=(ALL,),
        guards=(happened("signed_on", "签字日期", "the day of signature"),), tells=("contract_renewed",)),
    take("start_amendment", "提出变更", "Begin an amendment").of(B.IN_FORCE).to(
        B.AMENDING, by=BARGAINERS, asks=forms.Amendment, effect=contract.amendment_begun,
        source_of_rule="集体合同规定第三十九条"),
    take("drop_amendment", "不再变更", "Drop the amendment").of(B.AMENDING).to(
        B.IN_FORCE, by=BARGAINERS, asks=forms.Reasoned, effect=contract.amendment_dropped),
    take("sign_amendment", "签订变更协议", "Sign an amendment").of(B.AMENDING).to(
        B.SIGNED, by=BARGAINERS, asks=forms.AmendmentSigned, effect=contract.amendment_signed,
        guards=(gc.AMENDMENT_ADOPTED, *gc.CHIEFS_SIGN, gc.NOTICED), starts=("file",),
        papers=("amendment_agreement", "filing_cover"), tells=("contract_signed",),
        source_of_rule="集体合同规定第四十一条"),
)  # fmt: skip

ENDING: tuple[Step, ...] = (
    take("term_ends", "合同期满", "The term ends").of(*CONTRACT_RUNS).to(
        Way(B.LAPSED, when=contract.rests), Way(STAY), by=CLOCK, effect=contract.term_over, guards=(gc.TERM_OVER,),
        voids=IN_FORCE_CLOCKS, tells=("contract_lapsed",), source_of_rule="集体合同规定第三十八条"),
    take("terminate", "解除或终止", "Terminate").of(B.SIGNED, B.FILED, B.OBJECTED, B.IN_FORCE, B.AMENDING).to(
        B.TERMINATED, by=BARGAINERS, asks=forms.Ending, effect=contract.ended,
        guards=(gc.BOTH_END, happened("ended_on", "解除或终止日期", "the day it ended")), voids=(ALL,),
        starts=("end-filing",), papers=("termination_agreement",), tells=("contract_terminated",),
        source_of_rule="集体合同规定第三十九条、第四十条"),
    take("report_end", "报告解除终止", "Report the end").of(B.TERMINATED).to(
        STAY, by=BARGAINERS, asks=forms.Done, effect=fx.remember(end_reported_on="on"), meets=("end-filing",),
        guards=(happened("on", "报告日期", "the day of the report"),)),
    take("give_up", "不再协商", "Give up bargaining").of(*BEFORE_SIGNATURE, B.OBJECTED).to(
        Way(B.IN_FORCE, when=contract.lasts), Way(B.LAPSED, when=contract.lapsed),
        Way(B.CLOSED, outcome=Outcome.GIVEN_UP), by=BARGAINERS, asks=forms.Reasoned, effect=contract.given_up,
        voids=BARGAINING_CLOCKS, tells=("bargaining_given_up",)),
    take("close", "结案", "Close").of(B.RENEWED, B.TERMINATED, B.LAPSED).to(
        Way(B.CLOSED, when=lambda c, _a, _m: c.state == B.RENEWED, outcome=Outcome.RENEWED),
        Way(B.CLOSED, when=lambda c, _a, _m: c.state == B.TERMINATED, outcome=Outcome.TERMINATED),
        Way(B.CLOSED, outcome=Outcome.LAPSED), by=BARGAINERS, asks=forms.Reasoned, effect=contract.closed,
        guards=(gc.END_REPORTED,), tells=("case_closed",)),
    take("reopen", "重新办理", "Reopen").of(B.CLOSED).to(
        *(Way(state, when=contract.closed_from(state)) for state in (B.RENEWED, B.TERMINATED, B.LAPSED)),
        Way(B.PLANNED), by=SUPERVISORS, asks=forms.Reasoned, effect=contract.reopened, voids=(ALL,),
        tells=("case_reopened",)),
    take("archive", "归档", "Archive").of(B.CLOSED).to(
        B.ARCHIVED, by=BARGAINERS, voids=(ALL,), papers=("case_cover",), undoable=False),
)  # fmt: skip
