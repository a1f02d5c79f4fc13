"""`concord serve --role prefect`: heard of where the case database is there, and serving Prefect also where it is not."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from config.settings import ROOT
from flows.checks.check import Look
from flows.checks.machinery import silent_processes
from flows.heartbeat import is_served
from flows.office import utc_now
from flows.serving import Service
from models.processes import Process
from models.session import Store
from tests.factories import Town
from tests.stores import environment_at
from tests.topology.stage import free_port
from tests.waiting import eventually


class Away(Store):
    """A store that cannot be reached as long as `away` is set."""

    away = Event()

    def write(self) -> Any:
        if self.away.is_set():
            raise OperationalError("x", None, ConnectionError())
        return super().write()


def silent(town: Town) -> list[str]:
    """The roles of processes that the monitor shows as gone."""
    with town.office.store.read() as connection:
        return [row.detail for row in connection.execute(silent_processes(Look(utc_now())))]


def test_it_signs_on_once_the_database_is_there_and_is_missed_when_it_dies(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("flows.heartbeat.BEAT", 0.01)
    Away.away.set()
    service = Service(replace(town.office, store=Away(town.office.store.engine)), ("prefect",))
    service.start()
    eventually(lambda: caplog.messages == ["heartbeat: OperationalError"], 20)
    assert town.count(Process) == 0
    Away.away.clear()
    eventually(lambda: is_served(town.office, "prefect"), 20)
    eventually(lambda: town.one(Process).beat_at > town.one(Process).started_at, 20)
    assert len(caplog.messages) == 1, "said once"
    assert silent(town) == []
    Away.away.set()
    service.stop()
    assert town.one(Process).ended_at is None, "the database was away when it ended: nobody heard of it"
    town.set(Process, Process.id > 0, beat_at=utc_now() - timedelta(minutes=1))
    assert silent(town) == ["prefect"]


def test_it_is_ready_when_its_server_answers(town: Town) -> None:
    settings = town.office.settings.model_copy(update={"prefect": True})
    service, answering = Service(replace(town.office, settings=settings), ("prefect",)), Event()
    service.server = SimpleNamespace(up=answering, healthy=lambda: True)  # type: ignore[assignment]
    assert (service._serves(), service.condition()["breaker"]) == (False, "open")
    answering.set()
    assert (service._serves(), service.condition()["breaker"]) == (True, "closed")
    service._stopping.set()
    assert not service._serves()


def test_it_opens_where_no_database_answers(tmp_path: Path) -> None:
    port = str(free_port())
    env = environment_at(
        tmp_path, CONCORD_PREFECT="false", CONCORD_STATUS_PORT=port, PYTHONUNBUFFERED="1",
        CONCORD_DATABASE_URL=f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none",
    )  # fmt: skip
    line = [sys.executable, "-P", "-m", "cli", "serve", "--role", "prefect"]
    told = subprocess.PIPE
    process = subprocess.Popen(line, cwd=ROOT, env=env, text=True, stdout=told, stderr=subprocess.STDOUT)
    try:
        assert process.stdout is not None
        assert any("开门" in said for said in process.stdout), "it ended before"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.communicate()
    assert not (tmp_path / "secret.key").exists(), "it needs no key and makes none"
