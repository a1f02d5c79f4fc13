"""The main job on real input: 20,807 notices, one morning in November 2003.

What should go out is worked out here from the spreadsheet alone, with the calendar arithmetic a clerk would do by hand, and
compared with the ledger: the right reminders, no more and no less.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select

from config.clock import noon_of
from flows.deadlines import sweep_deadlines
from flows.importing import import_contracts
from flows.office import Office, open_office
from flows.renewals import open_renewals
from flows.requests import Wish
from flows.results import refusals_of
from flows.steps import Desk
from models.cases import CaseEvent, CaseFile
from models.deadlines import Reminder
from models.migrating import migrate
from models.outbox import Message
from models.papers import Document
from models.people import Organisation, Person, Position
from tests import stores

FILE = Path(__file__).parents[3] / "shared" / "data" / "fmcs_f7_fy2004.xlsx"
pytestmark = [
    pytest.mark.realfile,
    pytest.mark.skipif(not FILE.exists(), reason=f"the public F-7 file is not at {FILE}"),
]
FRIDAY, SATURDAY = date(2003, 11, 14), date(2003, 11, 15)
OFFICER, SUPERVISOR = 1, 2
DAY = timedelta(days=1)
STAGES = (90, 60, 30, 7, 0)
WINDOW = 60

Ends = list[date]
Told = Counter[tuple[date, str]]


@pytest.fixture(scope="module")
def ends() -> Ends:
    """The last day of every contract that can be accepted: a date is there, and the row repeats no earlier one."""
    head, *rows = CalamineWorkbook.from_path(FILE).get_sheet_by_index(0).to_python()
    at = head.index("Expiration Date")
    seen: set[tuple[Any, ...]] = set()
    found = []
    for row in rows:
        if isinstance(row[at], date) and tuple(row) not in seen:
            found.append(row[at])
        seen.add(tuple(row))
    return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the whole file in its register, one officer and one supervisor."""
    home = tmp_path_factory.mktemp("register")
    office = open_office(stores.settings_at(home, rule_pack="us-nlra"), lambda: noon_of(date(2003, 11, 1)))
    migrate(office.store)
    with office.store.write() as connection:
        connection.execute(
            insert(Organisation).values(
                id=1, code="US", name="District", kind="federation", path="/1/", pack="us-nlra", mediates=True
            )
        )
        people = [{"id": OFFICER, "code": "of", "name": "Olga"}, {"id": SUPERVISOR, "code": "su", "name": "Sam"}]
        connection.execute(insert(Person), people)
        held = [{"person_id": OFFICER, "role": "officer"}, {"person_id": SUPERVISOR, "role": "supervisor"}]
        connection.execute(insert(Position), [{**one, "organisation_id": 1} for one in held])
    import_contracts(office, shutil.copy(FILE, home / "f7.xlsx"), "f7", unit_id=1, actor_id=OFFICER)
    office.store.close()
    return home


@pytest.fixture
def office(loaded: Path, tmp_path: Path) -> Iterator[Office]:
    """A fresh copy of that register; its clock is set by each test."""
    made = open_office(stores.settings_at(stores.copy_home(loaded, tmp_path / "home"), rule_pack="us-nlra"))
    yield made
    made.store.close()


def on(office: Office, day: date) -> Office:
    return office.at(lambda: noon_of(day))


def told(office: Office, day: date, person: int) -> Told:
    with office.store.read() as connection:
        query = select(Reminder.due_on, Reminder.stage).where(Reminder.sent_on == day, Reminder.person_id == person)
        return Counter((row.due_on, row.stage) for row in connection.execute(query))


def first_morning(ends: Ends, today: date) -> tuple[Told, Told]:
    """What the officer and the supervisor hear when a register is swept for the first time."""
    officer: Told = Counter()
    supervisor: Told = Counter()
    for last in ends:
        if last < today:
            officer[last, "over"] += 1
            supervisor[last, "over"] += 1
            continue
        passed = [days for days in STAGES if last - days * DAY <= today]
        if passed:
            officer[last, f"d{min(passed)}"] += 1
        if last - WINDOW * DAY <= today:
            officer[last, "opens"] += 1
    return officer, supervisor


