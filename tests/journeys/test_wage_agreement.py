"""A wage agreement at the garment factory: invited, bargained, voted on, in force by silence, and renewed a year later."""

from __future__ import annotations

from datetime import date

from models.cases import CaseFile, CaseLink
from models.contracts import Contract
from models.deadlines import Deadline
from models.items import Ballot, ProposalRow
from models.papers import Document
from tests.factories import CHIEFS, OfficeCase, Town, team


def papers(case: OfficeCase) -> list[str]:
    """The papers of a case, oldest first."""
    return [row.paper for row in case.town.rows(Document, Document.case_id == case.id)]


def test_from_the_invitation_to_the_renewed_agreement(town: Town) -> None:
    first = bargained(town)
    contract = in_force_by_silence(town, first)
    second = renewal(town, first)
    renewed(town, first, second, contract)


def bargained(town: Town) -> OfficeCase:
    """March and April: an invitation, an answer, two rounds, a draft, and the congress carries it."""
    case = town.bargaining()
    case.take("assign_officer", "supervisor", officer=town.people["officer"])
    case.take("send_invitation", sent_on="2026-03-02", topics="2026年度工资增长")
    assert case.due("reply-to-demand") is None, "nobody knows yet when it arrived"
    town.until(date(2026, 3, 4))
    case.take("record_receipt", received_on="2026-03-04", proof="签收单")
    assert case.due("reply-to-demand") == date(2026, 3, 24)
    assert case.refused("urge", sent_on="2026-03-04") == ["reply_not_overdue"]

    town.until(date(2026, 3, 16))
    case.take("record_acceptance", replied_on="2026-03-16")
    assert case.due("reply-to-demand") is None
    assert case.refused("schedule_round", on="2026-03-30", place="会议室") == ["teams_not_named"]
    assert set(case.refused("name_representatives", workers=team("职工", 2), employer=team("企业", 4), manner="推荐",
                            chosen_on="2026-03-16")) == {"team_too_small", "team_balance"}  # fmt: skip
    case.take("name_representatives", workers=team("职工"), employer=team("企业"), manner="民主推荐", chosen_on="2026-03-16")
    case.take("schedule_round", on="2026-03-30", place="二楼会议室")
    assert case.due("information-before") == date(2026, 3, 25)
    case.take("record_information", supplied_on="2026-03-16", items=["上年度工资总额", "利润"], complete=True)
    assert case.due("information-before") is None

    town.until(date(2026, 3, 30))
    case.take("record_positions", side="workers", items=[{"clause": "工资增长", "text": "增长百分之十", "amount": "600"}])
    case.take("record_positions", side="employer", items=[{"clause": "工资增长", "text": "增长百分之四", "amount": "240"}])
    assert case.row.facts["gap"]
    case.take("hold_round", on="2026-03-30", minutes="双方说明立场", chair="workers")
    case.take("schedule_round", on="2026-04-08", place="二楼会议室")
    town.until(date(2026, 4, 8))
    assert case.refused("hold_round", on="2026-04-08", minutes="商定增长百分之七", agreed=["工资增长"]) == [
        "agreed_text_unknown"
    ]
    agreed = {"clause": "工资增长", "text": "增长百分之七", "amount": "420"}
    case.take("hold_round", on="2026-04-08", minutes="商定增长百分之七", agreed=[agreed])
    assert town.count(ProposalRow) == 2
    assert case.refused("agree_draft", agreed_on="2026-04-08", contents=["hours"], **CHIEFS) == ["contents_missing"]
    case.take("agree_draft", agreed_on="2026-04-08", contents=["pay", "term"], **CHIEFS)

    case.take("call_congress", on="2026-04-20", place="职工之家")
    assert case.due("papers-before-congress") == date(2026, 4, 13)
    case.take("send_congress_papers", on="2026-04-08")
    town.until(date(2026, 4, 20))
    counted = {"on": "2026-04-20", "delegates": 40}
    assert case.refused("record_vote", **counted, present=20, yes=20) == ["not_quorate"]
    assert case.refused("record_vote", **counted, present=38, yes=30, no=10) == ["impossible_count"]
    case.take("record_vote", **counted, present=38, yes=33, no=3, abstain=2)
    assert (case.state, town.one(Ballot).carried) == ("adopted", True)
    return case


