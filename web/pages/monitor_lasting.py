"""How long steps and works take, over some days: a line for each step and each flow, which opens the runs behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from sqlalchemy import Connection

from config.clock import start_of
from models import durations
from models.base import AnyRow
from states.casetype import OPEN
from states.labels import Label
from states.names import step_label
from states.registry import newest_types
from web.access import Visitor
from web.pages.monitor_runs_view import watching
from web.pages.monitor_words import flow_label

#: days that can be chosen, today being one of them; the first is taken where nothing was chosen
SPANS = {7: Label("七日", "Seven days"), 1: Label("今天", "Today"), 30: Label("三十日", "Thirty days")}
#: the slowest, which are shown at once; the others are one click away
SLOWEST = 10


@dataclass(frozen=True)
class Lasting:
    """How long something takes, in seconds: half of them, and all but one in twenty. `path`: the runs themselves."""

    label: Label
    #: the case type of a step; none for a work
    kind: Label | None
    n: int
    half: float
    most: float
    path: str


@dataclass(frozen=True)
class Durations:
    """Both tables, for so many days. `passed_over`: more ran than was looked at."""

    days: int
    steps: list[Lasting]
    works: list[Lasting]
    passed_over: bool
    looked: int = durations.LOOKED


def durations_of(connection: Connection, visitor: Visitor, days: int, today: date) -> Durations:
    """What lasted how long in the units he watches, the slowest first."""
    who, since = watching(visitor), today - timedelta(days=days - 1)
    begun = start_of(since)
    steps, works = durations.of_steps(connection, who.paths, begun), durations.of_runs(connection, who, begun)
    passed_over = any(row.back is not None and row.back >= begun for row in (*steps, *works))
    return Durations(days, [_step(row, since) for row in steps], [_work(row, since) for row in works], passed_over)


def _step(row: AnyRow, since: date) -> Lasting:
    kind = next((one for one in newest_types() if one.key == row.kind), None)
    label = step_label(kind, row.name) if kind else Label(row.name, row.name)
    return _line(row, label, kind.label if kind else None, step=f"{row.kind}.{row.name}", state="applied", since=since)


def _work(row: AnyRow, since: date) -> Lasting:
    return _line(row, flow_label(row.name), None, flow=row.name, state="done", since=since)


def _line(row: AnyRow, label: Label, kind: Label | None, **query: object) -> Lasting:
    half, most = (max(0.0, round(seconds, 3)) for seconds in (row.half, row.most))
    return Lasting(label, kind, row.n, half, most, f"/supervision/runs?{urlencode(query)}")


def steps_to_choose() -> Iterable[tuple[Label, list[tuple[str, Label]]]]:
    """(case type, [(word in the address, step)]): what the journal can be narrowed to."""
    for kind in newest_types():
        names = [OPEN, *(step.name for step in kind.steps)]
        yield kind.label, [(f"{kind.key}.{name}", step_label(kind, name)) for name in names]
