"""`concord search` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.desk import DESK
from tests.stores import environment_at


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in environment_at(tmp_path).items():
        monkeypatch.setenv(name, value)
    for name, value in (("as_json", False), ("lang", "zh"), ("actor_code", "")):
        monkeypatch.setattr(DESK, name, value)
    DESK.__dict__.pop("office", None)
    assert main(["office", "init", "--name", "示例区总工会", "--code", "SL"]) == 0
    yield
    DESK.__dict__.pop("office").store.close()


@pytest.mark.usefixtures("office")
def test_an_organisation_by_its_initials(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["search", "slq", "总工会", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(hit["kind"], hit["number"], hit["title"]) for hit in found["hits"]] == [("organisation", "SL", "示例区总工会")]
    assert found["more"] is False


@pytest.mark.usefixtures("office")
def test_everything_is_indexed_anew_by_the_operator_only(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["search", "--rebuild", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"case": 0, "contract": 0, "organisation": 1}
    DESK.as_json = False
    assert main(["search", "--rebuild", "--as", "admin"]) == 2
