"""Taking the last step back: who may, until when, what cannot be called back, and that everything is as it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from flows.recounting import provisional_dates
from models.cases import Party
from models.deadlines import Deadline
from models.items import Meeting, Payment, SettlementItem
from models.outbox import Message
from models.papers import Document
from models.undoing import OUTWARD
from states.registry import case_type
from tests.factories import CONSENT, DISTRICT, FACTORY, SIGNED, OfficeCase, Town
from tests.flows.walking import Walk


@pytest.fixture
def case(town: Town) -> OfficeCase:
    """A wage claim, accepted, with its mediator."""
    return town.dispute().accepted()


def undone(case: OfficeCase, before: dict[str, Any], by: str = "") -> None:
    """Take the last step back; the case is what it was, two versions later."""
    assert case.take("undo", by, reason="录入有误").step == "undo"
    assert {**case.snapshot(), "version": 0} == {**before, "version": 0}
    assert not case.town.audit().broken


# --- the rules ------------------------------------------------------------------------------------------------------------


def test_a_person_takes_his_own_step_back_until_the_end_of_the_next_day(town: Town, case: OfficeCase) -> None:
    before = case.snapshot()
    case.take("schedule_session", on=town.iso(9), place="三楼")
    town.clock.set(town.today + timedelta(days=1), hour=23)
    undone(case, before)
    case.take("schedule_session", on=town.iso(9), place="三楼")
    town.clock.set(town.today + timedelta(days=2), hour=0)
    assert case.refused("undo", reason="太晚了") == ["undo_too_late"]


def test_nobody_takes_back_what_another_did_but_the_supervisor_within_seven_days(town: Town, case: OfficeCase) -> None:
    before = case.snapshot()
    case.take("schedule_session", on=town.iso(20), place="三楼")
    assert case.refused("undo", "colleague", reason="不是我办的") == ["undo_too_late"]
    assert case.refused("undo", "officer", reason="无权") == ["undo_too_late"]
    town.clock.pass_time(days=7)
    undone(case, before, "supervisor")
    case.take("schedule_session", on=town.iso(20), place="三楼")
    town.clock.pass_time(days=8)
    assert case.refused("undo", "supervisor", reason="太晚了") == ["undo_too_late"]


def test_hidden_equals_absent_for_undoing_too(town: Town, case: OfficeCase) -> None:
    assert case.refused("undo", "stranger", reason="x") == ["case_not_found"]


def test_never_twice_and_never_the_opening(town: Town, case: OfficeCase) -> None:
    case.take("undo", reason="录入有误")
    assert case.refused("undo", reason="再撤") == ["not_undoable"]
    assert town.dispute().refused("undo", reason="撤销登记") == ["not_undoable"]


def test_what_has_left_the_house_is_not_called_back(town: Town) -> None:
    filed = town.dispute().accepted()
    filed.take("go_to_arbitration", filed_on=town.iso())
    assert filed.refused("undo", reason="x") == ["not_undoable"]
    passed_up = town.dispute("steward", FACTORY)
    passed_up.take("pass_up", sent_on=town.iso(), reason="涉及多家企业")
    assert passed_up.refused("undo", "mediator", reason="x") == ["has_left_the_case", "undo_too_late"]
    signed = town.bargaining().in_force()
    signed.take("publish", published_on=town.iso(), manner="公示栏")
    assert signed.take("undo", reason="x").state == "in_force"
    agreement = town.bargaining().adopted()
    agreement.take("sign", signed_on=town.iso(), starts_on=town.iso(), expires_on=town.iso(364),
                   workers_chief_signed=True, employer_chief_signed=True)  # fmt: skip
    assert agreement.refused("undo", reason="x") == ["has_left_the_case"]


def test_what_the_clock_did_stands(town: Town, case: OfficeCase) -> None:
    town.until(town.today + timedelta(days=16))
    assert (case.state, case.steps[-1]) == ("failed", "mediation_lapses")
    assert case.refused("undo", "supervisor", reason="x") == ["not_undoable"]


def test_a_stale_undo_is_refused(town: Town, case: OfficeCase) -> None:
    assert case.refused("undo", version=1, reason="x") == ["stale_case"]


def test_the_same_undo_twice_is_one(town: Town, case: OfficeCase) -> None:
    assert case.take("undo", key="u-1", reason="x") == case.take("undo", key="u-1", reason="x")
    assert case.steps.count("undo") == 1


def test_the_event_says_what_it_undoes_and_why(town: Town, case: OfficeCase) -> None:
    case.take("undo", "supervisor", reason="受理日期有误")
    event = case.events[-1]
    assert (event.detail["undoes"], event.detail["reason"], event.role) == (4, "受理日期有误", "supervisor")
    assert (event.from_state, event.to_state, event.seq) == ("accepted", "accepted", 5)


# --- exact restoration ----------------------------------------------------------------------------------------------------


def test_owner_comes_back(town: Town, case: OfficeCase) -> None:
    before = case.snapshot()
    case.take("assign_mediator", mediator=town.people["colleague"], no_conflict=True)
    undone(case, before)
    case.take("decline_assignment", reason="与当事人有亲属关系")
    undone(case, before)


def test_a_moved_clock_goes_back_to_its_day_and_keeps_its_reason(town: Town, case: OfficeCase) -> None:
    before = case.snapshot()
    clock = town.one(Deadline, Deadline.rule == "mediation-from-acceptance")
    case.take("extend", until=town.iso(25), reason="等候证据", applicant_agrees=True, respondent_agrees=True)
    assert case.due("mediation-from-acceptance") == town.today + timedelta(days=25)
    undone(case, before)
    assert town.one(Deadline, Deadline.id == clock.id)._mapping == {**clock._mapping}


def test_a_day_both_sides_agree_on_is_certain_also_in_a_year_without_a_calendar(town: Town) -> None:
    town.clock.set(date(2026, 12, 21))
    case = town.dispute().accepted()
    clock = town.one(Deadline, Deadline.rule == "mediation-from-acceptance")
    assert clock.provisional, "nobody knows yet what is worked in January"
    case.take("extend", until="2027-01-20", reason="等候证据", applicant_agrees=True, respondent_agrees=True)
    assert not town.one(Deadline, Deadline.id == clock.id).provisional
    assert clock.id not in {one.deadline_id for one in provisional_dates(town.office)}
    case.take("undo", reason="误操作")
    assert town.one(Deadline, Deadline.id == clock.id)._mapping == {**clock._mapping}


def test_an_extended_clock_that_then_ends_keeps_the_extension_when_the_end_is_taken_back(town: Town, case: OfficeCase) -> None:
    case.take("extend", until=town.iso(25), reason="等候证据", applicant_agrees=True, respondent_agrees=True)
    before, clock = case.snapshot(), town.one(Deadline, Deadline.rule == "mediation-from-acceptance")
    case.take("fail", ground="no_agreement")
    undone(case, before)
    assert town.one(Deadline, Deadline.id == clock.id).explanation == clock.explanation


def test_a_moved_clock_that_was_over_is_over_again(town: Town) -> None:
    case = town.dispute().mediating()
    case.take("schedule_session", on=town.iso(2), place="三楼")
    town.until(town.today + timedelta(days=2))
    before = case.snapshot()
    case.take("postpone_session", on=town.iso(3), reason="企业代表出差")
    undone(case, before)


def test_an_expired_clock_that_was_met_late_is_expired_again_and_nags_only_where_it_did(town: Town) -> None:
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    town.until(town.today + timedelta(days=16))  # to decide within three working days; arbitration open after fifteen
    before = case.snapshot()
    asleep = {row.rule: row.next_on for row in town.rows(Deadline, Deadline.status == "expired")}
    assert asleep["mediation-from-receipt"] is None
    assert asleep["mediation-decide"] is not None
    case.take("refuse", ground="out_of_scope", explanation="不属受理范围")
    undone(case, before)
    assert {row.rule: row.next_on for row in town.rows(Deadline, Deadline.status == "expired")} == asleep
    told = town.reminders(Deadline.rule == "mediation-from-receipt")
    town.until(town.today + timedelta(days=5))
    assert town.reminders(Deadline.rule == "mediation-from-receipt") == told, "what never nagged does not begin to"
    decide = [stage for rule, stage in town.reminders(Deadline.rule == "mediation-decide") if stage.startswith("over+")]
    assert len(decide) == len(set(decide))


def test_instalments_and_their_clocks_are_gone_and_the_terms_wait_again(town: Town) -> None:
    case = town.dispute().mediating()
    case.take("agree", terms="分期", instalments=[{"amount": "6000", "due_on": town.iso(30)}])
    before = case.snapshot()
    case.take("sign_agreement", signed_on=town.iso(), **SIGNED)
    undone(case, before)
    assert [row.undone for row in town.rows(SettlementItem)] == [True]
    case.take("sign_agreement", signed_on=town.iso(), **SIGNED)
    assert case.take("record_payment", no=1, amount="6000", paid_on=town.iso()).state == "closed"


def test_a_payment_taken_back_is_owed_again(town: Town) -> None:
    case = town.dispute().performing(("6000", 30))
    before = case.snapshot()
    case.take("record_payment", no=1, amount="6000", paid_on=town.iso())
    assert (case.state, case.row.outcome, case.row.closed_on) == ("closed", "paid", town.today)
    undone(case, before)
    assert town.one(Payment).undone
    assert case.take("record_payment", no=1, amount="5999", paid_on=town.iso()).state == "performing"
    assert case.refused("record_payment", no=1, amount="2", paid_on=town.iso()) == ["instalment"]
    assert case.take("record_payment", no=1, amount="1", paid_on=town.iso()).state == "closed"


def test_a_reopening_taken_back_leaves_the_case_closed_on_its_day(town: Town) -> None:
    case = town.dispute()
    case.take("withdraw", reason="撤回")
    town.clock.pass_time(days=3)
    before = case.snapshot()
    case.take("reopen", "supervisor", reason="又来访")
    undone(case, before, "supervisor")
    assert case.row.closed_on == town.today - timedelta(days=3)


def test_parties_meetings_and_papers_of_the_step_are_void(town: Town) -> None:
    case = town.dispute(claimants=12)
    case.take("name_representatives", names=["张三", "李四", "王五"], chosen_on=town.iso())
    assert town.count(Document, Document.paper == "representatives_record", Document.void.is_(False)) == 1
    case.take("undo", reason="推举有误")
    assert town.count(Party, Party.represents.is_(True), Party.undone.is_(True)) == 3
    assert town.one(Document, Document.paper == "representatives_record").void
    assert not town.one(Document, Document.paper == "registration_form").void
    mediating = town.dispute().accepted()
    mediating.take("schedule_session", on=town.iso(), place="三楼")
    mediating.take("undo", reason="改期")
    assert town.one(Meeting).undone
    mediating.take("schedule_session", on=town.iso(1), place="三楼")
    assert mediating.due("session", "1") == town.today + timedelta(days=1), "the first session is still to come"


def test_notices_that_wait_are_cancelled_and_whoever_was_told_is_told_again(town: Town) -> None:
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    case.take("accept", accepted_on=town.iso(), **CONSENT)
    case.take("undo", reason="误操作")
    assert town.one(Message, Message.notice == "case_accepted").status == "cancelled"
    assert town.count(Message, Message.notice == "step_undone") == 0, "nobody heard of it"
    case.take("accept", accepted_on=town.iso(), **CONSENT)
    town.drain()
    assert "case_accepted" in town.inbox("mediator")
    case.take("undo", reason="误操作")
    town.drain()
    assert town.inbox("mediator")[-1] == "step_undone"
    assert "step_undone" in town.inbox("supervisor")


def test_a_step_taken_again_after_undoing_is_told_again(town: Town) -> None:
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    for _ in range(2):
        case.take("accept", accepted_on=town.iso(), **CONSENT)
        town.drain()
        case.take("undo", reason="误操作")
    keys = [row.key for row in town.rows(Message, Message.notice == "case_accepted", Message.channel == "")]
    assert len(keys) == len(set(keys)) == 2


@pytest.mark.parametrize("seed", range(16))
def test_any_undoable_step_undone_leaves_everything_as_it_was(town: Town, seed: int) -> None:
    kind = ("dispute", "bargaining")[seed % 2]
    if kind == "dispute":
        walk = Walk(town, town.dispute("supervisor", DISTRICT, claimants=(1, 12)[seed % 4 // 2]), seed)
    else:
        walk = Walk(town, town.bargaining("supervisor", DISTRICT), seed)
    tried = 0
    for _ in range(28):
        before = walk.case.snapshot()
        name = walk.step()
        if name is None:
            break
        step, wrote = case_type(kind).step(name), {entry["entry"] for entry in walk.case.events[-1].detail["entries"]}
        assert step is not None
        if step.undoable and not wrote & OUTWARD:
            tried += 1
            undone(walk.case, before, "supervisor")
            walk.again()
        walk.pass_days()
    assert tried > 0
    assert len(walk.case.events) == walk.case.row.version
