"""One turn of one contestant in this process: `python -m benchmarks.turn NAME CASES DIRECTORY`.

The timing goes to DIRECTORY/timing.json, because some engines talk on standard output.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.contest import entry
from benchmarks.work import Timing

RESULT = "timing.json"


def play(name: str, cases: int, directory: Path) -> Timing:
    """Set up, run and close. Raises `RuntimeError` when the rows of the work are not all there."""
    contestant = entry(name).load()
    contestant.setup(directory)
    try:
        timing = contestant.run(cases)
    finally:
        contestant.close()
    if not timing.written.covers(cases):
        raise RuntimeError(f"{name} left only {timing.written} for {cases} cases")
    return timing


if __name__ == "__main__":
    where = Path(sys.argv[3])
    (where / RESULT).write_text(json.dumps(play(sys.argv[1], int(sys.argv[2]), where).as_json()))
