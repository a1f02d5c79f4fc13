"""Delivering: claimed messages go out through their channel, and each answer is written down at once.

Nothing here holds a transaction while a channel works. Recording asks for the worker's own attempt number,
so whoever wakes after his lease writes nothing.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, update

from config.clock import day_at
from config.crashpoints import crashpoint
from config.settings import Settings
from models.hooks import HOOK
from models.outbox import Delivery, Message
from models.session import Store
from notifications.alerts import post_parked
from notifications.catalogue import NOTICES, Urgency
from notifications.channels import Channel, Letter
from notifications.fanout import LEFT
from notifications.faults import DeliveryFault, GiveUp, TemplateFault, TryLater
from notifications.hooks import hook_letter
from notifications.render import render

#: Attempts before a message is parked.
ATTEMPTS = 8
#: Pauses between them, in minutes: a mail server that is down for a day loses nothing.
PAUSES = (1, 5, 15, 60, 180, 360, 720)
#: How long a claimed message belongs to its worker. He lets go of what is left after half of it.
LEASE = timedelta(minutes=10)

Answer = str | DeliveryFault | None


@dataclass(frozen=True, slots=True)
class Drained:
    """What a drain did: notices fanned out into messages, messages sent, put off, parked, cancelled."""

    notices: int = 0
    messages: int = 0
    sent: int = 0
    later: int = 0
    parked: int = 0
    cancelled: int = 0
    #: the limit was reached: there may be more
    more: bool = False

    def as_json(self) -> dict[str, int | bool]:
        """The counts, for the journal."""
        return asdict(self)


@dataclass
class Work:
    """One group of claimed messages on its way out through one channel."""

    store: Store
    settings: Settings
    now: datetime
    channel: Channel
    begun: float
    done: Drained
    #: the channel is down or the time is up: no more in this drain
    stopped: bool = False

    def deliver(self, rows: Sequence[Row[Any]]) -> None:
        """Deliver and record each. What cannot be put into words is parked, what is for nobody cancelled."""
        ready = []
        for row in rows:
            letter = self._letter(row)
            if isinstance(letter, Letter):
                ready.append((row, letter))
            else:
                self._record(row, letter, "")
        answers = _answers(self.channel, [letter for _, letter in ready])
        for row, letter in ready:
            answer = TryLater("time is up", tried=False) if self._late() else next(answers)
            if isinstance(answer, str):
                crashpoint("outbox.sent")
            self._record(row, answer, letter.subject)
        answers.close()

    def _late(self) -> bool:
        return time.monotonic() - self.begun > LEASE.total_seconds() / 2

    def _at(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self.begun)

    def _letter(self, row: Row[Any]) -> Letter | DeliveryFault | None:
        if row.left_on is not None and row.left_on <= day_at(self.now):
            return None
        if row.kind == HOOK:
            return hook_letter(row, self._at())
        try:
            words = render(row.notice, row.facts, row.language or self.settings.language, self.settings.base_url)
        except TemplateFault as fault:
            return GiveUp(str(fault))
        if not self.channel.reaches(row.email):
            return GiveUp("the person has no address for this channel")
        urgent = NOTICES[row.notice].urgency is Urgency.URGENT
        return Letter(row.key, row.person_id, row.email, words.subject, words.body, self._at(), urgent)

    def _record(self, row: Row[Any], answer: Answer, subject: str) -> None:
        attempt, at = row.attempt + 1, self._at()
        values = _ending(row.key, attempt, answer, at)
        with self.store.write() as connection:
            mine = (Message.id == row.id, Message.attempt == attempt, Message.status == "sending")
            kept = connection.execute(update(Message).where(*mine).values(**values, lease_until=None, subject=subject)).rowcount
            if kept:
                self._count(values["status"], answer)
                if answer is not None and getattr(answer, "tried", True):
                    connection.execute(insert(Delivery).values(message_id=row.id, **_attempt(attempt, answer, at)))
                if values["status"] == "parked":
                    post_parked(connection, [{**row._mapping, "error": values["error"]}], at)
        crashpoint("outbox.recorded")

    def _count(self, status: str, answer: Answer) -> None:
        name = {"waiting": "later"}.get(status, status)
        self.done = replace(self.done, **{name: getattr(self.done, name) + 1})
        self.stopped = self.stopped or (isinstance(answer, TryLater) and not answer.tried)


def _answers(channel: Channel, letters: Sequence[Letter]) -> Generator[str | DeliveryFault, None, None]:
    """One answer a letter, also from a channel that breaks: its letter is tried again, the rest put off."""
    count, why = 0, "the channel stopped"
    try:
        for answer in channel.deliver(letters):
            yield answer
            count += 1
    except Exception as fault:  # recorded on the message, where the operator sees it
        why = type(fault).__name__
        yield TryLater(why)
        count += 1
    for _ in letters[count:]:
        yield TryLater(why, tried=False)


def _ending(key: str, attempt: int, answer: Answer, at: datetime) -> dict[str, Any]:
    """How the row stands after the answer."""
    if answer is None:
        return {"status": "cancelled", "settled_at": at, "error": LEFT}
    if isinstance(answer, str):
        return {"status": "sent", "settled_at": at, "error": ""}
    reason = getattr(answer, "reason", str(answer))
    if not isinstance(answer, TryLater) or (answer.tried and attempt % ATTEMPTS == 0):
        return {"status": "parked", "settled_at": at, "error": reason}
    again = at + max(answer.after, pause(key, attempt))
    return {
        "status": "waiting",
        "next_try_at": again,
        "error": reason,
        "attempt": attempt - (not answer.tried),
    }


def pause(key: str, attempt: int) -> timedelta:
    """The pause after that attempt, shifted by up to a fifth so that a recovered server is not stormed."""
    minutes = PAUSES[min((attempt - 1) % ATTEMPTS, len(PAUSES) - 1)]
    jitter = zlib.crc32(f"{key}:{attempt}".encode()) % 1000 / 5000
    return timedelta(minutes=minutes * (1 + jitter))


def _attempt(attempt: int, answer: str | DeliveryFault, at: datetime) -> dict[str, Any]:
    sent = isinstance(answer, str)
    reason = "" if sent else getattr(answer, "reason", str(answer))
    state = "sent" if sent else "later" if isinstance(answer, TryLater) else "refused"
    return {
        "attempt": attempt,
        "at": at,
        "state": state,
        "reference": answer if sent else "",
        "reason": reason,
    }
