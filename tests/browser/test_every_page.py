"""Every page there is, opened in the browser at two widths: nothing a screen reader stumbles over, by day or in the dark,
nothing that scrolls sideways on a phone, nothing heavy, no complaint in the console. With PICTURES=1 in the environment also a
picture of each in `var/pictures`, to be looked at: painting takes as long as all the rest.

The pages are those of the permission table, each as somebody who may open it: a page that is not in the table does not exist.
Reading changes nothing, so all of them are opened in one town; what each weighed stands in `var/pictures/pages.tsv`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.browser.conftest import PICTURES, Live, opened
from tests.factories import town_at
from tests.stores import copy_home
from tests.web.conftest import Web
from tests.web.permissions import ACTORS, Rule
from tests.web.permissions.scene import Scene, scene_of
from tests.web.test_permissions import RULES
from web.access import COOKIE
from web.app import create_app

#: bytes of the page and all it loads, before compression; and how often the browser asks
HEAVIEST, MOST_REQUESTS = 60_000, 8
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SHOWN = [
    rule for rule in RULES
    if rule.route.startswith("GET ") and "/api/" not in rule.route and rule.open_to and 200 in rule.answers
]  # fmt: skip
#: what axe calls them; the lesser ones are advice
GRAVE = {"serious", "critical"}
#: what may be wrong at one width alone
WIDTH_MATTERS = ["scrollable-region-focusable", "target-size", "button-name", "link-name", "label", "aria-hidden-focus"]


@dataclass
class Round:
    """Somebody goes round all pages: one browser for everybody he visits them as."""

    live: Live
    scene: Scene
    weighed: list[tuple[str, int, int]] = field(default_factory=list)
    contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def context(self, actor: str) -> BrowserContext:
        """The browser of somebody of the table, signed in."""
        if actor not in self.contexts:
            context = self.live.chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
            token = self.scene.browser(actor).client.cookies.get(COOKIE)
            if token:
                context.add_cookies([{"name": COOKIE, "value": token, "url": self.live.url}])
            self.contexts[actor] = context
        return self.contexts[actor]


@pytest.fixture(scope="module")
def going_round(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Round]:
    """The town with its cases, all pages open, and somebody who looks at them."""
    home = tmp_path_factory.mktemp("round") / "home"
    town = town_at(copy_home(peopled_home, home))
    scene = scene_of(Web(town, create_app(town.office, None)))  # type: ignore[arg-type]
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened(town, chromium) as live:
        made = Round(live, scene)
        yield made
    lines = [f"{name}\t{weight}\t{requests}" for name, weight, requests in sorted(made.weighed, key=lambda one: -one[1])]
    (PICTURES / "pages.tsv").write_text("\n".join(("page\tbytes\trequests", *lines, "")), encoding="utf-8")
    town.office.store.close()


def _name(rule: Rule) -> str:
    path = rule.route.removeprefix("GET /").format(**{name: rule.fill[name] for name in rule.fill})
    return re.sub(r"\W+", "-", path + rule.query).strip("-") or "front"


def _wrong_at(page: Page, width: dict[str, int], picture: str) -> Iterator[str]:
    """What is wrong with the open page at one width."""
    page.set_viewport_size(width)  # type: ignore[arg-type]
    if os.environ.get("PICTURES"):
        page.screenshot(path=PICTURES / f"{picture}.png", full_page=True)
    wide: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 1:
        yield f"scrolls sideways by {wide} px at {width['width']}"


def _stumbles(page: Page, **options: Any) -> Iterator[str]:
    """Over what somebody stumbles who cannot see the page, or not well."""
    found: Any = page.evaluate("options => axe.run(document, options)", {"resultTypes": ["violations"], **options})
    for one in found["violations"]:
        if one["impact"] in GRAVE:
            yield f"axe {one['id']}: {' | '.join(node['html'][:160] for node in one['nodes'][:3])}"


def _wrong(going: Round, page: Page, path: str, picture: str) -> Iterator[str]:
    """Everything that is wrong with one page."""
    loaded: list[Response] = []
    said: list[str] = []
    page.on("response", lambda response: loaded.append(response))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    answer = page.goto(going.live.url + path, wait_until="load")
    assert answer is not None
    if answer.status != 200:
        yield f"status {answer.status}"
        return
    weight = sum(len(one.body()) for one in loaded if "event-stream" not in one.headers.get("content-type", ""))
    going.weighed.append((picture, weight, len(loaded)))
    if weight > HEAVIEST:
        yield f"weighs {weight} bytes"
    if len(loaded) > MOST_REQUESTS:
        yield f"{len(loaded)} requests"
    page.evaluate(Axe().axe_script)
    yield from _wrong_at(page, DESKTOP, f"{picture}.desktop")
    yield from _stumbles(page)
    yield from _wrong_at(page, PHONE, f"{picture}.phone")
    yield from (f"on the phone: {text}" for text in _stumbles(page, runOnly=WIDTH_MATTERS))
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {text}" for text in _stumbles(page, runOnly=["color-contrast"]))
    yield from (f"console: {text}" for text in said)


@pytest.mark.parametrize("rule", SHOWN, ids=_name)
def test_a_page_is_sound(rule: Rule, going_round: Round) -> None:
    scene, actor = going_round.scene, next(actor for actor in ACTORS if actor in rule.open_to)
    path = rule.route.removeprefix("GET ").format(**{name: scene.things.get(thing, thing) for name, thing in rule.fill.items()})
    if rule.route.endswith("/live"):
        pytest.skip("no page: a stream")
    context = going_round.context(actor)
    probe = context.request.fetch(going_round.live.url + path + rule.query, method="GET", max_redirects=0)
    if not probe.headers.get("content-type", "").startswith("text/html"):
        pytest.skip("no page: a file")
    page = context.new_page()
    wrong = list(_wrong(going_round, page, path + rule.query, _name(rule)))
    page.close()
    assert wrong == []
