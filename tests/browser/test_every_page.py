"""Every page there is, opened in the browser at two widths: nothing a screen reader stumbles over, nothing that scrolls
sideways on a phone, nothing heavy, no complaint in the console; and a picture of each in `var/pictures`, to be looked at.

The pages are those of the permission table, each as somebody who may open it: a page that is not in the table does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Response

from tests.browser.conftest import PICTURES, Live
from tests.web.conftest import Web
from tests.web.permissions import ACTORS, Rule
from tests.web.permissions.scene import Scene, scene_of
from tests.web.test_permissions import RULES
from web.access import COOKIE
from web.app import create_app

HEAVIEST, MOST_REQUESTS = 60_000, 8
WIDTHS = {"desktop": 1280, "phone": 390}
SHOWN = [rule for rule in RULES if rule.route.startswith("GET ") and rule.open_to and 200 in rule.answers]
#: what axe calls them; the lesser ones are advice
GRAVE = {"serious", "critical"}


@pytest.fixture
def scene(live: Live) -> Scene:
    """The town with its cases, behind the pages that are open."""
    return scene_of(Web(live.town, create_app(live.town.office, None)))  # type: ignore[arg-type]


def _name(rule: Rule) -> str:
    path = rule.route.removeprefix("GET /").format(**{name: rule.fill[name] for name in rule.fill})
    return re.sub(r"\W+", "-", path + rule.query).strip("-") or "front"


def _context(chromium: Browser, scene: Scene, rule: Rule, url: str, width: int) -> BrowserContext:
    actor = next(actor for actor in ACTORS if actor in rule.open_to)
    context = chromium.new_context(viewport={"width": width, "height": 900})
    token = scene.browser(actor).client.cookies.get(COOKIE)
    if token:
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    return context


def _wrong(context: BrowserContext, address: str, picture: str) -> Iterator[str]:
    """Everything that is wrong with one page."""
    page, loaded, said = context.new_page(), [], []
    page.on("response", lambda response: loaded.append(response))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    answer: Response | None = page.goto(address, wait_until="load")
    assert answer is not None
    if answer.status != 200:
        yield f"status {answer.status}"
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{picture}.png", full_page=True)
    html = page.content()
    yield from (f"console: {text}" for text in said)
    if len(html.encode()) > HEAVIEST:
        yield f"weighs {len(html.encode())} bytes"
    if len(loaded) > MOST_REQUESTS:
        yield f"{len(loaded)} requests"
    wide: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 1:
        yield f"scrolls sideways by {wide} px"
    for found in Axe().run(page).response["violations"]:
        if found["impact"] in GRAVE:
            yield f"axe {found['id']}: {found['nodes'][0]['html'][:120]}"


@pytest.mark.parametrize("rule", SHOWN, ids=_name)
def test_a_page_is_sound(rule: Rule, live: Live, scene: Scene) -> None:
    if rule.route.endswith("/live"):
        pytest.skip("no page: a stream")
    path = rule.route.removeprefix("GET ").format(**{name: scene.things.get(thing, thing) for name, thing in rule.fill.items()})
    probe = scene.browser(next(actor for actor in ACTORS if actor in rule.open_to)).get(path + rule.query)
    if not probe.headers.get("content-type", "").startswith("text/html"):
        pytest.skip("no page: a file")
    wrong = {}
    for name, width in WIDTHS.items():
        context = _context(live.chromium, scene, rule, live.url, width)
        wrong[name] = list(_wrong(context, live.url + path + rule.query, f"{_name(rule)}.{name}"))
        context.close()
    assert {name: found for name, found in wrong.items() if found} == {}
