"""Open cases move to another version of their type, as the dry run said, once each, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from flows import batch as batches
from flows.batch import BatchResult, advance_batch
from flows.casework import take_step
from flows.checks.check import Look
from flows.checks.outgoing import _paper_missing
from flows.migrating import wanted_of
from flows.missing import missing_of
from flows.office_journal import Deed
from flows.requests import Wish, file_request
from flows.results import refusals_of
from flows.version_moves import Order, carry_out, file_moves, file_reversal
from flows.version_rehearsal import Rehearsed, Summary, rehearsed, rehearsed_back
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline
from models.offices import OfficeEvent
from models.requests import Run, StepBatch, StepRequest
from models.scope import EVERYTHING
from states import registry
from states.dispute import DISPUTE
from states.errors import NotPermitted, Refusal
from states.names import state_label, step_label
from states.registry import case_type, registered
from states.version_plan import Target
from tests.factories import OfficeCase, Town
from tests.flows.walking import Walk
from tests.states.second import ADDED, COOLING, DROPPED, GONE, LONGER, RULES, SECOND, TAKEN_ON
from tests.states.second import second as second_version

FORWARD = Order("dispute", 1, 2, RULES)
EVERY_ROW = (CaseFile, CaseEvent, Deadline, StepRequest, StepBatch, Run, OfficeEvent)


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The second version is registered; cases are still opened in the first."""
    with registered(SECOND), monkeypatch.context() as patched:
        patched.setitem(registry._NEWEST, "dispute", DISPUTE)
        yield


def move(town: Town, order: Order = FORWARD, by: str | None = None, key: str = "v2") -> BatchResult:
    """The whole move, as the command does it."""
    actor_id = town.people[by] if by else None
    batch_id = (
        file_moves(town.office, actor_id, EVERYTHING, order, key)
        if order.reverses is None
        else file_reversal(town.office, actor_id, order, key)
    )
    return carry_out(town.office, batch_id)


def dry_run(town: Town, order: Order = FORWARD) -> dict[str, Rehearsed]:
    """The dry run, by number."""
    target = Target(DISPUTE, SECOND, order.rules, order.strict)
    with town.office.store.read() as connection:
        found = rehearsed(connection, town.office, EVERYTHING, target, order.states)
        return {one.number: one for one in found}


def everything(town: Town) -> dict[str, list[Any]]:
    """Every row a move could touch."""
    return {table.__tablename__: town.rows(table) for table in EVERY_ROW}


def clocks(town: Town, case: OfficeCase) -> dict[int, Any]:
    return {row.id: row for row in town.rows(Deadline, Deadline.case_id == case.id)}


def as_moved(town: Town, case: OfficeCase, before: dict[int, Any]) -> dict[str, Any]:
    """What a move did to the clocks of a case, in the words of the dry run."""
    after = clocks(town, case)
    stopped = [row for row in before.values() if not row.ended_by and after[row.id].ended_by]
    moved = [row for row in before.values() if after[row.id].due_on != row.due_on]
    fresh = [row for no, row in after.items() if no not in before]
    return {
        "stops": [[row.rule, row.subject, row.due_on] for row in stopped],
        "moves": [[row.rule, row.subject, row.due_on, after[row.id].due_on] for row in moved],
        "starts": [[row.rule, row.subject, row.due_on] for row in fresh],
    }


@pytest.fixture
def walked(town: Town) -> list[OfficeCase]:
    """Disputes in many states, walked there at random."""
    cases = []
    for seed in range(14):
        walk = Walk(town, town.dispute("supervisor"), seed)
        for _ in range(1 + seed % 7):
            walk.step()
        cases.append(walk.case)
    return [*cases, town.dispute().mediating(), town.dispute().accepted(), town.dispute().performing()]


