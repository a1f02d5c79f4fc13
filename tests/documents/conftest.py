"""A union a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents.stage import Union


@pytest.fixture
def union(tmp_path: Path) -> Iterator[Union]:
    """The union, in a home of its own."""
    made = Union(tmp_path)
    yield made
    made.office.store.close()
