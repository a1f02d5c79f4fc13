"""Whether an office is being served on this machine: a small file with a heartbeat, beside the database.

It only saves waiting: nothing depends on its being right. A killed server leaves it behind, and it is stale in seconds.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from flows.office import Office

BEAT = 1.0
STALE = 3.5


def _file(office: Office) -> Path:
    return office.settings.home / "serving.json"


def beat(office: Office) -> None:
    """Say that this process serves the office."""
    target = _file(office)
    fresh = target.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps({"pid": os.getpid(), "at": time.time()}))
    fresh.replace(target)


def leave(office: Office) -> None:
    """This process serves no longer."""
    _file(office).unlink(missing_ok=True)


def is_served(office: Office) -> bool:
    """Whether a process said so in the last seconds."""
    try:
        said = json.loads(_file(office).read_text())
    except (OSError, ValueError):
        return False
    return bool(time.time() - said["at"] < STALE)
