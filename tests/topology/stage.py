"""The office spread over processes as it would be over machines: every role a process of its own, PostgreSQL beneath.

Each process has a home of its own, as on a machine of its own; they share the database, the key file and nothing else.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import httpx

from config.settings import ROOT, Settings
from flows.office import Office, open_office, utc_now
from models.accounts import AccessToken
from models.migrating import migrate
from tests.clock import Clock
from tests.factories import POSTS, Town, people_the

#: seconds after which a silent process loses its work: short, so that a test need not wait for it long
LEASE = 6


def free_port() -> int:
    """A port nobody holds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


class Child(Protocol):
    """What a test does to a process: `subprocess.Popen` can, and what `tests.chaos.nursery` forks."""

    pid: int

    def poll(self) -> int | None:
        """None while it lives."""

    def wait(self, timeout: float | None = None) -> int:
        """Come back when it has ended. Raises `subprocess.TimeoutExpired`."""

    def send_signal(self, number: int, /) -> None:
        """Send it a signal."""

    def kill(self) -> None:
        """kill -9."""


def launch_anew(role: str, env: Mapping[str, str], log: Path) -> Child:
    """A program of its own, as a machine would start it."""
    line = [sys.executable, "-m", "cli", "serve", "--role", role]
    with log.open("ab") as written:
        return subprocess.Popen(line, cwd=ROOT, env=env, stdout=written, stderr=written)


@dataclass
class Process:
    """One process of the office."""

    role: str
    child: Child
    home: Path
    env: dict[str, str]
    port: int = 0

    @property
    def url(self) -> str:
        """Where its pages or its server are."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """kill -9: it says nothing to anybody."""
        self.child.kill()
        self.child.wait()

    def freeze(self) -> None:
        """It stops in the middle of whatever it does."""
        self.child.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had happened."""
        self.child.send_signal(signal.SIGCONT)

    @property
    def log(self) -> str:
        """What it wrote."""
        return (self.home / "process.log").read_text()


@dataclass
class Topology:
    """The processes, and a town that shares nothing with them but the database."""

    folder: Path
    settings: dict[str, str]
    town: Town
    processes: list[Process] = field(default_factory=list)
    programs: list[httpx.Client] = field(default_factory=list)
    #: (role, environment, log) -> a process
    launch: Callable[[str, Mapping[str, str], Path], Child] = launch_anew

    def start(self, role: str, **more: str) -> Process:
        """One more process of that role."""
        home = self.folder / f"{role}-{len(self.processes)}"
        home.mkdir()
        shutil.copy(self.folder / "secret.key", home / "secret.key")
        port = free_port() if role == "web" else int(self.settings["CONCORD_PREFECT_PORT"])
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONCORD_", "PREFECT_"))}
        env = {**kept, **self.settings, "CONCORD_HOME": str(home), **more}
        if role == "web":
            env["CONCORD_WEB_PORT"] = str(port)
        if role == "prefect":
            env.pop("CONCORD_PREFECT_URL", None)
        self.processes.append(Process(role, self.launch(role, env, home / "process.log"), home, env, port))
        return self.processes[-1]

    def again(self, one: Process) -> None:
        """Kill it and start it anew, where it was and as it was."""
        one.kill()
        one.child = self.launch(one.role, one.env, one.home / "process.log")

    def of(self, role: str) -> list[Process]:
        """The processes of that role that live."""
        return [one for one in self.processes if one.role == role and one.child.poll() is None]

    def program(self, process: Process, who: str) -> httpx.Client:
        """A program at the REST interface of that web process, with somebody's token."""
        token, now = "cc_" + secrets.token_urlsafe(32), utc_now()
        self.town.add(
            AccessToken, token_hash=sha256(token.encode()).hexdigest(), person_id=self.town.people[who], kind="api",
            scopes=["read", "write", "hooks"], created_at=now, expires_at=now + timedelta(days=1),
        )  # fmt: skip
        sent = {"authorization": f"Bearer {token}"}
        self.programs.append(httpx.Client(base_url=f"{process.url}/api/v1", headers=sent, timeout=30, trust_env=False))
        return self.programs[-1]

    def stop(self) -> None:
        """Close everything: asked first, killed after a while."""
        for program in self.programs:
            program.close()
        for one in self.processes:
            one.thaw()
            one.child.send_signal(signal.SIGINT)
        until = time.monotonic() + 30
        for one in self.processes:
            try:
                one.child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
        self.town.office.store.close()


def topology_on(address: str, folder: Path, **settings: str) -> Topology:
    """An office in an empty database there (PostgreSQL, or a file of SQLite), its people in it, nothing started yet."""
    made: Office = open_office(Settings(home=folder, prefect=False, database_url=address))
    migrate(made.store)
    people_the(made)
    if not made.store.is_sqlite:
        with made.store.write() as connection:
            for table in ("organisation", "person"):
                following = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                connection.exec_driver_sql(following)
    port = str(free_port())
    told = {
        "CONCORD_DATABASE_URL": address, "CONCORD_LEASE": str(LEASE), "CONCORD_PREFECT_PORT": port,
        "CONCORD_PREFECT_URL": f"http://127.0.0.1:{port}", "PYTHONUNBUFFERED": "1", **settings,
    }  # fmt: skip
    town = Town(made, Clock(utc_now()), {code: number for number, code in enumerate(POSTS, start=1)})
    return Topology(folder, told, town)
