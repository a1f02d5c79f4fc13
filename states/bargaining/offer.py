"""The steps up to the first round: invitation, reply, urging, representatives, information."""

from __future__ import annotations

from states.bargaining import effects as fx
from states.bargaining import forms
from states.bargaining import guards as g
from states.bargaining.sources import BEFORE_SIGNATURE, CONTRACT_RUNS, OFFER_CLOCKS, SUPERVISORS, TALKS
from states.bargaining.words import B
from states.casetype import STAY, Step, take
from states.guards import happened, in_order
from states.roles import BARGAINERS, CLOCK

INVITATION: tuple[Step, ...] = (
    take("assign_officer", "指派指导员", "Assign an officer").of(*BEFORE_SIGNATURE, *CONTRACT_RUNS).to(
        STAY, by=BARGAINERS, asks=forms.Assignment, effect=fx.assigned, tells=("case_assigned",)),
    take("send_invitation", "发出要约", "Send the invitation").of(B.PLANNED).to(
        B.OFFERED, by=BARGAINERS, asks=forms.Invitation, effect=fx.invited,
        guards=(happened("sent_on", "发出日期", "the day it was sent"),
                happened("received_on", "对方收到之日", "the day of receipt"),
                in_order("sent_on", "received_on", "对方收到之日不得早于发出日期", "it cannot arrive before it is sent")),
        starts=("reply-to-demand",), papers=("invitation",), tells=("invitation_sent",),
        source_of_rule="工资集体协商试行办法第十七条"),
    take("receive_invitation", "收到对方要约", "Receive their invitation").of(B.PLANNED).to(
        B.OFFERED, by=BARGAINERS, asks=forms.IncomingInvitation, effect=fx.was_invited,
        guards=(happened("received_on", "收到日期", "the day of receipt"),),
        starts=("reply-to-demand",), tells=("invitation_received",), source_of_rule="集体合同规定第三十二条"),
    take("record_receipt", "登记送达", "Record the receipt").of(B.OFFERED).to(
        STAY, by=BARGAINERS, asks=forms.Receipt, effect=fx.remember(received_on="received_on"),
        guards=(g.RECEIPT_UNKNOWN, happened("received_on", "对方收到之日", "the day of receipt")),
        starts=("reply-to-demand",)),
    take("record_acceptance", "对方应约", "Record their acceptance").of(B.OFFERED, B.REFUSED, B.URGED).to(
        B.ACCEPTED, by=BARGAINERS, asks=forms.Acceptance, effect=fx.accepted,
        guards=(g.WE_ASKED, happened("replied_on", "书面答复日期", "the day of the reply")),
        meets=(*OFFER_CLOCKS, "supervision-reply"), starts=("bargain-begin", "negotiation-max"),
        tells=("invitation_accepted",), source_of_rule="集体合同规定第三十二条"),
    take("answer_invitation", "答复对方要约", "Answer their invitation").of(B.OFFERED).to(
        B.ACCEPTED, by=BARGAINERS, asks=forms.Acceptance, effect=fx.accepted,
        guards=(g.THEY_ASKED, happened("replied_on", "书面答复日期", "the day of the reply")),
        meets=OFFER_CLOCKS, starts=("bargain-begin", "negotiation-max"), papers=("reply_letter",),
        source_of_rule="集体合同规定第三十二条"),
    take("record_refusal", "对方拒绝", "Record their refusal").of(B.OFFERED, B.URGED).to(
        B.REFUSED, by=BARGAINERS, asks=forms.RefusedReply, effect=fx.remember(refused_on="replied_on"),
        guards=(g.WE_ASKED, happened("replied_on", "书面答复日期", "the day of the reply")), meets=OFFER_CLOCKS,
        tells=("invitation_refused",), source_of_rule="集体合同规定第三十二条"),
    take("no_reply", "逾期未答复", "No reply in time").of(B.OFFERED).to(
        STAY, by=CLOCK, effect=fx.unanswered, tells=("invitation_unanswered",),
        source_of_rule="集体合同规定第三十二条"),
    take("urge", "发出催告函", "Send an urging letter").of(B.OFFERED, B.REFUSED, B.URGED).to(
        B.URGED, by=BARGAINERS, asks=forms.Urging, effect=fx.remember(urged_on="sent_on"),
        guards=(g.WE_ASKED, g.REPLY_OVERDUE, happened("sent_on", "发出日期", "the day it was sent")),
        voids=OFFER_CLOCKS, starts=("urging-reply",), papers=("urging_letter_bargaining",)),
    take("issue_supervision_letter", "发出监督文书", "Send a supervision letter").of(
        B.OFFERED, B.REFUSED, B.URGED, B.SIGNED, B.IN_FORCE, B.AMENDING).to(
        STAY, by=SUPERVISORS, asks=forms.SupervisionLetter, effect=fx.remember(letter_sent_on="sent_on"),
        guards=(g.REPLY_OVERDUE, happened("sent_on", "发出日期", "the day it was sent")),
        starts=("supervision-reply",), papers=("supervision_letter",), tells=("supervision_letter_sent",),
        source_of_rule="工会法第五十四条"),
    take("record_supervision_reply", "监督文书答复", "Record the reply to the letter").of(
        B.OFFERED, B.REFUSED, B.URGED, B.SIGNED, B.FILED, B.IN_FORCE, B.AMENDING).to(
        STAY, by=BARGAINERS, asks=forms.SupervisionReply, effect=fx.letter_answered,
        guards=(g.LETTER_OPEN, happened("replied_on", "答复日期", "the day of the reply")),
        meets=("supervision-reply",)),
)  # fmt: skip

