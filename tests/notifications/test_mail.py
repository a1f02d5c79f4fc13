"""Mail against a real server: taken, refused, put off, slow, gone midway."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from models.outbox import Delivery, Message
from notifications.channels import Letter, channels_of
from notifications.delivering import Drained
from notifications.faults import GiveUp, TryLater
from notifications.mail import MailChannel, compose, message_id
from notifications.outbox import drain, resend
from tests.notifications.town import NOW, Town

MINUTE = timedelta(minutes=1)
LETTER = Letter("7:1:case_accepted:3:mail", 3, "li@union.example", "D2026-00001 已受理", "案件已受理。\n", NOW)


@dataclass
class Postbox:
    """A mail server's behaviour: `rcpt` and `content` may hold an answer other than "taken"."""

    rcpt: dict[str, str] = field(default_factory=dict)
    content: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0
    sessions: set[Any] = field(default_factory=set)

    async def handle_RCPT(self, _server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:
        self.sessions.add(session.peer)
        answer = self.rcpt.get(address, "250 OK")
        if answer == "hang up":
            _server.transport.close()
            return "421 gone"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        answer = self.content.pop(0) if self.content else "250 taken"
        if answer != "lost before":
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        if not answer[0].isdigit():
            server.transport.close()
        return answer if answer[0].isdigit() else "421 gone"

    @property
    def by_id(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)


@contextmanager
def serving(box: Postbox, **how: Any) -> Iterator[Postbox]:
    """The server, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **how)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@pytest.fixture
def box() -> Iterator[Postbox]:
    """A server that takes everything."""
    with serving(Postbox()) as running:
        yield running


def channel(box: Postbox, **changes: Any) -> MailChannel:
    """The way to that server."""
    return replace(MailChannel("127.0.0.1", box.port, "concord@union.example", patience=0.5), **changes)


def drained(town: Town, box: Postbox, after: timedelta = timedelta(0)) -> Drained:
    """One drain through it."""
    return drain(town.store, town.settings, NOW + after, {"mail": channel(box)})


def test_a_notice_arrives_as_utf8_with_the_id_of_its_key(town: Town, box: Postbox) -> None:
    town.tell(3)
    assert drained(town, box).sent == 3
    mail = box.mails[0]
    row = town.rows(Message, Message.channel == "mail")[0]
    assert mail["Subject"] == "D2026-00000 已受理"
    assert "调解期限" in mail.get_content()
    assert mail["To"] == "li@union.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == message_id(row.key, "union.example")
    assert town.rows(Delivery, Delivery.message_id == row.id)[0].reference == mail["Message-ID"]
    assert len(box.sessions) == 1, "one connection for all of them"


def test_settings_open_the_channel(town: Town, box: Postbox) -> None:
    settings = town.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": box.port})
    (only,) = channels_of(settings).values()
    assert list(only.deliver([LETTER])) == [message_id(LETTER.key, "localhost")]
    assert channels_of(town.settings) == {}


def test_an_unknown_recipient_is_given_up_and_the_next_letter_goes_out(town: Town, box: Postbox) -> None:
    town.person("zhao", ("mediator", 3))
    box.rcpt["li@union.example"] = "550 5.1.1 <li@union.example> unknown"
    case_id = town.case("D1")
    town.post("k", "case_registered", {"number": "D1", "case_type": "dispute", "step": "open", "state": "registered",
              "outcome": None, "actor_id": None, "dates": []}, case_id=case_id)  # fmt: skip
    done = drained(town, box)
    assert (done.sent, done.parked) == (1, 1)
    (parked,) = town.rows(Message, Message.status == "parked")
    assert parked.error == "smtp 550: 5.1.1 … unknown", "the reason names no address"
    box.rcpt.clear()
    resend(town.store, parked.id, NOW)
    assert drained(town, box, MINUTE).sent >= 1
    assert set(box.by_id.values()) == {1}


def test_a_busy_server_is_tried_later(town: Town, box: Postbox) -> None:
    town.tell(2)
    box.rcpt["li@union.example"] = "451 try again"
    assert drained(town, box).later == 2
    box.rcpt.clear()
    assert drained(town, box).sent == 0
    assert drained(town, box, timedelta(hours=1)).sent == 2


def test_a_server_that_is_not_there(town: Town) -> None:
    town.tell(3)
    away = Postbox(port=1)
    assert drained(town, away).later == 3
    rows = town.rows(Message, Message.channel == "mail")
    assert sorted(row.attempt for row in rows) == [0, 0, 1], "only one message pays for the closed door"
    assert "ConnectionRefusedError" in rows[0].error


def test_a_server_that_is_slow_does_not_hold_the_drain() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        answers = list(channel(Postbox(port=silent.getsockname()[1])).deliver([LETTER, LETTER]))
    assert [(type(one), getattr(one, "tried", None)) for one in answers] == [(TryLater, True), (TryLater, False)]
    assert "timed out" in answers[0].reason  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["lost before", "lost after"])
def test_a_server_that_dies_midway_gets_the_letter_again_under_the_same_id(town: Town, how: str) -> None:
    town.tell(3)
    with serving(Postbox(content=["250 taken", how])) as box:
        done = drained(town, box)
        assert (done.sent, done.later) == (2, 1), "the third letter goes over a new line"
        assert drained(town, box, timedelta(hours=1)).sent == 1
    assert sorted(box.by_id.values()) == ([1, 1, 2] if how == "lost after" else [1, 1, 1])


def test_hanging_up_at_the_recipient_is_no_refusal(town: Town, box: Postbox) -> None:
    town.tell(1)
    box.rcpt["li@union.example"] = "hang up"
    assert drained(town, box).later == 1


def test_a_refused_sender_or_sign_in_is_the_offices_fault_not_the_letters(box: Postbox) -> None:
    (answer,) = channel(box, user="concord", password="secret").deliver([LETTER])
    assert isinstance(answer, TryLater)
    assert "secret" not in answer.reason
    (answer,) = channel(box, starttls=True).deliver([LETTER])
    assert isinstance(answer, TryLater), "no letter goes out in the clear where TLS is asked for"
    assert box.mails == []


@pytest.mark.parametrize("address", ["", "a@x.example, b@x.example", "two\r\nlines@x.example", "<<>>"])
def test_an_address_that_is_none_is_given_up(box: Postbox, address: str) -> None:
    answers = list(channel(box).deliver([replace(LETTER, address=address), LETTER]))
    assert isinstance(answers[0], GiveUp)
    assert isinstance(answers[1], str)
    assert len(box.mails) == 1


def test_the_same_letter_is_the_same_mail() -> None:
    first, second = (compose(LETTER, "concord@union.example", "union.example").as_bytes() for _ in range(2))
    assert first == second
