"""The one door: a request is applied at most once, and whatever goes wrong the case is as it was or as it was to become."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from flows import casework
from flows.batch import apply_alone
from flows.casework import Receipt, take_step
from flows.requests import file_request
from flows.retrying import retry_failed
from flows.steps import Desk, apply_request
from models.cases import CaseEvent, CaseFile, Counter, Party
from models.deadlines import Deadline
from models.outbox import Message
from models.papers import Document
from models.people import Person, Position
from models.requests import StepRequest
from states.errors import CaseNotFound, InvalidAnswers, KeyReused, NotPermitted, Refusal, StaleCase, StepRefused
from tests.factories import CONSENT, DISTRICT, ELSEWHERE, FACTORY, REGISTRATION, STREET, OfficeCase, Town

WRITTEN = (CaseEvent, CaseFile, Deadline, Document, Message, Party)


@pytest.fixture
def case(town: Town) -> OfficeCase:
    """A wage claim for which mediation was applied, to be accepted."""
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    return case


def acceptance(town: Town) -> dict[str, Any]:
    """What the acceptance asks, all of it true."""
    return {"accepted_on": town.iso(), **CONSENT}


def counted(town: Town) -> dict[str, int]:
    """Rows of every table a step writes."""
    return {table.__tablename__: town.count(table) for table in WRITTEN}


# --- once -----------------------------------------------------------------------------------------------------------------


def test_the_same_request_twice_gives_the_same_receipt_and_one_event(town: Town, case: OfficeCase) -> None:
    request = case.file("accept", **acceptance(town))
    first = take_step(town.office, request)
    after = counted(town)
    assert take_step(town.office, request) == first
    assert counted(town) == after
    assert case.steps == ["open", "apply", "accept"]
    assert (first.number, first.version, first.state) == (case.number, 3, "accepted")


def test_the_same_key_is_the_same_request(town: Town, case: OfficeCase) -> None:
    first = case.file("accept", key="k-1", **acceptance(town))
    assert case.file("accept", key="k-1", **acceptance(town)) == first
    take_step(town.office, first)
    assert case.file("accept", key="k-1", **acceptance(town)) == first, "also once it is applied"


@pytest.mark.parametrize("change", ["answers", "step", "case", "actor"])
def test_the_same_key_with_another_body_is_refused(town: Town, case: OfficeCase, change: str) -> None:
    case.file("refuse", key="k-1", ground="out_of_scope", explanation="不属受理范围")
    other = {
        "answers": case.wish("refuse", key="k-1", ground="out_of_scope", explanation="改了主意"),
        "step": case.wish("withdraw", key="k-1", ground="out_of_scope", explanation="不属受理范围"),
        "case": town.wish("refuse", "mediator", town.dispute().id, "k-1", ground="out_of_scope", explanation="不属受理范围"),
        "actor": case.wish("refuse", "supervisor", key="k-1", ground="out_of_scope", explanation="不属受理范围"),
    }[change]
    with pytest.raises(KeyReused):
        file_request(town.office, other)


def test_a_case_is_opened_once_for_one_key(town: Town) -> None:
    first = town.dispute(key="counter-7")
    assert town.dispute(key="counter-7").id == first.id
    assert town.count(CaseFile) == 1


def test_two_people_on_one_case_one_wins_and_the_other_is_told(town: Town, case: OfficeCase) -> None:  # T10
    mine = case.file("accept", version=2, **acceptance(town))
    hers = case.file("withdraw", "colleague", version=2, reason="申请人来电撤回")
    take_step(town.office, mine)
    before, rows = case.snapshot(), counted(town)
    with pytest.raises(StaleCase) as stale:
        take_step(town.office, hers)
    assert "已受理" in stale.value.said("zh")[0]
    assert "Accepted" in stale.value.said("en")[0]
    assert (case.snapshot(), counted(town)) == (before, rows)
    assert town.request(hers).answers == {"reason": "申请人来电撤回"}, "what she typed is kept"


# --- refusals -------------------------------------------------------------------------------------------------------------


def test_all_reasons_come_at_once_in_both_languages(town: Town, case: OfficeCase) -> None:
    codes = case.refused("accept", accepted_on=town.iso(1), in_scope=True)
    assert codes == ["applicant_consents_missing", "respondent_consents_missing", "accepted_on_in_future"]
    assert case.refused("agree", terms="", instalments=[{"amount": "1.005", "due_on": "x"}]) == [
        "wrong_state", "string_too_short", "too_many_decimals", "date_from_datetime_parsing",
    ]  # fmt: skip
    with pytest.raises(InvalidAnswers) as invalid:
        case.take("accept", acepted_on=town.iso())
    assert {(r.field, r.code) for r in invalid.value.reasons} == {
        ("accepted_on", "missing"), ("acepted_on", "extra_forbidden"),
    }  # fmt: skip
    assert all(r.text.zh and r.text.en for r in invalid.value.reasons)


def test_a_refusal_is_kept_and_repeated_even_when_it_would_hold_no_longer(town: Town, case: OfficeCase) -> None:
    early = case.file("schedule_session", on=town.iso(3), place="三楼")
    with pytest.raises(StepRefused) as first:
        take_step(town.office, early)
    case.take("accept", **acceptance(town))
    case.take("assign_mediator", mediator=town.people["mediator"], no_conflict=True)
    with pytest.raises(StepRefused) as again:
        take_step(town.office, early)
    assert again.value.reasons == first.value.reasons
    kept = town.request(early)
    assert (kept.status, kept.receipt["refusal"], kept.case_id) == ("refused", "StepRefused", case.id)
    assert case.take("schedule_session", on=town.iso(3), place="三楼").state == "mediating", "a new request is judged anew"


def test_a_refused_opening_leaves_nothing_but_the_refusal(town: Town) -> None:
    with pytest.raises(InvalidAnswers):
        town.dispute(applicant="")
    with pytest.raises(StepRefused, match="no_unit"):
        town.dispute(unit=99)
    with pytest.raises(NotPermitted, match="no_position_there"):
        town.dispute("stranger")
    with pytest.raises(NotPermitted):
        town.dispute("officer")
    assert counted(town) == dict.fromkeys(counted(town), 0)
    assert town.dispute().number == "D2026-00001", "no number was used up"
    assert town.count(Counter) > 0


def test_a_step_nobody_wrote_and_a_step_of_the_clock_are_refused(town: Town, case: OfficeCase) -> None:
    assert case.refused("bless") == ["unknown_step"]
    case.take("accept", **acceptance(town))
    assert case.refused("mediation_lapses", "supervisor") == ["not_permitted"], "nobody is the clock"


# --- hidden equals absent -------------------------------------------------------------------------------------------------


def not_there(town: Town, case: OfficeCase, by: str) -> tuple[Any, ...]:
    """The refusal somebody gets for the case, in full."""
    with pytest.raises(CaseNotFound) as hidden:
        case.take("accept", by, **acceptance(town))
    return hidden.value.reasons


def test_hidden_equals_absent_for_whoever_has_no_business_with_it(town: Town, case: OfficeCase) -> None:
    absent = not_there(town, OfficeCase(town, 4711, "D2026-04711", "mediator"), "mediator")
    assert absent == not_there(town, case, "stranger"), "another district"
    assert absent == not_there(town, case, "steward"), "a unit below"
    assert absent == not_there(town, case, "worker"), "no position at all"
    town.set(Position, Position.person_id == town.people["mediator"], from_on=date(2026, 3, 3))
    assert absent == not_there(town, case, "mediator"), "a position that begins tomorrow"
    town.set(Position, Position.person_id == town.people["mediator"], from_on=None, to_on=date(2026, 3, 1))
    assert absent == not_there(town, case, "mediator"), "a position that ended yesterday"
    town.set(Person, Person.id == town.people["colleague"], left_on=date(2026, 3, 2))
    assert absent == not_there(town, case, "colleague"), "somebody who left, although nobody ended the position"
    assert case.steps == ["open", "apply"]
    assert case.take("accept", "senior", **acceptance(town)).state == "accepted", "the unit above sees it"


def test_a_position_counts_on_its_first_and_on_its_last_day(town: Town, case: OfficeCase) -> None:
    town.set(Position, Position.person_id == town.people["mediator"], from_on=town.today, to_on=town.today)
    assert case.take("accept", **acceptance(town)).state == "accepted"
    town.clock.pass_time(days=1)
    assert case.refused("withdraw", reason="撤回") == ["case_not_found"]


def test_a_case_one_holds_is_ones_own_also_outside_of_ones_unit_but_not_without_a_position(
    town: Town, case: OfficeCase
) -> None:
    case.take("accept", **acceptance(town))
    assert case.refused("assign_mediator", mediator=town.people["stranger"], no_conflict=True) == ["not_a_choice"]
    town.set(CaseFile, CaseFile.id == case.id, owner_id=town.people["stranger"])  # handed over before he went to Yuhang
    assert case.take("schedule_session", "stranger", on=town.iso(), place="余杭").state == "mediating"
    town.set(Position, Position.person_id == town.people["stranger"], to_on=date(2026, 3, 1))
    assert case.refused("hold_session", "stranger", on=town.iso(), minutes="……") == ["case_not_found"]


def test_somebody_of_the_unit_who_may_not_is_told_so_and_told_nothing_else(town: Town, case: OfficeCase) -> None:
    assert case.refused("accept", "officer") == ["not_permitted"]
    assert case.refused("accept", "administrator") == ["not_permitted"]


def test_a_party_may_withdraw_his_own_case_and_no_other(town: Town, case: OfficeCase) -> None:
    other = town.dispute(applicant="李四")
    town.makes_party("worker", case)
    assert other.refused("withdraw", "worker", reason="不想办了") == ["case_not_found"]
    assert case.refused("accept", "worker", **acceptance(town)) == ["not_permitted"]
    assert case.take("withdraw", "worker", reason="已协商解决").state == "closed"
    assert case.row.outcome == "withdrawn"
    assert case.events[-1].role == "party"


def test_whoever_left_is_no_party_any_more_and_an_undone_party_is_none(town: Town, case: OfficeCase) -> None:
    town.makes_party("worker", case)
    town.set(Party, Party.case_id == case.id, undone=True)
    assert case.refused("withdraw", "worker", reason="不想办了") == ["case_not_found"]


def test_the_role_of_a_place_is_worth_nothing_elsewhere(town: Town) -> None:
    case = town.dispute("steward", FACTORY)
    assert case.refused("pass_up", "stranger", sent_on=town.iso(), reason="x") == ["case_not_found"]
    assert town.dispute("stranger", ELSEWHERE).state == "registered"
    assert town.dispute("senior", STREET).row.unit_id == STREET, "who sits above may register below"
    with pytest.raises(NotPermitted, match="no_position_there"):
        town.dispute("mediator", DISTRICT)


# --- lost acknowledgements ------------------------------------------------------------------------------------------------


@contextmanager
def commits(town: Town, lost: Callable[[int], bool], *, kept: bool) -> Iterator[None]:
    """COMMITs whose turn is `lost` raise: after they took effect (`kept`), or before."""
    dialect, turn = town.office.store.engine.dialect, 0
    real = dialect.do_commit

    def do_commit(connection: Any) -> None:
        nonlocal turn
        turn += 1
        if not lost(turn):
            real(connection)
            return
        if kept:
            real(connection)
        raise dialect.loaded_dbapi.InternalError("the line went dead")

    dialect.do_commit = do_commit  # type: ignore[method-assign]
    try:
        yield
    finally:
        del dialect.do_commit


def test_an_acknowledgement_lost_after_the_commit_gives_the_receipt(town: Town, case: OfficeCase) -> None:
    request = case.file("accept", **acceptance(town))
    with commits(town, lambda turn: turn == 1, kept=True):
        receipt = take_step(town.office, request)
    assert (receipt.version, receipt.state) == (3, "accepted")
    assert take_step(town.office, request) == receipt
    assert case.steps == ["open", "apply", "accept"]


def test_a_commit_that_never_came_leaves_nothing_and_the_retry_applies_it_once(town: Town, case: OfficeCase) -> None:
    request, before = case.file("accept", **acceptance(town)), case.snapshot()
    with commits(town, lambda turn: turn == 1, kept=False), pytest.raises(DBAPIError):
        apply_request(town.office, request)
    assert case.snapshot() == before
    failed = town.request(request)
    assert (failed.status, failed.error, failed.attempt) == ("failed", "InternalError", 1)
    assert (retry_failed(town.office).applied, case.steps) == (1, ["open", "apply", "accept"])
    assert town.request(request).receipt["version"] == 3


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_wherever_an_acknowledgement_is_lost_the_step_converges(town: Town, case: OfficeCase, turn: int, kept: bool) -> None:
    request = case.file("accept", **acceptance(town))
    with commits(town, lambda now: now == turn, kept=kept):
        for _ in range(2):
            try:
                apply_alone(town.office, request, {"observed": False, "flow_run_id": ""})
            except DBAPIError:
                continue  # the note that it failed was lost as well: rescue finds it waiting
    if town.request(request).status == "failed":
        retry_failed(town.office)
    assert case.steps == ["open", "apply", "accept"]
    assert town.request(request).status == "applied"
    assert not town.audit().broken


# --- defects --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["issue_papers", "post"])
def test_an_exception_in_writing_leaves_nothing_and_is_shown_and_the_retry_applies_once(
    town: Town, case: OfficeCase, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # T09
    def breaks(*_: Any) -> None:
        raise ZeroDivisionError("张三 138…")

    before, rows = case.snapshot(), counted(town)
    request = case.file("accept", **acceptance(town))
    with monkeypatch.context() as broken:
        broken.setattr(casework, where, breaks)
        with pytest.raises(ZeroDivisionError):
            apply_request(town.office, request)
    told = town.one(Message, Message.notice == "work_failed")
    assert "张三" not in str(told.facts)
    assert (case.snapshot(), counted(town)) == (before, {**rows, "message": rows["message"] + 1})
    failed = town.request(request)
    assert (failed.status, failed.error) == ("failed", "ZeroDivisionError"), "the kind of fault, never its text"
    first, second = retry_failed(town.office), retry_failed(town.office)
    assert (first.chosen, first.applied, first.left, second.chosen) == (1, 1, 0, 0)
    assert case.steps == ["open", "apply", "accept"]


def test_a_failed_request_stays_failed_until_it_is_retried_and_a_refused_retry_says_so(
    town: Town, case: OfficeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = case.file("accept", **acceptance(town))
    with monkeypatch.context() as broken:
        broken.setattr(casework, "write_acts", lambda *_: 1 / 0)
        apply_alone(town.office, request, {"observed": False, "flow_run_id": ""})
        assert (retry_failed(town.office).left, town.request(request).attempt) == (1, 2)
    case.take("withdraw", reason="撤回")
    assert (retry_failed(town.office).applied, town.request(request).status) == (0, "refused")


# --- many at once ---------------------------------------------------------------------------------------------------------


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What that many threads get that begin together: results, or the refusals they met."""
    gate = Barrier(count)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return work(number)
        except Refusal as refusal:
            return type(refusal)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_threads_on_one_case_one_wins(town: Town, case: OfficeCase) -> None:
    wishes = [
        case.file("accept", version=2, **acceptance(town)),
        case.file("withdraw", "colleague", version=2, reason="撤回"),
    ]
    got = at_once(2, lambda number: take_step(town.office, wishes[number]))
    assert sorted(isinstance(one, Receipt) for one in got) == [False, True]
    assert StaleCase in got
    assert len(case.events) == 3


