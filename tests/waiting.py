"""Waiting for what a test means, instead of for a while: machines differ."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def eventually(holds: Callable[[], Any], seconds: float = 30.0, why: str = "", every: float = 0.05) -> Any:
    """What it answers once that is true; fails when it does not come true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := holds():
            return found
        time.sleep(every)
    raise AssertionError(why or f"it did not come true within {seconds} s")
