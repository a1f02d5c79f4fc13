"""A person's calendar as other programs read it (iCalendar): what, which case, where; never the name of a person.

The feed is kept on telephones and by calendar services, so it says no more than whoever glances at such a screen may know.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from icalendar import Calendar, Event, Timezone
from sqlalchemy import Connection

from config.clock import start_of
from flows.accounts.tokens import TokenKind, owner_of
from models import agenda_page
from models.casebook import positions_of
from models.scope import scope_from
from states.labels import Label
from states.register import REGISTER_RULES
from states.registry import case_type
from states.roles import Role
from web.pages.calendar_view import MEETINGS, OPENS

BEFORE, AHEAD = timedelta(days=30), timedelta(days=180)
#: items of each kind that a day gives, and of the whole feed
EACH, MOST = 30, 1000
ZONE = "Asia/Shanghai"
_NAME = Label("和商工作日历", "Concord calendar")
_ONE = timedelta(days=1)


class Feed(NamedTuple):
    """The bytes of a feed, a mark of them, and the token it was asked with."""

    content: bytes
    mark: str
    token_id: int
    used_at: datetime | None


class Entry(NamedTuple):
    """One thing of the feed. `uid` is the same as long as it is the same thing."""

    uid: str
    on: date
    said: str
    place: str
    path: str


def feed_of(connection: Connection, token: str, today: date, now: datetime, base_url: str) -> Feed | None:
    """The feed of whoever made the token; None for a token that is unknown or revoked, and once the person has left."""
    owner = owner_of(connection, token, TokenKind.CALENDAR, now)
    held = positions_of(connection, owner.person_id, today) if owner is not None else []
    if owner is None or not held:
        return None
    contracts = sorted({path for role, path in held if role in (Role.OFFICER, Role.CHAIR, Role.SUPERVISOR)})
    scope = scope_from(owner.person_id, held)
    whose = agenda_page.own(owner.person_id, contracts, scope.employers)
    found = agenda_page.of_days(connection, whose, today - BEFORE, today + AHEAD, EACH)
    entries = sorted(_entries(found, owner.language), key=lambda entry: (entry.on, entry.uid))[:MOST]
    content = _written(entries, owner.language, start_of(today), base_url)
    return Feed(content, f'"{sha256(content).hexdigest()[:32]}"', owner.token_id, owner.used_at)


def _entries(found: agenda_page.Days, lang: str) -> Iterator[Entry]:
    for row in found.meetings:
        said = MEETINGS.get(row.kind, Label(row.kind, row.kind)).said(lang)
        uid = f"meeting-{row.case_id}-{row.kind}-{row.meeting}@concord"
        yield Entry(uid, row.day, f"{said} {row.number}", row.place or "", f"/cases/{row.number}")
    for row in found.clocks:
        said = case_type(row.type, row.type_version).rule[row.rule].label.said(lang)
        yield Entry(f"deadline-{row.id}@concord", row.day, f"{said} {row.number}", "", f"/cases/{row.number}")
    for row in found.contracts:
        said = (OPENS if row.rule == "renewal-window" else REGISTER_RULES[row.rule].label).said(lang)
        yield Entry(f"deadline-{row.id}@concord", row.day, f"{said} {row.number}", "", f"/contracts/{row.number}")


def _written(entries: list[Entry], lang: str, stamp: datetime, base_url: str) -> bytes:
    """`stamp` is the beginning of the day, so that the bytes stay the same while nothing changes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Concord//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _NAME.said(lang))
    calendar.add("x-wr-timezone", ZONE)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add_component(Timezone.from_tzid(ZONE))
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", entry.on)
        event.add("dtend", entry.on + _ONE)
        event.add("summary", entry.said)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        if entry.place:
            event.add("location", entry.place)
        if base_url:
            event.add("url", base_url.rstrip("/") + entry.path)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
