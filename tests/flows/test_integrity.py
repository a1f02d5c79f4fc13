"""Every check finds its fault where it was planted, at the right unit, and its repair mends it, once."""

from __future__ import annotations

import inspect
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import states.bargaining.contract
from config.settings import ROOT
from flows.accounts.authority import NotThere
from flows.checks.outgoing import ASKING
from flows.checks.table import CHECKS
from flows.integrity import find, findings
from flows.missing import Missing, missing_of
from flows.office_journal import Deed
from flows.repairing import BODIES, repair, repair_all
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline
from models.offices import OfficeEvent
from models.outbox import Message
from models.papers import Document
from models.people import Person, Position
from models.requests import Run, StepRequest
from states.errors import NotPermitted, StepRefused
from tests.factories import ELSEWHERE, STREET, OfficeCase, Town
from tests.plants import PLANTS, Planted, newest, remove

BY_CODE = {check.code: check for check in CHECKS}
MENDED = sorted(code for code, check in BY_CODE.items() if check.repair is not None)
OF_A_UNIT = sorted(code for code, check in BY_CODE.items() if not check.whole)


def found(town: Town, *paths: str) -> dict[str, list[int]]:
    """code → subjects of what is found; without paths: in the whole office."""
    with town.office.store.read() as connection:
        there = findings(connection, paths or None, town.office.now())
    return {one.check.code: [row.subject for row in one.rows] for one in there}


def post(town: Town, name: str, role: str, unit: int) -> int:
    """Somebody new with one position."""
    person_id = town.add(Person, code=name, name=name)
    town.add(Position, person_id=person_id, organisation_id=unit, role=role)
    return person_id


def test_every_check_has_a_plant_and_every_repair_a_body() -> None:
    assert set(PLANTS) == set(BY_CODE)
    assert set(BODIES) == set(MENDED)
    assert len(BY_CODE) == len(CHECKS)


def test_a_sound_office_has_no_findings_and_costs_a_statement_a_check(town: Town) -> None:
    town.dispute().performing()
    town.bargaining().in_force()
    town.contract(town.today.replace(year=2027))
    town.drain()
    with town.statements() as seen:
        assert find(town.office) == []
    assert len(seen) <= len(CHECKS) + 2


@pytest.mark.parametrize("code", sorted(PLANTS))
def test_a_fault_is_found_where_it_is(town: Town, code: str) -> None:
    planted = PLANTS[code](town)
    assert found(town)[code] == [planted.subject]
    assert found(town, "/1/")[code] == [planted.subject]
    assert code not in found(town, "/4/") or BY_CODE[code].whole
    below = found(town, "/1/2/")
    assert (code in below) is not BY_CODE[code].whole
    with town.office.store.read() as connection:
        (finding,) = findings(connection, ["/1/"], town.office.now(), codes=[code])
    assert finding.rows[0].number == planted.number or not planted.number
    assert "/None" not in finding.rows[0].path


@pytest.mark.parametrize("code", MENDED)
def test_a_fault_is_mended_once_read_back_and_written_down(town: Town, code: str) -> None:
    planted = PLANTS[code](town)
    supervisor = town.people["supervisor"]
    answer = repair(town.office, supervisor, code, planted.subject)
    assert answer.done, answer.text
    assert code not in found(town)
    deed = newest(town, OfficeEvent, OfficeEvent.deed == str(Deed.REPAIRED))
    assert (deed.actor_id, deed.detail["check"], deed.detail["subject"], deed.detail["done"]) == (
        supervisor, code, planted.subject, True,
    )  # fmt: skip
    before = counted(town)
    again = repair(town.office, supervisor, code, planted.subject)
    assert again.done
    assert counted(town) == before
    assert town.audit().broken == ()


def counted(town: Town) -> list[int]:
    """How many rows there are of everything a repair may write."""
    return [town.count(table) for table in (CaseEvent, CaseFile, Deadline, Message, Document, StepRequest, Run, OfficeEvent)]


