"""How fast long work goes: as fast as it can alone, a little at a time and half of the time while people take steps.

A chunk is what somebody's step has to wait for. On SQLite its transaction has the one writer's turn; on PostgreSQL it keeps two
cores busy, the worker's and the database's. Smaller chunks shorten the wait; the rest between them gives the cores back.

Who is at work is read from the requests: the newest is a person's own, and just made. A batch's requests are nobody's sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic, sleep

from sqlalchemy import select

from flows.office import Office
from models.requests import StepRequest

CHUNK, CHUNK_BESIDE_PEOPLE = 500, 25
#: how long after a step somebody is taken to be at work
AT_WORK = timedelta(seconds=2)
#: seconds; a chunk that waited long itself need not be followed by as long a rest
LONGEST_REST = 1.0
_NEWEST = select(StepRequest.batch_id, StepRequest.created_at).order_by(StepRequest.id.desc()).limit(1)


def chunk_sizes(office: Office) -> Iterator[int]:
    """How many to do at once, again and again: ask for the next when a chunk is done. The rest comes before the answer."""
    while True:
        beside_people, began = people_at_work(office), monotonic()
        yield CHUNK_BESIDE_PEOPLE if beside_people else CHUNK
        office.store.give_way()
        if beside_people:
            sleep(min(monotonic() - began, LONGEST_REST))


def people_at_work(office: Office) -> bool:
    """Whether somebody took a step just now."""
    with office.store.read() as connection:
        newest = connection.execute(_NEWEST).one_or_none()
    return newest is not None and newest.batch_id is None and office.now() - newest.created_at < AT_WORK
