"""The first page of the monitor: what needs a hand, and how the office is, as far as somebody watches over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from config.clock import day_at
from flows.casework import refusal_from
from flows.checks.check import MOST, Finding, Spot
from flows.headquarters import at_the_top
from flows.heartbeat import STALE
from flows.punctuality import Hours, hours_kept
from models import monitoring
from models.base import AnyRow
from states.labels import Label
from web.pages.monitor_words import Said, cause, flow_label, word
from web.rendering import when_said

DAY = timedelta(days=1)
#: places named beside a finding; the others are one click away
NAMED = 3
#: findings whose subject is a run of the journal: a step, or a work
JOURNAL = {
    "failed_steps": "step", "request_unanswered": "step", "run_abandoned": "work", "work_untaken": "work", "runs_lost": "work",
}  # fmt: skip
#: refusals told by their reason
REASONS = 8


@dataclass(frozen=True)
class Place:
    """One place at which something was found: what a person reads, where it leads, and what `repair` is told."""

    subject: int
    name: str
    detail: Label
    path: str
    #: the run behind it, where it has one
    run: str
    at: Any
    #: it is his to mend
    may: bool


@dataclass(frozen=True)
class Found:
    """A check that found something: how often, since when, the first places."""

    code: str
    says: Label
    remedy: Label
    #: what the button says; empty: a person mends it
    repair: Label | None
    #: concerns the whole office
    whole: bool
    count: int
    more: bool
    #: how many of them are his to mend
    his: int
    since: Any
    places: list[Place]


@dataclass(frozen=True)
class Bar:
    """One hour of the chart, in the units of its drawing."""

    x: float
    height: float
    bad: float
    title: str


@dataclass(frozen=True)
class Living:
    """A process: where it runs, what it does, when it was last heard of. `memory` in megabytes."""

    host: str
    pid: int
    roles: str
    version: str
    since: datetime
    heard: datetime
    silent: bool
    memory: int
    breaker: str
    #: what it alone does at this time
    leads: bool


@dataclass(frozen=True)
class Health:
    """How the office is. What concerns all of it (`outbox`, `processes`) is shown at the top only, and empty elsewhere."""

    top: bool
    sweeps: list[Hours]
    outbox: Sequence[AnyRow]
    parked: int
    processes: list[Living]
    hours: list[Bar]
    steps: int
    bad: int
    causes: list[tuple[Said, int]]
    reasons: list[tuple[Label, str, int]]


def found_of(
    findings: Iterable[Finding], now: datetime, named: int = NAMED, his: Mapping[str, Finding] | None = None
) -> list[Found]:
    """The findings as the page names them. `his`: what of them he may mend, by code; None: whatever has a repair."""
    return [_found(one, now, named, one if his is None or one.check.whole else his.get(one.check.code)) for one in findings]


def _found(one: Finding, now: datetime, named: int, his: Finding | None) -> Found:
    check, today = one.check, str(day_at(now))
    ages = [spot.at for spot in one.rows if spot.at is not None and str(spot.at)[:10] <= today]
    mine = frozenset(spot.subject for spot in his.rows) if his and check.repair else frozenset()
    return Found(
        code=check.code, says=_sentence(check.says), remedy=check.remedy, repair=check.repair, whole=check.whole,
        count=one.count, more=one.count >= MOST, his=his.count if his and check.repair else 0,
        since=min(ages, key=str, default=None),
        places=[_place(check.code, spot, spot.subject in mine) for spot in one.rows[:named]],
    )  # fmt: skip


def _sentence(says: Label) -> Label:
    """A check stands alone here; in a letter it stands in the middle of a line."""
    return Label(says.zh, says.en[:1].upper() + says.en[1:])


def _place(code: str, spot: Spot, may: bool) -> Place:
    kind = JOURNAL.get(code, "")
    run = f"/supervision/runs/{kind}/{spot.subject}" if kind else ""
    detail = flow_label(f"sweep-{spot.detail}") if code.startswith("sweep_") else word(spot.detail)
    path = f"/batches/{spot.subject}" if code == "batch_stalled" else spot.path
    return Place(spot.subject, spot.number, detail, path, run, spot.at, may)


def health_of(connection: Connection, paths: tuple[str, ...], now: datetime, wall: datetime) -> Health:
    """How the office is, as seen from those units. `wall`: the machine's own clock, by which processes beat."""
    top = at_the_top(paths)
    bars = monitoring.steps_by_hour(connection, paths, now)
    return Health(
        top=top, sweeps=hours_kept(connection, now), outbox=monitoring.outbox(connection, now) if top else (),
        parked=monitoring.parked(connection) if top else 0, processes=living(connection, wall) if top else [],
        hours=bars_of(bars, now), steps=sum(row.steps for row in bars), bad=sum(row.bad for row in bars),
        causes=[(cause(row.cause), row.n) for row in monitoring.failures_by_cause(connection, paths, now, top)],
        reasons=_reasons(monitoring.newest_refusals(connection, paths, now)),
    )  # fmt: skip


def living(connection: Connection, wall: datetime) -> list[Living]:
    """Processes heard of within the last day that did not sign off, those that fell silent last."""
    leading = {row.holder for row in monitoring.leases(connection, wall)}
    return [
        Living(
            row.host, row.pid, row.roles, row.version, row.started_at, row.beat_at, row.beat_at < wall - STALE,
            int(row.condition.get("memory", 0)) // 2**20, str(row.condition.get("breaker", "")), row.name in leading,
        )
        for row in monitoring.processes(connection, wall - DAY)
    ]  # fmt: skip


#: the drawing of the chart: width of an hour, height of the highest bar
WIDE, HIGH = 20, 90


def bars_of(rows: Sequence[AnyRow], now: datetime) -> list[Bar]:
    """The hours as bars, the highest of them as high as the chart."""
    most = max((row.steps for row in rows), default=0) or 1
    begins = [now - timedelta(hours=len(rows) - row.no) for row in rows]
    return [
        Bar(row.no * WIDE, round(row.steps * HIGH / most, 1), round(row.bad * HIGH / most, 1), _hour(begin, row))
        for begin, row in zip(begins, rows, strict=True)
    ]


def _hour(begin: datetime, row: AnyRow) -> str:
    bad = f" ({row.bad})" if row.bad else ""
    return f"{when_said(begin)[-5:]} – {when_said(begin + timedelta(hours=1))[-5:]}: {row.steps}{bad}"


def _reasons(receipts: Iterable[Any]) -> list[tuple[Label, str, int]]:
    """The reasons for which steps were refused, the most frequent first: (what it says, its code, how often)."""
    said: dict[str, Label] = {}
    often: Counter[str] = Counter()
    for receipt in receipts:
        if receipt and "refusal" in receipt:
            for reason in refusal_from(receipt).reasons:
                said.setdefault(reason.code, reason.text)
                often[reason.code] += 1
    return [(said[code], code, n) for code, n in often.most_common(REASONS)]
