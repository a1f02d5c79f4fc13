"""The same request from everywhere at once: fifty times over HTTP to three processes on one store is one effect."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from models.accounts import AccessToken
from models.cases import CaseEvent, CaseFile
from models.outbox import Message
from models.requests import StepRequest
from tests.chaos.dose import dose
from tests.chaos.figures import note
from tests.chaos.pages import serving
from tests.factories import REGISTRATION, OfficeCase, Town

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]
TIMES, PROCESSES = 50, 3


@pytest.fixture
def token(town: Town) -> str:
    """The mediator's."""
    token, now = "cc_" + secrets.token_urlsafe(32), town.clock.now
    town.add(
        AccessToken, token_hash=sha256(token.encode()).hexdigest(), person_id=town.people["mediator"], kind="api",
        scopes=["read", "write"], created_at=now, expires_at=now + timedelta(days=30),
    )  # fmt: skip
    return token


class Crowd:
    """Many who post at the same moment, each to the next process."""

    def __init__(self, addresses: list[str], token: str) -> None:
        limits = httpx.Limits(max_connections=TIMES)
        self.clients = [httpx.Client(base_url=f"{one}/api/v1", timeout=60, limits=limits) for one in addresses]
        self.pool, self.token, self.seconds = ThreadPoolExecutor(TIMES), token, [0.0]

    def post(self, path: str, bodies: list[Any], key: str) -> list[tuple[int, Any]]:
        """Every body once, under the one key; (status, answer) of each."""
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": key}

        def send(number: int) -> tuple[int, Any]:
            begun = time.monotonic()
            answer = self.clients[number % PROCESSES].post(path, json=bodies[number], headers=headers)
            self.seconds.append(time.monotonic() - begun)
            return answer.status_code, answer.json()

        return list(self.pool.map(send, range(len(bodies))))

    def leave(self) -> None:
        """Everybody hangs up."""
        self.pool.shutdown()
        for client in self.clients:
            client.close()


@pytest.fixture
def crowd(town: Town, token: str) -> Iterator[Crowd]:
    """A crowd before three processes."""
    settings = town.office.settings
    with serving(settings.home, PROCESSES, settings.database_url) as addresses:
        made = Crowd(addresses, token)
        yield made
        made.leave()


def one_answer(answers: list[tuple[int, Any]], status: int) -> None:
    """All were answered, and all alike."""
    assert {one for one, _ in answers} == {status}, Counter(str(one) for one in answers)
    assert all(told == answers[0][1] for _, told in answers)


def test_fifty_times_at_once_from_three_processes_is_once(town: Town, crowd: Crowd) -> None:
    rounds = dose(2, 20)
    for round_ in range(rounds):
        opening = {"type": "dispute", "unit": "qingbo", "answers": {**REGISTRATION, "applicant": f"张{round_}"}}
        opened = crowd.post("/cases", [opening] * TIMES, f"open-{round_}")
        one_answer(opened, 201)
        case = OfficeCase(town, town.one(CaseFile, CaseFile.number == opened[0][1]["number"]).id, "", "mediator")
        body = {"answers": {"received_on": town.iso()}, "expected_version": 1}
        other = {"answers": {"received_on": town.iso(-1)}, "expected_version": 1}
        path = f"/cases/{opened[0][1]['number']}/steps/apply"
        mixed = crowd.post(path, [body, other] * (TIMES // 2), f"apply-{round_}")
        taken = [told for status, told in mixed if status == 200]
        reused = [told["code"] for status, told in mixed if status == 409]
        assert len(taken) == len(reused) == TIMES // 2, "whoever comes first decides what the key means"
        assert set(reused) == {"key_reused"}
        assert all(told == taken[0] for told in taken)
        assert case.steps == ["open", "apply"]
        one_answer(crowd.post(path, [body, body], f"refused-{round_}"), 409)  # somebody moved the case: told, and told again
    assert town.count(CaseFile) == rounds
    assert town.count(CaseEvent) == 2 * rounds
    assert Counter(row.status for row in town.rows(StepRequest)) == {"applied": 2 * rounds, "refused": rounds}
    told = Counter(row.key for row in town.rows(Message, Message.person_id.is_(None)))
    assert set(told.values()) == {1}
    assert not town.audit().broken
    seconds = sorted(crowd.seconds)
    note(
        "the same request 50 times at once from 3 processes", requests=len(seconds) - 1, effects=town.count(CaseEvent),
        longest_seconds=seconds[-1], median_seconds=seconds[len(seconds) // 2],
    )  # fmt: skip