PREPARATION: tuple[Step, ...] = (
    take("name_representatives", "确定协商代表", "Name the representatives").of(*TALKS, B.COORDINATION).to(
        STAY, by=BARGAINERS, asks=forms.Teams, effect=fx.teams_named,
        guards=(g.TEAMS_NOT_NAMED, g.TEAM_MIN, g.TEAM_BALANCE, g.ONE_CHIEF, g.OWN_CHIEF, g.OUTSIDERS, g.NO_DUAL_ROLE,
                g.FRONT_LINE, happened("chosen_on", "产生日期", "the day they were chosen")),
        starts=("announce-team",), papers=("representatives_list",),
        source_of_rule="集体合同规定第十九至二十四条"),
    take("announce_representatives", "公布协商代表", "Announce the representatives").of(*TALKS).to(
        STAY, by=BARGAINERS, asks=forms.Done, meets=("announce-team",),
        guards=(g.TEAMS_NAMED, happened("on", "公布日期", "the day of the announcement"))),
    take("record_vacancy", "代表空缺", "Record a vacancy").of(*TALKS, B.COORDINATION, B.DRAFT, B.REJECTED).to(
        STAY, by=BARGAINERS, asks=forms.Vacancy, effect=fx.vacancy,
        guards=(g.TEAMS_NAMED, happened("vacant_on", "空缺之日", "the day of the vacancy")),
        starts=("representative-vacancy",), source_of_rule="集体合同规定第三十一条"),
    take("replace_representative", "补充代表", "Fill a vacancy").of(*TALKS, B.COORDINATION, B.DRAFT, B.REJECTED).to(
        STAY, by=BARGAINERS, asks=forms.Replacement, effect=fx.replaced,
        guards=(g.VACANCY_OPEN, happened("chosen_on", "产生日期", "the day chosen"))),
    take("request_information", "请求提供资料", "Ask for information").of(*TALKS).to(
        STAY, by=BARGAINERS, asks=forms.InformationRequest, effect=fx.asked_for,
        guards=(happened("requested_on", "提出日期", "the day of the request"),), papers=("information_list",),
        source_of_rule="工资集体协商试行办法第十八条"),
    take("record_information", "登记资料", "Record the information").of(*TALKS).to(
        STAY, by=BARGAINERS, asks=forms.InformationSupplied, effect=fx.supplied, suggests=fx.still_asked,
        guards=(happened("supplied_on", "提供日期", "the day it was supplied"),)),
    take("tell_higher_union", "报告上级工会", "Tell the higher union").of(*TALKS).to(
        STAY, by=BARGAINERS, asks=forms.Done, effect=fx.higher_union_told, meets=("tell-higher-union",),
        guards=(happened("on", "报告日期", "the day it was told"),)),
)  # fmt: skip