def test_the_first_morning_tells_what_stands_and_nothing_twice(office: Office, ends: Ends) -> None:
    swept = sweep_deadlines(on(office, FRIDAY))
    officer, supervisor = first_morning(ends, FRIDAY)
    assert told(office, FRIDAY, OFFICER) == officer
    assert told(office, FRIDAY, SUPERVISOR) == supervisor
    assert swept.reminders == officer.total() + supervisor.total()

    with office.store.read() as connection:
        rows = connection.execute(select(Message.notice, Message.facts).where(Message.person_id == OFFICER)).all()
    late = sum(len(row.facts["lines"]) for row in rows if row.notice == "catch_up")
    single = sum(row.notice != "catch_up" for row in rows)
    due_today = sum(last - days * DAY == FRIDAY for last in ends for days in (*STAGES, WINDOW))
    over_today = sum(last + DAY == FRIDAY for last in ends)
    assert single == due_today + over_today  # what is due this very day comes by itself …
    assert late == officer.total() - single  # … and everything older in lists, not in a flood

    again = sweep_deadlines(on(office, FRIDAY))
    assert (again.looked_at, again.reminders) == (0, 0)


def test_the_next_morning_tells_only_what_is_new(office: Office, ends: Ends) -> None:
    sweep_deadlines(on(office, FRIDAY))
    sweep_deadlines(on(office, SATURDAY))
    expected: Told = Counter()
    for last in ends:
        if last == FRIDAY:
            expected[last, "over"] += 1
        for days in STAGES:
            if last - days * DAY == SATURDAY:
                expected[last, f"d{days}"] += 1
        if last - WINDOW * DAY == SATURDAY:
            expected[last, "opens"] += 1
    assert told(office, SATURDAY, OFFICER) == expected


def test_a_case_opens_for_every_contract_whose_window_is_open(office: Office, ends: Ends) -> None:
    open_now = sum(last - WINDOW * DAY <= FRIDAY <= last for last in ends)
    result = open_renewals(on(office, FRIDAY))
    assert (result.chosen, result.applied, result.refused, result.failed) == (open_now, open_now, 0, 0)
    with office.store.read() as connection:
        states = connection.execute(select(CaseFile.state, func.count()).group_by(CaseFile.state)).all()
        followed = connection.execute(select(func.count(CaseFile.predecessor_id.distinct()))).scalar_one()
    assert [tuple(row) for row in states] == [("planned", open_now)]
    assert followed == open_now
    assert open_renewals(on(office, FRIDAY)).chosen == 0
    assert sweep_deadlines(on(office, FRIDAY)).renewals == 0


def test_540_invitations_go_out_in_one_command_with_a_result_for_each(office: Office) -> None:
    friday = on(office, FRIDAY)
    open_renewals(friday)
    with office.store.read() as connection:
        cases = list(connection.scalars(select(CaseFile.id).order_by(CaseFile.id).limit(540)))
    answers = {"sent_on": "2003-11-14", "received_on": "2003-11-14", "topics": "wages, hours and benefits"}
    first = Wish(step="send_invitation", case_id=cases[0], actor_id=OFFICER, answers=answers)
    Desk(friday).step(first)  # one of them was invited by hand before

    wishes = [Wish(step="send_invitation", case_id=case, actor_id=OFFICER, answers=answers) for case in cases]
    result = Desk(friday).batch("send_invitation", OFFICER, wishes, key="campaign")
    assert (result.chosen, result.applied, result.refused, result.failed) == (540, 539, 1, 0)
    ((number, reasons),) = refusals_of(friday, result.batch_id)
    assert number == "B2003-00001"
    assert all(zh and en for zh, en in reasons)

    assert Desk(friday).batch("send_invitation", OFFICER, wishes, key="campaign") == result  # a double click
    with office.store.read() as connection:
        sent = select(func.count(), func.count(CaseEvent.case_id.distinct())).where(CaseEvent.step == "send_invitation")
        assert tuple(connection.execute(sent).one()) == (540, 540)
        papers = select(func.count(Document.serial.distinct())).where(Document.paper == "invitation")
        assert connection.execute(papers).scalar_one() == 540


def test_the_clock_is_the_one_that_was_handed_in(office: Office) -> None:
    assert on(office, FRIDAY).now() == datetime(2003, 11, 14, 4, tzinfo=UTC)
