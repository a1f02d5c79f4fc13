"""Named points at which the program can be made to die, so that the tests can kill it at each of them.

`crashpoint("step.before-commit")` does nothing unless the environment says `CONCORD_CRASH_AT=step.before-commit`; then the
process ends at once, as kill -9 ends it: no clean-up, no flush. The list is closed, and a test runs through all of it.
"""

from __future__ import annotations

import os
from typing import Final

CRASHPOINTS: Final = (
    "step.before-begin",
    "step.decided",
    "step.written",
    "step.committed",
    "batch.chunk-written",
    "batch.chunk-committed",
    "sweep.reminders-written",
    "sweep.reminders-committed",
    "sweep.expiry-filed",
    "outbox.fanned-out",
    "outbox.claimed",
    "outbox.sent",
    "outbox.recorded",
    "follow-up.opened",
    "hooks.posted",
    "desk.opened",
    "work.claimed",
    "work.done",
    "import.chunk-written",
    "import.chunk-committed",
)

_AT = os.environ.get("CONCORD_CRASH_AT", "")


def crashpoint(name: str) -> None:
    """Die here if the environment asks for it."""
    if _AT and name == _AT:
        os._exit(9)
