"""The ways out of the house: a line in a file, a mail.

A channel is handed letters and answers each in turn: the reference it gave the letter, or a fault that says
whether another attempt makes sense. It never raises for a letter, and it may open one connection for all of
them. The inbox is no channel of this kind: there the message's own row is what the person reads, so nothing
leaves the house.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from config.settings import Settings
from notifications.faults import DeliveryFault

INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person, in words. `key` is the message's own: the far end can tell doubles by it."""

    key: str
    person_id: int
    address: str
    subject: str
    body: str
    at: datetime
    urgent: bool = False


class Channel(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str:
        """The name kept on the message."""
        ...

    def reaches(self, email: str) -> bool:
        """Whether somebody with that address (or none) can be reached this way."""
        ...

    def deliver(self, letters: Sequence[Letter]) -> Iterator[str | DeliveryFault]:
        """Try each letter, in order: its reference, or what went wrong. The caller may stop at any time."""
        ...


@dataclass(frozen=True)
class LogChannel:
    """Appends notices to a file, for trying out: who is named by number only."""

    file: Path
    name: str = "log"

    def reaches(self, email: str) -> bool:  # noqa: ARG002 - the protocol's argument
        """Everybody."""
        return True

    def deliver(self, letters: Sequence[Letter]) -> Iterator[str | DeliveryFault]:
        """One block a letter, written at once."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        for letter in letters:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(f"--- {letter.at.isoformat()} {letter.key}\n{letter.subject}\n{letter.body}\n")
            yield letter.key


Channels = Mapping[str, Channel]


def channels_of(settings: Settings) -> dict[str, Channel]:
    """The channels those settings switch on; without any, notices stay in the inbox."""
    from notifications.mail import MailChannel  # smtplib, ssl and email cost 60 ms: only where mail is sent

    found: list[Channel] = []
    if settings.console_notices:
        found.append(LogChannel(settings.home / "notices.log"))
    if settings.smtp_host:
        found.append(MailChannel.of(settings))
    return {channel.name: channel for channel in found}
