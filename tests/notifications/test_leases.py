"""Leases: workers that sleep, die or meet, and nothing is sent twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from models.outbox import Delivery, Message
from notifications import delivering
from notifications.channels import Letter
from notifications.delivering import ATTEMPTS, LEASE
from notifications.faults import DeliveryFault, GiveUp, TryLater
from notifications.outbox import rescue
from tests.notifications.sink import MINUTE, Sink, drained, mails
from tests.notifications.town import NOW, Town


def test_who_wakes_after_his_lease_can_write_nothing(town: Town) -> None:
    town.tell(1)
    other = Sink()

    def sleeps(_letter: Letter) -> DeliveryFault | None:
        assert rescue(town.store, NOW + LEASE + MINUTE) == 1
        assert drained(town, other, LEASE + MINUTE).sent == 1
        return GiveUp("the sleeper's answer")

    assert drained(town, Sink(sleeps)) == delivering.Drained(notices=1, messages=2)
    (mail,) = mails(town)
    assert (mail.status, mail.attempt, mail.error) == ("sent", 2, "")
    assert sum(other.arrived.values()) == 1
    assert [row.state for row in town.rows(Delivery, Delivery.message_id == mail.id)] == ["sent"]


def test_a_slow_channel_lets_go_of_the_rest_before_its_lease_ends(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.tell(3)
    monkeypatch.setattr(delivering, "LEASE", timedelta(0))
    done = drained(town, Sink())
    assert (done.sent, done.later) == (0, 3)
    assert {row.attempt for row in mails(town)} == {0}


def test_rescue_leaves_living_workers_alone_and_parks_what_kills_them(town: Town) -> None:
    town.tell(2)
    drained(town, Sink(lambda _letter: TryLater("x", tried=False)))
    first, second = mails(town)
    with town.store.write() as connection:
        for row, attempt in ((first, 1), (second, ATTEMPTS)):
            taken = {"status": "sending", "attempt": attempt, "lease_until": NOW + MINUTE}
            connection.execute(update(Message).where(Message.id == row.id).values(**taken))
    assert rescue(town.store, NOW) == 0
    assert rescue(town.store, NOW + 2 * MINUTE) == 2
    assert [row.status for row in mails(town)] == ["waiting", "parked"]


def test_two_drains_at_once_send_nothing_twice(town: Town) -> None:
    town.tell(150)
    sink = Sink()

    def work() -> None:
        while drained(town, sink, limit=40).more:
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drained(town, sink)
    assert len(sink.arrived) == 150
    assert set(sink.arrived.values()) == {1}
    assert town.count(Message, Message.channel == "inbox") == 150