@pytest.mark.parametrize("code", sorted(set(PLANTS) - set(MENDED)))
def test_what_cannot_be_mended_safely_says_what_a_person_does(town: Town, code: str) -> None:
    planted = PLANTS[code](town)
    with pytest.raises(StepRefused) as refused:
        repair(town.office, town.people["supervisor"], code, planted.subject)
    assert refused.value.reasons[0].remedy == BY_CODE[code].remedy


@pytest.mark.parametrize("code", OF_A_UNIT)
def test_another_units_supervisor_sees_nothing_and_mends_nothing(town: Town, code: str) -> None:
    planted = PLANTS[code](town)
    other = post(town, "elsewhere", "supervisor", ELSEWHERE)
    with pytest.raises(NotThere):
        repair(town.office, other, code, planted.subject)
    with pytest.raises(NotPermitted):
        repair(town.office, town.people["colleague"], code, planted.subject)
    assert found(town)[code] == [planted.subject]


def test_what_concerns_the_whole_office_is_mended_at_the_top(town: Town) -> None:
    planted = PLANTS["sweep_late"](town)
    with pytest.raises(NotPermitted):
        repair(town.office, post(town, "street", "supervisor", STREET), "sweep_late", planted.subject)
    assert repair(town.office, town.people["administrator"], "sweep_late", planted.subject).done


def test_the_operator_mends_what_is_safe_and_hears_of_the_rest(town: Town) -> None:
    for code in ("paper_missing", "notice_missing", "failed_steps", "head_differs"):
        PLANTS[code](town)
    assert {(one.code, one.done) for one in repair_all(town.office)} == {
        ("paper_missing", True), ("notice_missing", True), ("failed_steps", True),
    }  # fmt: skip
    assert set(found(town)) == {"head_differs"}


# --- what exactly is made good --------------------------------------------------------------------------------------------


def test_the_paper_says_what_the_first_one_said(town: Town) -> None:
    case = town.dispute().accepted()
    event = newest(town, CaseEvent, CaseEvent.case_id == case.id, CaseEvent.step == "accept")
    first = town.one(Document, Document.case_id == case.id, Document.seq == event.seq)
    case.take("schedule_session", on=town.iso(3), place="三楼调解室")
    remove(town, Document, Document.id == first.id)
    town.clock.pass_time(days=2)
    repair(town.office, town.people["supervisor"], "paper_missing", event.id)
    again = town.one(Document, Document.case_id == case.id, Document.seq == event.seq)
    assert again.serial != first.serial
    heads = ("paper", "serial", "number")
    assert {k: v for k, v in again.facts.items() if k not in heads} == {k: v for k, v in first.facts.items() if k not in heads}
    assert (again.issued_at, again.void) == (first.issued_at, False)


def test_a_changed_paper_is_put_back_word_for_word(town: Town) -> None:
    case = town.dispute().accepted()
    before = town.one(Document, Document.case_id == case.id, Document.paper == "acceptance_notice")
    planted = Planted("paper_broken", before.id)
    town.set(Document, Document.id == before.id, facts={"paper": "acceptance_notice"})
    assert repair(town.office, town.people["supervisor"], "paper_broken", planted.subject).done
    assert town.one(Document, Document.id == before.id).facts == before.facts


def test_the_notice_says_what_the_first_one_said(town: Town) -> None:
    case = town.dispute().accepted()
    event = newest(town, CaseEvent, CaseEvent.case_id == case.id, CaseEvent.step == "accept")
    of_event = (Message.case_id == case.id, Message.seq == event.seq)
    first = town.one(Message, *of_event)
    remove(town, Message, *of_event)
    repair(town.office, town.people["supervisor"], "notice_missing", event.id)
    again = town.one(Message, *of_event)
    assert (again.key, again.facts) == (first.key, first.facts)


def test_the_clocks_are_those_the_state_should_have(town: Town) -> None:
    case = town.dispute().accepted()
    before = case.snapshot()["clocks"]
    remove(town, Deadline, Deadline.case_id == case.id, Deadline.status == "open")
    town.clock.pass_time(days=8)
    answer = repair(town.office, town.people["supervisor"], "case_without_clock", case.id)
    assert answer.done, answer.text
    after = case.snapshot()["clocks"]
    assert after
    assert set(after) <= set(before)
    assert all(
        clock.next_on >= town.today for clock in town.rows(Deadline, Deadline.case_id == case.id, Deadline.status == "open")
    )


