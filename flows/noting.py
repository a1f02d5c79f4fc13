"""A line in the log, and a count, for every step and every run of this process: what it was and how it ended, by ids."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from config.logs import bound, place_of
from flows.tally import TALLY
from states.errors import Refusal

log = logging.getLogger("concord.work")


@contextmanager
def noted_step(request_id: int) -> Iterator[dict[str, Any]]:
    """A single step: the block puts what the line is to say of it (case, step) into the yielded dict."""
    told: dict[str, Any] = {}
    begun = time.perf_counter()
    with bound(request=request_id):
        try:
            yield told
        finally:
            outcome = _ended("applied")
            TALLY.add("steps", outcome=outcome)
            _say(f"step {outcome}", begun, told)


@contextmanager
def noted_run(run_id: int, flow: str, attempt: int, counts: Mapping[str, Any]) -> Iterator[None]:
    """A sweep, a batch, an import; of its counts the line takes the numbers."""
    begun = time.perf_counter()
    with bound(run=run_id, flow=flow, attempt=attempt):
        try:
            yield
        finally:
            outcome = _ended("done")
            TALLY.add("runs_ended", flow=flow, end=outcome)
            TALLY.add("run_seconds", time.perf_counter() - begun, flow=flow)
            numbers = {name: value for name, value in counts.items() if isinstance(value, int)}
            _say(f"run {outcome}", begun, {"counts": numbers})


def _ended(well: str) -> str:
    kind = sys.exc_info()[0]
    if kind is None:
        return well
    return "refused" if issubclass(kind, Refusal) else "failed"


def _say(event: str, begun: float, told: Mapping[str, Any]) -> None:
    kind, fault, trace = sys.exc_info()
    extra = {**told, "seconds": round(time.perf_counter() - begun, 4)}
    if isinstance(fault, Refusal):
        extra["fault"] = fault.code
    elif kind is not None:
        extra |= {"fault": kind.__name__, "where": place_of(trace)}
    failed = kind is not None and not isinstance(fault, Refusal)
    log.log(logging.WARNING if failed else logging.INFO, event, extra=extra)
