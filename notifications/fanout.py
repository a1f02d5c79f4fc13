"""Fan-out: a notice that waits becomes one message a person and channel, in one transaction a chunk.

What is read in the office's inbox is delivered right here, for nothing leaves the house; what goes out
through a channel waits for its delivery. A notice already addressed to one person (a reminder, a digest)
becomes his inbox message itself. A notice that cannot be put into words, or that nobody is there to hear, is
parked with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from config.clock import day_at
from config.settings import Settings
from models.outbox import PENDING, Delivery, Message
from models.upsert import insert_or_leave
from notifications.alerts import NOBODY, post_parked
from notifications.audience import Recipient, Who, people_for, recipients_by_id
from notifications.catalogue import NOTICES, Urgency
from notifications.channels import INBOX, Channels
from notifications.faults import TemplateFault
from notifications.render import Words, render

LEFT = "the person has left"


@dataclass(frozen=True, slots=True)
class Fanned:
    """What a chunk came to: notices taken up, messages made of them, notices parked."""

    notices: int = 0
    messages: int = 0
    parked: int = 0


_WAITING: Select[Any] = (
    select(Message.id, Message.key, Message.notice, Message.case_id, Message.seq, Message.person_id,
           Message.facts)
    .where(
        PENDING, Message.status == "waiting", Message.kind == "notice", Message.channel == "",
        Message.next_try_at <= bindparam("now"),
    )
    .order_by(Message.next_try_at, Message.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_SETTLED = ("status", "channel", "subject", "body", "error", "settled_at")
_SETTLE = (
    update(Message.__table__)  # type: ignore[arg-type]
    .where(Message.id == bindparam("b_id"), Message.status == "waiting")
    .values({name: bindparam(name) for name in _SETTLED})
)
_DELIVERED = insert(Delivery.__table__)  # type: ignore[arg-type]


def waiting_notices(connection: Connection, now: datetime, limit: int, *, lock: bool = False) -> Sequence[Row[Any]]:
    """The notices whose turn it is, oldest first; locked, those that another worker holds are passed over."""
    query = _WAITING.with_for_update(skip_locked=True) if lock else _WAITING
    return connection.execute(query, {"now": now, "limit": limit}).all()


def fan_out(connection: Connection, settings: Settings, channels: Channels, now: datetime, limit: int) -> Fanned:
    """Take up to `limit` waiting notices apart, with as many statements for one notice as for hundreds."""
    notices = waiting_notices(connection, now, limit, lock=True)
    if not notices:
        return Fanned()
    batch = _Batch(settings, channels, now)
    for notice, persons in zip(notices, _told(connection, notices, now), strict=True):
        batch.add(notice, persons)
    return batch.write(connection)


def _told(connection: Connection, notices: Sequence[Row[Any]], now: datetime) -> list[Sequence[Recipient]]:
    day = day_at(now)
    by_id = recipients_by_id(connection, [row.person_id for row in notices if row.person_id is not None], day)
    open_ones = [row for row in notices if row.person_id is None]
    found = iter(people_for(connection, [_who(row) for row in open_ones], day) if open_ones else [])
    return [
        next(found) if row.person_id is None else [by_id[row.person_id]] if row.person_id in by_id else [] for row in notices
    ]


def _who(row: Row[Any]) -> Who:
    audience = NOTICES[row.notice].audience if row.notice in NOTICES else ()
    return Who(audience, row.case_id, row.facts.get("contract_id"), row.facts.get("unit_id"))


@dataclass
class _Batch:
    settings: Settings
    channels: Channels
    now: datetime
    settled: list[dict[str, Any]] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)

    def add(self, notice: Row[Any], persons: Sequence[Recipient]) -> None:
        """Take one notice apart."""
        try:
            words = {lang: self._words(notice, lang) for lang in {self._language(person) for person in persons}}
        except TemplateFault as fault:
            self._end(notice, "parked", str(fault))
            return
        if not persons:
            gone = notice.person_id is not None
            self._end(notice, "cancelled" if gone else "parked", LEFT if gone else NOBODY)
            return
        own = notice.person_id is not None
        self._end(notice, "sent", "", words[self._language(persons[0])] if own else None)
        for person in persons:
            if not own:
                self.made.append(self._row(notice, person, INBOX, words[self._language(person)]))
            self.made += [self._row(notice, person, name) for name in self._ways(notice, person)]

    def _words(self, notice: Row[Any], language: str) -> Words:
        return render(notice.notice, notice.facts, language, self.settings.base_url)

    def _language(self, person: Recipient) -> str:
        return person.language or self.settings.language

    def _ways(self, notice: Row[Any], person: Recipient) -> list[str]:
        """Channels out of the house: none for quiet notices, nor for what the person himself has done."""
        quiet = NOTICES[notice.notice].urgency is Urgency.QUIET
        if quiet or notice.facts.get("actor_id") == person.person_id:
            return []
        return [name for name, channel in self.channels.items() if channel.reaches(person.email)]

    def _end(self, notice: Row[Any], status: str, error: str, words: Words | None = None) -> None:
        self.settled.append(
            {
                "b_id": notice.id, "status": status, "channel": INBOX if words else "", "error": error,
                "subject": words.subject if words else "", "body": words.body if words else "",
                "settled_at": self.now,
            }
        )  # fmt: skip
        if words:
            self.read.append(notice.id)
        if status == "parked":
            self.parked.append({"notice": notice.notice, "error": error})

    def _row(self, notice: Row[Any], person: Recipient, way: str, words: Words | None = None) -> dict[str, Any]:
        return {
            "key": f"{notice.key}:{person.person_id}:{way}", "kind": "notice", "notice": notice.notice,
            "case_id": notice.case_id, "seq": notice.seq, "person_id": person.person_id, "channel": way,
            "facts": notice.facts, "status": "sent" if words else "waiting", "attempt": 0,
            "next_try_at": self.now, "created_at": self.now, "settled_at": self.now if words else None,
            "error": "", "subject": words.subject if words else "", "body": words.body if words else "",
        }  # fmt: skip

    def write(self, connection: Connection) -> Fanned:
        """Write it all; a message that is there already stays as it is."""
        connection.execute(_SETTLE, self.settled)
        made: list[Any] = []
        if self.made:
            add = insert_or_leave(connection, Message, Message.key)
            made = list(connection.execute(add.returning(Message.id, Message.channel), self.made))
        delivered = [*self.read, *(row.id for row in made if row.channel == INBOX)]
        if delivered:
            blank = {"attempt": 1, "at": self.now, "state": "sent", "reference": "", "reason": ""}
            connection.execute(_DELIVERED, [{"message_id": one, **blank} for one in delivered])
        if self.parked:
            post_parked(connection, self.parked, self.now)
        return Fanned(len(self.settled), len(self.read) + len(made), len(self.parked))
