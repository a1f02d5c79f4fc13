"""A town a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notifications.town import Town, found


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The small town, in a database of its own."""
    made = found(tmp_path)
    yield made
    made.store.close()
