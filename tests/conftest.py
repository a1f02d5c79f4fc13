"""An office of its own for every test: a migrated file copied in a millisecond, a clock, and an environment without ours.

With CONCORD_TEST_DATABASE=postgresql+psycopg://… the same tests run on PostgreSQL, one process at a time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from flows.office import open_office
from models.migrating import migrate
from tests.clock import MORNING
from tests.factories import Town, people_the, town_at

POSTGRES = os.environ.get("CONCORD_TEST_DATABASE", "")


# What the developer's shell says of Concord and Prefect does not reach the tests. Once, at the start: the tests of the lane set
# Prefect's environment for their own process, and it must stay.
for _name in [name for name in os.environ if name.startswith(("CONCORD_", "PREFECT_"))]:
    if _name != "CONCORD_TEST_DATABASE":
        del os.environ[_name]


@pytest.fixture(scope="session")
def peopled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database and its people, to be copied; made once a worker."""
    home = tmp_path_factory.mktemp("peopled")
    office = open_office(Settings(home=home, prefect=False, database_url=""), lambda: MORNING)
    migrate(office.store)
    people_the(office)
    with office.store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    office.store.close()
    return home


@pytest.fixture
def town(peopled_home: Path, tmp_path: Path) -> Iterator[Town]:
    """The town, on a Monday morning, nobody at the counter yet."""
    home = tmp_path / "home"
    shutil.copytree(peopled_home, home)
    made = on_postgres(home) if POSTGRES else town_at(home)
    yield made
    made.office.store.close()


def on_postgres(home: Path) -> Town:
    """The town on the one PostgreSQL there is, emptied before."""
    made = town_at(home, database_url=POSTGRES)
    with made.office.store.write() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    migrate(made.office.store)
    people_the(made.office)
    with made.office.store.write() as connection:  # they were written under numbers of ours; the next ones come after
        for table in ("organisation", "person"):
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    return made
