"""The office's people on the command line: founding it, a person, a position, a password."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores import environment_at

ROOT = Path(__file__).parents[2]
SECRET = "清波街道的桂花开了满城香"


class Terminal:
    """A shell in which `concord` is typed, by the operator or with `--as`."""

    def __init__(self, home: Path) -> None:
        self.env = environment_at(home)

    def run(self, *words: str, code: int = 0, typed: str = "") -> str:
        """What the command prints; it must end with that code."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "cli", *words], env=self.env, input=typed, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    terminal = Terminal(tmp_path_factory.mktemp("office"))
    terminal.run("office", "init", "--name", "示例区总工会", "--code", "SL")
    return terminal


def test_a_person_a_position_and_a_password(office: Terminal) -> None:
    assert "已建立" in office.run("office", "init", "--name", "又一个", code=3)
    office.run("user", "add", "M09", "--name", "林调解", "--email", "lin@example.org")
    office.run("user", "add", "M09", "--name", "别人", code=3)
    office.run("office", "positions", "M09", "mediator", "SL")
    assert "已有" in office.run("office", "positions", "M09", "mediator", "SL", code=3)
    assert "林调解" in office.run("office", "people")
    assert "10" in office.run("user", "password", "M09", typed="kurz\n", code=3)
    office.run("user", "password", "M09", typed=f"{SECRET}\n")
    office.run("user", "password", "nobody", typed=f"{SECRET}\n", code=4)
    office.run("user", "second-factor-off", "M09")
    office.run("user", "second-factor-off", "nobody", code=4)
    office.run("office", "positions", "M09", "mediator", "SL", "--end")


def test_with_as_the_persons_own_rights_count(office: Terminal) -> None:
    office.run("user", "add", "M10", "--name", "孙调解", "--as", "admin")
    assert "administrator" in office.run("user", "add", "M11", "--name", "周调解", "--as", "M10", "--lang", "en", code=3)
    office.run("office", "positions", "M10", "king", "SL", code=3)
    office.run("office", "positions", "M10", "officer", "SL", "--end", code=4)
    office.run("office", "positions", "M10", "officer", "nowhere", code=4)
    office.run("office", "positions", "admin", "administrator", "SL", "--end", code=3)
