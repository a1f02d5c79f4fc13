"""The judge: who is told what, and in which order."""

from __future__ import annotations

import pytest

from states.errors import InvalidAnswers, NotPermitted, StepRefused
from states.options import next_steps
from states.roles import Role
from tests.states.factories import CONSENT, accepted, performing, refused, registered
from tests.states.walker import Walker

PARTY = frozenset({Role.PARTY})


@pytest.fixture
def case() -> Walker:
    return registered()


def test_whoever_may_not_is_told_only_that(case: Walker) -> None:
    with pytest.raises(NotPermitted) as refusal:
        case.decide("accept", {"nonsense": 1}, PARTY)
    (reason,) = refusal.value.reasons
    assert reason.said("zh") == "“受理”须由督办、调解员办理 → 请交有权人员办理"
    assert "Mediator" in reason.said("en")


def test_a_step_nobody_wrote(case: Walker) -> None:
    assert refused(case, "marry") == ["unknown_step"]


def test_the_wrong_state_is_named_with_the_right_ones(case: Walker) -> None:
    with pytest.raises(StepRefused) as refusal:
        case.take("accept", accepted_on="2026-03-02", **CONSENT)
    text = refusal.value.reasons[0].text
    assert "已登记" in text.zh
    assert "已申请调解" in text.zh
    assert "Mediation applied for" in text.en


def test_all_reasons_come_at_once(case: Walker) -> None:
    case.take("apply", received_on="2026-03-02")
    assert refused(case, "accept", accepted_on="2026-03-09") == [
        "in_scope_missing", "applicant_consents_missing", "respondent_consents_missing", "accepted_on_in_future",
    ]  # fmt: skip


def test_a_wrong_state_does_not_hide_what_is_wrong_in_the_form(case: Walker) -> None:
    assert refused(case, "accept", accepted_on="gestern") == ["wrong_state", "date_from_datetime_parsing"]


def test_what_is_known_of_the_case_is_said_beside_what_is_wrong_in_the_form() -> None:
    case = registered(claimants=12)
    case.take("apply", received_on="2026-03-02")
    assert refused(case, "accept") == ["missing", "no_representatives"]


def test_an_invalid_answer_names_field_rule_and_remedy_in_both_languages(case: Walker) -> None:
    with pytest.raises(InvalidAnswers) as refusal:
        case.take("apply", received_on="2026-13-40", colour="red")
    assert refusal.value.said("zh") == [
        "received_on: 收到申请之日:日期无法识别 → 请按 2026-09-16 的格式填写",
        "colour: colour:此步骤不问此项 → 请删去或更正名称",
    ]
    assert refusal.value.said("en") == [
        "received_on: Day the application was received is not a date → write it like 2026-09-16",
        "colour: colour is not asked here → remove it or mend its name",
    ]


def test_an_exception_shows_codes_and_never_what_somebody_typed(case: Walker) -> None:
    with pytest.raises(InvalidAnswers) as refusal:
        case.take("apply", received_on="身份证 320102199001011234")
    assert str(refusal.value) == "received_on:date_from_datetime_parsing"


def test_the_first_way_that_holds_is_taken() -> None:
    case = performing("100", "200")
    day = case.today.isoformat()
    assert case.take("record_payment", no=1, amount="100", paid_on=day).state == "performing"
    last = case.take("record_payment", no=2, amount="200", paid_on=day)
    assert (last.state, last.outcome) == ("closed", "paid")
    assert last.voids_all


def test_next_steps_say_what_already_stands_against_them() -> None:
    case = accepted()
    offered = {one.step.name: one for one in next_steps(case.type, case.case, case.moment())}
    assert offered["schedule_session"].open
    case.case.owner_id = None
    offered = {one.step.name: one for one in next_steps(case.type, case.case, case.moment())}
    assert [reason.code for reason in offered["schedule_session"].reasons] == ["no_mediator"]
    assert "mediation_lapses" not in offered  # the clock's own


def test_a_party_is_offered_what_a_party_may_do() -> None:
    case = registered()
    offered = {one.step.name for one in next_steps(case.type, case.case, case.moment(PARTY))}
    assert offered == {"name_representatives", "apply", "go_to_arbitration", "withdraw"}
