"""The office before any of its processes runs, on a PostgreSQL of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import postgres
from tests.topology.stage import Topology, topology_on


@pytest.fixture
def topology(tmp_path: Path) -> Iterator[Topology]:
    """An office in an empty database; Prefect's is beside it, and the pool is called concord."""
    with postgres() as server:
        prefect = server.database("prefect", "asyncpg")
        made = topology_on(
            server.database("concord"), tmp_path, CONCORD_PREFECT_DATABASE_URL=prefect, CONCORD_WORK_POOL="concord"
        )
        try:
            yield made
        finally:
            made.stop()
