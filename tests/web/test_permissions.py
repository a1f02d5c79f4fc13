"""The table of permissions, tried out row by row; and the locks that stand before every form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from secrets import token_hex
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from flows.steps import Desk
from tests import stores
from tests.factories import town_at
from tests.web import permissions
from tests.web.conftest import FROM_US, Browser, Program, Web
from tests.web.permissions import ACTORS, Rule
from tests.web.permissions.scene import Scene, scene_of
from web.app import create_app


def _rules() -> list[Rule]:
    modules = (import_module(f"tests.web.permissions.{found.name}") for found in iter_modules(permissions.__path__))
    return [rule for module in modules for rule in getattr(module, "RULES", ())]


RULES = _rules()


def routes_of(app: Any, under: str = "") -> Iterator[str]:
    """Every route of the program as "METHOD path", those of programs mounted below it included."""
    for route in app.routes:
        for found in route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route]:
            for method in sorted((getattr(found, "methods", None) or set()) - {"HEAD"}):
                yield f"{method} {under}{found.path}"
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            yield from routes_of(route.app, under + route.path)


@pytest.fixture(scope="session")
def set_once(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The town with its cases, set once a worker; its store is closed and its folder copied for every row of the table."""
    home = tmp_path_factory.mktemp("scene") / "home"
    town = town_at(stores.copy_home(peopled_home, home))
    made = scene_of(Web(town, create_app(town.office, Desk(town.office))))
    stores.close_to_copy(town.office)
    return made


@contextmanager
def opened(set_once: Scene, home: Path) -> Iterator[Scene]:
    """The town with its cases, in that folder."""
    before = set_once.web.town
    town = town_at(stores.copy_home(before.office.settings.home, home), before.clock.now)
    town.people = dict(before.people)
    cases = (town.case(case.id, case.by) for case in (set_once.dispute, set_once.bargaining))
    web = Web(town, create_app(town.office, Desk(town.office)))
    yield Scene(web, *cases, dict(set_once.things))
    for client in web.browsers:
        client.close()
    town.office.store.close()


@pytest.fixture
def scene(set_once: Scene, tmp_path: Path) -> Iterator[Scene]:
    """The town with its cases, for one row of the table."""
    with opened(set_once, tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def read_only(set_once: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The same for all rows that read: reading changes nothing."""
    with opened(set_once, tmp_path_factory.mktemp("reading") / "home") as made:
        yield made


def test_every_route_is_in_the_table(web: Web) -> None:
    there, told = set(routes_of(web.app)), {rule.route for rule in RULES}
    assert there - told == set(), "a route without a rule"
    assert told - there == set(), "a rule without a route"


def answer_of(browser: Browser | Program, scene: Scene, rule: Rule) -> int:
    """The status somebody gets."""
    method, _, template = rule.route.partition(" ")
    path = template.format(**{name: scene.things.get(thing, thing) for name, thing in rule.fill.items()})
    if isinstance(browser, Program):
        below = path.removeprefix("/api/v1") + rule.query
        return int(browser.send(method, below, rule.body, key="" if method == "GET" else token_hex(8)).status_code)
    if method == "GET":
        return int(browser.get(path + rule.query).status_code)
    return int(
        browser.post(path, form={name: scene.things.get(str(v), v) for name, v in (rule.form or {}).items()}).status_code
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.route} {' '.join(rule.fill.values())}".strip())
def test_only_those_who_may(request: pytest.FixtureRequest, rule: Rule) -> None:
    scene: Scene = request.getfixturevalue("read_only" if rule.route.startswith("GET ") else "scene")
    # who may not comes first: what those who may do could change the case
    for actor in sorted(ACTORS, key=lambda actor: actor in rule.open_to):
        expected = rule.answers
        if actor not in rule.open_to:
            denied = rule.denied if isinstance(rule.denied, tuple) else (rule.denied,)
            expected = frozenset({rule.unsigned} if actor in ("anonymous", "disabled") else denied)
        asking = scene.program(actor) if "/api/" in rule.route else scene.browser(actor)
        assert answer_of(asking, scene, rule) in expected, f"{rule.route} as {actor}"


def test_every_page_opens_for_somebody(read_only: Scene) -> None:
    """The whole table at once, for a database on which the rows are not tried one by one."""
    for rule in RULES:
        actor = next((actor for actor in ACTORS if actor in rule.open_to), "")
        if actor and rule.route.startswith("GET "):
            asking = read_only.program(actor) if "/api/" in rule.route else read_only.browser(actor)
            assert answer_of(asking, read_only, rule) in rule.answers, rule.route


FORMS = [rule for rule in RULES if rule.form is not None]


@pytest.mark.parametrize("rule", FORMS, ids=lambda rule: rule.route)
def test_a_form_from_elsewhere_is_refused(scene: Scene, rule: Rule) -> None:
    path = rule.route.partition(" ")[2].format(**{name: scene.things.get(thing, thing) for name, thing in rule.fill.items()})
    actor = next((actor for actor in ACTORS if actor in rule.open_to and actor not in ("anonymous", "disabled")), "holder")
    browser = scene.browser(actor)
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.test"}, {}):
        assert browser.client.post(path, data={"form_key": browser.key}, headers=headers).status_code == 403
    if rule.unsigned == 303 and "anonymous" not in rule.open_to:  # signed in: the key of the session is asked for
        refused = {403} if rule.open_to else {403, 404}  # where nobody may, the thing may be asked for before the key
        assert browser.client.post(path, data={"form_key": "0" * 64}, headers=FROM_US).status_code in refused
