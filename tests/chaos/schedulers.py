"""What a scheduler does in tests/chaos/test_schedulers.py, as a process of its own (tests.chaos.nursery forks it).

Each writes what came of it into a file of its own, as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy.exc import DBAPIError

from config import crashpoints
from config.settings import Settings
from flows.deadlines import Swept, sweep_deadlines
from flows.heartbeat import HERE
from flows.leading import lead
from flows.office import Office, open_office, utc_now
from flows.performing import perform
from flows.works import LeaseLost
from models.trouble import Trouble, trouble_of


def sweep(home: str, database: str, now: str, gate: str, out: str) -> None:
    """One sweep over the clocks, begun when the gate opens."""
    office = _office(home, database, now)
    with office.store.read():
        pass
    Path(out).with_suffix(".ready").touch()
    while not Path(gate).exists():
        time.sleep(0.001)
    rung = 1
    while (swept := _swept(office)) is None:
        rung += 1
    _write(out, {**swept.as_json(), "rung": rung})


def _swept(office: Office) -> Swept | None:
    """None where the store kept it waiting for too long, as when many write to one file: the next bell goes on."""
    try:
        return sweep_deadlines(office)
    except DBAPIError as fault:
        if trouble_of(fault) is not Trouble.AWAY:
            raise
        return None


def freeze_in(home: str, database: str, now: str, run_id: int, point: str, out: str) -> None:
    """Claim the run, freeze at that point of it, and go on when somebody thaws us."""
    office, HERE.beating = _office(home, database, now), True

    def freezes(_code: int) -> None:
        crashpoints._AT = ""
        Path(out).with_suffix(".frozen").touch()
        os.kill(os.getpid(), signal.SIGSTOP)

    crashpoints._AT, crashpoints.os = point, SimpleNamespace(_exit=freezes)  # type: ignore[attr-defined,assignment]
    try:
        perform(office, run_id)
    except LeaseLost:
        _write(out, "LeaseLost")
    else:
        _write(out, "done")


def stand(home: str, database: str, name: str, seconds: float, out: str) -> None:
    """Stand for election for so many seconds; (term, when it was asked for, when it was granted) of each time it was ours.

    Freezes when it is asked to (a file ".freeze"), and not while it writes: that would stop all of SQLite.
    """
    office = open_office(_settings(home, database, lease=3))
    granted: list[tuple[int, float, float]] = []
    until = time.time() + seconds
    Path(out).with_suffix(".ready").touch()
    while time.time() < until:
        asked_at = time.time()
        term = lead(office, name)
        if term is not None:
            granted.append((term, asked_at, time.time()))
            _write(out, granted)
        if (asked := Path(out).with_suffix(".freeze")).exists():
            asked.unlink()
            os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(0.02)


def _settings(home: str, database: str, **more: Any) -> Settings:
    return Settings(home=Path(home), database_url=database, prefect=False, **more)


def _office(home: str, database: str, now: str) -> Office:
    instant = datetime.fromisoformat(now)
    clock: Callable[[], datetime] = (lambda: instant) if now else utc_now
    return open_office(_settings(home, database), clock)


def _write(out: str, what: Any) -> None:
    place = Path(out)
    fresh = place.with_suffix(".new")
    fresh.write_text(json.dumps(what))
    fresh.replace(place)
