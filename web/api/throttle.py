"""How often one token may ask: a bucket that refills evenly. In this process; with several, each grants its own."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

#: buckets kept before the full ones are thrown away
_MOST = 10_000


class Throttle:
    """So many requests a minute for each token, all at once if need be."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute, self.clock = per_minute, clock
        self._left: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def pause(self, token_id: int) -> int:
        """Takes one request from the token's bucket: 0, or the seconds after which it may ask again."""
        with self._lock:
            now = self.clock()
            if len(self._left) > _MOST:
                self._left = {one: kept for one, kept in self._left.items() if now - kept[1] < 60}
            left, at = self._left.get(token_id, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - at) * self.per_minute / 60)
            if left < 1:
                self._left[token_id] = (left, now)
                return max(1, math.ceil((1 - left) * 60 / self.per_minute))
            self._left[token_id] = (left - 1, now)
            return 0
