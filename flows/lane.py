"""The lane: one Prefect run a step, and nobody ever waits for Prefect.

    answer = lane.run(request_id)

runs the body in the caller's own thread, accompanied by a Prefect run if one can be opened within `wait`
seconds, and bare if not. The answer is there as soon as the body returns; what the body raises (a
`Refusal`, say) comes through unchanged. Prefect's closing calls go on behind. `answer.observed` says
whether a run accompanied the body.

What Prefect may do to us, and what happens then:

- *away or hung*: bare after `wait` seconds; the breaker opens, and the next calls do not wait at all.
- *killed while a body runs*: the body never notices; its run stays Running, the breaker opens.
- *busy*: a queue that would take longer than `wait` is not joined; bare, at once.
- *late*: the shell comes when the body is done. It repeats the body, which by contract changes nothing the
  second time but can note the run's id; the outcome shows in the run's state and nowhere else.
- *raising*: never means that the body failed.

One lane a flow; one `PrefectThread` and one `Breaker` for all: `lane.beside("advance-batch", body)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flows.breaker import Breaker
from flows.prefect_shell import PrefectThread
from flows.ticket import Ticket, accompanied_by, current_flow_run_id

__all__ = ["Answer", "Breaker", "Lane", "current_flow_run_id"]

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What the body returned, and whether a Prefect run accompanied it."""

    result: T
    observed: bool
    flow_run_id: str | None


class Lane(Generic[T]):
    """Runs `body(key)` for many callers at once. `key` is an opaque id and `body` idempotent by key.

    `wait` is how long, in seconds, a caller waits for Prefect to open the run; how long the body takes is
    its own affair.
    """

    def __init__(
        self,
        body: Callable[[str], T],
        *,
        flow_name: str = "advance-case",
        wait: float = 0.3,
        breaker: Breaker | None = None,
        prefect: PrefectThread | None = None,
    ) -> None:
        self.body, self.flow_name, self.wait = body, flow_name, wait
        self.breaker = breaker or Breaker(open_for=30.0)
        self.prefect = prefect or PrefectThread(self.breaker.trip, self.breaker.went_well)

    def beside(self, flow_name: str, body: Callable[[str], U]) -> Lane[U]:
        """A lane for another flow that shares this one's thread and breaker; started and stopped with this
        one.
        """
        return Lane(body, flow_name=flow_name, wait=self.wait, breaker=self.breaker, prefect=self.prefect)

    def start(self) -> None:
        """Wake Prefect in its thread and return at once; until it is awake, `run` goes bare.

        The environment must be in place (`prefect_home.apply_environment`).
        """
        self.prefect.start()

    def stop(self) -> None:
        """Let open runs say their last words, a few seconds at most. `run` goes bare from here on."""
        self.prefect.stop()

    def run(self, key: str) -> Answer[T]:
        """The body's result. Raises what the body raises, and nothing else."""
        ticket = Ticket(self.flow_name, key, self.body)
        with ticket.settled(), accompanied_by(flow_run_id := self._accompanied(ticket)):
            result = self.body(key)
        return Answer(result, flow_run_id is not None, flow_run_id)

    def _accompanied(self, ticket: Ticket) -> str | None:
        """The id of a run that is open now, or None after `wait` seconds, or at once where waiting is
        pointless.
        """
        if self.breaker.is_open or not self.prefect.board(ticket, self.wait):
            return None
        flow_run_id = ticket.claim(self.wait)
        if flow_run_id is None and self.prefect.stuck(self.wait / 2):
            self.breaker.trip()
        return flow_run_id
