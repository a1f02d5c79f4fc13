"""A worker without threads: what waits is done here and now, one run after the other."""

from __future__ import annotations

from flows.office import Office
from flows.performing import WORKS, perform_noted
from flows.works import free_works


def perform_free(office: Office) -> int:
    """Do everything that waits for somebody; how many runs were ours. What fails is on its row."""
    return sum(perform_noted(office, row.id) for row in free_works(office, WORKS))
