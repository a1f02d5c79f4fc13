"""Repairs of runs and sweeps: a work is done now, by a worker where there is one, else right here. Its row says how."""

from __future__ import annotations

import time

from sqlalchemy import or_, select, update

from config.timetable import TIMETABLE
from flows.checks.check import Spot
from flows.heartbeat import is_served
from flows.office import Office
from flows.performing import WORKS, perform_noted
from flows.repairs.answer import Body, not_safe
from flows.works import at_work, file_work
from models.base import AnyRow
from models.requests import OPEN_RUNS, Run, RunState
from states.labels import Label

#: seconds somebody waits for a worker before he is told that it is under way
PATIENCE = 5.0
LOOK = 0.05


def sweep_now(office: Office, sweep: str) -> Label:
    """Run a sweep as a work; one that is under way already is waited for."""
    flow = f"sweep-{sweep}"
    with office.store.write() as connection:
        run_id = connection.scalar(select(Run.id).where(OPEN_RUNS, Run.flow == flow).order_by(Run.id).limit(1))
        if run_id is None:
            run_id = file_work(connection, office, flow, {}, key=office.now().isoformat())
    return work_now(office, run_id)


def work_now(office: Office, run_id: int) -> Label:
    """Do the run, or see a worker do it; what its row says then."""
    if is_served(office, "worker") and not at_work():
        until = time.monotonic() + PATIENCE
        while _row(office, run_id).state in ("waiting", "running") and time.monotonic() < until:
            time.sleep(LOOK)
    else:
        perform_noted(office, run_id)
    row = _row(office, run_id)
    state = RunState(row.state).label
    error = f"({row.error})" if row.error else ""
    return Label(f"运行 {run_id}:{state.zh}{error}", f"run {run_id}: {state.en.lower()} {error}".rstrip())


def _row(office: Office, run_id: int) -> AnyRow:
    columns = (Run.id, Run.flow, Run.state, Run.key, Run.asked, Run.person_id, Run.error, Run.lease_until)
    with office.store.read() as connection:
        return connection.execute(select(*columns).where(Run.id == run_id)).one()


def take_up(office: Office, _by: int | None, spot: Spot) -> Label:
    """A run whose process is gone is claimed anew; one nobody can claim is closed as lost."""
    row = _row(office, spot.subject)
    if row.state == "running" and (row.lease_until is None or row.flow not in WORKS):
        nobodys = or_(Run.lease_until.is_(None), Run.lease_until < office.now())
        with office.store.write() as connection:
            mine = update(Run).where(Run.id == row.id, Run.state == "running", nobodys)
            connection.execute(mine.values(state="lost", ended_at=office.now(), error="ProcessEnded"))
        return Label(f"运行 {row.id} 已关闭:中断", f"run {row.id} is closed: lost")
    return work_now(office, spot.subject)


def file_once_more(office: Office, _by: int | None, spot: Spot) -> Label:
    """File what was lost once more, and do it."""
    row = _row(office, spot.subject)
    if row.flow not in WORKS:
        text = Label("该运行由命令发起", "the run was begun by a command")
        raise not_safe(text, Label("请再次执行该命令", "give the command again: it goes on where it stopped"))
    if row.flow.startswith("sweep-"):
        return sweep_now(office, row.flow.removeprefix("sweep-"))
    with office.store.write() as connection:
        again = file_work(connection, office, row.flow, row.asked, key=row.key, person_id=row.person_id)
    return work_now(office, again)


def sweep_again(office: Office, _by: int | None, spot: Spot) -> Label:
    """The sweep that is late, or went wrong; its subject is its place in the timetable."""
    return sweep_now(office, TIMETABLE[spot.subject].sweep)


BODIES: dict[str, Body] = {
    "run_abandoned": take_up,
    "work_untaken": take_up,
    "runs_lost": file_once_more,
    "sweep_late": sweep_again,
    "sweep_failed": sweep_again,
}