def test_sixteen_threads_with_the_same_request_make_one_event(town: Town, case: OfficeCase) -> None:
    desk = Desk(town.office)
    wish = case.wish("accept", key="the-same", **acceptance(town))
    got = at_once(16, lambda _number: desk.step(wish))
    assert got == [got[0]] * 16
    assert isinstance(got[0], Receipt)
    assert case.steps == ["open", "apply", "accept"]
    assert town.count(StepRequest, StepRequest.key == "the-same") == 1


def test_sixteen_people_at_sixteen_counters_get_sixteen_numbers(town: Town) -> None:
    got = at_once(16, lambda number: town.dispute(applicant=f"申请人{number}"))
    assert sorted(case.number for case in got) == [f"D2026-{no:05d}" for no in range(1, 17)]
    assert len({case.id for case in got}) == 16


def test_registration_keeps_numbers_of_persons_sealed(town: Town) -> None:
    case = town.dispute(phone="13800001111", identity="330102199001011234")
    with town.office.store.read() as connection:
        raw = connection.exec_driver_sql("SELECT phone, identity FROM party WHERE case_id = 1 ORDER BY id").first()
        events = connection.exec_driver_sql("SELECT detail FROM case_event").scalars().all()
    assert raw is not None
    assert "13800001111" not in str(raw)
    assert "330102199001011234" not in str(raw) + str(events)
    assert REGISTRATION["applicant"] not in str(events), "the chain cannot be rewritten: no name in it"
    assert town.rows(Party, Party.case_id == case.id)[0].phone == "13800001111"
