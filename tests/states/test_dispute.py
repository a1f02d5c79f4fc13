"""The arrows and guards of a labour dispute that matter most (LAW 2-4, 11.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from states import entries as said
from tests.states.factories import CONSENT, SIGNED, accepted, performing, refused, registered, terms

WEDNESDAY = date(2026, 9, 16)


def day(walker: object, days: int = 0) -> str:
    return (walker.today + timedelta(days=days)).isoformat()  # type: ignore[attr-defined]


# --- the two fifteen-day clocks (LAW 12, 1) ---------------------------------------------------------------------------


def test_both_fifteen_day_clocks_run_from_their_own_day() -> None:
    case = registered(today=WEDNESDAY)
    case.take("apply", received_on="2026-09-16")
    case.today = date(2026, 9, 17)
    case.take("accept", accepted_on="2026-09-17", **CONSENT)
    # the fifteenth day falls into the National Day week and moves behind it
    assert case.due("mediation-from-receipt") == date(2026, 10, 8)
    assert case.due("mediation-from-acceptance") == date(2026, 10, 8)


def test_the_end_of_the_clock_from_receipt_only_opens_the_way_to_arbitration() -> None:
    case = accepted(applied_before=10)
    last = case.due("mediation-from-receipt")
    assert last == date(2026, 3, 9)  # 20 February and fifteen days: a Saturday, so Monday
    assert case.until(last + timedelta(days=1)) == []
    assert (case.state, case.ended("mediation-from-receipt")) == ("accepted", "expired")


def test_the_end_of_the_clock_from_acceptance_ends_the_mediation() -> None:
    case = accepted()
    assert case.due("mediation-from-acceptance") == date(2026, 3, 17)
    assert case.until(date(2026, 3, 17)) == []
    assert case.pass_days(1) == ["mediation_lapses"]
    assert case.state == "failed"
    assert case.ended("mediation-from-receipt") in ("expired", "void")
    assert case.due("close-after-end") is not None


def test_an_extension_needs_both_sides_and_a_later_day_within_the_period() -> None:
    case = accepted()
    ask = {"until": "2026-03-31", "reason": "待补充工资表"}
    assert refused(case, "extend", applicant_agrees=True, **ask) == ["extension_without_consent"]
    assert refused(case, "extend", applicant_agrees=True, respondent_agrees=True, **{**ask, "until": "2026-03-17"}) == [
        "not_an_extension"
    ]
    case.take("extend", applicant_agrees=True, respondent_agrees=True, **ask)
    assert case.due("mediation-from-acceptance") == date(2026, 3, 31)
    assert case.until(date(2026, 3, 31)) == []
    assert case.pass_days(1) == ["mediation_lapses"]


# --- ten or more (LMA art. 7) -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "group"), [(9, False), (10, True)])
def test_ten_workers_are_a_group(workers: int, group: bool) -> None:
    case = registered(claimants=workers)
    case.take("apply", received_on=day(case))
    answers = {"accepted_on": day(case), **CONSENT}
    if not group:
        case.take("accept", **answers)
        return
    assert refused(case, "accept", **answers) == ["no_representatives"]
    assert refused(case, "name_representatives", names=["甲", "乙"], chosen_on=day(case)) == ["count_of_representatives"]
    assert refused(case, "name_representatives", names=list("甲乙丙丁戊己"), chosen_on=day(case)) == [
        "count_of_representatives"
    ]
    case.take("name_representatives", names=["甲", "乙", "丙"], chosen_on=day(case))
    case.take("accept", **answers)


def test_the_terms_of_a_group_need_the_consent_of_every_member() -> None:
    case = registered(claimants=10)
    case.take("name_representatives", names=["甲", "乙", "丙"], chosen_on=day(case))
    case.take("apply", received_on=day(case))
    case.take("accept", accepted_on=day(case), **CONSENT)
    case.take("assign_mediator", mediator=7, no_conflict=True)
    case.take("schedule_session", on=day(case), place="三楼")
    assert refused(case, "agree", **terms(case, "100")) == ["members_consent_missing"]
    case.take("agree", **terms(case, "100", all_members_consent=True))
    assert case.state == "agreed"


def test_a_group_has_no_representatives_below_ten() -> None:
    assert refused(registered(), "name_representatives", names=list("甲乙丙"), chosen_on="2026-03-02") == ["not_a_group"]


# --- signature, windows, enforcement ----------------------------------------------------------------------------------


def test_the_agreement_is_effective_once_everybody_has_signed_and_the_committee_has_sealed() -> None:
    case = accepted()
    case.take("schedule_session", on=day(case), place="三楼")
    case.take("agree", **terms(case, "6000", "6000"))
    assert not case.case.instalments
    assert refused(case, "sign_agreement", signed_on=day(case)) == [f"{name}_missing" for name in SIGNED]
    case.take("sign_agreement", signed_on=day(case), **SIGNED)
    assert [part.amount for part in case.case.instalments] == [600_000, 600_000]
    assert case.due("performance", "1") == case.today + timedelta(days=30)
    assert case.due("session", "1") is None
    assert case.ended("mediation-from-acceptance") == "met"


def test_the_windows_of_fifteen_and_thirty_days_and_their_joint_filing() -> None:
    case = performing()
    assert case.due("arbitration-review-window") == date(2026, 3, 17)
    assert case.due("judicial-confirmation-window") == date(2026, 4, 1)
    assert refused(case, "apply_arbitration_review", filed_on=day(case)) == ["joint_missing"]
    case.until(date(2026, 3, 18))
    assert refused(case, "apply_arbitration_review", filed_on=day(case), joint=True) == ["arbitration-review-window_closed"]
    case.take("apply_judicial_confirmation", filed_on=day(case), joint=True)
    case.take("confirmation_granted", received_on=day(case))
    assert case.case.facts["enforceable"] is True
    assert case.due("enforcement") is not None


def test_one_window_used_closes_the_other() -> None:
    case = performing()
    case.take("apply_arbitration_review", filed_on=day(case), joint=True)
    assert case.ended("judicial-confirmation-window") == "void"
    case.take("review_refused", received_on=day(case))
    assert refused(case, "apply_judicial_confirmation", filed_on=day(case), joint=True) == [
        "judicial-confirmation-window_closed"
    ]


def test_an_agreement_on_the_employment_relation_alone_is_not_reviewed() -> None:
    case = accepted()
    case.take("schedule_session", on=day(case), place="三楼")
    case.take("agree", **terms(case, "0", only_employment=True))
    case.take("sign_agreement", signed_on=day(case), **SIGNED)
    assert refused(case, "apply_arbitration_review", filed_on=day(case), joint=True) == ["only_employment"]


# --- payment ----------------------------------------------------------------------------------------------------------


def test_a_part_payment_leaves_the_clock_running_and_the_last_one_closes_the_case() -> None:
    case = performing("6000", "6000")
    case.take("record_payment", no=1, amount="2000", paid_on=day(case))
    assert case.due("performance", "1") is not None
    assert refused(case, "record_payment", no=1, amount="4000.01", paid_on=day(case)) == ["instalment"]
    assert refused(case, "record_payment", no=3, amount="1", paid_on=day(case, 1)) == ["instalment", "paid_on_in_future"]
    case.take("record_payment", no=1, amount="4000", paid_on=day(case))
    assert case.due("performance", "1") is None
    assert case.due("performance", "2") is not None
    case.take("record_payment", no=2, amount="6000", paid_on=day(case))
    assert (case.state, case.case.outcome) == ("closed", "paid")
    assert list(case.case.open_deadlines) == [("archive-after-close", "")]


def test_a_breach_is_declared_only_when_something_is_overdue_and_is_healed_by_payment() -> None:
    case = performing("6000", "6000")
    assert refused(case, "declare_breach") == ["nothing_overdue"]
    case.pass_days(31)
    case.take("declare_breach")
    assert case.state == "breached"
    assert case.due("limitation") is None  # arrears while employment lasts have no limitation
    case.take("record_payment", no=1, amount="6000", paid_on=day(case))
    assert case.state == "performing"


def test_the_ways_onward_depend_on_what_the_agreement_is_about() -> None:
    pay = performing()
    pay.pass_days(31)
    pay.take("declare_breach")
    injury = performing(cause="social_insurance")
    injury.pass_days(31)
    injury.take("declare_breach")
    assert refused(injury, "apply_payment_order", filed_on=day(injury)) == ["no_payment_order"]
    assert refused(injury, "sue_on_agreement", filed_on=day(injury)) == ["not_about_pay"]
    pay.take("apply_payment_order", filed_on=day(pay))
    pay.take("payment_order_served", received_on=day(pay))
    pay.take("payment_order_contested", received_on=day(pay))
    assert pay.state == "litigation"


def test_a_settlement_between_the_sides_grounds_no_payment_order() -> None:
    case = registered()
    case.take("start_negotiation", sent_on=day(case), demand="支付工资")
    assert case.due("negotiation-reply") == date(2026, 3, 9)  # the fifth day is a Saturday
    case.take("record_settlement", **terms(case, "100"))
    case.pass_days(31)
    case.take("declare_breach")
    assert refused(case, "apply_payment_order", filed_on=day(case)) == ["not_a_mediation_agreement"]


# --- limitation -------------------------------------------------------------------------------------------------------


def test_the_limitation_is_interrupted_by_a_demand_and_runs_anew() -> None:
    case = registered(cause="overtime", knew_on="2025-06-02")
    assert case.due("limitation") == date(2026, 6, 2)
    case.pass_days(10)
    case.take("start_negotiation", sent_on=day(case), demand="支付加班费")
    assert case.due("limitation") == date(2027, 3, 12)
    assert [clock.status for clock in case.case.clocks if clock.rule.name == "limitation"] == ["void", "open"]


def test_silence_in_the_negotiation_brings_the_case_back_to_the_counter() -> None:
    case = registered()
    case.take("start_negotiation", sent_on=day(case), demand="支付工资")
    assert case.until(date(2026, 3, 10)) == ["negotiation_lapses"]
    assert case.state == "registered"


def test_a_case_goes_up_and_is_counted_anew() -> None:
    case = accepted(applied_before=5)
    case.take("refer_up", sent_on=day(case), reason="上级协助")
    assert (case.state, case.case.owner_id) == ("applied", None)
    assert case.due("mediation-from-receipt") == date(2026, 3, 17)
    assert case.due("mediation-from-acceptance") is None
    assert case.written(said.MoveUp)
    case.case.has_upper_unit = False
    assert refused(case, "refer_up", sent_on=day(case), reason="再上级") == ["no_upper_unit"]


def test_a_case_that_is_taken_up_again_need_not_be_closed() -> None:
    case = accepted()
    case.take("fail", ground="no_agreement")
    assert case.due("close-after-end") is not None
    case.take("apply", received_on=day(case))
    assert case.ended("close-after-end") == "void"


def test_reopening_is_for_the_supervisor_and_counted() -> None:
    case = registered()
    case.take("give_advice", advice="可申请调解")
    case.take("reopen", reason="新情况")
    assert (case.state, case.case.facts["reopened"], case.case.outcome) == ("registered", 1, None)
