"""An office of its own for every test: a migrated database copied in an instant, a clock, and an environment without ours.

With CONCORD_TEST_DATABASE the same tests run on PostgreSQL (`tests.on_postgres`, `tests.stores`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.office import open_office
from models.migrating import migrate
from tests import stores
from tests.clock import MORNING
from tests.factories import Town, people_the, town_at

# What the developer's shell says of Concord and Prefect does not reach the tests. Once, at the start: the tests of the lane set
# Prefect's environment for their own process, and it must stay.
for _name in [name for name in os.environ if name.startswith(("CONCORD_", "PREFECT_"))]:
    if _name != "CONCORD_TEST_DATABASE":
        del os.environ[_name]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that is about one of the two databases is skipped on the other, saying why."""
    other = "sqlite" if stores.ON_POSTGRESQL else "postgresql"
    for mark in item.iter_markers(other):
        pytest.skip(f"{other} only: {mark.args[0]}")


def pytest_sessionfinish() -> None:
    """What was copied all the time is no longer needed."""
    if stores._with_tables.cache_info().currsize:
        shutil.rmtree(stores._with_tables())


@pytest.fixture(autouse=True)
def _databases_of_a_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test made below its own folder goes with it; what a file or a worker shares stays until the server is gone."""
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder:
        stores.drop_below(folder)


@pytest.fixture(scope="session")
def peopled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database and its people, to be copied; made once a worker."""
    home = tmp_path_factory.mktemp("peopled")
    office = open_office(stores.settings_at(home), lambda: MORNING)
    migrate(office.store)
    people_the(office)
    stores.count_on(office, "organisation", "person")
    stores.close_to_copy(office)
    return home


@pytest.fixture
def town(peopled_home: Path, tmp_path: Path) -> Iterator[Town]:
    """The town, on a Monday morning, nobody at the counter yet."""
    made = town_at(stores.copy_home(peopled_home, tmp_path / "home"))
    yield made
    made.office.store.close()
