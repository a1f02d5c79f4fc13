"""How a person's wish becomes a receipt: filed, accompanied by a Prefect run where one can be had in time, applied.

In the office's own process (`concord serve`, later the pages) the lane runs the body at once. A short-lived process (the
command line) hands its request over by the row itself: it files the request, gives the serving process a moment to take it
up, and applies it bare if nobody does. Whoever comes second finds the request applied.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from flows.batch import BatchResult, Progress, advance_batch, mark_failed, result_of
from flows.casework import Receipt, earlier_answer, kept_request, take_step
from flows.heartbeat import HERE, is_served, overtaken
from flows.noting import noted_step
from flows.office import Office
from flows.requests import Wish, file_batch, file_request
from flows.ticket import current_flow_run_id
from models.requests import StepRequest
from models.trouble import trouble_of
from states.errors import Refusal

if TYPE_CHECKING:
    from flows.lane import Lane

#: how often a waiting process looks whether its request was taken up
LOOK = 0.015
#: seconds without progress after which a process goes on with its batch by itself
TAKE_OVER = 5.0


def apply_request(office: Office, request_id: int) -> Receipt:
    """The body of `advance-case`: apply the request, and keep a fault where the supervisor sees it."""
    flow_run_id = current_flow_run_id() or ""
    with noted_step(request_id) as told:
        try:
            receipt = take_step(office, request_id, observed=bool(flow_run_id), flow_run_id=flow_run_id)
        except Refusal:
            raise
        except Exception as fault:
            if trouble_of(fault) is None:  # else it stays waiting, and the rescue goes on once the store is back
                mark_failed(office, request_id, fault)
            raise
        told.update(case=receipt.number, step=receipt.step)
    if flow_run_id:
        note_run(office, request_id, flow_run_id)  # the run may have come after the step was done
    return receipt


def note_run(office: Office, request_id: int, flow_run_id: str) -> None:
    """Keep the Prefect run of a request that was applied before its run was open."""
    with office.store.write() as connection:
        late = update(StepRequest).where(StepRequest.id == request_id, StepRequest.flow_run_id == "")
        connection.execute(late.values(observed=True, flow_run_id=flow_run_id))


def known_here() -> None:
    """Raises `StoreTooNew` where a newer program has brought the database to a shape that this one does not know."""
    if HERE.outdated:
        raise overtaken()


@dataclass(frozen=True)
class Desk:
    """Where wishes are brought. With a lane they run in this process; without one they are handed over by their row."""

    office: Office
    lane: Lane[Receipt] | None = None

    def step(self, wish: Wish) -> Receipt:
        """Do one step and give its receipt. Raises the `Refusal`, and `StoreTooNew` where a newer program has the database."""
        known_here()
        request_id = file_request(self.office, wish)
        if self.lane is not None:
            return self.lane.run(str(request_id)).result
        if is_served(self.office):
            return self._handed_over(request_id) or apply_request(self.office, request_id)
        return apply_request(self.office, request_id)

    def batch(
        self, step: str, actor_id: int | None, wishes: Sequence[Wish], key: str = "", progress: Progress | None = None
    ) -> BatchResult:
        """Do the same step for many cases and count the results. Raises `StoreTooNew`."""
        known_here()
        return self.finish(file_batch(self.office, step, actor_id, wishes, key), progress)

    def finish(self, batch_id: int, progress: Progress | None = None) -> BatchResult:
        """See a batch that is filed to its end: the serving process does it, this one what nobody does."""
        if is_served(self.office, "worker"):
            self._wait_for(batch_id, progress)
        return advance_batch(self.office, batch_id, progress=progress)

    def _handed_over(self, request_id: int) -> Receipt | None:
        """The receipt if the serving process applied the request in time. Raises the refusal it got."""
        until = time.monotonic() + self.office.settings.patience
        while time.monotonic() < until:
            request = kept_request(self.office, request_id)
            receipt = earlier_answer(request)
            if receipt is not None:
                return receipt
            time.sleep(LOOK)
        return None

    def _wait_for(self, batch_id: int, progress: Progress | None) -> None:
        """Watch the serving process do the batch; come back when it is done or has stopped moving."""
        settled, moved_at = -1, time.monotonic()
        while time.monotonic() - moved_at < TAKE_OVER:
            result = result_of(self.office, batch_id)
            if not result.waiting:
                return
            if result.chosen - result.waiting > settled:
                settled, moved_at = result.chosen - result.waiting, time.monotonic()
                if progress:
                    progress(settled, result.chosen)
            time.sleep(LOOK * 4)


def waiting_requests(office: Office, limit: int = 50) -> list[int]:
    """Single requests nobody has taken up yet."""
    query = (
        select(StepRequest.id)
        .where(StepRequest.status == "waiting", StepRequest.batch_id.is_(None))
        .order_by(StepRequest.id)
        .limit(limit)
    )
    with office.store.read() as connection:
        return list(connection.scalars(query))
