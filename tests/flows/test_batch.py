"""The same step for hundreds of cases: what is chosen is what is done plus what is refused, however often it is interrupted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from flows import batch, pace
from flows.batch import BatchResult, advance_batch, result_of
from flows.requests import Wish, file_batch
from flows.rescue import rescue_all
from flows.retrying import retry_failed
from models.cases import CaseEvent, CaseFile, Party
from models.deadlines import Deadline
from models.outbox import Message
from models.requests import StepBatch, StepRequest
from tests.factories import CONSENT, REGISTRATION, STREET, Town


class PowerCut(BaseException):
    """What ends a process in the middle of its work, so that nothing catches it."""


def file(town: Town, step: str, wishes: list[Wish], key: str = "") -> int:
    """A batch of the mediator's, written down."""
    return file_batch(town.office, step, town.people["mediator"], wishes, key)


def many_disputes(town: Town, count: int) -> list[int]:
    """That many wage claims, registered in one batch; their ids."""
    wishes = [
        Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=town.people["mediator"],
             answers={**REGISTRATION, "applicant": f"申请人{number}"})
        for number in range(count)
    ]  # fmt: skip
    assert advance_batch(town.office, file(town, "open", wishes)).applied == count
    return [row.id for row in town.rows(CaseFile)]


def applying(town: Town, ids: list[int]) -> list[Wish]:
    """Mediation applied for in each of those cases."""
    return [town.wish("apply", "mediator", case_id, received_on=town.iso()) for case_id in ids]


def test_what_is_chosen_is_what_is_done_plus_what_is_refused_with_reasons(town: Town) -> None:
    ids = many_disputes(town, 540)
    for case_id in ids[:20]:
        town.case(case_id, "mediator").take("withdraw", reason="已领到工资")
    strangers = [town.wish("apply", "stranger", case_id, received_on=town.iso()) for case_id in ids[20:25]]
    future = [town.wish("apply", "mediator", case_id, received_on=town.iso(9)) for case_id in ids[25:28]]
    batch_id = file(town, "apply", applying(town, ids[:20] + ids[28:]) + strangers + future)
    seen: list[tuple[int, int]] = []
    result = advance_batch(town.office, batch_id, progress=lambda done, total: seen.append((done, total)))
    assert result == BatchResult(batch_id, chosen=540, applied=512, refused=28, failed=0)
    assert seen == [(500, 540), (540, 540)]
    reasons = Counter(
        (row.receipt["refusal"], row.receipt["reasons"][0]["code"])
        for row in town.rows(StepRequest, StepRequest.status == "refused")
    )
    assert reasons == {
        ("StepRefused", "wrong_state"): 20, ("CaseNotFound", "case_not_found"): 5, ("StepRefused", "received_on_in_future"): 3,
    }  # fmt: skip
    assert town.count(CaseFile, CaseFile.state == "applied") == 512
    assert town.count(Deadline, Deadline.rule == "mediation-decide") == 512
    assert town.one(StepBatch, StepBatch.id == batch_id).settled_at is not None
    assert not town.audit().broken


def test_a_batch_leaves_each_case_as_single_steps_would(town: Town) -> None:
    ids = many_disputes(town, 3)
    advance_batch(town.office, file(town, "apply", applying(town, ids[:2])))
    by_hand = town.case(ids[2], "mediator")
    by_hand.take("apply", received_on=town.iso())
    first = town.case(ids[0], "mediator").snapshot()
    assert first == by_hand.snapshot() == town.case(ids[1], "mediator").snapshot()


def test_the_same_batch_again_is_the_same_batch(town: Town) -> None:
    ids = many_disputes(town, 4)
    first = file(town, "apply", applying(town, ids), key="campaign")
    advance_batch(town.office, first)
    again = file(town, "apply", applying(town, ids), key="campaign")
    assert (again, advance_batch(town.office, again).applied) == (first, 4)
    assert town.count(CaseEvent, CaseEvent.step == "apply") == 4


@pytest.mark.parametrize("where", ["batch.chunk-written", "batch.chunk-committed"])
def test_an_interrupted_batch_goes_on_with_what_still_waits(town: Town, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr(pace, "CHUNK", 10)
    ids = many_disputes(town, 25)
    batch_id = file(town, "apply", applying(town, ids))

    def cut(name: str) -> None:
        if name == where and result_of(town.office, batch_id).applied == (10 if name.endswith("committed") else 0):
            raise PowerCut

    with monkeypatch.context() as storm:
        storm.setattr(batch, "crashpoint", cut)
        with pytest.raises(PowerCut):
            advance_batch(town.office, batch_id)
    assert result_of(town.office, batch_id).applied == (10 if where.endswith("committed") else 0)
    assert rescue_all(town.office)["batches"] == 0, "its runner may still be alive"
    town.clock.pass_time(minutes=2)
    assert rescue_all(town.office)["batches"] == 1
    assert result_of(town.office, batch_id).applied == 25
    assert town.count(CaseEvent, CaseEvent.step == "apply") == 25
    assert rescue_all(town.office)["batches"] == 0


def test_two_runners_at_once_do_nothing_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "CHUNK", 20)
    ids = many_disputes(town, 120)
    batch_id = file(town, "apply", applying(town, ids))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: advance_batch(town.office, batch_id), range(2)))
    assert [one.applied for one in results] == [120, 120]
    assert town.count(CaseEvent, CaseEvent.step == "apply") == 120
    assert not town.audit().broken


