"""Prefect's server as our child, and the settings it and its client live under."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from flows.prefect_home import PrefectAlreadyAwake, apply_environment, prefect_environment
from flows.prefect_server import PortTaken, PrefectServer

OFFICE = """
import sys, time, pathlib
from flows.prefect_server import PrefectServer
server = PrefectServer(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
server.start()
while server.pid is None: time.sleep(0.01)
print(server.pid, flush=True)
time.sleep(60)
"""


def test_nothing_leaves_the_machine(tmp_path: Path) -> None:
    env = prefect_environment(tmp_path, 4200)
    assert env["DO_NOT_TRACK"] == "1"
    assert env["PREFECT_SERVER_ANALYTICS_ENABLED"] == env["PREFECT_SERVER_EPHEMERAL_ENABLED"] == "false"
    assert env["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert str(tmp_path) in env["PREFECT_SERVER_DATABASE_CONNECTION_URL"]


def test_an_environment_that_comes_after_the_import_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.delitem(sys.modules, "prefect", raising=False)
    apply_environment(tmp_path, 4200)
    monkeypatch.setitem(sys.modules, "prefect", ModuleType("prefect"))
    apply_environment(tmp_path, 4200)
    with pytest.raises(PrefectAlreadyAwake, match="PREFECT_API_URL"):
        apply_environment(tmp_path, 4201)


def test_a_taken_port_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTaken, match="CONCORD_PREFECT_PORT"):
        PrefectServer(tmp_path, other.getsockname()[1]).start()


@pytest.mark.prefect
def test_kill_minus_nine_of_the_office_leaves_no_orphan(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", OFFICE, str(tmp_path), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as office:
        assert office.stdout is not None
        server = psutil.Process(int(office.stdout.readline()))
        time.sleep(0.5)
        assert server.is_running()
        office.kill()
    end = time.monotonic() + 5
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.01)
