"""The lane's own rules, without Prefect: who runs the body, what is told, when waiting is worth it."""

from __future__ import annotations

import time

import pytest

from flows.breaker import Breaker
from flows.lane import Answer, Lane
from flows.ticket import Ticket, accompanied_by, current_flow_run_id
from states.errors import StepRefused, refuse
from states.labels import Label


def test_before_the_lane_is_started_the_body_runs_bare_and_at_once() -> None:
    assert Lane(str.upper).run("r-1") == Answer("R-1", observed=False, flow_run_id=None)


def test_who_enters_in_time_is_known_within_the_body_and_hears_the_verdict() -> None:
    ticket = Ticket("advance-case", "r-1", str.upper)
    assert ticket.enter("run-1")
    with ticket.settled(), accompanied_by(ticket.claim(0)):
        assert current_flow_run_id() == "run-1"
    assert current_flow_run_id() is None
    assert ticket.verdict.result(0) == "applied"


def test_who_comes_after_the_claim_is_too_late() -> None:
    ticket = Ticket("advance-case", "r-1", str.upper)
    assert ticket.claim(0.01) is None
    assert not ticket.enter("run-1")


def test_giving_up_ends_the_wait() -> None:
    ticket = Ticket("advance-case", "r-1", str.upper)
    ticket.give_up()
    begun = time.perf_counter()
    assert ticket.claim(5) is None
    assert time.perf_counter() - begun < 0.1


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (refuse(StepRefused, "no", Label("不行", "no")), "refused"),
        (ValueError("张三 owes 500"), "fault: ValueError"),
        (KeyboardInterrupt(), "fault: KeyboardInterrupt"),
    ],
)
def test_a_verdict_holds_no_more_than_a_class_name(error: BaseException, verdict: str) -> None:
    ticket = Ticket("advance-case", "r-1", str.upper)
    with pytest.raises(type(error)), ticket.settled():
        raise error
    assert ticket.verdict.result(0) == verdict


def test_a_breaker_asks_a_fickle_server_ever_more_rarely_and_forgets_after_a_success() -> None:
    asked: list[float] = []

    def healthy() -> bool:
        asked.append(time.monotonic())
        return True

    breaker = Breaker(open_for=0.2, probe=healthy)
    breaker._pause = 0.05
    spans = []
    for _ in range(4):
        begun = time.monotonic()
        breaker.trip()
        breaker.trip()  # a second trouble while open changes nothing
        while breaker.is_open:
            time.sleep(0.001)
        spans.append(asked[-1] - begun)
    assert [round(span * 20) / 20 for span in spans] == pytest.approx([0.05, 0.1, 0.2, 0.2], abs=0.03)
    assert len(asked) == 4
    breaker.went_well()
    assert not breaker.is_open


def test_a_success_closes_the_breaker_without_a_probe() -> None:
    breaker = Breaker(open_for=30, probe=lambda: pytest.fail("nobody asked for a probe"))
    breaker.trip()
    breaker.went_well()
    assert not breaker.is_open
