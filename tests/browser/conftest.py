"""A real browser before the real program: Debian's Chromium, headless, over HTTP, the office's watchers running.

The clock is the only thing that is not real: stories last months. Each journey is told in Chinese, in English, and without
JavaScript. Where Chromium is absent the tests are skipped and say so.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect, sync_playwright

from flows.accounts import passwords
from flows.serving import Service
from tests.browser.clerk import Clerk
from tests.factories import Town
from web import drawing
from web.server import WebServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "一句只有自己知道的话"
TOLD = (("zh", True), ("en", True), ("zh", False))
#: where the screenshots go: not committed, looked at
PICTURES = Path(__file__).parents[2] / "var" / "pictures"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: apt-get install chromium"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once; and the first picture of a process, which costs a second."""
    drawing.can_draw()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Live:
    """The town with its pages open, and the language and the means of whoever comes."""

    town: Town
    url: str
    chromium: Browser
    language: str
    javascript: bool

    def clerk(self, who: str, *, width: int = 1280) -> Clerk:
        """Somebody of the town who sits down, opens a browser and signs in."""
        clerk = self._at_the_browser(width)
        clerk.sign_in(who, PASSWORD)
        return clerk

    def anybody(self, *, width: int = 1280) -> Clerk:
        """Somebody who is not signed in; the pages speak the language of the story."""
        clerk = self._at_the_browser(width)
        clerk.open("/sign-in")
        if self.language == "en":
            clerk.page.click(".tongue button")
            expect(clerk.page.locator("html")).to_have_attribute("lang", "en")
        return clerk

    def _at_the_browser(self, width: int) -> Clerk:
        context = self.chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=self.javascript, locale="zh-CN",
        )  # fmt: skip
        return Clerk(context.new_page(), self.url, self.language, self.javascript)


def told(request: pytest.FixtureRequest) -> tuple[str, bool]:
    """The language and whether there is JavaScript, as the test is parametrized."""
    language, javascript = getattr(request, "param", TOLD[0])
    return language, javascript


@contextmanager
def opened(town: Town, chromium: Browser, language: str = "zh", javascript: bool = True) -> Iterator[Live]:
    """The town with its pages answering and its watchers taking up batches, as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        for person_id in town.people.values():
            passwords.set_password(town.office, person_id, PASSWORD, by=None, must_change=False)
        object.__setattr__(town.office, "settings", town.office.settings.model_copy(update={"web_port": _free_port()}))
        service = Service(town.office)
        pages = WebServer(town.office, service.desk)
        service.start()
        pages.start()
        pages.wait_until_up()
        try:
            yield Live(town, pages.url, chromium, language, javascript)
        finally:
            for context in chromium.contexts:
                context.close()
            pages.stop()
            service.stop()


@pytest.fixture
def live(request: pytest.FixtureRequest, town: Town, chromium: Browser) -> Iterator[Live]:
    """The town, open, in the way the test is told."""
    with opened(town, chromium, *told(request)) as made:
        yield made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_every_way(test: object) -> object:
    """The story told in Chinese, in English, and without JavaScript."""
    return pytest.mark.parametrize("live", TOLD, ids=["zh", "en", "zh-without-js"], indirect=True)(test)  # type: ignore[arg-type]
