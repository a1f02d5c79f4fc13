"""Programs that never give up: each takes its cases through ten steps over HTTP, whatever happens to those who answer.

Every request bears a key and the version it believes in. Without an answer, or told that something is away, the same request
goes to the next web process under the same key; so whatever was lost on the way is found again or done once.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

import httpx

from flows.office import utc_now
from models.accounts import AccessToken
from tests.factories import CONSENT, REGISTRATION, SIGNED, Town

#: cases that one program takes along together: they share its batch
TOGETHER = 10
#: seconds a program waits for one answer, and in all before it says that the office is lost
PATIENCE, AT_MOST = 20.0, 180.0
#: answers after which the same request is sent again
AGAIN = frozenset({429, 500, 502, 503, 504, 507})


@dataclass
class Told:
    """What the programs heard."""

    answers: Counter[int] = field(default_factory=Counter)
    #: requests that were sent again, because no answer came or a web said that something is away
    unanswered: int = 0
    turned_away: int = 0
    #: seconds of the answers that came
    seconds: list[float] = field(default_factory=list)
    #: (case number, version) that somebody was told
    receipts: list[tuple[str, int]] = field(default_factory=list)
    batched: int = 0


@dataclass
class Crowd:
    """The programs."""

    town: Town
    webs: Sequence[str]
    random: Random
    told: Told = field(default_factory=Told)
    over: threading.Event = field(default_factory=threading.Event)

    def takes(self, cases: int, at_once: int = 4) -> Told:
        """Take so many cases through their ten steps; what was heard."""
        groups = [range(first, min(first + TOGETHER, cases)) for first in range(0, cases, TOGETHER)]
        with ThreadPoolExecutor(at_once) as pool:
            for done in [pool.submit(Program(self, group).works) for group in groups]:
                done.result()
        return self.told


class Program:
    """One of them, with a token of its own."""

    def __init__(self, crowd: Crowd, group: range) -> None:
        self.crowd, self.group, self.random = crowd, group, Random(crowd.random.random())
        token, now = "cc_" + secrets.token_urlsafe(32), utc_now()
        crowd.town.add(
            AccessToken, token_hash=sha256(token.encode()).hexdigest(), person_id=crowd.town.people["mediator"], kind="api",
            scopes=["read", "write"], created_at=now, expires_at=now + timedelta(days=1),
        )  # fmt: skip
        self.client = httpx.Client(headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE, trust_env=False)

    def works(self) -> None:
        """Open its cases, apply for all of them in one batch, and take each to its end."""
        with self.client:
            opened = [self._opens(one) for one in self.group]
            self._applies(opened)
            for number in opened:
                self._takes(number)

    def _opens(self, one: int) -> str:
        body = {"type": "dispute", "unit": "qingbo", "answers": {**REGISTRATION, "applicant": f"张{one}"}}
        told = self.asks("POST", "/cases", body, f"open-{one}")
        self.crowd.told.receipts.append((told["number"], told["version"]))
        return str(told["number"])

    def _applies(self, numbers: list[str]) -> None:
        body = {"step": "apply", "numbers": numbers, "answers": {"received_on": self.crowd.town.iso()}}
        batch = self.asks("POST", "/batches", body, f"batch-{self.group.start}")["id"]
        until = time.monotonic() + AT_MOST
        while True:
            told = self.asks("GET", f"/batches/{batch}")
            if told["applied"] == len(numbers):
                break
            assert not told["refused"] + told["failed"], told
            assert time.monotonic() < until, "nobody does the batch"
            time.sleep(0.1)
        self.crowd.told.batched += len(numbers)

    def _takes(self, number: str) -> None:
        for version, (step, answers) in enumerate(self._steps(), start=2):
            body = {"answers": answers, "expected_version": version}
            told = self.asks("POST", f"/cases/{number}/steps/{step}", body, f"{number}-{version}")
            assert told["version"] == version + 1, told
            self.crowd.told.receipts.append((number, version + 1))
        assert told["state"]["value"] == "closed"

    def _steps(self) -> list[tuple[str, dict[str, Any]]]:
        town, today = self.crowd.town, self.crowd.town.iso()
        parts = [{"amount": "6000", "due_on": town.iso(days)} for days in (30, 60)]
        paid = [{"no": no, "amount": "6000", "paid_on": today} for no in (1, 2)]
        return [
            ("accept", {"accepted_on": today, **CONSENT}),
            ("assign_mediator", {"mediator": town.people["mediator"], "no_conflict": True}),
            ("schedule_session", {"on": today, "place": "三楼调解室"}),
            ("hold_session", {"on": today, "minutes": "双方陈述"}),
            ("agree", {"terms": "分期支付", "instalments": parts, "all_members_consent": True}),
            ("sign_agreement", {"signed_on": today, **SIGNED}),
            *(("record_payment", one) for one in paid),
        ]

    def asks(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """What it was answered in the end."""
        told, until = self.crowd.told, time.monotonic() + AT_MOST
        headers = {"idempotency-key": key} if key else {}
        while time.monotonic() < until and not self.crowd.over.is_set():
            begun, web = time.monotonic(), self.random.choice(self.crowd.webs)
            try:
                answer = self.client.request(method, f"{web}/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError:
                told.unanswered += 1
                time.sleep(0.05)
                continue
            told.seconds.append(time.monotonic() - begun)
            told.answers[answer.status_code] += 1
            if answer.status_code in AGAIN:
                told.turned_away += 1
                time.sleep(min(2.0, float(answer.headers.get("retry-after", "0.2"))))
                continue
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
            return answer.json()
        raise AssertionError(f"{method} {path}: nobody answered it within {AT_MOST:.0f} s")