def in_force_by_silence(town: Town, case: OfficeCase) -> int:
    """Signed and filed; fifteen days later nobody has objected."""
    town.until(date(2026, 4, 22))
    term = {"starts_on": "2026-05-01", "expires_on": "2027-04-30"}
    assert case.refused("sign", signed_on="2026-04-22", **term, workers_chief_signed=True) == ["employer_chief_signed_missing"]
    case.take("sign", signed_on="2026-04-22", **term, **CHIEFS)
    contract = town.one(Contract)
    assert (contract.number, contract.standing, contract.workers, contract.women) == ("HT2026-00001", "signed", 86, 50)
    assert case.due("file") == date(2026, 4, 29)
    town.until(date(2026, 4, 24))
    case.take("file_contract", received_on="2026-04-24", receipt_no="人社收〔2026〕18号")
    assert case.due("review") == date(2026, 5, 9), "a Saturday, but one that is worked"
    town.until(date(2026, 5, 9))
    assert case.state == "filed"
    town.until(date(2026, 5, 10))
    assert (case.state, case.events[-1].step, case.events[-1].role) == ("in_force", "takes_effect", "clock")
    assert (town.one(Contract).standing, case.row.facts["effective_on"], case.row.facts["presumed"]) == (
        "in_force", "2026-05-10", True,
    )  # fmt: skip
    assert case.due("publish") == date(2026, 5, 15)
    case.take("publish", published_on="2026-05-10", manner="公示栏和企业微信群")
    assert case.due("term-end") == date(2027, 4, 30)
    assert papers(case) == [
        "invitation", "representatives_list", "round_minutes", "round_minutes", "draft_contract", "congress_notice",
        "congress_resolution", "contract_text", "filing_cover", "publication_notice",
    ]  # fmt: skip
    town.drain()
    assert {"contract_in_force", "vote_recorded"} <= set(town.inbox("chair"))
    return int(contract.id)


def renewal(town: Town, case: OfficeCase) -> OfficeCase:
    """Sixty days before the end the window opens; the officer starts the renewal, and it is a case of its own."""
    assert case.refused("start_renewal", wish="续签一年") == ["window_not_open"]
    opens = town.one(Deadline, Deadline.rule == "renewal-window").opens_on
    town.until(date.fromordinal(opens.toordinal() - 1))
    assert "renewal_open" not in case.row.facts
    town.until(opens)
    assert case.steps[-1] == "renewal_window_opens"
    town.drain()
    assert town.inbox("officer").count("renewal_window_open") == 1
    case.take("start_renewal", wish="续签一年,工资再行协商")
    assert case.refused("start_renewal", wish="再来一次") == ["renewal_already_started"]
    assert (town.follow_up(), town.follow_up()) == (1, 0)
    second = town.case(town.rows(CaseFile)[-1].id)
    assert (second.state, second.row.predecessor_id, second.row.facts["workers"]) == ("planned", case.row.contract_id, 86)
    assert town.one(CaseLink).relation == "renews"
    assert second.due("predecessor-ends") == date(2027, 4, 30)
    return second


def renewed(town: Town, first: OfficeCase, second: OfficeCase, contract: int) -> None:
    """The second agreement is signed before the first one ends: the register says renewed, and reminds of the new one alone."""
    town.until(date(2027, 4, 20))
    second.adopted()
    second.take("sign", signed_on="2027-04-20", starts_on="2027-05-01", expires_on="2028-04-30", **CHIEFS)
    assert [row.standing for row in town.rows(Contract)] == ["renewed", "signed"]
    assert town.rows(Contract)[-1].predecessor_id == contract
    assert second.due("predecessor-ends") is None
    first.take("record_renewed", signed_on="2027-04-20", number=town.rows(Contract)[-1].number)
    assert first.state == "renewed"
    first.take("close", reason="已续签")
    assert (first.state, first.row.outcome) == ("closed", "renewed")
    second.take("file_contract", received_on="2027-04-20")
    second.take("record_approval", dated_on="2027-04-20", received_on="2027-04-20")
    town.until(date(2027, 5, 10))
    assert [row.standing for row in town.rows(Contract)] == ["renewed", "in_force"]
    town.drain()
    assert "contract_expired" not in town.inbox("officer")
    assert "contract_lapsed" not in town.inbox("officer")
    assert not town.audit().broken


def test_an_objection_sends_it_back_and_the_mended_agreement_is_filed_again(town: Town) -> None:
    case = town.bargaining().adopted()
    today = town.iso()
    case.take("sign", signed_on=today, starts_on=today, expires_on=town.iso(364), **CHIEFS)
    case.take("file_contract", received_on=today)
    town.clock.pass_time(days=5)
    case.take("record_objection", received_on=town.iso(), points="加班工资标准低于法定标准")
    assert case.due("review") is None
    case.take("resubmit", received_on=town.iso())
    last = case.due("review")
    assert last == date(2026, 3, 23), "counted anew from the second filing; the fifteenth day is a Sunday"
    town.until(last)
    assert case.state == "filed"
    town.until(date(2026, 3, 24))
    assert case.state == "in_force"


def test_a_congress_that_says_no_sends_both_sides_back_to_the_table(town: Town) -> None:
    case = town.bargaining().offered()
    today = town.iso()
    case.take("record_acceptance", replied_on=today)
    case.take("name_representatives", workers=team("职工"), employer=team("企业"), manner="推荐", chosen_on=today)
    case.take("schedule_round", on=today, place="会议室")
    case.take("hold_round", on=today, minutes="协商")
    case.take("agree_draft", agreed_on=today, contents=["pay"], **CHIEFS)
    case.take("call_congress", on=today, place="礼堂")
    case.take("record_vote", on=today, delegates=40, present=38, yes=19, no=19)
    assert (case.state, town.one(Ballot).carried) == ("rejected", False)
    case.take("renegotiate", reason="职工要求再提高百分之一")
    case.take("agree_draft", agreed_on=today, contents=["pay"], **CHIEFS)
    case.take("call_congress", on=today, place="礼堂")
    assert case.take("record_vote", on=today, delegates=40, present=38, yes=38).state == "adopted"
