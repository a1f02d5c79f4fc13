"""What a repair answers, and the words several of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flows.checks.check import Spot
from flows.office import Office
from states.errors import Refusal, StepRefused, refuse
from states.labels import Label


@dataclass(frozen=True)
class Repaired:
    """What the store says after the repair; `done`: the check no longer finds it."""

    text: Label
    done: bool


#: (office, who repairs, what was found) → what the store says now; None: mended, there is nothing more to say.
#: Raises a `Refusal` where it cannot be mended safely.
Body = Callable[[Office, int | None, Spot], Label | None]


def not_safe(text: Label, remedy: Label) -> Refusal:
    """The refusal of a repair that would have to guess."""
    return refuse(StepRefused, "no_safe_repair", text, remedy)