@pytest.mark.usefixtures("second")
def test_the_move_does_what_the_dry_run_said_and_the_way_back_undoes_it(town: Town, walked: list[OfficeCase]) -> None:
    before = everything(town)
    told = dry_run(town)
    assert everything(town) == before, "a dry run writes nothing"
    still = [case for case in walked if case.row.closed_on is None]
    assert set(told) == {case.number for case in still}
    states = {case.number: case.state for case in still}
    ran = {case.number: clocks(town, case) for case in still}

    result = move(town)

    assert (result.chosen, result.applied, result.refused, result.failed) == (len(still), len(still), 0, 0)
    for case in still:
        said = told[case.number].as_json
        assert (
            (case.row.type_version, case.state)
            == (2, said["becomes"])
            == (2, RULES.get(states[case.number], states[case.number]))
        )
        assert as_moved(town, case, ran[case.number]) == {what: said[what] for what in ("stops", "moves", "starts")}
        assert case.steps[-1] == "migrate"
    assert {row.type_version for row in town.rows(CaseFile) if row.closed_on is not None} <= {1}
    assert town.audit().broken == ()

    back = move(town, Order("dispute", 2, 1, reverses=result.batch_id), key="back")

    assert (back.chosen, back.applied) == (len(still), len(still))
    for case in still:
        now = clocks(town, case)
        assert {no: now[no] for no in ran[case.number]} == ran[case.number], "every clock is as it was"
        assert {now[no].status for no in now if no not in ran[case.number]} <= {"void"}
        assert (case.row.type_version, case.state) == (1, states[case.number])
    assert town.audit().broken == ()


@pytest.mark.usefixtures("second")
def test_a_case_in_mediation_gets_the_clock_of_the_state_and_the_longer_period(town: Town) -> None:
    case = town.dispute().mediating()
    assert (case.due(GONE) is None, case.due(ADDED)) == (False, None)
    was = case.due(LONGER)
    town.clock.pass_time(days=2)
    move(town)
    assert case.due(GONE) is None
    assert case.due(ADDED) is not None
    moved = town.one(Deadline, Deadline.case_id == case.id, Deadline.rule == LONGER)
    assert was is not None
    assert moved.due_on > was
    assert (moved.explanation["start"], moved.explanation["was"]) == ("2026-03-02", was.isoformat())
    case.take("cool_off")
    assert (case.state, case.due(ADDED)) == (COOLING, None)
    with town.office.store.read() as connection:
        assert connection.execute(select(CaseFile.type_version).where(CaseFile.id == case.id)).scalar_one() == 2


@pytest.mark.usefixtures("second")
def test_a_state_without_a_rule_is_refused_with_the_reason(town: Town) -> None:
    case, other = town.dispute().accepted(), town.dispute()
    (reason,) = dry_run(town, Order("dispute", 1, 2))[case.number].plan.reasons
    assert reason.code == "no_rule_for_state"
    before = case.snapshot()
    result = move(town, Order("dispute", 1, 2))
    assert (result.applied, result.refused) == (1, 1)
    ((number, said),) = refusals_of(town.office, result.batch_id)
    assert number == case.number
    assert "accepted" in said[0][1]
    assert (case.snapshot(), other.row.type_version) == (before, 2)


@pytest.mark.usefixtures("second")
def test_a_rule_does_not_end_cases(town: Town) -> None:
    case = town.dispute().accepted()
    result = move(town, Order("dispute", 1, 2, {"accepted": "archived"}))
    assert result.refused == 1
    assert [one.code for one in dry_run(town, Order("dispute", 1, 2, {"accepted": "archived"}))[case.number].plan.reasons] == [
        "ends_the_case"
    ]


@pytest.mark.usefixtures("second")
def test_a_history_that_does_not_fit_is_told_and_refused_only_where_asked(town: Town) -> None:
    case = town.dispute().accepted()
    case.take("schedule_session", on=town.iso(2), place="三楼")
    case.take(DROPPED, on=town.iso(3), reason="改期")
    told = dry_run(town)[case.number].plan
    assert [(one.step, one.why) for one in told.odd] == [(DROPPED, "unknown_step")]
    assert told.reasons == ()
    strict = Order("dispute", 1, 2, RULES, strict=True)
    assert [one.code for one in dry_run(town, strict)[case.number].plan.reasons] == ["odd_history"]
    assert move(town, strict, key="strict").refused == 1
    assert move(town).applied == 1
    kind = case_type("dispute", 2)
    assert step_label(kind, DROPPED).zh == DISPUTE.by_name[DROPPED].label.zh, "the history keeps its words"
    assert state_label(kind, "accepted").zh == "已受理"


