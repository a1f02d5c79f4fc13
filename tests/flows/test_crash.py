"""The program dies at every point there is and is started again: the office ends as if nothing had happened."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from config.crashpoints import CRASHPOINTS
from config.settings import ROOT
from models.outbox import Message
from models.requests import StepRequest
from tests import stores
from tests.chaos.nursery import Nursery, nursery
from tests.factories import Town, town_at
from tests.flows.crash_story import all_there_is, before, called, sink_of, tell

pytestmark = pytest.mark.crash


@pytest.fixture(scope="session")
def morning(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office on the morning the story begins, with its sheet of contracts; to be copied."""
    folder = tmp_path_factory.mktemp("morning")
    stores.copy_home(peopled_home, folder / "home")
    town = town_at(folder / "home")
    before(town)
    stores.close_to_copy(town.office)
    with xlsxwriter.Workbook(folder / "ledger.xlsx") as book:
        page = book.add_worksheet("合同")
        for line, row in enumerate(
            (("用人单位", "到期日期", "合同编号"), ("甲厂", "2027-1-1", "集1"), ("乙厂", "2027-2-1", "集2"))
        ):
            page.write_row(line, 0, row)
    return folder


@pytest.fixture(scope="session")
def calm(morning: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Counter[str]]:
    """How the office stands when nothing goes wrong: all rows, and what arrived at the far end."""
    folder = tmp_path_factory.mktemp("calm") / "office"
    stores.copy_home(morning, folder)
    town = town_at(folder / "home")
    tell(town, folder / "ledger.xlsx")
    told, arrived = all_there_is(town), letters(town, folder)
    assert {"failed", "applied", "registered", "planned"} == {state for _, state, *_ in told["cases"]}
    assert told["reminders"]
    assert told["contracts"]
    assert set(arrived.values()) == {1}
    tell(town, folder / "ledger.xlsx", again=True)
    assert all_there_is(town) == told, "a story told twice is the same story"
    assert letters(town, folder) == arrived
    town.office.store.close()
    return told, arrived


@pytest.fixture(scope="session")
def source() -> Iterator[Nursery]:
    """Where the processes come from that die."""
    with nursery("tests.flows.crash_story") as made:
        yield made


@pytest.fixture
def office_folder(morning: Path, tmp_path: Path) -> Path:
    """The morning, once more."""
    folder = tmp_path / "office"
    stores.copy_home(morning, folder)
    return folder


@pytest.fixture
def town(office_folder: Path) -> Iterator[Town]:
    """The town in that folder."""
    made = town_at(office_folder / "home")
    yield made
    made.office.store.close()


def letters(town: Town, folder: Path) -> Counter[str]:
    """What arrived at the far end, and how often."""
    key = called(town)
    return Counter(map(key, sink_of(folder / "ledger.xlsx").arrived.elements()))


def dies_at(source: Nursery, folder: Path, point: str) -> None:
    """Tell the story in a process of its own, which dies at that point without a word."""
    log = folder / "story.log"
    call = ("tests.flows.crash_story:dies", str(folder / "home"), str(folder / "ledger.xlsx"), point)
    source.start(*call, env=os.environ, log=log).wait(60)
    assert log.read_text() == ""


@pytest.mark.parametrize("point", CRASHPOINTS)
def test_whatever_it_dies_of_the_office_ends_as_if_nothing_had_happened(
    source: Nursery, office_folder: Path, town: Town, calm: tuple[dict[str, Any], Counter[str]], point: str
) -> None:
    told, arrived = calm
    dies_at(source, office_folder, point)
    assert not town.audit().broken, "also before anybody mends anything"
    tell(town, office_folder / "ledger.xlsx", again=True)
    after = all_there_is(town)
    for what, rows in told.items():
        assert after[what] == rows, what
    sink = letters(town, office_folder)
    assert sink.keys() == arrived.keys(), "every letter arrived"
    doubles = {key for key, count in sink.items() if count > 1}
    assert len(doubles) == (point == "outbox.sent"), "one letter may come twice, under the key by which the far end knows it"
    assert town.count(StepRequest, StepRequest.status == "waiting") == 0
    unsettled = (Message.status.in_(("waiting", "sending")), Message.kind != "hook")  # nobody is there to hear of events
    assert town.count(Message, *unsettled) == told_waiting(told)
    assert not town.audit().broken


def told_waiting(told: dict[str, Any]) -> int:
    """Messages that wait in the calm office, too."""
    return sum(count for (*_, status), count in told["messages"].items() if status in ("waiting", "sending"))


def test_the_list_of_points_is_the_list_of_points_in_the_program() -> None:
    said = [
        name
        for package in ("flows", "models", "notifications", "documents")
        for file in (ROOT / package).rglob("*.py")
        for name in re.findall(r'crashpoint\("([^"]+)"\)', file.read_text())
    ]
    assert sorted(set(said)) == sorted(CRASHPOINTS)


def test_a_request_whose_process_died_is_applied_by_the_rescue_without_anybody_asking_again(
    source: Nursery, office_folder: Path, town: Town
) -> None:
    from datetime import timedelta

    from flows.rescue import rescue_all

    dies_at(source, office_folder, "step.written")
    assert town.one(StepRequest, StepRequest.key == "accept-1").status == "waiting"
    assert rescue_all(town.office)["requests"] == 0, "whoever filed it may be about to apply it"
    town.clock.now += timedelta(minutes=2)
    assert rescue_all(town.office)["requests"] == 1
    assert town.one(StepRequest, StepRequest.key == "accept-1").receipt["state"] == "accepted"
