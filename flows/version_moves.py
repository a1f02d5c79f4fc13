"""Moving the open cases of a type to another version, and taking such a move back: filed as one batch of the one door.

    batch_id = file_moves(office, actor_id, scope, Order("dispute", 1, 2, {"accepted": "taken_on"}), key="v2")
    batch_id = file_reversal(office, actor_id, Order("dispute", 2, 1, reverses=batch_id), key="back")

A case that somebody moves meanwhile is refused when its turn comes: each request names the version it was seen at. The same
key is the same batch. Who may is judged here, so that nothing is filed in vain, and again for each case at the door.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select, update

from flows.accounts.authority import unit_of
from flows.batch import BatchResult, Progress
from flows.headquarters import must_head_the_office
from flows.office import Office
from flows.office_journal import Deed, record
from flows.requests import Wish, as_row, new_batch
from flows.steps import Desk
from flows.works import journalled
from models.requests import StepBatch
from models.scope import Scope
from models.version_cases import file_done_cases, file_open_cases
from states.versions import MIGRATE


@dataclass(frozen=True)
class Order:
    """What is to be done: the type, the versions, the rules for states; or the batch that is taken back."""

    key: str
    came_from: int
    to: int
    rules: Mapping[str, str] = field(default_factory=dict)
    states: Collection[str] = ()
    strict: bool = False
    reverses: int | None = None

    @property
    def answers(self) -> dict[str, Any]:
        """What each request says."""
        versions: dict[str, Any] = {"from": self.came_from, "to": self.to}
        if self.reverses is not None:
            return {**versions, "reverses": self.reverses}
        return {**versions, "rules": dict(self.rules), "strict": self.strict}


def file_moves(office: Office, actor_id: int | None, scope: Scope, order: Order, key: str) -> int:
    """File the move of every open case of that version inside the scope. Raises `NotPermitted`."""
    chosen = partial(file_open_cases, scope=scope, key=order.key, version=order.came_from, states=order.states)
    return _file(office, actor_id, order, key, chosen)


def file_reversal(office: Office, actor_id: int | None, order: Order, key: str) -> int:
    """File the way back of every case that the batch moved. Raises `NotPermitted`."""
    return _file(office, actor_id, order, key, partial(file_done_cases, batch_id=order.reverses or 0))


def _file(office: Office, actor_id: int | None, order: Order, key: str, file_all: Callable[..., int]) -> int:
    full = f"migrate:{actor_id or 'operator'}:{key[:64]}"
    with office.store.write() as connection:
        office.store.take_time(connection)  # one statement files them all, a million too
        must_head_the_office(connection, actor_id, office.today())
        batch_id = new_batch(connection, office, MIGRATE, actor_id, full, 0)
        if batch_id is None:
            return int(connection.execute(select(StepBatch.id).where(StepBatch.key == full)).scalar_one())
        request = as_row(Wish(step=MIGRATE, actor_id=actor_id, answers=order.answers, key=full), office, batch_id)
        filed = file_all(connection, request)
        connection.execute(update(StepBatch).where(StepBatch.id == batch_id).values(chosen=filed))
        record(
            connection, office.now(), Deed.CASES_MIGRATED, actor_id=actor_id,
            unit_id=unit_of(connection, actor_id, office.today()), type=order.key, batch=batch_id, cases=filed,
            came_from=order.came_from, to=order.to, reverses=order.reverses,
        )  # fmt: skip
    return batch_id


def carry_out(office: Office, batch_id: int, progress: Progress | None = None) -> BatchResult:
    """See the batch to its end, journalled as a run."""
    with journalled(office, "migrate-cases", str(batch_id)) as counts:
        result = Desk(office).finish(batch_id, progress)
        counts.update(
            batch=batch_id, chosen=result.chosen, applied=result.applied, refused=result.refused, failed=result.failed
        )
    return result