@pytest.mark.usefixtures("second")
def test_a_case_that_moved_meanwhile_is_refused(town: Town) -> None:
    case, other = town.dispute(), town.dispute()
    batch_id = file_moves(town.office, None, EVERYTHING, FORWARD, "v2")
    case.take("apply", received_on=town.iso())
    result = carry_out(town.office, batch_id)
    assert (result.applied, result.refused) == (1, 1)
    assert (case.row.type_version, case.state, other.row.type_version) == (1, "applied", 2)
    refused = town.one(StepRequest, StepRequest.batch_id == batch_id, StepRequest.status == "refused")
    assert [one["code"] for one in refused.receipt["reasons"]] == ["stale_case"]


@pytest.mark.usefixtures("second")
def test_twice_is_once(town: Town) -> None:
    case = town.dispute().accepted()
    first = move(town)
    assert move(town).batch_id == first.batch_id, "the same key is the same batch"
    again = file_request(town.office, Wish(step="migrate", case_id=case.id, answers=FORWARD.answers))
    with pytest.raises(Refusal) as refusal:
        take_step(town.office, again)
    assert [one.code for one in refusal.value.reasons] == ["other_version"]
    assert move(town, key="once more").chosen == 0
    assert case.steps.count("migrate") == 1


@pytest.mark.usefixtures("second")
def test_one_case_through_the_door_gives_the_same_receipt_again(town: Town) -> None:
    case = town.dispute().accepted()
    wish = Wish(step="migrate", case_id=case.id, actor_id=town.people["administrator"], answers=FORWARD.answers, key="one")
    receipt = take_step(town.office, file_request(town.office, wish))
    assert (receipt.step, receipt.state, receipt.version) == ("migrate", TAKEN_ON, case.row.version)
    assert take_step(town.office, file_request(town.office, wish)) == receipt
    last = case.events[-1]
    assert (last.role, last.from_state, last.to_state) == ("administrator", "accepted", TAKEN_ON)
    assert (last.detail["migrated"]["from"], last.detail["migrated"]["to"]) == (1, 2)


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize("by", ["mediator", "supervisor", "stranger"])
def test_only_who_heads_the_office_may(town: Town, by: str) -> None:
    case = town.dispute().accepted()
    with pytest.raises(NotPermitted):
        move(town, by=by)
    assert town.count(StepBatch) == 0
    codes = case.refused("migrate", by, **FORWARD.answers)
    assert codes in (["not_administrator"], ["case_not_found"])
    assert move(town, by="administrator").applied == 1


@pytest.mark.usefixtures("second")
def test_nonsense_is_refused_with_words(town: Town) -> None:
    case = town.dispute()
    assert case.refused("migrate", "administrator", to="two") == ["not_a_move"]
    assert case.refused("migrate", "administrator", **{"from": 1, "to": 2, "reverses": 7}) == ["moved_since"]


@pytest.mark.usefixtures("second")
def test_a_move_is_not_undone_like_a_step_and_steps_after_it_are(town: Town) -> None:
    case = town.dispute().accepted()
    move(town)
    assert case.refused("undo", "supervisor", reason="误") == ["not_undoable"]
    case.take("schedule_session", on=town.iso(2), place="三楼")
    case.take("undo", reason="误")
    assert case.state == TAKEN_ON


@pytest.mark.usefixtures("second")
def test_only_what_has_not_moved_since_goes_back(town: Town) -> None:
    stays, goes = town.dispute().accepted(), town.dispute().accepted()
    result = move(town)
    stays.take("schedule_session", on=town.iso(2), place="三楼")
    back = Order("dispute", 2, 1, reverses=result.batch_id)
    with town.office.store.read() as connection:
        told = {one.number: one.plan for one in rehearsed_back(connection, wanted_of(back.answers), result.batch_id)}
    assert ([one.code for one in told[stays.number].reasons], told[goes.number].after) == (["moved_since"], "accepted")
    put = move(town, back, key="back")
    assert (put.applied, put.refused) == (1, 1)
    assert (stays.row.type_version, goes.row.type_version) == (2, 1)
    assert move(town, Order("dispute", 1, 2, reverses=put.batch_id), key="and back").refused == 1, "a way back has no way back"
    assert town.audit().broken == ()


