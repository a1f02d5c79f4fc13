"""A far end that counts what arrives, and a drain into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from models.outbox import Message
from notifications.channels import Letter
from notifications.delivering import Drained
from notifications.faults import DeliveryFault
from notifications.outbox import drain
from tests.notifications.town import NOW, Town

MINUTE = timedelta(minutes=1)


@dataclass
class Sink:
    """A channel that counts what arrives by key; `answer` says what it does with a letter."""

    answer: Any = None
    arrived: Counter[str] = field(default_factory=Counter)
    name: str = "mail"

    def reaches(self, email: str) -> bool:
        return bool(email)

    def deliver(self, letters: Sequence[Letter]) -> Iterator[str | DeliveryFault]:
        for letter in letters:
            answer = self.answer(letter) if self.answer else None
            if answer is None:
                self.arrived[letter.key] += 1
            yield answer or f"<{letter.key}>"


def drained(town: Town, sink: Sink | None = None, after: timedelta = timedelta(0), limit: int = 200) -> Drained:
    """One drain, so much later."""
    channels = {sink.name: sink} if sink else {}
    return drain(town.store, town.settings, NOW + after, channels, limit)


def mails(town: Town) -> list[Any]:
    """The messages that leave the house."""
    return town.rows(Message, Message.channel == "mail")
