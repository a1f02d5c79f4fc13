"""The arrows and guards of bargaining that matter most (LAW 5, 6, 10, 11.2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from states import entries as said
from tests.states.factories import (
    CHIEFS,
    at_the_table,
    ballot,
    before_congress,
    in_force,
    offered,
    planned,
    refused,
    signed,
    signing,
    team,
    teams,
)
from tests.states.walker import ONLY_CLOCK, Walker


def day(walker: Walker, days: int = 0) -> str:
    return (walker.today + timedelta(days=days)).isoformat()


def standings(walker: Walker) -> list[tuple[str, str]]:
    """What became of the contract, oldest first."""
    return [(entry.standing, entry.which) for entry in walker.written(said.ContractBecomes)]


# --- the invitation ---------------------------------------------------------------------------------------------------


def test_the_reply_is_counted_from_the_day_the_other_side_received_it() -> None:
    case = planned("wage")
    case.take("send_invitation", sent_on=day(case), topics="工资")
    assert case.due("reply-to-demand") is None
    case.pass_days(4)
    assert refused(case, "urge", sent_on=day(case)) == ["reply_not_overdue"]
    case.take("record_receipt", received_on=day(case, -1), proof="EMS")
    assert case.due("reply-to-demand") == date(2026, 3, 25)
    assert refused(case, "record_receipt", received_on=day(case)) == ["receipt_known"]


@pytest.mark.parametrize(
    ("pack", "last"),
    [("cn", date(2026, 3, 23)), ("cn-zhejiang", date(2026, 3, 16)), ("us-nlra", None)],  # the 20th day is a Sunday
)
def test_the_place_decides_how_long_the_reply_may_take(pack: str, last: date | None) -> None:
    assert offered("wage", pack).due("reply-to-demand") == last


def test_silence_is_only_a_fact_and_the_rest_is_for_people() -> None:
    case = offered("wage")
    assert case.until(date(2026, 3, 24)) == ["no_reply"]
    assert (case.state, case.case.facts["no_reply"]) == ("offered", True)
    case.take("urge", sent_on=day(case))
    assert (case.state, case.due("urging-reply")) == ("urged", date(2026, 4, 8))
    case.take("issue_supervision_letter", sent_on=day(case), finding="不答复要约", demand="书面答复")
    case.take("record_supervision_reply", replied_on=day(case), reply="同意协商", mended=True)
    case.take("record_acceptance", replied_on=day(case))
    assert case.state == "accepted"
    assert "no_reply" not in case.case.facts


def test_a_refusal_in_writing_stops_the_clock_and_leaves_three_ways() -> None:
    for step, answers, state in (
        ("record_acceptance", {"replied_on": "2026-03-02"}, "accepted"),
        ("request_coordination", {"requested_on": "2026-03-02", "points": "拒绝协商"}, "coordination"),
        ("give_up", {"reason": "企业停产"}, "closed"),
    ):
        case = offered()
        case.take("record_refusal", replied_on=day(case), reason="经营困难")
        assert case.ended("reply-to-demand") == "met"
        case.take(step, **answers)
        assert case.state == state


def test_their_invitation_is_ours_to_answer() -> None:
    case = planned()
    case.take("receive_invitation", received_on=day(case), topics="工资")
    assert case.due("reply-to-demand") == date(2026, 3, 23)
    assert refused(case, "record_acceptance", replied_on=day(case)) == ["they_asked"]
    decision = case.take("answer_invitation", replied_on=day(case))
    assert decision.step.papers == ("reply_letter",)


# --- the teams --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workers", "employer", "codes"),
    [
        (team(2, "职"), team(2, "企"), ["team_too_small"]),
        (team(3, "职"), team(4, "企"), ["team_balance"]),
        (team(3, "职", chief=False), team(3, "企"), ["one_chief"]),
        (team(3, "职", outsider=True), team(3, "企"), ["chief_from_outside"]),
        (team(3, "职"), team(3, "职"), ["dual_role"]),
        ([{**one, "outsider": not one.get("chief")} for one in team(3, "职")], team(3, "企"), ["too_many_outsiders"]),
    ],
)  # fmt: skip
def test_the_teams(workers: list[dict[str, Any]], employer: list[dict[str, Any]], codes: list[str]) -> None:
    case = offered()
    case.take("record_acceptance", replied_on=day(case))
    answers = {"workers": workers, "employer": employer, "manner": "推荐", "chosen_on": day(case)}
    assert refused(case, "name_representatives", **answers) == codes


def test_one_of_three_may_come_from_outside_and_a_full_width_name_is_the_same_person() -> None:
    case = offered()
    case.take("record_acceptance", replied_on=day(case))
    assert refused(case, "schedule_round", on=day(case), place="会议室") == ["teams_not_named"]
    both = teams(case)
    both["workers"][2] |= {"outsider": True, "name": "Li  Wei"}
    both["employer"][1]["name"] = "ＬＩ ＷＥＩ"
    assert refused(case, "name_representatives", **both) == ["dual_role"]
    both["employer"][1]["name"] = "李伟"
    case.take("name_representatives", **both)
    assert case.case.facts["workers_team"] == 3
    assert {party.role for party in case.case.parties} >= {"workers_chief", "employer_chief"}


def test_shandong_asks_for_front_line_workers_and_an_announcement() -> None:
    case = offered("wage", "cn-shandong")
    case.take("record_acceptance", replied_on=day(case))
    assert case.due("negotiation-max") == date(2026, 5, 6)  # sixty days end on Labour Day and move behind it
    both = teams(case)
    indoors = [{**one, "front_line": False} for one in both["workers"]]
    assert refused(case, "name_representatives", **{**both, "workers": indoors}) == ["front_line_share"]
    case.take("name_representatives", **both)
    assert case.due("announce-team") == date(2026, 3, 9)  # the fifth day is a Saturday
    case.take("announce_representatives", on=day(case))
    assert case.ended("announce-team") == "met"


def test_a_vacancy_is_filled_within_fifteen_days() -> None:
    case = at_the_table()
    assert refused(case, "replace_representative", side="workers", name="赵六", chosen_on=day(case)) == ["no_vacancy"]
    case.take("record_vacancy", side="workers", name="职工代表2", vacant_on=day(case), reason="离职")
    assert case.due("representative-vacancy") == date(2026, 3, 17)
    case.take("replace_representative", side="workers", name="赵六", chosen_on=day(case))
    assert case.ended("representative-vacancy") == "met"


# --- at the table -----------------------------------------------------------------------------------------------------


def test_information_is_due_before_the_first_round_and_moves_with_it() -> None:
    case = offered("wage")
    case.take("record_acceptance", replied_on=day(case))
    case.take("name_representatives", **teams(case))
    case.take("request_information", items=["工资总额"], requested_on=day(case))
    case.take("schedule_round", on="2026-03-20", place="会议室")
    assert case.due("information-before") == date(2026, 3, 13)  # the fifth day before is a Sunday: earlier
    assert refused(case, "schedule_round", on="2026-03-21", place="会议室") == ["round_already_set"]
    case.take("postpone_round", on="2026-03-27", reason="出差")
    assert case.due("information-before") == date(2026, 3, 20)  # a Sunday again, so the Friday before
    case.take("record_information", supplied_on=day(case), items=["工资总额"], complete=True)
    case.take("postpone_round", on="2026-03-30", reason="出差")
    assert case.ended("information-before") == "met"


def test_the_gap_is_what_is_still_open() -> None:
    case = at_the_table("wage")
    case.take(
        "record_positions",
        side="workers",
        items=[{"clause": "岗位工资", "amount": "500"}, {"clause": "奖金", "text": "年终发放"}],
    )
    assert "gap" not in case.case.facts
    case.take("record_positions", side="employer", items=[{"clause": "岗位工资", "amount": "300.50"}])
    assert case.case.facts["gap"] == 19_950
    assert [(p.round, p.side, p.amount) for p in case.written(said.Proposal)] == [
        (2, "workers", 50_000), (2, "workers", None), (2, "employer", 30_050),
    ]  # fmt: skip
    case.take("schedule_round", on=day(case), place="会议室")
    case.take("hold_round", on=day(case), minutes="……", agreed=[{"clause": "岗位工资", "amount": "400"}])
    assert "gap" not in case.case.facts
    assert list(case.case.facts["positions"]) == ["奖金"]


def test_a_suspension_needs_both_sides_and_an_end() -> None:
    case = at_the_table()
    ask = {"suspended_on": day(case), "until": day(case, 20), "reason": "核实数据"}
    assert refused(case, "suspend", workers_agree=True, **ask) == ["suspension_without_consent"]
    assert refused(case, "suspend", workers_agree=True, employer_agrees=True, **{**ask, "until": day(case)}) == [
        "suspension_too_long"
    ]
    case.take("suspend", workers_agree=True, employer_agrees=True, **ask)
    assert case.due("suspension") == case.today + timedelta(days=20)
    case.take("resume")
    assert (case.state, case.ended("suspension")) == ("negotiating", "met")


def test_a_collective_contract_protects_women_and_a_wage_agreement_is_about_pay() -> None:
    case = at_the_table("collective")
    assert refused(case, "agree_draft", agreed_on=day(case), contents=["pay"], **CHIEFS) == ["womens_chapter_missing"]
    case = at_the_table("wage")
    assert refused(case, "agree_draft", agreed_on=day(case), contents=["term"], **CHIEFS) == ["contents_missing"]
    case = at_the_table("women")
    assert refused(case, "agree_draft", agreed_on=day(case), contents=["pay"]) == [
        "contents_missing", "workers_chief_signed_missing", "employer_chief_signed_missing",
    ]  # fmt: skip


# --- the vote (LAW section 5, vote arithmetic) ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delegates", "present", "quorate"),
    [(100, 66, False), (100, 67, True), (99, 66, True), (3, 2, True), (1, 1, True), (1, 0, False), (101, 67, False)],
)
def test_two_thirds_of_all_delegates_must_be_present(delegates: int, present: int, quorate: bool) -> None:
    case = before_congress()
    vote = ballot(case, delegates, present, present)
    if quorate:
        case.take("record_vote", **vote)
    else:
        assert refused(case, "record_vote", **vote) == ["not_quorate"]


@pytest.mark.parametrize(
    ("delegates", "yes", "state", "if_half"),
    [(100, 51, "adopted", True), (100, 50, "rejected", True), (101, 51, "adopted", True), (100, 49, "rejected", False)],
)
def test_more_than_half_of_all_delegates_must_agree_and_both_readings_are_kept(
    delegates: int, yes: int, state: str, if_half: bool
) -> None:
    case = before_congress()
    case.take("record_vote", **ballot(case, delegates, delegates, yes))
    assert case.state == state
    (vote,) = case.written(said.Vote)
    assert (vote.carried, vote.carried_if_half, vote.base) == (state == "adopted", if_half, "all")


def test_absent_delegates_count_against_the_draft() -> None:
    case = before_congress()
    case.take("record_vote", **ballot(case, 100, 70, 50, no=20))
    assert case.state == "rejected"


@pytest.mark.parametrize("counts", [(100, 90, 91), (100, 101, 80)])
def test_an_impossible_count_is_refused(counts: tuple[int, int, int]) -> None:
    case = before_congress()
    delegates, present, yes = counts
    assert refused(case, "record_vote", **ballot(case, delegates, present, yes, no=0)) == ["impossible_count"]


def test_spoiled_papers_are_nobodys_votes() -> None:
    case = before_congress()
    case.take("record_vote", **ballot(case, 100, 90, 60, no=10, abstain=15))
    assert case.state == "adopted"


def test_a_draft_that_failed_is_bargained_anew_and_voted_on_in_its_own_period() -> None:
    case = before_congress("wage", "cn-zhejiang")
    assert case.due("draft-to-vote") == date(2026, 3, 23)
    case.take("record_vote", **ballot(case, 100, 90, 10))
    case.take("renegotiate", reason="未通过")
    case.take("agree_draft", agreed_on=day(case), contents=["pay"], **CHIEFS)
    assert case.due("draft-to-vote") is None
    assert case.due("revote") == date(2026, 3, 9)  # five working days


def test_the_papers_of_the_congress_are_counted_back_and_move_with_it() -> None:
    case = at_the_table("wage")
    case.take("agree_draft", agreed_on=day(case), contents=["pay"], **CHIEFS)
    assert refused(case, "record_vote", **ballot(case, 10, 10, 10)) == ["no_congress_set"]
    case.take("call_congress", on="2026-03-25", place="礼堂")
    assert case.due("papers-before-congress") == date(2026, 3, 18)
    case.take("postpone_congress", on="2026-03-27", reason="人数不足")
    assert case.due("papers-before-congress") == date(2026, 3, 20)
    case.take("send_congress_papers", on=day(case))
    case.take("postpone_congress", on="2026-03-30", reason="人数不足")
    assert case.ended("papers-before-congress") == "met"


# --- signature, filing, review ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "starts_on", "expires_on", "fits"),
    [
        ("collective", "2026-03-02", "2027-03-01", True),
        ("collective", "2026-03-02", "2027-02-28", False),
        ("collective", "2026-03-02", "2029-03-01", True),
        ("collective", "2026-03-02", "2029-03-03", False),
        ("women", "2026-03-02", "2026-12-31", False),
        ("wage", "2026-03-02", "2026-12-31", True),
    ],
)
def test_a_collective_contract_runs_one_to_three_years(kind: str, starts_on: str, expires_on: str, fits: bool) -> None:
    case = before_congress(kind)
    case.take("record_vote", **ballot(case, 100, 90, 80))
    answers = signing(case, starts_on=starts_on, expires_on=expires_on)
    if fits:
        case.take("sign", **answers)
    else:
        assert refused(case, "sign", **answers) == ["term_length"]


@pytest.mark.parametrize(
    ("kind", "pack", "last"),
    [
        ("collective", "cn", date(2026, 3, 12)),
        ("wage", "cn", date(2026, 3, 9)),
        ("wage", "cn-zhejiang", date(2026, 3, 12)),
        ("wage", "us-nlra", None),
    ],
)
def test_the_kind_and_the_place_decide_when_it_is_filed(kind: str, pack: str, last: date | None) -> None:
    assert signed(kind, pack).due("file") == last


def test_shanghai_counts_the_filing_from_the_notice_to_the_employer() -> None:
    case = before_congress("wage", "cn-shanghai")
    case.take("record_vote", **ballot(case, 100, 90, 80))
    assert refused(case, "sign", **signing(case)) == ["notice_day_missing"]
    case.take("sign", **signing(case, noticed_on=day(case, -5)))
    assert case.due("file") == date(2026, 3, 9)  # ten days from 25 February end on a Saturday


def test_silence_of_the_authority_puts_it_in_force_the_day_after() -> None:
    case = signed()
    case.take("file_contract", received_on=day(case))
    assert case.due("review") == date(2026, 3, 17)
    assert case.until(date(2026, 3, 17)) == []
    assert case.pass_days(1) == ["takes_effect"]
    assert case.state == "in_force"
    assert (case.case.facts["effective_on"], case.case.facts["presumed"]) == ("2026-03-18", True)
    assert standings(case) == [("filed", "own"), ("in_force", "own")]


def test_the_day_of_effect_is_the_law_s_and_not_the_sweep_s() -> None:
    case = signed()
    case.take("file_contract", received_on=day(case))
    case.today = date(2026, 4, 10)  # an outage of three weeks
    assert case.sweep() == ["takes_effect"]
    assert case.case.facts["effective_on"] == "2026-03-18"


def test_an_objection_starts_everything_anew() -> None:
    case = signed("wage")
    case.take("file_contract", received_on=day(case))
    case.pass_days(5)
    case.take("record_objection", received_on=day(case), points="加班工资基数")
    assert case.ended("review") == "met"
    case.take("sign_again", **signing(case))
    assert case.due("file") == date(2026, 3, 16)  # seven days from the new signature, off a Saturday
    case.take("file_contract", received_on=day(case))
    assert case.due("review") == date(2026, 3, 23)  # fifteen days from the new receipt, off a Sunday
    assert len(case.written(said.ContractSigned)) == 2


def test_where_nobody_reviews_the_signature_is_enough() -> None:
    case = signed("wage", "us-nlra")
    assert refused(case, "file_contract", received_on=day(case)) == ["no_review_here"]
    case.take("in_force_by_signature", on=day(case))
    assert case.state == "in_force"
    assert case.due("renewal-window") == date(2027, 3, 1)
    assert refused(signed(), "in_force_by_signature", on="2026-03-02") == ["reviewed_here"]


def test_in_the_united_states_those_who_vote_decide() -> None:
    case = before_congress("wage", "us-nlra")
    case.take("record_vote", **ballot(case, 100, 10, 6))
    (vote,) = case.written(said.Vote)
    assert (case.state, vote.base) == ("adopted", "present")


# --- in force, renewal, amendment, end --------------------------------------------------------------------------------


def test_a_contract_in_force_is_published_filed_checked_and_checked_again() -> None:
    case = in_force("wage", "cn-zhejiang")
    assert case.due("publish") == date(2026, 3, 9)
    case.take("publish", published_on=day(case), manner="公告栏")
    assert case.ended("publish") == "met"
    assert case.due("performance-report") == date(2027, 3, 2)
    case.pass_days(30)
    case.take("record_performance", checked_on=day(case), finding="均已履行")
    assert case.due("performance-report") == date(2027, 4, 1)
    case.take("record_performance", checked_on=day(case), finding="均已履行")
    assert case.case.facts["checks"] == 2


@pytest.mark.parametrize(("kind", "opens"), [("collective", date(2026, 12, 1)), ("wage", date(2026, 12, 31))])
def test_the_window_for_renewal_opens_by_itself_and_people_begin(kind: str, opens: date) -> None:
    case = in_force(kind)
    assert case.due("renewal-window") == date(2027, 3, 1)
    assert refused(case, "start_renewal", wish="续签") == ["window_not_open"]
    assert case.until(opens - timedelta(days=1)) == []
    assert case.pass_days(1) == ["renewal_window_opens"]
    assert case.state == "in_force"
    case.take("start_renewal", wish="续签")
    (successor,) = case.written(said.OpenCase)
    assert (successor.case_type, successor.relation) == ("bargaining", "renews")
    assert successor.facts["kind"] == kind
    assert successor.facts["expires_on"] == "2027-03-01"
    assert refused(case, "start_renewal", wish="续签") == ["renewal_already_started"]
    planned(**successor.facts)  # what it hands over is a valid opening
    case.take("record_renewed", signed_on=day(case))
    case.take("close", reason="已续签")
    assert case.case.outcome == "renewed"
    assert standings(case)[-1] == ("renewed", "own")


def test_a_contract_in_force_within_its_window_can_be_renewed_at_once() -> None:
    case = in_force("wage", years=1)
    case.case.facts["expires_on"] = "2026-04-15"  # a short contract: the window opened before it took effect
    case.take("start_renewal", wish="续签")
    (successor,) = case.written(said.OpenCase)
    assert successor.facts["expires_on"] == "2026-04-15"


def test_the_clock_may_open_the_case_of_a_renewal_with_what_the_register_knows() -> None:
    kept = {
        "kind": "wage", "scope": "regional", "employer": "某镇商会", "workers": 900, "women": 300, "predecessor_id": 41,
        "expires_on": "2026-04-30", "employer_id": 5, "pack": "cn-zhejiang",
    }  # fmt: skip
    case = planned()
    decision = case.decide("open", kept, ONLY_CLOCK)
    assert [start.due_on for start in decision.starts] == [date(2026, 4, 30)]
    assert decision.state == "planned"


def test_renewal_may_begin_early_when_both_sides_agree() -> None:
    case = in_force("wage")
    case.take("start_renewal", wish="续签", by_agreement=True)
    assert case.ended("renewal-window") == "met"
    assert case.until(date(2027, 3, 2)) == ["term_ends"]


def test_the_signature_of_the_successor_renews_its_predecessor() -> None:
    case = signed("wage", predecessor_id=41, expires_on="2026-04-30")
    assert standings(case) == [("renewed", "predecessor")]
    assert case.ended("predecessor-ends") == "met"


def test_a_contract_that_nothing_follows_lapses_on_the_day_after_its_last() -> None:
    case = in_force("wage")
    assert case.until(date(2027, 3, 1)) == ["renewal_window_opens"]
    assert case.pass_days(1) == ["term_ends"]
    assert case.state == "lapsed"
    (*_, lapse) = case.written(said.ContractBecomes)
    assert (lapse.standing, lapse.on) == ("lapsed", date(2027, 3, 2))
    case.take("close", reason="未续签")
    assert case.case.outcome == "lapsed"


def test_a_late_renewal_is_still_a_renewal() -> None:
    case = in_force("wage")
    case.until(date(2027, 3, 10))
    case.take("start_renewal", wish="补签")
    case.take("record_renewed", signed_on=day(case))
    assert case.state == "renewed"


def test_a_small_amendment_is_signed_and_filed_while_the_contract_stays_in_force() -> None:
    case = in_force("wage")
    case.take("start_amendment", ground="agreement", reason="调整夜班津贴")
    change = {"signed_on": day(case), "changes": "第五条:20元→25元", **CHIEFS}
    assert refused(case, "sign_amendment", **change) == ["adopted_missing"]
    case.take("sign_amendment", adopted=True, expires_on="2027-06-30", **change)
    case.take("file_contract", received_on=day(case))
    assert case.case.facts["expires_on"] == "2027-03-01"
    assert case.until(date(2026, 3, 18)) == ["takes_effect"]
    assert standings(case)[-2:] == [("amended", "own"), ("in_force", "own")]
    assert case.due("term-end") == date(2027, 6, 30)
    assert "amends" not in case.case.facts


def test_an_amendment_bargained_and_given_up_leaves_the_contract_in_force() -> None:
    case = in_force("wage")
    case.take("start_amendment", ground="unforeseen", reason="订单减少")
    case.take("renegotiate", reason="重新协商")
    assert case.due("term-end") is not None
    case.take("give_up", reason="未达成一致")
    assert (case.state, case.case.outcome) == ("in_force", None)
    assert case.due("term-end") == date(2027, 3, 1)


def test_a_contract_that_runs_out_while_it_is_amended_is_bargained_as_a_new_one() -> None:
    case = in_force("wage")
    case.take("start_amendment", ground="unforeseen", reason="订单减少")
    case.take("renegotiate", reason="重新协商")
    assert "term_ends" in case.until(date(2027, 3, 3))
    assert case.state == "negotiating"
    case.take("give_up", reason="未达成一致")
    assert case.state == "lapsed"


def test_ending_by_agreement_needs_both_and_is_reported() -> None:
    case = in_force("wage", "cn-zhejiang")
    end = {"ended_on": day(case), "ground": "agreement", "reason": "另订新合同"}
    assert refused(case, "terminate", **end) == ["termination_without_consent"]
    case.take("terminate", both_agree=True, **end)
    assert case.due("end-filing") == date(2026, 3, 9)  # five working days
    assert refused(case, "close", reason="解除") == ["end_not_reported"]
    case.take("report_end", on=day(case))
    case.take("close", reason="解除")
    assert (case.state, case.case.outcome) == ("closed", "terminated")


def test_the_end_of_the_employer_needs_nobody_s_consent() -> None:
    case = in_force()
    case.take("terminate", ended_on=day(case), ground="employer_ended", reason="破产")
    assert case.state == "terminated"


def test_giving_up_after_a_signature_ends_the_contract_that_never_took_effect() -> None:
    case = signed()
    case.take("file_contract", received_on=day(case))
    case.take("record_objection", received_on=day(case), points="主体资格")
    case.take("give_up", reason="企业撤回")
    assert standings(case)[-1] == ("terminated", "own")
    assert case.case.outcome == "given_up"


# --- co-ordination ----------------------------------------------------------------------------------------------------


def test_coordination_takes_thirty_days_and_fifteen_more_once() -> None:
    case = at_the_table()
    case.take("request_coordination", requested_on=day(case), points="工资增幅")
    assert refused(case, "extend_coordination", reason="复杂") == ["coordination_not_extendable"]
    case.take("coordination_accepted", accepted_on=day(case))
    assert case.due("coordination") == date(2026, 4, 1)
    case.take("extend_coordination", reason="复杂")
    assert case.due("coordination") == date(2026, 4, 16)  # the 45th day, counted from the acceptance
    assert refused(case, "extend_coordination", reason="复杂") == ["coordination_not_extendable"]
    case.take("record_protocol", signed_on=day(case), result="增长百分之五")
    assert case.ended("coordination") == "met"
    case.take("agree_draft", agreed_on=day(case), contents=["pay"], womens_chapter=True, **CHIEFS)
    assert case.state == "draft"


def test_coordination_before_the_teams_are_named_leads_back_to_the_reply() -> None:
    case = offered()
    case.take("record_refusal", replied_on=day(case), reason="经营困难")
    case.take("request_coordination", requested_on=day(case), points="拒绝协商")
    case.take("return_to_talks", reason="同意协商")
    assert case.state == "accepted"


# --- reopening --------------------------------------------------------------------------------------------------------


def test_a_case_given_up_begins_anew_and_one_that_ended_returns_to_its_end() -> None:
    case = offered()
    case.take("give_up", reason="误登记")
    case.take("reopen", reason="更正")
    assert case.state == "planned"
    assert "received_on" not in case.case.facts
    case = in_force()
    case.take("terminate", ended_on=day(case), ground="condition", reason="搬迁")
    case.take("close", reason="搬迁")
    case.take("reopen", reason="更正")
    assert case.state == "terminated"
