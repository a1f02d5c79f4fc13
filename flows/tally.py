"""What this process counted since it started: numbers by closed words, never by a person, a case or an id."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Final

Labels = tuple[tuple[str, str], ...]


class Tally:
    """Counters that any thread may raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[str, defaultdict[Labels, float]] = defaultdict(lambda: defaultdict(float))

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Raise one of them."""
        with self._lock:
            self._counts[name][tuple(sorted(labels.items()))] += amount

    def read(self, name: str) -> dict[Labels, float]:
        """How they stand."""
        with self._lock:
            return dict(self._counts[name])


TALLY: Final = Tally()
