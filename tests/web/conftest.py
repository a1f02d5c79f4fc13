"""The pages of the town: a browser without a screen for everybody in it.

    page = web.as_("mediator").get("/day")
    web.as_("mediator").post("/cases/D2026-00001/steps/apply", received_on=town.iso())

Sessions are written straight into the store (signing in costs an Argon2 hash); signing in itself has its own tests.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from html import unescape
from typing import Any, ClassVar

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import insert, update

from flows.steps import Desk
from models.accounts import AccessToken, WebSession
from models.people import Person
from tests.factories import Town
from web.access import COOKIE, form_key
from web.app import create_app

FROM_US = {"sec-fetch-site": "same-origin"}


@dataclass
class Browser:
    """Somebody at the pages."""

    client: TestClient
    key: str = ""

    def get(self, path: str, **rest: Any) -> Any:
        """Open a page."""
        return self.client.get(path, **rest)

    def post(self, path: str, form: Mapping[str, Any] | None = None, files: Any = None, **fields: Any) -> Any:
        """Send a form of one of our pages; `form` for names that are no Python words."""
        values = {"form_key": self.key, **(form or {}), **fields}
        return self.client.post(path, data=values, files=files, headers=FROM_US)


@dataclass
class Program:
    """A program at the REST interface, with somebody's token."""

    client: TestClient
    token: str = ""

    def send(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        """Ask; `path` is below /api/v1, `key` the Idempotency-Key."""
        sent = {**({"authorization": f"Bearer {self.token}"} if self.token else {}), **headers}
        if key:
            sent["idempotency-key"] = key
        return self.client.request(method, f"/api/v1{path}", json=body, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        """Read."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any, key: str = "", **headers: str) -> Any:
        """Send; under a new key where none is given."""
        return self.send("POST", path, body, key or secrets.token_hex(8), **headers)


@dataclass
class Web:
    """The program of the pages over the town's office."""

    #: one loop for all requests, as a server has; without it each starts a thread and a loop of its own
    portal: ClassVar[BlockingPortal | None] = None
    town: Town
    app: FastAPI
    browsers: list[TestClient] = field(default_factory=list)

    def anybody(self) -> Browser:
        """Somebody who is not signed in."""
        client = TestClient(self.app, base_url="http://office.test", follow_redirects=False)
        client.portal = self.portal
        self.browsers.append(client)
        return Browser(client)

    def as_(self, who: str, language: str = "zh") -> Browser:
        """Somebody of the town, signed in."""
        browser, token, now = self.anybody(), secrets.token_urlsafe(32), self.town.clock.now
        person_id = self.town.people[who]
        with self.town.office.store.write() as connection:
            connection.execute(update(Person).where(Person.id == person_id).values(language=language))
            connection.execute(
                insert(WebSession).values(
                    token_hash=sha256(token.encode()).hexdigest(), person_id=person_id, created_at=now, seen_at=now,
                    expires_at=now + timedelta(hours=12), agent="test", confirmed=True,
                )
            )  # fmt: skip
        browser.client.cookies.set(COOKIE, token, domain="office.test")
        browser.key = form_key(token)
        return browser

    def token(self, who: str, *scopes: str) -> str:
        """A token of somebody of the town; with every scope where none is named."""
        token, now = "cc_" + secrets.token_urlsafe(32), self.town.clock.now
        self.town.add(
            AccessToken, token_hash=sha256(token.encode()).hexdigest(), person_id=self.town.people[who], kind="api",
            scopes=list(scopes or ("read", "write", "hooks")), created_at=now, expires_at=now + timedelta(days=30),
        )  # fmt: skip
        return token

    def program(self, who: str, *scopes: str) -> Program:
        """A program with such a token; without anybody one that has none."""
        return Program(self.anybody().client, self.token(who, *scopes) if who else "")


@pytest.fixture(scope="session", autouse=True)
def _one_loop() -> Iterator[None]:
    """The loop, as long as the tests of this folder last."""
    with start_blocking_portal() as portal:
        Web.portal = portal
        yield
        Web.portal = None


@pytest.fixture
def web(town: Town) -> Iterator[Web]:
    """The town with its pages."""
    made = Web(town, create_app(town.office, Desk(town.office)))
    yield made
    for client in made.browsers:
        client.close()


def words(html: str) -> str:
    """What a person reads on a page."""
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()
