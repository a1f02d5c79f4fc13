"""The clocks of bargaining: which period of the rule pack, from which day, whom it reminds and what its end does."""

from __future__ import annotations

from states.casetype import DeadlineRule, Remind
from states.clocks import NUDGE, agreed, clock
from states.labels import Label

EMPLOYER = Label("用人单位", "the employer")
UNION = Label("工会", "the union")
BOTH = Label("双方", "both sides")
AUTHORITY = Label("人社部门", "the labour authority")
#: The end of a contract (SEEDS R01). Its opening window and its end are told by the clock's own steps.
TERM = Remind(before=(90, 60, 30, 7, 0), overdue=False)
#: A meeting: the week before, and on its eve. Minutes are typed afterwards, so the supervisor hears of it when not.
MEETING = Remind(before=(7, 3, 1, 0))
#: A period of the authority: a word when it is over, no daily one, for it is not ours to keep.
THEIRS = Remind(before=(3, 0), overdue=False)

CLOCKS: tuple[DeadlineRule, ...] = (
    agreed("predecessor-ends", "原合同期满", "End of the earlier contract", runs_from="facts.predecessor_expires_on",
           remind=TERM, notice="renewal_due", over_notice="contract_expired", owed_by=UNION,
           done_by=("send_invitation", "record_acceptance", "agree_draft", "schedule_round", "record_vote", "sign")),
    clock("reply-to-demand", "答复要约", "Reply to the invitation", period="reply-to-demand-{kind}",
          runs_from="answers.received_on", remind=Remind(before=(5, 1, 0), overdue=False), on_expiry="no_reply",
          done_by=("record_acceptance", "answer_invitation")),
    clock("urging-reply", "答复催告", "Reply to the urging letter", runs_from="answers.sent_on",
          done_by=("record_acceptance",)),
    clock("supervision-reply", "答复监督文书", "Reply to the supervision letter", runs_from="answers.sent_on",
          owed_by=EMPLOYER, done_by=("record_supervision_reply",)),
    clock("bargain-begin", "开始协商", "Begin to bargain", runs_from="answers.replied_on", owed_by=BOTH,
          done_by=("hold_round", "schedule_round", "name_representatives")),
    clock("negotiation-max", "协商最长期限", "Longest time of bargaining", runs_from="answers.replied_on",
          remind=Remind(before=(15, 7, 3, 0)), owed_by=BOTH,
          done_by=("agree_draft", "schedule_round", "name_representatives")),
    clock("announce-team", "公布协商代表", "Announce the representatives", runs_from="answers.chosen_on",
          done_by=("announce_representatives",)),
    clock("representative-vacancy", "补充协商代表", "Fill a vacancy among the representatives",
          runs_from="answers.vacant_on", remind=Remind(before=(5, 1, 0)), done_by=("replace_representative",)),
    clock("information-before", "提供协商资料", "Supply the information", runs_from="facts.information_for",
          remind=Remind(before=(3, 1, 0)), owed_by=BOTH, done_by=("record_information", "request_information")),
    clock("tell-higher-union", "协商前报告上级工会", "Tell the higher union", runs_from="facts.higher_union_for",
          remind=Remind(before=(3, 1, 0)), owed_by=UNION, done_by=("tell_higher_union",)),
    agreed("round", "协商会议", "Round of bargaining", remind=MEETING, notice="session_near", done_by=("hold_round",)),
    agreed("suspension", "中止协商至", "Suspended until", remind=Remind(before=(3, 0)), done_by=("resume",)),
    clock("suspension-max", "中止协商上限", "Longest suspension", runs_from="answers.suspended_on", done_by=("resume",)),
    clock("coordination-request-after", "可申请协调处理", "Co-ordination can be asked for",
          runs_from="facts.coordination_from", remind=Remind(before=(0,), overdue=False), done_by=("request_coordination",)),
    clock("coordination", "协调处理", "Co-ordination", runs_from="answers.accepted_on", remind=THEIRS,
          owed_by=AUTHORITY, done_by=("record_protocol",)),
    clock("draft-to-vote", "草案提交审议", "Put the draft to the vote", runs_from="facts.to_vote_from", owed_by=UNION,
          done_by=("call_congress", "record_vote")),
    clock("revote", "再次提交审议", "Put the draft to the vote again", runs_from="facts.revote_from", owed_by=UNION,
          done_by=("call_congress", "record_vote")),
    agreed("congress", "职工代表大会", "Workers' congress", remind=MEETING, notice="session_near", done_by=("record_vote",)),
    clock("papers-before-congress", "会前送达材料", "Papers before the congress", runs_from="facts.papers_for",
          remind=Remind(before=(3, 1, 0)), owed_by=UNION, done_by=("send_congress_papers",)),
    clock("file", "报送审查", "File for review", period="file-{kind}", runs_from="facts.filing_from",
          remind=Remind(before=(3, 1, 0)), owed_by=EMPLOYER, done_by=("file_contract", "in_force_by_signature")),
    clock("review", "行政审查", "Review by the authority", runs_from="answers.received_on", remind=THEIRS,
          on_expiry="takes_effect", owed_by=AUTHORITY, done_by=("record_approval",)),
    clock("resubmit", "再次报送", "Submit again", runs_from="facts.objected_on", owed_by=BOTH,
          done_by=("resubmit", "sign_again")),
    clock("publish", "公布", "Publish", period="publish-{kind}", runs_from="facts.effective_on", owed_by=BOTH,
          done_by=("publish",)),
    clock("file-with-higher-union", "报上级工会备案", "File with the higher union", runs_from="facts.effective_on",
          owed_by=UNION, done_by=("file_with_higher_union",)),
    clock("performance-report", "履行情况报告", "Report on performance", runs_from="facts.report_from",
          remind=Remind(before=(30, 7, 0)), owed_by=BOTH, done_by=("record_performance",)),
    clock("renewal-window", "续签窗口", "Window for renewal", period="renewal-window-{kind}",
          runs_from="facts.renew_by", remind=TERM, on_opening="renewal_window_opens", notice="renewal_due",
          over_notice="contract_expired", owed_by=UNION, done_by=("start_renewal",)),
    agreed("term-end", "合同期满", "End of the term", runs_from="facts.expires_on", remind=Remind(before=(7, 0), overdue=False),
           on_expiry="term_ends", notice="renewal_due", done_by=("start_renewal", "record_renewed")),
    clock("end-filing", "解除终止报告", "Report the end of the contract", runs_from="answers.ended_on",
          owed_by=EMPLOYER, done_by=("report_end",)),
    clock("close-after-end", "办理结案", "Close the case", remind=NUDGE, done_by=("close",)),
    clock("archive-after-close", "归档", "Archive", remind=NUDGE, done_by=("archive",)),
)  # fmt: skip
