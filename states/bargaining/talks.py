"""The steps at the table: rounds, suspension, the draft, co-ordination by the authority, the vote."""

from __future__ import annotations

from states.bargaining import clauses, contract, draft, forms
from states.bargaining import effects as fx
from states.bargaining import guards as g
from states.bargaining import guards_contract as gc
from states.bargaining.sources import OFFER_CLOCKS, TALK_CLOCKS, VOTE_CLOCKS
from states.bargaining.words import B
from states.casetype import STAY, Step, Way, take
from states.guards import ahead, happened
from states.roles import BARGAINERS

ROUNDS: tuple[Step, ...] = (
    take("schedule_round", "约定协商会议", "Fix a round").of(B.ACCEPTED, B.NEGOTIATING).to(
        B.NEGOTIATING, by=BARGAINERS, asks=forms.Meeting, effect=fx.round_set,
        guards=(g.TEAMS_NAMED, g.NO_ROUND_SET, ahead("on", "协商日期", "the round")),
        starts=("information-before", "tell-higher-union"), tells=("round_fixed",)),
    take("postpone_round", "协商会议改期", "Put the round off").of(B.NEGOTIATING).to(
        STAY, by=BARGAINERS, asks=forms.Postponement, effect=fx.round_put_off,
        guards=(g.ROUND_SET, ahead("on", "改期后的日期", "the new day")),
        starts=("information-before", "tell-higher-union"), tells=("round_postponed",)),
    take("record_positions", "登记提案", "Record positions").of(B.NEGOTIATING, B.COORDINATION).to(
        STAY, by=BARGAINERS, asks=forms.Positions, guards=(clauses.SAYS_SOMETHING,), suggests=clauses.to_be_proposed,
        effect=clauses.proposed),
    take("agree_clause", "条款达成一致", "Agree on clauses").of(B.NEGOTIATING, B.COORDINATION).to(
        STAY, by=BARGAINERS, asks=forms.Agreement, effect=clauses.agreed, suggests=clauses.to_be_agreed,
        guards=(clauses.CONTENT_KNOWN, happened("on", "达成一致日期", "the day of the agreement"))),
    take("hold_round", "记录协商会议", "Record a round").of(B.NEGOTIATING).to(
        STAY, by=BARGAINERS, asks=forms.RoundRecord, effect=fx.round_held,
        guards=(g.ROUND_SET, clauses.AGREED_KNOWN, happened("on", "会议日期", "the day of the round")),
        meets=("bargain-begin",),
        voids=("information-before", "tell-higher-union"), starts=("coordination-request-after",),
        papers=("round_minutes",), source_of_rule="集体合同规定第三十四条"),
    take("suspend", "中止协商", "Suspend").of(B.NEGOTIATING).to(
        B.SUSPENDED, by=BARGAINERS, asks=forms.Suspension, effect=fx.suspended,
        guards=(g.BOTH_SUSPEND, g.SUSPENSION_FITS, happened("suspended_on", "中止日期", "the day of the suspension")),
        voids=("round", "information-before", "tell-higher-union"), starts=("suspension-max",),
        papers=("suspension_minutes",), source_of_rule="集体合同规定第三十五条"),
    take("resume", "恢复协商", "Resume").of(B.SUSPENDED).to(
        B.NEGOTIATING, by=BARGAINERS, meets=("suspension", "suspension-max")),
    take("agree_draft", "达成草案", "Agree on a draft").of(B.NEGOTIATING, B.COORDINATION).to(
        B.DRAFT, by=BARGAINERS, asks=forms.Draft, effect=draft.drafted, suggests=draft.to_be_drafted,
        guards=(g.TEAMS_NAMED, draft.ALL_SETTLED, draft.AS_AGREED, gc.CONTENTS, gc.WOMENS_CHAPTER, gc.WORKERS_CHIEF,
                gc.EMPLOYER_CHIEF, happened("agreed_on", "达成一致之日", "the day of the agreement")),
        meets=("coordination",), voids=TALK_CLOCKS, starts=("draft-to-vote", "revote"), papers=("draft_contract",),
        tells=("draft_agreed",), source_of_rule="集体合同规定第三十四条"),
)  # fmt: skip

