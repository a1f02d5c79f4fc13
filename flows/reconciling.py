"""Our journal and Prefect's, brought to agree: runs that a killed process left open are closed on both sides.

Ours is the truth. Of every run that Prefect takes for open although it should have ended, our row is asked what became of it.
A run is closed, never opened again, and a body that runs now is left alone: its lease says so. Runs that no Prefect run
accompanied stay what they are, unobserved. Where there is no Prefect, or it is away, our own rows are put right all the same.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update

from flows.office import Office, utc_now
from flows.prefect_runs import OpenRun, PrefectAway, PrefectRuns
from models.base import AnyRow
from models.processes import Process
from models.requests import OPEN_RUNS, Run, StepRequest

log = logging.getLogger("concord.reconciling")

#: a step is over within seconds; a run that is open for longer has lost its process, or its server the word of its end
OLD = timedelta(minutes=3)
#: a step that still waits may be in the hands of a slow store; after this nobody holds it
UNANSWERED = timedelta(minutes=10)
STEP = "advance-case"
#: (type of Prefect's state, its name)
Verdict = tuple[str, str]
COMPLETED, REFUSED, FAILED, CRASHED, TAKEN = (
    ("COMPLETED", "Completed"), ("COMPLETED", "Refused"), ("FAILED", "Failed"), ("CRASHED", "Crashed"), ("COMPLETED", "Taken"),
)  # fmt: skip
_ENDED: Mapping[str, Verdict] = {
    "applied": COMPLETED, "done": COMPLETED, "refused": REFUSED, "failed": FAILED, "lost": CRASHED,
}  # fmt: skip


def reconcile(office: Office, old: timedelta = OLD) -> dict[str, Any]:
    """Put our rows right, then Prefect's; how many of what."""
    counts: dict[str, Any] = {**free_the_dead(office)}
    if not office.settings.prefect:
        return {**counts, "prefect": "off"}
    try:
        with PrefectRuns(office.settings) as prefect:
            return {**counts, **_close(office, prefect, utc_now() - old)}
    except PrefectAway as trouble:
        log.info("prefect was not reconciled: %s", trouble)
        return {**counts, "prefect": "away"}


def free_the_dead(office: Office) -> dict[str, int]:
    """Runs of processes that are gone: with a lease they are free at once, without one they are lost."""
    silent = Process.beat_at < utc_now() - timedelta(seconds=office.settings.lease)
    gone = exists().where(Process.name == Run.holder, or_(Process.ended_at.is_not(None), silent))
    now = office.lease_now()
    dead = update(Run).where(OPEN_RUNS, Run.state == "running", gone)
    with office.store.write() as connection:
        freed = connection.execute(dead.where(Run.lease_until >= now).values(lease_until=now - timedelta(seconds=1))).rowcount
        ended = {"state": "lost", "ended_at": office.now(), "error": "ProcessEnded"}
        lost = connection.execute(dead.where(Run.lease_until.is_(None)).values(**ended)).rowcount
    return {"freed": freed, "lost": lost}


def _close(office: Office, prefect: PrefectRuns, before: datetime) -> dict[str, int]:
    from flows.performing import WORKS  # the sweeps are works, and this is one of them

    counted: Counter[str] = Counter(looked=0)
    pages = list(prefect.open_runs({STEP, "sweep", *WORKS}, before))  # all of them first: closing shortens the pages
    for page in pages:
        counted["looked"] += len(page)
        for run, verdict in _verdicts(office, page):
            kind, name = verdict
            if prefect.close(run.id, kind, name, "reconciled"):
                counted[name.lower()] += 1
    return dict(counted)


def _verdicts(office: Office, page: Sequence[OpenRun]) -> list[tuple[OpenRun, Verdict]]:
    """What our rows say of those runs; those that go on, or may, are not among the answers."""
    steps = [run.subject for run in page if run.flow == STEP]
    works = [run.subject for run in page if run.flow != STEP]
    asked = select(StepRequest.id, StepRequest.status, StepRequest.flow_run_id, StepRequest.created_at)
    ran = select(Run.id, Run.state.label("status"), Run.flow_run_id, Run.lease_until)
    with office.store.read() as connection:
        requests = {row.id: row for row in connection.execute(asked.where(StepRequest.id.in_(steps)))}
        runs = {row.id: row for row in connection.execute(ran.where(Run.id.in_(works)))}
    now, then = office.now(), office.lease_now()
    found = [
        (run, _of_step(run, requests.get(run.subject), now) if run.flow == STEP else _of_work(run, runs.get(run.subject), then))
        for run in page
    ]
    return [(run, verdict) for run, verdict in found if verdict is not None]


def _of_step(run: OpenRun, row: AnyRow | None, now: datetime) -> Verdict | None:
    if row is None:
        return CRASHED
    if row.status == "waiting":
        return CRASHED if row.created_at < now - UNANSWERED else None
    return _ended(run, row)


def _of_work(run: OpenRun, row: AnyRow | None, now: datetime) -> Verdict | None:
    if run.waits:
        return None if row is not None and row.status == "waiting" else TAKEN
    if row is None:
        return CRASHED
    if row.status == "running" and row.flow_run_id in ("", run.id):
        return None if row.lease_until is not None and row.lease_until >= now else CRASHED
    return _ended(run, row)


def _ended(run: OpenRun, row: AnyRow) -> Verdict:
    """Of a row another run accompanied to its end, this one was an attempt whose process died."""
    return CRASHED if row.flow_run_id not in ("", run.id) else _ENDED.get(row.status, CRASHED)
