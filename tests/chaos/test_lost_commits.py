"""Every write transaction of a fortnight loses the answer to its COMMIT, once; the office ends as if nothing had happened."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy.exc import DBAPIError

from flows.attachments import add_attachment
from flows.batch import advance_batch
from flows.campaign import file_for
from flows.importing import import_contracts
from flows.notes import NoteForm, write_note
from flows.public_desk import read_grievance, register, write_to_office
from flows.requests import Wish
from flows.rescue import rescue_all
from flows.retrying import retry_failed
from flows.sendings import SendingForm, note_sending, paper_file
from flows.steps import Desk
from flows.sweeps import run_sweep
from models.cases import CaseFile, Party
from models.notes import Attachment, Audience, CaseNote, DeskSecret
from models.offices import WebHook
from models.papers import Document, DocumentFile, PaperSending, Way
from models.people import Person
from tests.chaos.dose import dose, seeded
from tests.chaos.figures import note
from tests.chaos.lost_commits import AFTER, BEFORE, commits
from tests.factories import CONSENT, REGISTRATION, STREET, Town, town_at
from tests.flows.crash_story import all_there_is, called
from tests.notifications.sink import Sink
from tests.stores import copy_home

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

#: between the fault and its repair: longer than any lease and anybody's patience
AWAY = timedelta(minutes=15)


@dataclass
class Story:
    """What the office does, a chapter at a time; everything people send bears the same key when they send it again."""

    town: Town
    sheet: Path
    sink: Sink = field(default_factory=Sink)
    #: chapters that a fault broke, and requests that were tried again by hand
    broken: int = 0
    failed: int = 0

    def chapters(self) -> list[tuple[int, Callable[[], object]]]:
        """(days after the first morning, what is done)."""
        bell = self.bell
        return [
            (0, self.registers), (0, self.at_the_public_desk), (0, self.accepts), (0, self.takes_back), (0, self.again),
            (0, self.beside_the_case), (0, bell("rescue")), (1, self.campaign), (1, bell("hooks")), (13, bell("deadlines")),
            (16, bell("deadlines")), (16, bell("follow-ups")), (16, self.sends), (16, self.papers), (17, self.imports),
            (17, bell("seal")), (17, bell("digest")), (17, bell("integrity")), (17, self.sends),
        ]  # fmt: skip

    @property
    def desk(self) -> Desk:
        return Desk(self.town.office)

    def bell(self, name: str) -> Callable[[], object]:
        """The bell of that sweep."""

        def rung() -> object:
            return run_sweep(self.town.office, name)

        return rung

    def registers(self) -> None:
        """Three claims at the counter."""
        for number in range(3):
            opening = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=self.town.people["mediator"],
                           answers=REGISTRATION, key=f"counter-{number}")  # fmt: skip
            self.desk.step(opening)

    def at_the_public_desk(self) -> None:
        """A worker without an account registers and writes."""
        told = {"name": "周工友", "phone": "138 0000 0000", "employer": "某电子厂", "cause": "wage_arrears", "summary": "欠薪",
                "consent": True}  # fmt: skip
        registered = register(self.town.office, self.desk, read_grievance(told), STREET, once="o", origin="::1", language="zh")
        case = self.town.one(CaseFile, CaseFile.number == registered.number)
        (worker,) = {row.person_id for row in self.town.rows(Party, Party.case_id == case.id, Party.role == "applicant")}
        write_to_office(self.town.office, case.id, worker, "请尽快")

    def _step(self, step: str, case: int, **answers: Any) -> None:
        self.desk.step(self.town.wish(step, "mediator", case, f"{step}-{case}", **answers))

    def accepts(self) -> None:
        """The first is accepted."""
        self._step("apply", 1, received_on=self.town.iso())
        self._step("accept", 1, accepted_on=self.town.iso(), **CONSENT)

    def takes_back(self) -> None:
        """The acceptance is taken back."""
        self._step("undo", 1, reason="录错")

    def again(self) -> None:
        """And given again."""
        self.desk.step(self.town.wish("accept", "mediator", 1, "accept-again", accepted_on=self.town.iso(), **CONSENT))

    def beside_the_case(self) -> None:
        """A note and a file; they have no key: the same again is the same."""
        by = self.town.people["mediator"]
        write_note(self.town.office, 1, by, NoteForm(text="已联系单位", audience=Audience.INTERNAL))
        add_attachment(self.town.office, 1, by, Audience.INTERNAL, "工资条.txt", "三月工资 0 元".encode())

    def campaign(self) -> None:
        """Mediation applied for in the other two."""
        by, answers = self.town.people["mediator"], {"received_on": "2026-03-02"}
        batch = file_for(self.town.office, by, "apply", [2, 3], answers, "campaign")
        advance_batch(self.town.office, batch)

    def sends(self) -> None:
        """The letters."""
        self.town.drain(self.sink)

    def papers(self) -> None:
        """A paper is written, and given to somebody."""
        paper = next(row for row in self.town.rows(Document, Document.case_id == 1) if not row.void)
        paper_file(self.town.office, paper.id, "docx", "zh")
        sent = SendingForm(to="other", other="张三之妻", way=Way.HAND, sent_on=self.town.today)
        note_sending(self.town.office, 1, paper.id, self.town.people["mediator"], sent)

    def imports(self) -> None:
        """A sheet of contracts."""
        import_contracts(self.town.office, self.sheet, "ledger", unit_id=STREET, actor_id=None)

    def told(self) -> None:
        """Tell it; a chapter that a fault breaks is told again, by the same person or at the next bell."""
        start, self.broken = self.town.clock.now, 0
        for days, chapter in [*self.chapters(), (18, self.mends)]:
            self.town.clock.now = start + timedelta(days=days)
            try:
                chapter()
            except DBAPIError:
                self.broken += 1
                self.town.clock.pass_time(minutes=1)
                chapter()
                self.town.clock.now += AWAY
                rescue_all(self.town.office)
        self.town.clock.now = start

    def mends(self) -> None:
        """The next day: what waits is rescued, what failed is tried again by hand, what is left of the letters goes out."""
        rescue_all(self.town.office)
        self.failed += retry_failed(self.town.office).chosen
        self.sends()

    def letters(self) -> Counter[str]:
        """What arrived at the far end, but for the notices that something failed."""
        key = called(self.town)
        return Counter(key(one) for one in self.sink.arrived.elements() if not one.startswith("failed:"))

    def as_it_stands(self) -> dict[str, Any]:
        """Everything there is, in values that compare."""
        town, found = self.town, all_there_is(self.town)
        found["messages"] = Counter({key: n for key, n in found["messages"].items() if key[1] != "work_failed"})
        found["beside"] = [
            town.count(table) for table in (CaseNote, Attachment, PaperSending, DocumentFile, DeskSecret, Person)
        ]
        return found


@pytest.fixture(scope="module")
def morning(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the story, and its sheet; to be copied."""
    folder = tmp_path_factory.mktemp("lost")
    copy_home(peopled_home, folder / "home")
    with xlsxwriter.Workbook(folder / "ledger.xlsx") as book:
        page = book.add_worksheet("合同")
        rows = (("用人单位", "到期日期", "合同编号"), ("甲厂", "2027-1-1", "集1"), ("乙厂", "2026-4-20", "集2"))
        for line, row in enumerate(rows):
            page.write_row(line, 0, row)
    return folder