def test_the_second_request_for_a_case_sees_what_the_first_did(town: Town) -> None:
    (first, second) = many_disputes(town, 2)
    today = town.iso()
    wishes = [
        town.wish("apply", "mediator", first, received_on=today),
        town.wish("accept", "mediator", first, accepted_on=today, **CONSENT),
        town.wish("apply", "mediator", first, received_on=today),
        town.wish("apply", "mediator", second, received_on=today),
    ]
    result = advance_batch(town.office, file(town, "apply", wishes))
    assert (result.applied, result.refused) == (3, 1)
    assert town.case(first).state == "accepted"
    assert [row.status for row in town.rows(StepRequest, StepRequest.batch_id == result.batch_id)] == [
        "applied", "applied", "refused", "applied",
    ]  # fmt: skip


def test_one_bad_case_does_not_stop_the_others(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = many_disputes(town, 6)
    real: Callable[..., None] = batch.write_acts

    def breaks(connection: Any, acts: Any) -> None:
        if any(act.case.id == ids[3] for act in acts):
            raise ValueError("张三")
        real(connection, acts)

    batch_id = file(town, "apply", applying(town, ids))
    with monkeypatch.context() as broken:
        broken.setattr(batch, "write_acts", breaks)
        broken.setattr("flows.casework.write_acts", breaks)
        result = advance_batch(town.office, batch_id)
    assert (result.applied, result.failed) == (5, 1)
    failed = town.one(StepRequest, StepRequest.status == "failed")
    assert (failed.case_id, failed.error) == (ids[3], "ValueError")
    assert retry_failed(town.office).applied == 1
    assert result_of(town.office, batch_id) == BatchResult(batch_id, 6, 6, 0, 0)


def test_a_refused_opening_in_a_batch_leaves_no_case_behind(town: Town) -> None:
    good = {"step": "open", "case_type": "dispute", "unit_id": STREET, "actor_id": town.people["mediator"]}
    wishes = [
        Wish(**good, answers=REGISTRATION),
        Wish(**good, answers={**REGISTRATION, "employer": ""}),
        Wish(**{**good, "actor_id": town.people["stranger"]}, answers=REGISTRATION),
        Wish(**good, answers=REGISTRATION),
    ]
    result = advance_batch(town.office, file(town, "open", wishes))
    assert (result.applied, result.refused) == (2, 2)
    assert [(row.number, row.version) for row in town.rows(CaseFile)] == [("D2026-00001", 1), ("D2026-00002", 1)]
    assert town.count(Party) == 4


def test_an_opening_in_an_unknown_unit_is_refused_and_the_others_are_opened(town: Town) -> None:
    good = {"step": "open", "case_type": "dispute", "actor_id": town.people["mediator"], "answers": REGISTRATION}
    result = advance_batch(town.office, file(town, "open", [Wish(**good, unit_id=99), Wish(**good, unit_id=STREET)]))
    assert (result.applied, result.refused, town.count(CaseFile)) == (1, 1, 1)


def test_a_batch_goes_gently_while_somebody_takes_steps(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small chunks, and after each a rest as long as it took; at full speed once nobody is at work, and at its end no rest."""
    ids = many_disputes(town, 80)
    batch_id = file(town, "apply", applying(town, ids[1:]))
    town.case(ids[0], "mediator").take("apply", received_on=town.iso())
    seconds, rests, done_at = count(0, 0.25), list[float](), list[int]()
    monkeypatch.setattr(pace, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(pace, "sleep", rests.append)

    def look(done: int, _chosen: int) -> None:
        done_at.append(done)
        if done == 50:
            town.clock.pass_time(seconds=2)

    assert advance_batch(town.office, batch_id, progress=look).applied == 79
    assert (done_at, rests) == ([25, 50, 79], [0.25, 0.25])


def test_an_empty_batch_is_done_at_once(town: Town) -> None:
    assert advance_batch(town.office, file(town, "apply", [])).chosen == 0


def statements_for(town: Town, step: str, wishes: list[Wish]) -> Counter[str]:
    """How many statements of each kind one batch takes."""
    batch_id = file(town, step, wishes)
    with town.statements() as seen:
        assert advance_batch(town.office, batch_id).applied == len(wishes)
    return Counter(" ".join(statement.split()[:3]) for statement in seen)


def test_a_chunk_takes_as_many_statements_for_fifty_cases_as_for_five_hundred(town: Town) -> None:
    ids = many_disputes(town, 550)
    few, many = ids[:50], ids[50:]
    assert statements_for(town, "apply", applying(town, few)) == statements_for(town, "apply", applying(town, many))
    consent = {"accepted_on": town.iso(), **CONSENT}
    small, large = (
        statements_for(town, "accept", [town.wish("accept", "mediator", case_id, **consent) for case_id in part])
        for part in (few, many)
    )
    assert small == large
    assert small.total() < 40
    assert town.count(Message, Message.notice == "case_accepted") == 550
