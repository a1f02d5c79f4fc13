"""`concord runs`: the journal, one run with what it still owes, and trying again."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from config.settings import ROOT
from models.requests import StepRequest
from tests.factories import Town
from tests.plants import PLANTS
from tests.stores import environment_at


def concord(town: Town, *words: str, code: int = 0) -> Any:
    """The JSON of a command on the town's store."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cli", "runs", *words, "--json"], env=environment_at(town.office.settings.home),
        capture_output=True, text=True, timeout=60, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def test_a_step_is_looked_at_and_tried_again(town: Town) -> None:
    planted = PLANTS["failed_steps"](town)
    (listed,) = concord(town, "list", "--flow", "advance-case", "--state", "failed")
    assert listed["id"] == planted.subject
    shown = concord(town, "show", str(planted.subject))
    assert (shown["status"], shown["error"], shown["case"], shown["event"]) == ("failed", "OSError", planted.number, None)
    assert concord(town, "retry", str(planted.subject))["applied"] == 1
    shown = concord(town, "show", str(planted.subject))
    assert (shown["status"], shown["case_state"], shown["event"], shown["missing"]) == ("applied", "applied", 2, [])


def test_what_a_step_still_owes_and_a_work(town: Town) -> None:
    PLANTS["paper_missing"](town)
    accepted = town.rows(StepRequest, StepRequest.step == "accept")[-1]
    assert concord(town, "show", str(accepted.id))["missing"] == ["paper acceptance_notice"]
    lost = PLANTS["runs_lost"](town)
    shown = concord(town, "show", str(lost.subject), "--work")
    assert (shown["flow"], shown["state"], shown["attempt"]) == ("verify-record", "lost", 1)
    concord(town, "show", "999", code=4)
