"""`concord types diff` and `types migrate` as they are typed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.__main__ import main
from cli.desk import DESK
from models.cases import CaseEvent, CaseFile
from models.requests import StepBatch
from states import registry
from states.dispute import DISPUTE
from states.registry import registered
from tests.factories import Town
from tests.states.second import ADDED, LONGER, SECOND, TAKEN_ON

DRAFT = "tests.states.second:SECOND"


class Line:
    """The command line of the town's machine."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def run(self, *words: str, code: int = 0) -> str:
        """What it prints, on both streams."""
        self.capsys.readouterr()
        DESK.as_json, DESK.actor_code, DESK.lang = False, "", "zh"
        DESK.out = DESK.err = Console(file=sys.stdout, highlight=False, soft_wrap=True, width=200)
        assert main(list(words)) == code
        told = self.capsys.readouterr()
        return told.out + told.err

    def json(self, *words: str, code: int = 0) -> Any:
        """The same, read."""
        return json.loads(self.run(*words, "--json", code=code))


@pytest.fixture
def line(town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    for name, value in (("as_json", False), ("lang", "zh"), ("actor_code", ""), ("out", DESK.out), ("err", DESK.err)):
        monkeypatch.setattr(DESK, name, value)
    DESK.__dict__["office"] = town.office
    yield Line(capsys)
    DESK.__dict__.pop("office")


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with registered(SECOND), monkeypatch.context() as patched:
        patched.setitem(registry._NEWEST, "dispute", DISPUTE)
        yield


def test_the_difference_to_a_draft(line: Line) -> None:
    told = line.json("types", "diff", "dispute@1", DRAFT)
    assert ("state", "added", TAKEN_ON) in {(one["subject"], one["how"], one["name"]) for one in told}
    assert "新增状态“已立案”(taken_on)" in line.run("types", "diff", "dispute", DRAFT)
    assert "State “Taken on” (taken_on) added" in line.run("types", "diff", "dispute", DRAFT, "--lang", "en")
    assert "没有差别" in line.run("types", "diff", "dispute", "dispute@1")


@pytest.mark.parametrize(
    ("named", "code"),
    [("dispute@9", 4), ("quarrel", 4), ("dispute@x", 2), ("tests.states.second:NOTHING", 4), ("no.such:X", 4),
     ("tests.states.second:RULES", 2)],
)  # fmt: skip
def test_what_is_no_type_is_said(line: Line, named: str, code: int) -> None:
    assert len(line.run("types", "diff", "dispute", named, code=code)) > 10


def test_a_draft_is_rehearsed_and_not_moved_to(line: Line, town: Town, tmp_path: Path) -> None:
    accepted, fresh = town.dispute().accepted(), town.dispute()
    told = line.json("types", "migrate", "dispute", "--from", "1", "--to", DRAFT, "--dry-run", code=5)
    assert (told["cases"], told["refused"], told["reasons"][0]["code"]) == (2, 1, "no_rule_for_state")
    sheet, rules = tmp_path / "told.jsonl", tmp_path / "rules.toml"
    rules.write_text(f'[states]\naccepted = "{TAKEN_ON}"\n')
    whole = ("types", "migrate", "dispute", "--from", "1", "--to", DRAFT, "--dry-run", "--rules", str(rules))
    told = line.json(*whole, "--out", str(sheet), "--limit", "1")
    assert (told["refused"], [one["number"] for one in told["shown"]]) == (0, [accepted.number])
    lines = [json.loads(text) for text in sheet.read_text().splitlines()]
    assert [one["number"] for one in lines] == [accepted.number, fresh.number]
    assert [move[0] for move in lines[0]["moves"]] == [LONGER]
    assert "没有写入任何内容" in line.run(*whole)
    assert "nothing was written" in line.run(*whole, "--lang", "en")
    assert "草稿只能预演" in line.run(*whole[:7], code=2)
    assert {row.type_version for row in town.rows(CaseFile)} == {1}


@pytest.mark.usefixtures("second")
def test_moved_and_put_back(line: Line, town: Town) -> None:
    cases = [town.dispute().accepted(), town.dispute().mediating(), town.bargaining()]
    move = ("types", "migrate", "dispute", "--from", "1", "--to", "2", "--rule", f"accepted={TAKEN_ON}", "--key", "v2")
    done = line.json(*move)
    assert (done["chosen"], done["done"], done["refused"]) == (2, 2, 0)
    assert line.json(*move)["batch"] == done["batch"]
    assert [case.row.type_version for case in cases] == [2, 2, 1]
    assert cases[1].due(ADDED) is not None
    for lang, words in (("zh", "流程由第1版转入第2版"), ("en", "Moved from version 1 of its type to version 2")):
        assert words in line.run("case", "show", cases[0].number, "--lang", lang)
    cases[1].take("cool_off")
    back = ("types", "migrate", "dispute", "--from", "2", "--to", "1", "--reverse", str(done["batch"]))
    told = line.json(*back, "--dry-run", code=5)
    assert (told["cases"], told["refused"]) == (2, 1)
    put = line.json(*back, code=5)
    assert (put["done"], put["refused"], put["results"][0]["number"]) == (1, 1, cases[1].number)
    assert [case.row.type_version for case in cases] == [1, 2, 1]


@pytest.mark.usefixtures("second")
def test_who_may_and_what_is_wrong_on_the_line(line: Line, town: Town) -> None:
    case = town.dispute().accepted()
    before = town.rows(CaseEvent)
    move = ("types", "migrate", "dispute", "--from", "1", "--to", "2")
    line.run(*move, "--as", "mediator", code=3)
    line.run(*move, "--as", "stranger", "--dry-run", code=3)
    for words in (
        ("--rule", "accepted"),
        ("--rule", "nowhere=taken_on"),
        ("--rule", "accepted=nowhere"),
        ("--state", "nowhere"),
    ):
        line.run(*move, *words, code=2)
    line.run(*move[:-1], "1", code=2)
    line.run(*move, "--state", "archived", code=4)
    assert "accepted" in line.run(*move, code=5)
    assert (town.rows(CaseEvent), town.count(StepBatch)) == (before, 2)
    assert line.json(*move, "--rule", f"accepted={TAKEN_ON}", "--as", "administrator")["done"] == 1
    assert case.state == TAKEN_ON
