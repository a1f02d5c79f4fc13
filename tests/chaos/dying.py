"""Dying inside a test's own process: at a named point an exception is thrown that nothing catches, and the office is reopened.

It unwinds where kill -9 would not, so what is open is rolled back by our own code; tests/flows/test_crash.py kills real
processes at the same points. Here it is cheap enough to happen anywhere in a long story.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from unittest.mock import patch

from config import crashpoints


class Died(BaseException):
    """The process is no more. Not an `Exception`: nothing in the program may catch it and go on."""


@dataclass
class Death:
    """Whether it came."""

    came: bool = False
    #: how often the point may still be passed
    passes: int = field(default=0)


@contextmanager
def dies_at(point: str, passes: int = 0) -> Iterator[Death]:
    """Die in the block when the point is reached for the (passes + 1)-th time: the block ends, the death says if it came."""
    death = Death(passes=passes)

    def ends(_code: int) -> None:
        if death.passes:
            death.passes -= 1
            return
        death.came = True
        raise Died

    with (
        patch.object(crashpoints, "_AT", point),
        patch.object(crashpoints, "os", SimpleNamespace(_exit=ends, environ=os.environ)),
    ):
        try:
            yield death
        except Died:
            assert death.came
