"""Ten workers of one factory: representatives first, and every one of the ten has to agree to the terms."""

from __future__ import annotations

from models.cases import Party
from tests.factories import CONSENT, SIGNED, Town

MEMBERS = [f"职工{number}" for number in range(2, 11)]


def test_ten_workers_are_a_group_and_speak_through_three(town: Town) -> None:
    case = town.dispute(members=MEMBERS, amount="120,000")
    assert case.row.facts["claimants"] == 10, "the one at the counter and nine others"
    assert town.count(Party, Party.role == "applicant") == 10
    today = town.iso()
    case.take("apply", received_on=today)
    assert case.refused("accept", accepted_on=today, **CONSENT) == ["no_representatives"]
    assert case.refused("name_representatives", names=["张三", "职工2"], chosen_on=today) == ["count_of_representatives"]
    assert case.refused("name_representatives", names=["张三", *MEMBERS[:5]], chosen_on=today) == ["count_of_representatives"]
    case.take("name_representatives", names=["张三", "职工2", "职工3"], chosen_on=today)
    assert town.count(Party, Party.represents.is_(True)) == 3
    case.take("accept", accepted_on=today, **CONSENT)
    case.take("join_handlers", body="labour_inspection", name="区劳动监察大队")
    assert case.row.facts["joint_with"] == "labour_inspection"
    case.take("assign_mediator", mediator=town.people["mediator"], no_conflict=True)
    case.take("schedule_session", on=today, place="三楼")
    case.take("hold_session", on=today, minutes="三名代表到场", present=5)
    terms = {"terms": "一次付清", "instalments": [{"amount": "120000", "due_on": town.iso(14)}]}
    assert case.refused("agree", **terms) == ["members_consent_missing"]
    case.take("agree", **terms, all_members_consent=True)
    case.take("sign_agreement", signed_on=today, **SIGNED)
    town.clock.pass_time(days=14)
    assert case.take("record_payment", no=1, amount="120000", paid_on=town.iso()).state == "closed"
    assert not town.audit().broken


def test_nine_workers_need_no_representatives_and_may_not_name_any(town: Town) -> None:
    case = town.dispute(members=MEMBERS[:8])
    assert case.refused("name_representatives", names=["张三", "职工2", "职工3"], chosen_on=town.iso()) == ["not_a_group"]
    assert case.accepted().state == "accepted"


def test_a_number_typed_too_small_does_not_make_a_group_smaller(town: Town) -> None:
    assert town.dispute(members=MEMBERS, claimants=1).row.facts["claimants"] == 10
    assert town.dispute(members=MEMBERS[:1], claimants=40).row.facts["claimants"] == 40


def test_names_of_the_group_stay_out_of_the_record_that_cannot_be_changed(town: Town) -> None:
    case = town.dispute(members=MEMBERS)
    said = str([event.detail for event in case.events])
    assert not [name for name in ("张三", *MEMBERS) if name in said]