def test_a_case_that_lost_no_clock_is_left_to_a_person(town: Town) -> None:
    case = town.dispute()
    for clock in town.rows(Deadline, Deadline.case_id == case.id):
        town.set(Deadline, Deadline.id == clock.id, status="met", next_on=None, ended_by=1)
    town.clock.pass_time(days=8)
    with pytest.raises(StepRefused) as refused:
        repair(town.office, town.people["supervisor"], "case_without_clock", case.id)
    assert refused.value.reasons[0].remedy.en == "open the case and take its next step"


def test_one_missed_clock_is_looked_at_and_no_other(town: Town) -> None:
    mine, theirs = town.dispute().accepted(), town.dispute("stranger", unit=ELSEWHERE, applicant="外区人")
    theirs.take("apply", "stranger", received_on=town.iso())
    town.clock.pass_time(days=90)  # the office was closed: every clock is over
    clock = newest(town, Deadline, Deadline.case_id == mine.id, Deadline.rule == "mediation-from-acceptance")
    boss = post(town, "street-boss", "supervisor", STREET)
    beside = (Deadline.case_id == theirs.id, Message.case_id == theirs.id, Run.flow.like("sweep-%"))
    before = [town.rows(Deadline, beside[0]), town.rows(Message, beside[1]), town.rows(Run, beside[2])]
    answer = repair(town.office, boss, "reminder_missed", clock.id)
    assert answer.done, answer.text
    assert "已届满" in answer.text.zh
    assert "1 步" in answer.text.zh
    assert mine.steps[-1] == "mediation_lapses"  # through the one door, as the sweep would have had it
    assert [town.rows(Deadline, beside[0]), town.rows(Message, beside[1]), town.rows(Run, beside[2])] == before
    deed = newest(town, OfficeEvent, OfficeEvent.deed == str(Deed.REPAIRED))
    assert (deed.actor_id, deed.case_id, deed.detail["subject"], deed.detail["done"]) == (boss, mine.id, clock.id, True)
    with pytest.raises(NotThere):
        repair(
            town.office,
            boss,
            "reminder_missed",
            newest(town, Deadline, Deadline.case_id == theirs.id, Deadline.rule == "mediation-decide").id,
        )
    town.sweep()  # what the clock did is done: the sweep does not do it again
    assert mine.steps.count("mediation_lapses") == 1


def test_the_case_of_who_left_changes_hands_by_its_own_step(town: Town) -> None:
    planted = PLANTS["holder_left"](town)
    repair(town.office, town.people["supervisor"], "holder_left", planted.subject)
    case = OfficeCase(town, planted.subject, planted.number, "mediator")
    assert case.row.owner_id == town.people["colleague"]
    assert case.steps[-1] == "assign_mediator"


def test_without_a_substitute_somebody_must_be_chosen(town: Town) -> None:
    case = town.dispute().accepted()
    town.set(Person, Person.id == town.people["mediator"], left_on=town.today)
    with pytest.raises(StepRefused):
        repair(town.office, town.people["supervisor"], "holder_left", case.id)


def test_what_nobody_can_claim_is_closed_as_lost(town: Town) -> None:
    planted = PLANTS["run_abandoned"](town)
    town.set(Run, Run.id == planted.subject, flow="import-contracts")
    assert repair(town.office, town.people["supervisor"], "run_abandoned", planted.subject).done
    assert town.one(Run, Run.id == planted.subject).state == "lost"
    with pytest.raises(StepRefused) as refused:
        repair(town.office, town.people["supervisor"], "runs_lost", planted.subject)
    assert "command" in refused.value.reasons[0].text.en


def test_a_retried_step_is_read_back_from_its_case(town: Town) -> None:
    planted = PLANTS["failed_steps"](town)
    answer = repair(town.office, town.people["supervisor"], "failed_steps", planted.subject)
    assert planted.number in answer.text.zh
    assert "已办理" in answer.text.zh


