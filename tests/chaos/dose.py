"""How much of a fault a test gets: little in the ordinary suite, more by `make chaos`; always the same for the same seed.

CHAOS_DOSE=10 multiplies the small dose up to the long one; CHAOS_SEED=7 makes another storm, the same each time.
"""

from __future__ import annotations

import os
from random import Random

FACTOR = int(os.environ.get("CHAOS_DOSE", "1"))
SEED = int(os.environ.get("CHAOS_SEED", "2026"))


def dose(small: int, long: int | None = None) -> int:
    """How many: `small` in the ordinary suite, CHAOS_DOSE times as many in a long run, but at most `long`."""
    return small if FACTOR == 1 else min(small * FACTOR, long or small * FACTOR)


def seeded(test: str) -> Random:
    """Chance for that test: its own stream, the same for the same CHAOS_SEED."""
    return Random(f"{SEED}:{test}")


def again(test: str) -> str:
    """How to see the same once more: said when a test fails."""
    return f"CHAOS_SEED={SEED} CHAOS_DOSE={FACTOR} .venv/bin/python -m pytest {test}"
