"""`make test`: the whole test-suite in groups, each on as many processes as its tests bear; all are run, whatever fails.

python -m tests.groups
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence

TWO = ("-n", "2", "--dist", "loadfile")
#: Those with a real Prefect server measure how long a person waits, and have the machine to themselves; the last are offices of
#: many processes, which wait for one another more than they work.
GROUPS = (
    (*TWO, "-m", "not prefect and not browser"),
    (*TWO, "-m", "browser", "tests/browser"),
    ("-m", "prefect", "tests/flows"),
    (*TWO, "-m", "prefect", "tests/chaos", "tests/topology"),
)


def run(groups: Iterable[Sequence[str]], env: Mapping[str, str]) -> int:
    """Run pytest once a group; its worst exit code."""
    return max(
        subprocess.run([sys.executable, "-m", "pytest", "-q", *group], env=env, check=False).returncode for group in groups
    )


if __name__ == "__main__":
    sys.exit(run(GROUPS, os.environ))