# --- what a step owes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [("paper_missing", "paper"), ("notice_missing", "notice"), ("follow_up_missing", "follow_up"),
     ("follow_up_not_opened", "follow_up")],
)  # fmt: skip
def test_the_missing_part_of_a_step_is_named_and_mended_alone(town: Town, code: str, kind: str) -> None:
    planted = PLANTS[code](town)
    requests = [row.id for row in town.rows(StepRequest)]
    missing = owed(town, requests)
    assert {(one.kind, one.code, one.subject) for one in missing} == {(kind, code, planted.subject)}
    repair(town.office, town.people["supervisor"], code, planted.subject)
    assert owed(town, requests) == []


def owed(town: Town, requests: list[int]) -> list[Missing]:
    with town.office.store.read() as connection:
        return list(missing_of(connection, requests))


def test_a_follow_up_is_opened_for_its_own_case_alone(town: Town) -> None:
    planted = PLANTS["follow_up_not_opened"](town)
    row = dict(town.one(Message, Message.id == planted.subject)._mapping)
    other = {**row, "key": "another", "case_id": town.dispute().id, "status": "waiting", "error": "", "settled_at": None}
    del other["id"]
    waits = town.add(Message, **other)
    assert repair(town.office, town.people["supervisor"], planted.code, planted.subject).done
    assert town.one(Message, Message.id == waits).status == "waiting"


def test_a_step_that_was_taken_back_owes_nothing(town: Town) -> None:
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    planted = newest(town, CaseEvent, CaseEvent.case_id == case.id)
    remove(town, Document, Document.case_id == case.id, Document.seq == planted.seq)
    remove(town, Message, Message.case_id == case.id, Message.seq == planted.seq)
    case.take("undo", reason="误办")
    assert not {"paper_missing", "notice_missing"} & set(found(town))
    assert owed(town, [row.id for row in town.rows(StepRequest)]) == []


def test_the_steps_that_ask_for_a_case_are_known() -> None:
    source = inspect.getsource(states.bargaining.contract)
    assert source.count("yield OpenCase(") == len(ASKING)


@pytest.mark.parametrize(("code", "table"), [("paper_missing", Document), ("notice_missing", Message)])
def test_six_who_repair_at_once_make_it_once(town: Town, code: str, table: Any) -> None:
    before = town.count(table)
    planted = PLANTS[code](town)
    lost = town.count(table)
    supervisor = town.people["supervisor"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: repair(town.office, supervisor, code, planted.subject), range(6)))
    assert all(answer.done for answer in answers)
    event = town.one(CaseEvent, CaseEvent.id == planted.subject)
    assert town.count(table, table.case_id == event.case_id, table.seq == event.seq) == 1
    assert before <= lost < town.count(table)


def test_a_rule_of_another_type_is_found_by_night(town: Town) -> None:
    planted = PLANTS["clock_without_rule"](town)
    town.set(Deadline, Deadline.id == planted.subject, rule="predecessor-ends")
    assert "clock_without_rule" not in found(town), "a page does not look at every case for it"
    (finding,) = find(town.office)
    assert (finding.check.code, finding.rows[0].subject) == ("clock_without_rule", planted.subject)
    assert repair(town.office, town.people["supervisor"], "clock_without_rule", planted.subject).done


@pytest.mark.sqlite("the command is given a home with its file")
def test_the_operator_mends_from_the_command_line(town: Town) -> None:
    planted = PLANTS["notice_missing"](town)
    lost = PLANTS["not_findable"](town)
    home = town.office.settings.home
    env = {**os.environ, "CONCORD_HOME": str(home), "CONCORD_LANGUAGE": "en", "CONCORD_PREFECT": "false"}

    def concord(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(ROOT / "concord"), "doctor", *words, "--json"], env=env, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    place = f"notice_missing:{planted.subject}"
    assert f"not_findable:{lost.subject} {lost.number}" in concord("--integrity")[1]
    assert [concord("--repair", place)[0] for _ in range(2)] == [0, 0]
    code, said = concord("--repair-all")
    assert "not_findable" in said
    assert "notice_missing" not in said
    assert code == 0
    assert concord("--repair", "nonsense")[0] == 2