COORDINATION: tuple[Step, ...] = (
    take("request_coordination", "申请协调处理", "Ask for co-ordination").of(
        B.OFFERED, B.REFUSED, B.URGED, B.NEGOTIATING, B.SUSPENDED, B.REJECTED, B.ADOPTED).to(
        B.COORDINATION, by=BARGAINERS, asks=forms.CoordinationRequest, effect=fx.coordination_asked,
        guards=(g.REPLY_OVERDUE, happened("requested_on", "申请日期", "the day of the request")),
        voids=(*OFFER_CLOCKS, *TALK_CLOCKS, "suspension", "suspension-max"), papers=("coordination_request",),
        tells=("coordination_requested",), undoable=False, source_of_rule="集体合同规定第四十九条"),
    take("coordination_accepted", "协调处理受理", "Co-ordination accepted").of(B.COORDINATION).to(
        STAY, by=BARGAINERS, asks=forms.CoordinationAccepted,
        effect=fx.remember(coordination_accepted_on="accepted_on"),
        guards=(g.NOT_YET_ACCEPTED, happened("accepted_on", "受理日期", "the day of acceptance")),
        starts=("coordination",), source_of_rule="集体合同规定第五十二条"),
    take("extend_coordination", "延长协调处理", "Extend the co-ordination").of(B.COORDINATION).to(
        STAY, by=BARGAINERS, asks=forms.Reasoned, effect=fx.coordination_longer, guards=(g.CAN_EXTEND,),
        source_of_rule="集体合同规定第五十二条"),
    take("record_protocol", "协调处理协议书", "Record the protocol").of(B.COORDINATION).to(
        STAY, by=BARGAINERS, asks=forms.Protocol, effect=fx.remember(protocol_on="signed_on"),
        guards=(happened("signed_on", "签字日期", "the day of signature"),), meets=("coordination",),
        papers=("coordination_protocol",), tells=("coordination_ended",), source_of_rule="集体合同规定第五十四条"),
    take("return_to_talks", "恢复协商", "Go back to bargaining").of(B.COORDINATION).to(
        Way(B.NEGOTIATING, when=g.fact("teams_named_on")), Way(B.ACCEPTED), by=BARGAINERS, asks=forms.Reasoned,
        voids=("coordination",)),
)  # fmt: skip

VOTE: tuple[Step, ...] = (
    take("call_congress", "召集职代会", "Call the congress").of(B.DRAFT).to(
        STAY, by=BARGAINERS, asks=forms.Meeting, effect=fx.congress_called,
        guards=(gc.NO_CONGRESS_SET, ahead("on", "会议日期", "the congress")), starts=("papers-before-congress",),
        papers=("congress_notice",), tells=("congress_called",)),
    take("postpone_congress", "职代会改期", "Put the congress off").of(B.DRAFT).to(
        STAY, by=BARGAINERS, asks=forms.Postponement, effect=fx.congress_put_off,
        guards=(gc.CONGRESS_SET, ahead("on", "改期后的日期", "the new day")), starts=("papers-before-congress",),
        tells=("congress_postponed",)),
    take("send_congress_papers", "送达会议材料", "Send the papers").of(B.DRAFT).to(
        STAY, by=BARGAINERS, asks=forms.Done, effect=fx.papers_sent, meets=("papers-before-congress",),
        guards=(gc.CONGRESS_SET, happened("on", "送达日期", "the day they were sent"))),
    take("record_vote", "记录表决", "Record the vote").of(B.DRAFT).to(
        Way(B.ADOPTED, when=fx.carried), Way(B.REJECTED), by=BARGAINERS, asks=forms.Ballot, effect=fx.voted,
        guards=(gc.CONGRESS_SET, gc.VOTE_POSSIBLE, gc.QUORATE, happened("on", "表决日期", "the day of the vote")),
        meets=("draft-to-vote", "revote"), voids=("papers-before-congress",), papers=("congress_resolution",),
        tells=("vote_recorded",), source_of_rule="集体合同规定第三十六条"),
    take("renegotiate", "重新协商", "Bargain anew").of(B.DRAFT, B.REJECTED, B.OBJECTED, B.AMENDING).to(
        B.NEGOTIATING, by=BARGAINERS, asks=forms.Reasoned, effect=contract.bargained_anew, voids=VOTE_CLOCKS,
        source_of_rule="集体合同规定第三十六条、第四十六条"),
)  # fmt: skip
