"""Reading the hash chains back: `verify` finds any event that was changed, removed, added or swapped; seals find removed cases.

The verifier trusts nothing but the rows themselves. It streams the events case by case, so its memory does not grow with the
store. `seal` covers all events up to an id by one hash that follows the seal before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, func, insert, select

from models.base import AnyRow
from models.cases import AuditSeal, CaseEvent, CaseFile
from models.chain import START, canonical, digest, event_hash

#: seals leave the newest events out: ids are given before their transactions commit
MARGIN = timedelta(minutes=1)
#: rows come some at a time, from either database
STREAMED = {"yield_per": 2000}


@dataclass(frozen=True)
class Broken:
    """One place where the record is not what it was."""

    where: str
    what: str


@dataclass(frozen=True)
class AuditResult:
    """What was read, what was found, and the hash that stands for everything (the head)."""

    events: int
    cases: int
    seals: int
    head: str
    broken: tuple[Broken, ...]


def verify(connection: Connection, progress: Callable[[int], None] | None = None) -> AuditResult:
    """Read every event, case and seal. `progress` hears how many events were read, now and then."""
    found: list[Broken] = []
    heads: dict[int, tuple[int, str, str]] = {}
    events = 0
    query = select(*CaseEvent.__table__.c).order_by(CaseEvent.case_id, CaseEvent.seq)
    previous: AnyRow | None = None
    for event in connection.execution_options(stream_results=True).execute(query).yield_per(2000):
        events += 1
        if progress is not None and events % 2000 == 0:
            progress(events)
        follows = previous if previous is not None and previous.case_id == event.case_id else None
        found += _event(event, follows)
        heads[event.case_id] = (event.seq, event.hash, event.to_state)
        previous = event
    cases = 0
    columns = (CaseFile.id, CaseFile.number, CaseFile.version, CaseFile.head, CaseFile.state)
    for row in connection.execute(select(*columns), execution_options=STREAMED):
        cases += 1
        if heads.pop(row.id, (0, "", row.state)) != (row.version, row.head, row.state):
            found.append(Broken(row.number, "the newest events are missing, or the case was changed"))
    found += [Broken(f"case #{case_id}", "events without their case") for case_id in sorted(heads)]
    seals = list(_seals(connection, found))
    head = _head(connection, seals[-1] if seals else START, events, cases)
    return AuditResult(events, cases, len(seals), head, tuple(found))


def head_now(connection: Connection) -> str:
    """The head that `verify` gives, without reading every event: what a backup writes down of the record."""
    newest = connection.execute(select(AuditSeal.hash).order_by(AuditSeal.id.desc()).limit(1)).scalar()
    events, cases = (
        connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (CaseEvent, CaseFile)
    )
    return _head(connection, newest or START, events, cases)


def _head(connection: Connection, newest_seal: str, events: int, cases: int) -> str:
    return sha256(canonical([newest_seal, events, cases, _heads_digest(connection)])).hexdigest()


def _event(event: AnyRow, follows: AnyRow | None) -> Iterator[Broken]:
    where = f"case #{event.case_id} event {event.seq}"
    expected = (follows.seq + 1, follows.hash) if follows is not None else (1, START)
    if (event.seq, event.previous) != expected:
        yield Broken(where, "does not follow the event before it")
    if follows is not None and follows.to_state != event.from_state:
        yield Broken(where, "starts in a state the case was not in")
    if digest(event.detail) != event.detail_digest:
        yield Broken(where, "its detail was changed")
    if event_hash(event.previous, event._asdict()) != event.hash:
        yield Broken(where, "was changed")


def _heads_digest(connection: Connection) -> str:
    total = sha256()
    query = select(CaseFile.id, CaseFile.head).order_by(CaseFile.id)
    for case_id, head in connection.execute(query, execution_options=STREAMED):
        total.update(f"{case_id}:{head}\n".encode())
    return total.hexdigest()


def _span(connection: Connection, after: int, up_to: int) -> tuple[int, str]:
    """How many events lie in (after, up_to], and the hash over their hashes."""
    total, count = sha256(), 0
    query = select(CaseEvent.hash).where(CaseEvent.id > after, CaseEvent.id <= up_to).order_by(CaseEvent.id)
    for (one,) in connection.execute(query, execution_options=STREAMED):
        total.update(one.encode())
        count += 1
    return count, total.hexdigest()


def _seals(connection: Connection, found: list[Broken]) -> Iterator[str]:
    previous, after = START, 0
    for row in connection.execute(select(*AuditSeal.__table__.c).order_by(AuditSeal.id)).all():
        count, span = _span(connection, after, row.up_to_event)
        expected = sha256(canonical([previous, row.up_to_event, count, span])).hexdigest()
        if row.previous != previous or row.events != count or row.hash != expected:
            found.append(Broken(f"seal {row.id}", "events under this seal were removed or added"))
        previous, after = row.hash, row.up_to_event
        yield str(row.hash)


def seal(connection: Connection, now: datetime) -> int:
    """Seal the events that are older than the margin; how many were covered (0: nothing new)."""
    newest = select(AuditSeal.up_to_event, AuditSeal.hash).order_by(AuditSeal.id.desc()).limit(1)
    after, previous = connection.execute(newest).one_or_none() or (0, START)
    ripe = select(func.max(CaseEvent.id)).where(CaseEvent.at <= now - MARGIN, CaseEvent.id > after)
    up_to: int | None = connection.execute(ripe).scalar_one_or_none()
    if up_to is None:
        return 0
    count, span = _span(connection, after, up_to)
    stamp = sha256(canonical([previous, up_to, count, span])).hexdigest()
    connection.execute(insert(AuditSeal).values(up_to_event=up_to, events=count, at=now, previous=previous, hash=stamp))
    return count