@pytest.mark.usefixtures("second")
def test_a_chunk_that_is_lost_is_done_again_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [town.dispute().accepted() for _ in range(3)]
    batch_id = file_moves(town.office, None, EVERYTHING, FORWARD, "v2")
    before = everything(town)

    def dies(name: str) -> None:
        if name == "batch.chunk-written":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(batches, "crashpoint", dies)
        with pytest.raises(KeyboardInterrupt):
            advance_batch(town.office, batch_id)
    assert everything(town) == before
    assert advance_batch(town.office, batch_id).applied == 3
    assert {tuple(case.steps[-2:]) for case in cases} == {("assign_mediator", "migrate")}


@pytest.mark.usefixtures("second")
def test_it_is_written_down_who_moved_what(town: Town) -> None:
    town.dispute()
    result = move(town, by="administrator")
    deed = town.one(OfficeEvent, OfficeEvent.deed == Deed.CASES_MIGRATED)
    assert (deed.actor_id, deed.detail["batch"], deed.detail["cases"]) == (town.people["administrator"], result.batch_id, 1)
    run = town.one(Run, Run.flow == "migrate-cases")
    assert (run.state, run.counts["applied"]) == ("done", 1)


@pytest.mark.usefixtures("second")
def test_only_the_chosen_states_move(town: Town) -> None:
    chosen, other = town.dispute().accepted(), town.dispute()
    assert move(town, Order("dispute", 1, 2, RULES, ("accepted",))).chosen == 1
    assert (chosen.row.type_version, other.row.type_version) == (2, 1)


@pytest.mark.usefixtures("second")
def test_sweeps_go_on_under_the_new_rules(town: Town) -> None:
    case = town.dispute().mediating()
    move(town)
    until = case.due(LONGER)
    assert until is not None
    town.until(until)
    assert case.state == "mediating"
    town.until(until + timedelta(days=1))
    assert case.state == "failed", "the step of its end is taken when the new day is over"
    assert town.audit().broken == ()


@pytest.mark.usefixtures("second")
def test_a_moved_case_walks_on_and_the_summary_counts(town: Town) -> None:
    walks = [Walk(town, town.dispute("supervisor").mediating(), seed) for seed in range(4)]
    summary = Summary()
    for one in dry_run(town).values():
        summary.add(one.plan)
    assert (summary.cases, summary.refused, summary.clocks["moves", LONGER], summary.clocks["starts", ADDED]) == (4, 0, 4, 4)
    move(town)
    taken = [walk.step() for walk in walks for _ in range(Random(7).randint(1, 4))]
    assert any(taken)
    assert town.audit().broken == ()


@pytest.mark.usefixtures("second")
def test_a_chunk_costs_the_same_statements_however_many_cases(town: Town) -> None:
    counted = []
    for n in (2, 8):
        for _ in range(n):
            town.dispute()
        batch_id = file_moves(town.office, None, EVERYTHING, FORWARD, f"of {n}")
        with town.statements() as statements:
            advance_batch(town.office, batch_id)
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_an_event_owes_what_its_own_version_named(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [replace(one, papers=(*one.papers, "mediation_agreement")) if one.name == "accept" else one for one in SECOND.steps]
    case = town.dispute().accepted()
    with registered(second_version(steps=tuple(steps))), monkeypatch.context() as patched:
        patched.setitem(registry._NEWEST, "dispute", DISPUTE)
        assert move(town).applied == 1
        with town.office.store.read() as connection:
            requests = [event.request_id for event in case.events]
            assert missing_of(connection, requests) == []
            assert connection.execute(_paper_missing(Look(town.office.now()))).all() == []
        back = Order("dispute", 2, 1, reverses=1)
        assert move(town, back, key="back").applied == 1
        with town.office.store.read() as connection:
            assert missing_of(connection, requests) == []
