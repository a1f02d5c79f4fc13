"""What a run found: the table on screen, and the same in var/bench/<date>.json and .md.

A quick or partial run says so in the file's name. A file holds figures and versions only: no path and no
name of the machine.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contest import FLOORS, Entry
from benchmarks.sweep import SweepFigure
from benchmarks.work import Timing

PACKAGES = (
    "sqlalchemy",
    "transitions",
    "django",
    "django-viewflow",
    "SpiffWorkflow",
    "dbos",
    "apscheduler",
    "jinja2",
    "psycopg",
    "prefect",
)
Row = tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """A contestant over all rounds; `reason` says why there are no figures."""

    name: str
    store: str
    cases: int
    rate: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    ratio: float | None = None
    rates: tuple[float, ...] = ()
    reason: str = ""


@dataclass
class Results:
    """What one run found. `taken_at` is an ISO instant (UTC); `kind` is full or quick, or a part of one."""

    taken_at: str
    kind: str
    cases: int
    rounds: int
    steps: list[Standing] = field(default_factory=list)
    sweeps: list[SweepFigure] = field(default_factory=list)
    parts: dict[str, float | None] = field(default_factory=dict)
    absent_sweeps: dict[str, str] = field(default_factory=dict)
    prefect: dict[str, float | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the versions that were measured."""
        return {"environment": environment(), **asdict(self)}


def environment() -> dict[str, str]:
    """The versions the figures belong to."""
    known = {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": str(os.cpu_count()),
    }
    for name in PACKAGES:
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            known[name] = "absent"
    return known


def standing(entry: Entry, cases: int, rounds: list[dict[str, Timing]], reason: str) -> Standing:
    """Medians over the rounds, and the median of each round's ratio to that round's own floor."""
    mine = [one[entry.name] for one in rounds if entry.name in one]
    if not mine:
        return Standing(entry.name, entry.store, cases, reason=reason)
    floor = FLOORS[entry.store]
    ratios = [one[entry.name].rate / one[floor].rate for one in rounds if entry.name in one and floor in one]
    p50s, p95s = ([t.p50_ms for t in mine if t.p50_ms], [t.p95_ms for t in mine if t.p95_ms])
    return Standing(
        name=entry.name,
        store=entry.store,
        cases=cases,
        rate=median(t.rate for t in mine),
        p50_ms=median(p50s) if p50s else None,
        p95_ms=median(p95s) if p95s else None,
        ratio=median(ratios) if ratios else None,
        rates=tuple(round(t.rate, 1) for t in mine),
        reason=reason,
    )


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def step_rows(results: Results) -> Iterable[Row]:
    """The contest, floors and peers in the order of their entries."""
    for one in results.steps:
        figures = (
            _number(one.rate, ",.0f"),
            _number(one.p50_ms, ".2f"),
            _number(one.p95_ms, ".2f"),
            _number(one.ratio, ".2f" if (one.ratio or 0) >= 0.1 else ".3f"),
        )
        yield (one.name, str(one.cases), *figures, one.reason)


def sweep_rows(results: Results) -> Iterable[Row]:
    """The sweeps, small and large."""
    for one in results.sweeps:
        figures = (f"{one.sweep_ms:,.1f}", _number(one.empty_ms, ".3f"), _number(one.build_s, ".1f"))
        yield (one.name, f"{one.deadlines:,}", f"{one.due:,}", *figures, one.note)
    for name, reason in results.absent_sweeps.items():
        yield (name, "–", "–", "–", "–", "–", reason)


def part_rows(results: Results) -> Iterable[Row]:
    """The parts in microseconds."""
    for name, micros in results.parts.items():
        yield (name, "absent" if micros is None else f"{micros:,.2f}")


def tables(results: Results) -> Iterable[tuple[str, Row, list[Row]]]:
    """(title, columns, rows) of everything that was measured."""
    contest = ("who", "cases", "steps/s", "p50 ms", "p95 ms", "ratio to floor", "note")
    sweeps = ("sweep", "deadlines", "due", "tick ms", "empty ms", "adding s", "note")
    yield "Steps", contest, list(step_rows(results))
    yield "Reminder sweep", sweeps, list(sweep_rows(results))
    yield "Parts", ("part", "µs"), list(part_rows(results))
    yield "Prefect", ("what", "ms"), [(name, _number(ms, ",.1f")) for name, ms in results.prefect.items()]


def show(results: Results, console: Console) -> None:
    """Print the tables."""
    for title, columns, rows in tables(results):
        if not rows:
            continue
        table = Table(title=f"{title} · {results.rounds} rounds" if title == "Steps" else title)
        shown = [column for column in columns if column != "note"]
        for column in shown:
            table.add_column(column, justify="left" if column == columns[0] else "right", no_wrap=True)
        for row in rows:
            table.add_row(*row[: len(shown)])
        console.print(table)
        for row in rows:
            if "note" in columns and row[-1]:
                console.print(f"{row[0]}: {row[-1]}", highlight=False)


def write(results: Results, directory: Path) -> Path:
    """Write the .json and the .md of the day; the path of the .md."""
    directory.mkdir(parents=True, exist_ok=True)
    stem = directory / (results.taken_at[:10] + ("" if results.kind == "full" else f"-{results.kind}"))
    stem.with_suffix(".json").write_text(json.dumps(results.as_json(), indent=2, ensure_ascii=False))
    lines = [
        f"# Benchmarks of {results.taken_at} ({results.kind})",
        "",
        "Use the ratios; the absolute numbers belong to one machine.",
    ]
    lines += ["", " · ".join(f"{name} {what}" for name, what in environment().items())]
    for title, columns, rows in tables(results):
        if rows:
            lines += ["", f"## {title}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
            lines += ["| " + " | ".join(row) + " |" for row in rows]
    path = stem.with_suffix(".md")
    path.write_text("\n".join(lines) + "\n")
    return path