@pytest.fixture
def story(morning: Path, tmp_path: Path) -> Callable[[], Story]:
    """A story on its first morning, as often as it is asked for."""
    count = 0

    def begun() -> Story:
        nonlocal count
        count += 1
        town = town_at(copy_home(morning / "home", tmp_path / f"home{count}"))
        town.add(WebHook, person_id=town.people["mediator"], url="https://far.example/", secret="s", events=["*"],
                 created_at=town.clock.now, seen_event=0)  # fmt: skip
        return Story(town, morning / "ledger.xlsx")

    return begun


def test_a_lost_answer_to_a_commit_loses_nothing_and_doubles_nothing(story: Callable[[], Story]) -> None:
    calm, begun = story(), time.monotonic()
    with commits(calm.town.office.store) as counted:
        calm.told()
    expected, arrived = calm.as_it_stands(), calm.letters()
    assert calm.broken == calm.failed == 0
    assert arrived
    assert expected["contracts"]
    calm.town.office.store.close()
    faults = [(number, how) for number in range(counted.count) for how in (BEFORE, AFTER)]
    chosen = sorted(seeded("lost commits").sample(faults, dose(10, len(faults))))
    doubled, failed, seen = 0, 0, 0
    for number, how in chosen:
        one = story()
        with commits(one.town.office.store, number, how) as told:
            one.told()
        where = f"commit {number} of {counted.count} {how}"
        assert told.count > number, where
        stands = one.as_it_stands()
        for what, rows in expected.items():
            assert stands[what] == rows, f"{where}: {what}"
        letters = one.letters()
        assert letters.keys() == arrived.keys(), where
        twice = letters.total() - arrived.total()
        assert twice <= (how == BEFORE), f"{where}: a letter comes twice only where its record was lost"
        assert not one.town.audit().broken
        doubled, failed, seen = doubled + twice, failed + one.failed, seen + one.broken
        one.town.office.store.close()
    note(
        "lost answer to COMMIT, each write of a fortnight", transactions=counted.count, faults=len(chosen), lost=0,
        seen_by_somebody=seen, retried_by_hand=failed, letters_twice_under_one_key=doubled, seconds=time.monotonic() - begun,
    )  # fmt: skip
