"""`concord backup` and `concord restore` as a person types them: what they say, and their exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from config.settings import ROOT
from tests.factories import Town

pytestmark = pytest.mark.sqlite("the commands are given a home with its file; tests/flows/test_backup.py has both databases")


def concord(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on that home."""
    env = {**os.environ, "CONCORD_HOME": str(home), "CONCORD_LANGUAGE": "en", "CONCORD_PREFECT": "false"}
    return subprocess.run([ROOT / "concord", *words], env=env, capture_output=True, text=True, check=False, cwd=home.parent)


def answer(home: Path, *words: str) -> tuple[int, Any]:
    """Exit code and the JSON."""
    done = concord(home, *words, "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_backup_and_back_again(town: Town, tmp_path: Path) -> None:
    town.dispute()
    home, folder = town.office.settings.home, tmp_path / "kept"
    folder.mkdir()
    code, first = answer(home, "backup")
    assert code == 0
    assert re.fullmatch(rf"{home}/backups/concord-\d{{8}}-\d{{6}}\.tar", first["file"])
    said = concord(home, "backup", str(folder), "--keep", "1")
    assert "NOT inside" in said.stdout
    code, second = answer(home, "backup", str(folder), "--keep", "1", "--with-key")
    assert code == 0
    assert [file.name for file in folder.iterdir()] == [Path(second["file"]).name]
    assert second["head"] == first["head"]

    code, runs = answer(home, "runs", "list", "--flow", "backup")
    assert runs[0]["key"] == Path(second["file"]).name
    code, restored = answer(tmp_path / "new", "restore", second["file"])
    assert code == 0
    assert (restored["head"], restored["key_here"], restored["broken"]) == (first["head"], True, [])
    assert answer(tmp_path / "new", "audit", "verify")[1]["head"] == first["head"]
    code, refused = answer(tmp_path / "new", "restore", second["file"])
    assert code == 1
    assert "empty" in refused["en"]
    code, lacking = answer(tmp_path / "bare", "restore", first["file"])
    assert (code, lacking["key_here"]) == (5, False)
    assert "secret.key" in concord(tmp_path / "bare2", "restore", first["file"]).stdout


def test_what_cannot_be_done_says_why(town: Town, tmp_path: Path) -> None:
    home = town.office.settings.home
    assert concord(home, "restore", str(tmp_path / "none.tar")).returncode == 4
    file = tmp_path / "one.tar"
    assert concord(home, "backup", str(file)).returncode == 0
    assert concord(home, "backup", str(file)).returncode == 2
    assert concord(home, "backup", str(tmp_path / "x.tar"), "--keep", "3").returncode == 2
    file.write_bytes(file.read_bytes()[:-1])
    harmed = concord(tmp_path / "new", "restore", str(file))
    assert harmed.returncode == 1
    assert "digest" in harmed.stderr
    assert concord(tmp_path / "nothing", "backup").returncode == 1
    assert not (tmp_path / "new" / "concord.db").exists()
