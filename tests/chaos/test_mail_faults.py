"""The mail server refuses, hangs, dies in the middle: no letter is lost, and one that comes twice bears the same id."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from flows.rescue import rescue_all
from models.outbox import Delivery, Message
from notifications.delivering import ATTEMPTS, LEASE
from notifications.mail import MailChannel, message_id
from notifications.outbox import drain
from tests.chaos.dose import again, dose, seeded
from tests.chaos.figures import note
from tests.chaos.postbox import MISCHIEF, Postbox, planned, serving
from tests.factories import Town

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]
PATIENCE = 0.3


@pytest.fixture
def box() -> Iterator[Postbox]:
    """A mail server."""
    with serving() as running:
        yield running


def channel(box: Postbox) -> MailChannel:
    """The way to it, for the impatient."""
    return MailChannel("127.0.0.1", box.port, "concord@union.example", patience=PATIENCE)


def drained(town: Town, mail: MailChannel) -> float:
    """One bell of the outbox; the seconds it took."""
    begun = time.monotonic()
    while drain(town.office.store, town.office.settings, town.office.now(), {"mail": mail}).more:
        pass
    return time.monotonic() - begun


@pytest.mark.parametrize("how", MISCHIEF)
def test_every_mischief_once(town: Town, box: Postbox, how: str) -> None:
    town.dispute()
    box.plan = [how]
    drained(town, channel(box))
    assert box.done[how] == 1
    for _ in range(3):
        town.clock.pass_time(hours=1)
        drained(town, channel(box))
    rows = town.rows(Message, Message.channel == "mail")
    assert rows
    parked = [row for row in rows if row.status == "parked"]
    assert len(parked) == (how in ("refuse", "unknown")), "only a server's no is final"
    assert all("smtp 55" in row.error for row in parked)
    assert {row.status for row in rows if row not in parked} == {"sent"}
    sent = {message_id(row.key, "union.example") for row in rows if row.status == "sent"}
    assert box.arrived.keys() == sent
    assert sum(box.arrived.values()) == len(sent) + sum(box.unheard.values())


def test_a_server_of_all_mischief_loses_no_letter(town: Town, box: Postbox) -> None:
    random, rounds, begun = seeded("mail"), dose(3, 60), time.monotonic()
    longest = 0.0
    for _ in range(rounds):
        for _ in range(4):
            town.dispute()
        town.clock.pass_time(hours=2)
        box.plan = planned(random, 12)
        longest = max(longest, drained(town, channel(box)))
    box.plan = []
    for _ in range(ATTEMPTS):
        town.clock.pass_time(days=1)
        rescue_all(town.office)
        drained(town, channel(box))
    rows = town.rows(Message, Message.channel == "mail")
    assert {row.status for row in rows} <= {"sent", "parked"}, again(__file__)
    assert all(row.error for row in rows if row.status == "parked")
    sent = {message_id(row.key, "union.example") for row in rows if row.status == "sent"}
    known = {message_id(row.key, "union.example") for row in rows}
    assert sent <= box.arrived.keys() <= known, again(__file__)
    for key, count in box.arrived.items():
        assert count <= 1 + box.unheard[key], "a letter comes twice only where the server's answer was lost"
    assert town.count(Delivery, Delivery.state == "sent") >= len(sent)
    assert longest < LEASE.total_seconds() / 2
    doubles = sum(box.arrived.values()) - len(box.arrived)
    note(
        "mail server that refuses, hangs, dies", letters=len(rows), mischief=sum(box.done.values()) - box.done["taken"], lost=0,
        twice_under_one_id=doubles, answers_lost=sum(box.unheard.values()), parked_with_reason=len(rows) - len(sent),
        longest_drain_seconds=longest, seconds=time.monotonic() - begun,
    )  # fmt: skip


def test_a_server_that_is_always_busy_is_given_up_after_eight_attempts_with_its_own_words(town: Town, box: Postbox) -> None:
    town.dispute()
    for _ in range(ATTEMPTS):
        box.plan = ["busy"] * 10
        drained(town, channel(box))
        town.clock.pass_time(days=1)
    first = town.rows(Message, Message.channel == "mail")[0]
    assert (first.status, first.attempt) == ("parked", ATTEMPTS)
    assert first.error == "smtp 451: try later"
    assert town.count(Message, Message.notice == "message_parked") > 0, "the administrators hear of it"


def test_a_server_that_hangs_holds_a_drain_for_one_patience_whatever_waits(town: Town) -> None:
    for _ in range(30):
        town.dispute()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        mail = MailChannel("127.0.0.1", silent.getsockname()[1], "concord@union.example", patience=PATIENCE)
        seconds = drained(town, mail)
    rows = town.rows(Message, Message.channel == "mail")
    assert len(rows) >= 30
    assert {row.status for row in rows} == {"waiting"}
    assert seconds < 5, "one letter waits for the server, the others are put off"
    note("mail server that hangs", waiting=len(rows), drain_seconds=seconds)
