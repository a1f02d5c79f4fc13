"""The office before any of its processes runs, on a PostgreSQL of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import DEBIAN, debians_postgres, postgres
from tests.topology.stage import Topology, topology_on


@pytest.fixture
def topology(tmp_path: Path) -> Iterator[Topology]:
    """An office in an empty database, with a pool. Prefect's server uses PostgreSQL too where Debian's is there."""
    with debians_postgres() if DEBIAN else postgres() as server:
        settings = {"CONCORD_WORK_POOL": "concord"}
        if DEBIAN:
            settings["CONCORD_PREFECT_DATABASE_URL"] = server.database("prefect", "asyncpg")
        made = topology_on(server.database("concord"), tmp_path, **settings)
        try:
            yield made
        finally:
            made.stop()
