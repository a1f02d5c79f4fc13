"""The table of docs/reliability.md, from the figures of the last long run.

python -m tests.chaos.report [FILE]          print it
python -m tests.chaos.report --write [FILE]  put it between the two marks of docs/reliability.md
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from config.settings import ROOT
from tests.chaos.figures import noted

BEGIN, END = "<!-- figures: make chaos -->", "<!-- end of figures -->"
PAGE = ROOT / "docs" / "reliability.md"
_ABOUT = ("test", "store", "dose", "seed")


def table(lines: list[dict[str, Any]]) -> str:
    """The figures, a line a test and store."""
    rows = ["| fault | store | dose | measured |", "| --- | --- | --- | --- |"]
    for line in sorted(lines, key=lambda one: (one["test"], one["store"])):
        told = " · ".join(f"{name.replace('_', ' ')} {_said(value)}" for name, value in line.items() if name not in _ABOUT)
        rows.append(f"| {line['test']} | {line['store']} | ×{line['dose']} | {told} |")
    return "\n".join(rows)


def _said(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def put(page: str, told: str) -> str:
    """The page with that table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{told}\n{END}{after}"


def main() -> int:
    """Print the table, or write it."""
    words = [word for word in sys.argv[1:] if word != "--write"]
    file = Path(words[0] if words else os.environ.get("CHAOS_FIGURES", "") or ROOT / "var" / "chaos.jsonl")
    told = table(noted(file))
    if "--write" in sys.argv:
        PAGE.write_text(put(PAGE.read_text("utf-8"), told), "utf-8")
    else:
        print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
