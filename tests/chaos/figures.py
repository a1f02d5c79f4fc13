"""What the tests of faults measured, a JSON line a test, in the file that CHAOS_FIGURES names; nothing without it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.chaos.dose import FACTOR, SEED


def note(test: str, **figures: Any) -> None:
    """Keep the figures of a test: counts and seconds, by name."""
    kept = os.environ.get("CHAOS_FIGURES", "")
    if not kept:
        return
    store = "PostgreSQL" if os.environ.get("CONCORD_TEST_DATABASE") else "SQLite"
    line = {"test": test, "store": store, "dose": FACTOR, "seed": SEED, **figures}
    Path(kept).parent.mkdir(parents=True, exist_ok=True)
    with Path(kept).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def noted(file: Path) -> list[dict[str, Any]]:
    """The newest line of each test and store, in the order in which they were first written."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        figures = json.loads(line)
        newest[figures["test"], figures["store"]] = figures
    return list(newest.values())
