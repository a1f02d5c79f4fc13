"""Mending what a check found: by whoever supervises the unit, at the top for what concerns the whole office.

The result is read back from the store, never assumed; each repair stands in the office's journal; repairing twice does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.office import Office
from states.labels import Label


@dataclass(frozen=True)
class Repaired:
    """What the store says after the repair."""

    text: Label
    done: bool


def repair(office: Office, by: int | None, code: str, subject: int) -> Repaired:
    """Mend what that check found at that subject. Raises `NotThere` for what is hidden or absent, `StepRefused` where it
    cannot be mended safely. `by` None: the operator of the machine."""
    raise NotImplementedError
