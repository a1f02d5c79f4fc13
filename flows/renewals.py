"""Renewals by hand: a bargaining case for every contract in force whose window is open and that has none yet, in one batch.

The sweep does the same on the day a window opens; both use the same keys and mark the clock, so a contract gets one case.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from flows.batch import BatchResult, advance_batch
from flows.clockwork import renewal_of
from flows.office import Office
from flows.requests import place_batch
from models.contracts import Contract
from models.deadlines import Deadline
from states.casetype import OPEN
from states.register import RENEWAL_WINDOW

_OPENED = update(Deadline.__table__).where(Deadline.id == bindparam("b_id")).values(opened=True)  # type: ignore[arg-type]


def open_renewals(office: Office, limit: int = 100_000) -> BatchResult:
    """Open the cases and count the results. Contracts whose renewal was opened before are not chosen."""
    today = office.today()
    query = (
        select(
            Deadline.id, Contract.id.label("contract_id"), Deadline.due_on, Contract.unit_id, Contract.kind, Contract.scope,
            Contract.employer_name, Contract.employer_id, Contract.workers, Contract.women, Contract.expires_on,
            Contract.pack,
        )
        .join(Deadline, Deadline.contract_id == Contract.id)
        .where(
            Contract.standing == "in_force",
            Deadline.rule == RENEWAL_WINDOW.name,
            Deadline.status == "open",
            Deadline.opens_on <= today,
            Deadline.due_on >= today,
            Deadline.opened.is_(False),
        )
        .order_by(Deadline.due_on, Contract.id)
        .limit(limit)
    )  # fmt: skip
    with office.store.write() as connection:
        rows = connection.execute(query).all()
        if rows:
            connection.execute(_OPENED, [{"b_id": row.id} for row in rows])
        batch_id = place_batch(connection, office, [renewal_of(row) for row in rows], OPEN)
    return advance_batch(office, batch_id)
