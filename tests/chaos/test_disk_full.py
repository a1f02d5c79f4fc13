"""The disk is full: a clear word to whoever asks, nothing half done, and the office goes on once there is room."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from config.settings import ROOT
from flows.rescue import rescue_all
from models.cases import CaseEvent, CaseFile
from models.notes import CaseNote
from models.outbox import Message
from models.requests import StepRequest
from notifications.channels import LogChannel
from tests.chaos.dose import dose
from tests.chaos.figures import note
from tests.chaos.laws import laws_hold
from tests.chaos.test_sqlite_killed import integrity
from tests.factories import REGISTRATION, OfficeCase, Town
from tests.web.conftest import Browser, Program, Web, web, words
from web.rendering import LANGUAGE

__all__ = ["web"]
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.sqlite("the disk of a PostgreSQL server is not ours to fill; its SQLSTATEs: tests/models/test_trouble.py"),
]
CHILD = """
import resource, sys
from pathlib import Path
from sqlalchemy.exc import DBAPIError
from models.trouble import trouble_of
from tests.chaos.writer import write
from tests.factories import town_at
town = town_at(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
for number in range(2):
    try:
        write(town, f"full-{sys.argv[2]}-{number}", range(10_000))
    except DBAPIError as fault:
        print(trouble_of(fault) or type(fault.orig), flush=True)
"""


class Disk:
    """The pages the database's file may have."""

    def __init__(self, town: Town) -> None:
        self.town, self.pages = town, 2**30
        event.listen(town.office.store.engine, "checkout", self._limit)
        town.office.store.close()

    def _limit(self, connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {self.pages}")

    @contextmanager
    def full(self, room: int = 0) -> Iterator[None]:
        """Full for the length of the block, up to so many pages."""
        with self.town.office.store.read() as connection:
            self.pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + room
        try:
            yield
        finally:
            self.pages = 2**30


def filled(browser: Browser, case: OfficeCase) -> Any:
    """Long notes until no more is kept; the answer to the first that was not."""
    for number in range(200):
        answer = browser.post(f"/cases/{case.number}/notes", text=f"{number} " + "记" * 3900, audience="internal")
        if answer.status_code >= 400:
            return answer
    raise AssertionError("the disk is never full")


def opened_until_full(program: Program) -> tuple[str, Any]:
    """Cases opened by a program until one is not; its key and body."""
    for number in range(200):
        told = {**REGISTRATION, "applicant": f"张{number}", "summary": "欠薪" * 900}
        key, body = f"open-{number}", {"type": "dispute", "unit": "qingbo", "answers": told}
        if program.post("/cases", body, key).status_code != 201:
            return key, body
    raise AssertionError("the disk is never full")


def test_who_writes_on_a_full_disk_is_told_and_can_still_read(town: Town, web: Web) -> None:
    disk, case = Disk(town), town.dispute()
    browser, english, program = web.as_("mediator"), web.as_("colleague", "en"), web.program("mediator")
    english.client.cookies.set(LANGUAGE, "en")
    before, begun = case.snapshot(), time.monotonic()
    with disk.full():
        answer = filled(browser, case)
        assert answer.status_code == 507
        assert "办公室的磁盘已满" in words(answer.text)
        assert "告诉管理员清理磁盘" in words(answer.text)
        answer = filled(english, case)
        assert (answer.status_code, "make room on the disk" in words(answer.text)) == (507, True)
        key, body = opened_until_full(program)
        told = [program.post("/cases", body, key) for _ in range(3)]
        assert {(one.status_code, one.json()["code"]) for one in told} == {(507, "no_room")}
        assert told[0].json()["reasons"][0]["remedy"]
        kept = town.count(CaseNote), town.count(CaseFile), town.count(CaseEvent)
        town.clock.pass_time(minutes=6)  # now the session and the token are to be noted as in use
        for path in ("/day", f"/cases/{case.number}", "/cases"):
            assert browser.get(path).status_code == 200, "what is there can be read"
        assert program.get(f"/cases/{case.number}").status_code == 200
        assert case.snapshot() == before
        assert (town.count(CaseNote), town.count(CaseFile), town.count(CaseEvent)) == kept
    assert program.post("/cases", body, key).status_code == 201, "the same again, once there is room"
    assert town.count(CaseFile) == kept[1] + 1
    laws_hold(town)
    note("disk full: pages and REST", answers_507=5, changed=0, seconds=time.monotonic() - begun)


def test_steps_batches_and_sweeps_go_on_once_there_is_room(town: Town) -> None:
    from sqlalchemy.exc import DBAPIError

    disk, faults = Disk(town), 0
    cases = [town.dispute() for _ in range(20)]
    for case in cases:
        case.accepted()
    town.clock.pass_time(days=20)
    for room in range(dose(6, 40)):
        with disk.full(room):
            for work in (town.sweep, town.drain, lambda: rescue_all(town.office)):
                try:
                    work()
                except DBAPIError:
                    faults += 1
                laws_hold(town)
    town.clock.pass_time(minutes=15)
    town.sweep()
    rescue_all(town.office)
    town.drain()
    assert faults
    assert {case.state for case in cases} == {"failed"}, "the period of mediation is over for all of them"
    assert Counter(row.status for row in town.rows(StepRequest)).keys() == {"applied"}
    laws_hold(town)
    note("disk full: sweeps, drains, rescue", faults=faults, cases=len(cases), lost=0)


def test_a_file_that_may_not_grow_stays_whole(town: Town) -> None:
    """The kernel refuses the write itself (as a quota does), in the middle of whatever SQLite was doing."""
    home, troubles = town.office.settings.home, Counter[str]()
    size = (home / "concord.db").stat().st_size
    for extra in range(dose(2, 30)):
        line = [sys.executable, "-c", CHILD, str(home), str(size + 150_000 + extra * 37_001)]
        ran = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120)
        troubles.update(ran.stdout.split())
        assert integrity(town) == "ok"
        laws_hold(town)
    assert set(troubles) == {"no_room"}
    town.clock.now += timedelta(minutes=5)
    rescue_all(town.office)
    assert town.count(StepRequest, StepRequest.status == "waiting") == 0
    laws_hold(town)
    note("disk full: the kernel refuses the write", faults=troubles.total(), integrity="ok", steps=town.count(CaseEvent))


def test_a_full_disk_under_a_channel_loses_no_letter(town: Town, tmp_path: Path) -> None:
    town.dispute()
    full, well = LogChannel(Path("/dev/full")), LogChannel(tmp_path / "notices.log")
    channels: Any = {"log": full}
    from notifications.outbox import drain

    done = drain(town.office.store, town.office.settings, town.office.now(), channels)
    assert (done.sent, done.later > 0) == (0, True)
    town.clock.pass_time(hours=1)
    drain(town.office.store, town.office.settings, town.office.now(), {"log": well})
    out = town.rows(Message, Message.channel == "log")
    assert {row.status for row in out} == {"sent"}
    assert all(row.key in well.file.read_text() for row in out)
