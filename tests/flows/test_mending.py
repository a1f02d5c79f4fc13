"""All places of a check mended as a work: each has its answer, it is asked for once, and it goes on where it was broken off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from flows.accounts.authority import NotThere
from flows.integrity import findings
from flows.mending import MEND, ask_to_mend
from flows.office import utc_now
from flows.office_journal import Deed
from flows.performing import WORKS, perform
from flows.repairs import requests
from flows.works import LeaseLost, claim, working
from models.deadlines import Deadline
from models.offices import OfficeEvent
from models.people import Position
from models.processes import Process
from models.requests import Run, StepRequest
from states.errors import NotPermitted, StepRefused
from tests.factories import STREET, Town
from tests.performing import perform_free
from tests.plants import HOUR, PLANTS, remove


def left(town: Town, code: str) -> list[int]:
    with town.office.store.read() as connection:
        return [spot.subject for one in findings(connection, None, town.office.now(), codes=[code]) for spot in one.rows]


def asked(town: Town, code: str, by: str = "supervisor") -> int:
    run_id = ask_to_mend(town.office, town.people[by], code)
    assert run_id is not None
    return run_id


def run_of(town: Town, run_id: int) -> Any:
    return town.one(Run, Run.id == run_id)


def test_each_place_has_its_answer(town: Town) -> None:
    good = [town.dispute(applicant=f"申请人{no}").accepted() for no in range(2)]
    for case in good:
        remove(town, Deadline, Deadline.case_id == case.id, Deadline.status == "open")
    bad = town.dispute(applicant="申请人9")
    for clock in town.rows(Deadline, Deadline.case_id == bad.id):
        # it lost none: there is nothing to start again
        town.set(Deadline, Deadline.id == clock.id, status="met", next_on=None, ended_by=1)
    town.clock.pass_time(days=8)
    with ThreadPoolExecutor(4) as pool:
        pressed = set(pool.map(lambda _: asked(town, "case_without_clock"), range(4)))
    (run_id,) = pressed
    assert run_of(town, run_id).asked["places"] == [
        [case.id, case.number, "/1/2/", f"/cases/{case.number}"] for case in (*good, bad)
    ]
    assert perform_free(town.office) == 1
    run = run_of(town, run_id)
    assert (run.state, run.counts["mended"], run.counts["not_mended"], run.counts["done"]) == ("done", 2, 1, 3)
    assert [well for well, *_ in run.counts["answers"]] == [True, True, False]
    assert "打开案件办理下一步" in run.counts["answers"][2][1]
    assert left(town, "case_without_clock") == [bad.id]
    deeds = town.rows(OfficeEvent, OfficeEvent.deed == str(Deed.REPAIRED))
    assert [(one.actor_id, one.case_id) for one in deeds] == [(town.people["supervisor"], case.id) for case in good]
    assert asked(town, "case_without_clock") != run_id  # what is left can be asked for again, once the first one ended


def failed(town: Town, count: int) -> list[int]:
    return [PLANTS["failed_steps"](town).subject for _ in range(count)]


def test_who_wakes_too_late_mends_no_more_and_the_next_one_goes_on(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.works.NOTED", 0.0)
    subjects, tried = failed(town, 4), []
    retry = requests.BODIES["failed_steps"]

    def slowly(office: Any, by: int | None, spot: Any) -> Any:
        tried.append(spot.subject)
        if len(tried) == 2:  # somebody else took the run over meanwhile
            town.set(Run, Run.id == run_id, attempt=7)
        return retry(office, by, spot)

    monkeypatch.setattr("flows.repairing.BODIES", {"failed_steps": slowly})
    run_id = asked(town, "failed_steps")
    mine = claim(town.office, run_id, WORKS)
    assert mine is not None
    with pytest.raises(LeaseLost), working(mine):
        WORKS[MEND](mine)
    assert tried == subjects[:2]
    assert len(run_of(town, run_id).counts["answers"]) == 1
    town.set(Run, Run.id == run_id, state="waiting")
    assert perform(town.office, run_id)
    assert tried == subjects  # the second place was in order by then, and nothing was done to it again
    run = run_of(town, run_id)
    assert (run.state, run.counts["mended"], len(run.counts["answers"])) == ("done", 4, 4)
    assert [town.request(one).status for one in subjects] == ["applied"] * 4


def test_a_defect_stops_one_place_and_not_the_others(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = failed(town, 2)
    retry = requests.BODIES["failed_steps"]

    def breaks(office: Any, by: int | None, spot: Any) -> Any:
        if spot.subject == subjects[0]:
            raise KeyError("张三")
        return retry(office, by, spot)

    monkeypatch.setattr("flows.repairing.BODIES", {"failed_steps": breaks})
    run_id = asked(town, "failed_steps")
    perform_free(town.office)
    answers = run_of(town, run_id).counts["answers"]
    assert [well for well, *_ in answers] == [False, True]
    assert answers[0][1:] == ["程序出错:KeyError", "the program failed: KeyError"]


def test_it_is_done_with_what_he_may_do_by_then(town: Town) -> None:
    subjects = failed(town, 2)
    boss = town.people["supervisor"]
    run_id = asked(town, "failed_steps")
    town.set(Position, Position.person_id == boss, to_on=town.today)
    town.clock.pass_time(days=1)
    perform_free(town.office)
    run = run_of(town, run_id)
    assert (run.state, run.counts["mended"], run.counts["not_mended"]) == ("done", 0, 2)
    assert "只有督办可以修复" in run.counts["answers"][0][1]
    assert [town.one(StepRequest, StepRequest.id == one).status for one in subjects] == ["failed"] * 2


def test_who_may_not_mend_files_nothing(town: Town) -> None:
    failed(town, 1)
    PLANTS["head_differs"](town)
    with pytest.raises(NotPermitted):
        ask_to_mend(town.office, town.people["administrator"], "failed_steps")
    with pytest.raises(NotThere):
        ask_to_mend(town.office, town.people["supervisor"], "no_such_check")
    with pytest.raises(StepRefused):
        ask_to_mend(town.office, town.people["supervisor"], "head_differs")
    town.add(Position, person_id=town.people["colleague"], organisation_id=STREET, role="supervisor")
    with pytest.raises(NotPermitted):
        ask_to_mend(town.office, town.people["colleague"], "sweep_failed")
    assert ask_to_mend(town.office, town.people["supervisor"], "parked") is None
    assert town.count(Run, Run.flow == MEND) == 0


def test_a_worker_does_not_wait_for_himself(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.repairs.works.PATIENCE", 0.0)  # whoever waited would see nothing done
    for name in ("sweep_failed", "sweep_late"):
        PLANTS[name](town)
    town.add(
        Process,
        name="w",
        host="h",
        pid=1,
        roles="worker",
        version="1",
        started_at=utc_now(),
        beat_at=utc_now() + HOUR,
        condition={},
    )
    run_id = asked(town, "sweep_failed")
    perform_free(town.office)
    assert run_of(town, run_id).counts["mended"] == 1
    assert left(town, "sweep_failed") == []
    assert town.rows(Run, Run.flow == "sweep-seal")[-1].state == "done"
