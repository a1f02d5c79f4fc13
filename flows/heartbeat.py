"""Which process this is, and how the others know that it lives.

`HERE` is this process. Once it beats (`Heartbeat`), its row of `process` is fresh, and the leases of the runs it has in hand
are renewed. A process that is killed, or frozen for longer than a lease, loses them: another one goes on. A command that does
a run by hand has no row: it renews the run's lease as long as it is at it (`renewed`).
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import SQLAlchemyError

from config.version import version_of_the_program
from flows.office import Office, utc_now
from models.migrating import StoreTooNew, known_revisions
from models.processes import Process
from models.requests import OPEN_RUNS, Run
from models.upsert import insert_or_leave

log = logging.getLogger("concord.heartbeat")

#: seconds between two beats
BEAT = 2.0
#: how often a command renews its run within the length of a lease
RENEWALS = 6
#: a process that was not heard of for so long is gone
STALE = timedelta(seconds=7)


@dataclass
class ThisProcess:
    """This process: its name, unique for ever, and whether it beats."""

    name: str
    #: a heartbeat renews what is in hand
    beating: bool = False
    #: the database has a shape by now that this program does not know
    outdated: bool = False
    #: the runs it does just now: what it lost in a fault, because even that could not be written down, is not among them
    in_hand: set[int] = field(default_factory=set)


HERE = ThisProcess(f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}")


class Heartbeat:
    """Says every two seconds that this process lives, and what condition it is in.

    A `patient` one waits for a store that is away, instead of raising: the process has something else to do meanwhile.
    """

    def __init__(
        self, office: Office, roles: tuple[str, ...], condition: Callable[[], dict[str, Any]], *, patient: bool = False
    ) -> None:
        self.office, self.roles, self._condition, self._patient = office, roles, condition, patient
        self._signed_on = self._away = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._live, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Sign on and begin to beat."""
        if not self._patient:
            self._sign_on()
        HERE.beating = True
        self._thread.start()

    def stop(self) -> None:
        """Sign off."""
        self._stopping.set()
        self._thread.join(timeout=5)
        HERE.beating = False
        if self._patient and not self._signed_on:
            return
        try:
            with self.office.store.write() as connection:
                connection.execute(
                    update(Process).where(Process.name == HERE.name).values(ended_at=utc_now(), beat_at=utc_now())
                )
        except SQLAlchemyError:
            if not self._patient:
                raise

    def _sign_on(self) -> None:
        now = utc_now()
        row = {
            "name": HERE.name, "host": socket.gethostname()[:80], "pid": os.getpid(), "roles": " ".join(self.roles),
            "version": version_of_the_program(), "started_at": now, "beat_at": now, "condition": self._condition(),
        }  # fmt: skip
        with self.office.store.write() as connection:
            connection.execute(insert_or_leave(connection, Process, Process.name).values(row))
        self._signed_on = True

    def _live(self) -> None:
        pause = BEAT if self._signed_on else 0.0
        while not self._stopping.wait(pause):
            pause = BEAT
            try:
                self._beat() if self._signed_on else self._sign_on()
            except SQLAlchemyError as fault:  # the store is away for a moment: the next beat comes
                if not self._away:
                    log.warning("heartbeat: %s", type(fault).__name__)
                self._away = True
            else:
                self._away = False

    def _beat(self) -> None:
        alive = update(Process).where(Process.name == HERE.name).values(beat_at=utc_now(), condition=self._condition())
        with self.office.store.write() as connection:
            # the row of one that could not be heard for a month has been forgotten: it signs on anew
            self._signed_on = bool(connection.execute(alive).rowcount)
            _renew(connection, self.office)


@contextmanager
def renewed(office: Office) -> Iterator[None]:
    """Where no heartbeat does it (a command, a program of somebody's own), renew what is in hand as long as the block lasts."""
    if HERE.beating:
        yield
        return
    stopping = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(office, stopping), name="renewing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(timeout=5)


def _renew_until(office: Office, stopping: threading.Event) -> None:
    while not stopping.wait(office.settings.lease / RENEWALS):
        try:
            with office.store.write() as connection:
                _renew(connection, office)
        except SQLAlchemyError as fault:
            log.warning("lease not renewed: %s", type(fault).__name__)


def _renew(connection: Connection, office: Office) -> None:
    """Renew the leases of what this process has in hand, and notice a newer program."""
    held = (Run.holder == HERE.name, Run.state == "running", Run.lease_until.is_not(None))
    mine = update(Run).where(OPEN_RUNS, Run.id.in_(list(HERE.in_hand)), *held)
    connection.execute(mine.values(lease_until=lease_from_now(office)))
    shape = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if not HERE.outdated and shape not in known_revisions():
        HERE.outdated = True
        log.error("a newer program brought the database to revision %s: this one takes no more work; update it", shape)


def lease_from_now(office: Office) -> datetime:
    """The end of a lease that is taken or renewed now."""
    return office.lease_now() + timedelta(seconds=office.settings.lease)


def overtaken() -> StoreTooNew:
    """What somebody is told who wants to write through a program that a newer one has overtaken."""
    return StoreTooNew("a newer program has the database; update this one")


def memory_of_this_process() -> int:
    """Bytes this process holds in memory now; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def is_served(office: Office, role: str = "web") -> bool:
    """Whether a process of that role was heard of in the last seconds. By the wall clock: it is about machines, not cases."""
    query = select(Process.id).where(
        Process.ended_at.is_(None), Process.beat_at > utc_now() - STALE, Process.roles.contains(role)
    )  # fmt: skip
    with office.store.read() as connection:
        return connection.execute(query.limit(1)).first() is not None
