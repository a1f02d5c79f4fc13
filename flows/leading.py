"""One of many: which process rings the bells. Decided by a lease in the store; no two of them need to know of each other.

A leader that dies or freezes is followed by the next one when its lease is over. Two who both believe that they lead do no
harm: what is due is claimed row by row.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select, update

from flows.heartbeat import HERE
from flows.office import Office
from models.processes import Lease
from models.upsert import insert_or_leave

RINGING = "ringing"
#: a lease that ends so many lengths ahead was taken by a clock that has gone back since: nobody waits for its end
FAR = 5


def lead(office: Office, name: str = RINGING, holder: str = "") -> int | None:
    """Take or renew the lease; its term if it is ours, None while somebody else has it. The term grows with every change."""
    me, now = holder or HERE.name, office.now()
    far = now + timedelta(seconds=FAR * office.settings.lease)
    mine, over = Lease.holder == me, or_(Lease.until < now, Lease.until > far)
    with office.store.read() as connection:
        held = connection.execute(select(Lease.holder, Lease.until).where(Lease.name == name)).one_or_none()
    if held is not None and held.holder != me and now <= held.until <= far:
        return None  # the usual answer of those who stand by costs no write
    with office.store.write() as connection:
        if held is None:
            first = {"name": name, "holder": me, "term": 0, "until": now - timedelta(seconds=1)}
            connection.execute(insert_or_leave(connection, Lease, Lease.name).values(first))
        grown = Lease.term + (1 if held is None or held.holder != me else 0)
        taken = (
            update(Lease)
            .where(Lease.name == name, or_(mine, over))
            .values(holder=me, until=now + timedelta(seconds=office.settings.lease / 3), term=grown)
        )
        term: int | None = connection.execute(taken.returning(Lease.term)).scalar_one_or_none()
        return term


def step_down(office: Office, name: str = RINGING) -> None:
    """Give the lease back, so that the next one need not wait for its end."""
    with office.store.write() as connection:
        mine = update(Lease).where(Lease.name == name, Lease.holder == HERE.name)
        connection.execute(mine.values(until=office.now() - timedelta(seconds=1)))
