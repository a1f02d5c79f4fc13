"""Many processes of a new version start at once: one brings the store to the new shape, the others wait and go on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from models.migrating import bring_to, known_revisions, migrate, revision_of
from models.session import open_store
from tests.flows.backup_stage import Places, postgres


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.mark.parametrize("older", ["", "0002"])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_one_upgrades_and_all_go_on(tmp_path: Path, server: str, kind: str, older: str) -> None:
    settings, together = Places(tmp_path, server).empty(kind), Barrier(6)
    stores = [open_store(settings.database, settings.home / "secret.key") for _ in range(6)]
    if older:
        with stores[0].write() as connection:
            bring_to(connection, older)

    def start(at: int) -> str:
        together.wait()
        return migrate(stores[at])

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(start, range(6))) == {known_revisions()[-1]}
    assert revision_of(stores[0]) == known_revisions()[-1]
    for store in stores:
        store.close()
