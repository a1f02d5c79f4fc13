"""The record: whatever is changed, removed, added or swapped behind the office's back is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import DatabaseError

from flows.batch import advance_batch
from flows.requests import Wish, file_batch
from models.audit import Broken, seal, verify
from models.cases import AuditSeal, CaseEvent, CaseFile, Claim, Party
from models.chain import digest, event_hash
from models.deadlines import Deadline
from models.guarding import EVENTS
from models.papers import Document
from tests.factories import REGISTRATION, STREET, Town
from tests.stores import keys_forgotten

COLUMNS = [column.name for column in CaseEvent.__table__.columns]
SEALED = ["up_to_event", "events", "previous", "hash"]
CASES = 100


@pytest.fixture
def ledger(town: Town) -> Town:
    """Three hundred events of a hundred cases under two seals, and triggers that somebody has dropped."""
    by = town.people["mediator"]
    wishes = [Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=by, answers=REGISTRATION)] * CASES
    town_batch(town, wishes)
    seal_all(town)
    ids = [row.id for row in town.rows(CaseFile)]
    for step, answers in (("apply", {"received_on": town.iso()}), ("refuse", {"ground": "out_of_scope", "explanation": "x"})):
        town_batch(town, [town.wish(step, "mediator", case_id, **answers) for case_id in ids])
    seal_all(town)
    assert town.count(CaseEvent) == 3 * CASES
    assert town.audit().broken == ()
    with town.office.store.write() as connection:
        for table in EVENTS:
            for act in ("update", "delete"):
                on = "" if town.office.store.is_sqlite else f" ON {table}"
                connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{act}{on}")
    return town


def town_batch(town: Town, wishes: list[Wish]) -> None:
    """Do them all."""
    batch_id = file_batch(town.office, wishes[0].step, town.people["mediator"], wishes)
    assert advance_batch(town.office, batch_id).applied == len(wishes)


def seal_all(town: Town) -> int:
    """Seal everything there is, two minutes later."""
    with town.office.store.write() as connection:
        return seal(connection, town.office.now() + timedelta(minutes=2))


def found(town: Town, change: Callable[[Connection], Any]) -> tuple[Broken, ...]:
    """What the verifier finds after the change; the change is taken back."""
    with town.office.store.engine.connect() as connection, connection.begin() as transaction:
        with keys_forgotten(connection):
            change(connection)
        broken = verify(connection).broken
        transaction.rollback()
    return broken


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, int):
        return value + 1000
    if isinstance(value, str):
        return "1" * 64 if len(value) == 64 else value + "x"
    if isinstance(value, dict):
        return {**value, "note": "x"}
    return value + timedelta(seconds=1)


def test_untouched_is_intact_and_its_head_is_the_same_each_time(ledger: Town) -> None:
    first, second = ledger.audit(), ledger.audit()
    assert (first.events, first.cases, first.seals, first.broken) == (300, 100, 2, ())
    assert first.head == second.head
    ledger.dispute()
    assert ledger.audit().head != first.head


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_of_any_event_is_found(ledger: Town, column: str) -> None:
    for event in Random(column).sample(ledger.rows(CaseEvent), 8):
        value = other(getattr(event, column))
        broken = found(
            ledger, lambda c, e=event, v=value: c.execute(update(CaseEvent).where(CaseEvent.id == e.id).values({column: v}))
        )
        assert broken, f"event {event.id} with another {column}"


def test_a_column_emptied_is_found(ledger: Town) -> None:
    for column in ("actor_id", "request_id"):
        broken = found(
            ledger, lambda c, name=column: c.execute(update(CaseEvent).where(CaseEvent.id == 7).values({name: None}))
        )
        assert [one.where for one in broken] == ["case #7 event 1"]


def test_every_deleted_event_is_found(ledger: Town) -> None:
    for event in ledger.rows(CaseEvent)[::7]:
        assert found(ledger, lambda c, e=event: c.execute(delete(CaseEvent).where(CaseEvent.id == e.id)))


def test_swapped_events_are_found(ledger: Town) -> None:
    events, random = ledger.rows(CaseEvent), Random(1)
    for _ in range(20):
        one, two = random.sample(events, 2)

        def swap(connection: Connection, one: Any = one, two: Any = two) -> None:
            connection.execute(delete(CaseEvent).where(CaseEvent.id.in_([one.id, two.id])))
            places = ("id", "case_id", "seq")
            for row, place in ((one, two), (two, one)):
                kept = {name: getattr(place, name) for name in places}
                connection.execute(insert(CaseEvent).values({**row._mapping, **kept}))

        assert found(ledger, swap)


def test_an_added_event_is_found_even_with_a_fitting_hash(ledger: Town) -> None:
    last = ledger.rows(CaseEvent, CaseEvent.case_id == 5)[-1]
    event = {**last._mapping, "seq": last.seq + 1, "previous": last.hash, "step": "close", "from_state": last.to_state}
    del event["id"]
    event["hash"] = event_hash(last.hash, event)
    assert found(ledger, lambda c: c.execute(insert(CaseEvent).values(event)))


def test_an_event_rewritten_with_a_fitting_hash_is_found(ledger: Town) -> None:
    for event in ledger.rows(CaseEvent)[::13]:
        detail = {**event.detail, "note": "rewritten"}
        new = {**event._mapping, "detail": detail, "detail_digest": digest(detail)}
        new["hash"] = event_hash(event.previous, new)
        assert found(ledger, lambda c, e=event, n=new: c.execute(update(CaseEvent).where(CaseEvent.id == e.id).values(n)))


def test_a_removed_tail_is_found_also_when_the_case_is_made_to_fit(ledger: Town) -> None:
    for case_id in (1, 50, 100):
        events = ledger.rows(CaseEvent, CaseEvent.case_id == case_id)
        for left in (2, 1):

            def cut(connection: Connection, events: list[Any] = events, left: int = left, fits: bool = False) -> None:
                connection.execute(delete(CaseEvent).where(CaseEvent.id.in_([event.id for event in events[left:]])))
                if fits:
                    end = events[left - 1]
                    fitting = update(CaseFile).where(CaseFile.id == end.case_id)
                    connection.execute(fitting.values(version=end.seq, head=end.hash, state=end.to_state))

            assert found(ledger, cut)
            assert found(ledger, lambda c, cut=cut: cut(c, fits=True)), "the seals know how many there were"


def test_a_case_removed_with_all_its_events_is_found_by_the_seals(ledger: Town) -> None:
    for case_id in (1, 37, 100):

        def remove(connection: Connection, case_id: int = case_id) -> None:
            for table in (CaseEvent, Deadline, Document, Party, Claim):
                connection.execute(delete(table).where(table.case_id == case_id))
            connection.exec_driver_sql(f"UPDATE step_request SET case_id = NULL WHERE case_id = {case_id}")
            connection.exec_driver_sql(f"DELETE FROM message WHERE case_id = {case_id}")
            connection.execute(delete(CaseFile).where(CaseFile.id == case_id))

        assert [one.where for one in found(ledger, remove)] == ["seal 1", "seal 2"]


def test_a_case_whose_state_was_set_by_hand_is_found(ledger: Town) -> None:
    def close(connection: Connection) -> None:
        connection.execute(update(CaseFile).where(CaseFile.id == 9).values(state="closed"))

    assert [one.where for one in found(ledger, close)] == ["D2026-00009"]


@pytest.mark.parametrize("column", SEALED)
def test_a_changed_seal_is_found(ledger: Town, column: str) -> None:
    for row in ledger.rows(AuditSeal):
        value = other(getattr(row, column))
        assert found(
            ledger, lambda c, r=row, v=value: c.execute(update(AuditSeal).where(AuditSeal.id == r.id).values({column: v}))
        )


def test_a_seal_removed_from_the_middle_is_found(ledger: Town) -> None:
    assert found(ledger, lambda c: c.execute(delete(AuditSeal).where(AuditSeal.id == 1)))


def test_nothing_is_sealed_twice_and_the_newest_minute_waits(town: Town) -> None:
    town.dispute()
    with town.office.store.write() as connection:
        assert seal(connection, town.office.now()) == 0
        assert seal(connection, town.office.now() + timedelta(minutes=1)) == 1
        assert seal(connection, town.office.now() + timedelta(hours=1)) == 0


def statements() -> Iterator[str]:
    for table in EVENTS:
        yield f"UPDATE {table} SET id = id"
        yield f"DELETE FROM {table}"


@pytest.mark.parametrize("statement", list(statements()))
def test_the_store_itself_refuses_to_change_events_and_seals(town: Town, statement: str) -> None:
    town.dispute()
    seal_all(town)
    with pytest.raises(DatabaseError, match="append-only"), town.office.store.write() as connection:
        connection.exec_driver_sql(statement)
    assert (town.count(CaseEvent), town.count(AuditSeal)) == (1, 1)
