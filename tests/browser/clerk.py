"""Somebody at the browser: what a person does there, by the names a person sees or the fields a form has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from states.labels import Label


@dataclass
class Clerk:
    """A person with a page in front of him. Nothing of the browser's console may complain."""

    page: Page
    url: str
    language: str
    javascript: bool
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(30_000)

    def sign_in(self, who: str, password: str) -> None:
        """Through the form, and into the language of the story."""
        self.open("/sign-in")
        self.page.fill("#account", who)
        self.page.fill("#password", password)
        self.page.click("main button[type=submit]")
        expect(self.page.locator(".me")).to_be_visible()
        self.speak(self.language)

    def speak(self, language: str) -> None:
        """Turn the pages into that language, if they are not: it is kept for the person, whoever signed in as him."""
        self.language = language
        tongue, name = ("en", "English") if language == "en" else ("zh-CN", "中文")
        if self.page.locator("html").get_attribute("lang") != tongue:
            self.page.click(".me summary")
            self.page.get_by_role("button", name=name).click()
            expect(self.page.locator("html")).to_have_attribute("lang", tongue)

    def open(self, path: str) -> None:
        """Go to an address of the office."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"

    def say(self, label: Label) -> str:
        """A label in the language of the story."""
        return label.said(self.language)

    def follow(self, path: str) -> None:
        """Click the link that leads there; what folds it away is opened first, the outermost fold before those inside."""
        link = self.page.locator(f'main a[href="{path}"]').first
        self.unfold(link)
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            link.click()

    def unfold(self, thing: Locator) -> None:
        """Open every fold around something."""
        folds = thing.locator("xpath=ancestor::details[not(@open)]")
        while folds.count():
            folds.first.locator("xpath=./summary").click()

    def fill(self, **answers: Any) -> None:
        """Fill in the form of the page: texts, days, choices, ticks, lists of lines, ticks, or rows."""
        for name, value in answers.items():
            if isinstance(value, Sequence) and not isinstance(value, str) and value and isinstance(value[0], Mapping):
                for no, row in enumerate(value):
                    self.fill(**{f"{name}.{no}.{column}": cell for column, cell in row.items()})
            else:
                self._fill_one(name, value)

    def _fill_one(self, name: str, value: Any) -> None:
        box = self.page.locator(f'main [name="{name}"]')
        kind = box.first.get_attribute("type")
        if isinstance(value, bool):
            box.first.set_checked(value)
        elif kind == "checkbox":
            for one in value:
                self.page.locator(f'main [name="{name}"][value="{one}"]').check()
        elif box.first.evaluate("box => box.tagName") == "SELECT":
            box.first.select_option(str(value))
        else:
            box.first.fill("\n".join(value) if isinstance(value, list) else str(value))

    def send(self) -> None:
        """Press the form's own button, and see the page that answers: a click alone does not wait for it."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.press()

    def press(self) -> None:
        """Press the form's own button, which the browser itself may refuse."""
        self.page.locator("main form button[type=submit]:not([name])").last.click()

    def take(self, number: str, step: str, **answers: Any) -> None:
        """Open the case, go to a step, fill in its form and send it; the case page says that it is done."""
        self.open(f"/cases/{number}")
        self.follow(f"/cases/{number}/steps/{step}")
        self.fill(**answers)
        self.send()
        expect(self.page.locator(".said")).to_be_visible()
        assert self.page.url.endswith(f"/cases/{number}"), self.page.locator("main").inner_text()

    def reads(self, *texts: str | Label) -> None:
        """Every one of those texts stands on the page."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(self.say(text) if isinstance(text, Label) else text)

    @property
    def number(self) -> str:
        """The number of the case whose page is open."""
        return self.page.url.rsplit("/", 1)[-1].partition("?")[0]
