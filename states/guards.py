"""Guards every case type needs: days that have happened, days that lie ahead, ticks, clocks that run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from states.casetype import Check, Guard
from states.caseview import NO_LABEL, CaseView
from states.errors import Reason
from states.labels import Label

_MEND = Label("请更正日期", "mend the date")


def _day(field: str, holds: Callable[[date, date], bool]) -> Check:
    def check(_case: CaseView, answers: Any, moment: Any) -> bool:
        day: date | None = getattr(answers, field)
        return day is None or holds(day, moment.today)

    return check


def happened(field: str, zh: str, en: str) -> Guard:
    """A day that records something: it cannot lie in the future. A day left empty passes."""
    text = Label(f"{zh}不得晚于今天", f"{en} cannot be later than today")
    return Guard(f"{field}_in_future", _day(field, lambda day, today: day <= today), text, _MEND, field=field)


def ahead(field: str, zh: str, en: str) -> Guard:
    """A day that is planned: it cannot lie in the past. A day left empty passes."""
    text = Label(f"{zh}不得早于今天", f"{en} cannot be in the past")
    return Guard(f"{field}_in_past", _day(field, lambda day, today: day >= today), text, _MEND, field=field)


def in_order(first: str, then: str, zh: str, en: str) -> Guard:
    """Two days of the form of which the second cannot lie before the first. A day left empty passes."""

    def check(_case: CaseView, answers: Any, _moment: Any) -> bool:
        earlier, later = getattr(answers, first), getattr(answers, then)
        return earlier is None or later is None or bool(earlier <= later)

    return Guard(f"{then}_before_{first}", check, Label(zh, en), _MEND)


def ticked(field: str, zh: str, en: str, remedy: Label) -> Guard:
    """A tick of the form that must be set."""
    return Guard(f"{field}_missing", lambda _c, a, _m: bool(getattr(a, field)), Label(zh, en), remedy, field=field)


def known(code: str, holds: Check, text: Label, remedy: Label = NO_LABEL) -> Guard:
    """A condition of the case alone, shown before anybody fills in the form."""
    return Guard(code, holds, text, remedy, needs_answers=False)


def listed(
    code: str, each: Callable[[CaseView, Any, Any], Iterable[Reason]], text: Label, *, needs_answers: bool = True
) -> Guard:
    """A condition of many things, each of which says itself what is wrong with it; `text` names the condition."""
    return Guard(
        code, lambda case, answers, moment: not list(each(case, answers, moment)), text, needs_answers=needs_answers, each=each
    )  # fmt: skip


def running(case: CaseView, rule: str) -> str | None:
    """The subject of a clock of that rule that still runs, None when none does."""
    return next((subject for name, subject in case.open_deadlines if name == rule), None)
