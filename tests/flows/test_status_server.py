"""The answers of a process without pages, over a real socket."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.status_server import StatusServer
from tests.factories import Town


class Switch:
    """Ready, or not."""

    def __init__(self) -> None:
        self.on = True

    def __call__(self) -> bool:
        return self.on


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def status(town: Town, switch: Switch) -> Iterator[StatusServer]:
    settings = town.office.settings.model_copy(update={"status_port": 0, "metrics_token": "t"})
    made = StatusServer(replace(town.office, settings=settings), switch)
    made.start()
    yield made
    made.stop()


def ask(status: StatusServer, path: str, **headers: str) -> tuple[int, str]:
    """Status and body."""
    request = urllib.request.Request(f"http://127.0.0.1:{status.port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_it_says_how_it_is(status: StatusServer, switch: Switch) -> None:
    assert ask(status, "/health") == (200, "ok\n")
    assert ask(status, "/ready") == (200, "ready\n")
    switch.on = False
    assert ask(status, "/ready") == (503, "not ready\n")
    assert ask(status, "/health?x=1") == (200, "ok\n")
    assert ask(status, "/anything")[0] == 404


def test_figures_are_not_passed_on(status: StatusServer) -> None:
    code, text = ask(status, "/metrics")
    assert code == 200
    assert "concord_store_up 1.0" in text
    assert ask(status, "/metrics", **{"X-Forwarded-For": "203.0.113.9"})[0] == 404
    assert ask(status, "/metrics", **{"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer t"})[0] == 200
    assert ask(status, "/metrics", Host="office.example.org")[0] == 404


def test_somebody_who_says_nothing_keeps_nobody_waiting(status: StatusServer) -> None:
    with socket.create_connection(("127.0.0.1", status.port)) as silent:
        silent.sendall(b"GET /hea")
        assert ask(status, "/health")[0] == 200


def test_it_ends(status: StatusServer) -> None:
    status.stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", status.port), timeout=1)
    assert not [one for one in threading.enumerate() if one.name == "status"]
