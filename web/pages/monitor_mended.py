"""What a mending did: an answer for each place, those that were not mended first."""

from __future__ import annotations

from dataclasses import dataclass

from flows.checks.table import check_of
from flows.mending import MEND
from models.base import AnyRow
from models.running import Watching
from states.labels import Label


@dataclass(frozen=True)
class Answered:
    """One place: what a person looks it up by, where it is looked at, what the store said of it."""

    name: str
    path: str
    said: Label


@dataclass(frozen=True)
class Mendings:
    """The work as its page shows it. `elsewhere`: answers for places of units that are not his to see."""

    code: str
    says: Label
    #: those that are not mended, with the reason; and those that are
    left: list[Answered]
    mended: list[Answered]
    elsewhere: int


def mendings_of(row: AnyRow, who: Watching) -> Mendings | None:
    """What was answered so far, as he may see it; None for a work of another kind.

    A place that belongs to no unit (a run, a person's letter) is shown to who asked for the work, and at the top.
    """
    check = check_of(str(row.asked.get("code", ""))) if row.flow == MEND else None
    if check is None:
        return None
    left: list[Answered] = []
    mended: list[Answered] = []
    elsewhere = 0
    answers = row.counts.get("answers", ())
    for (subject, number, unit, path), (well, zh, en) in zip(row.asked["places"], answers, strict=False):
        if any(unit.startswith(one) for one in who.paths) if unit else who.top or row.person_id == who.person_id:
            (mended if well else left).append(Answered(number or f"#{subject}", path, Label(zh, en)))
        else:
            elsewhere += 1
    return Mendings(check.code, check.says, left, mended, elsewhere)
