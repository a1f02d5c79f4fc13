"""Signing in, and the sessions of browsers: rows that can be ended, each known by the hash of its cookie only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from config.clock import day_at
from flows.accounts import throttle
from flows.accounts.authority import must_administer, person_in, unit_of
from flows.accounts.ending import end_sessions
from flows.accounts.lockout import SignInRefused as SignInRefused  # what this module raises is imported from here
from flows.accounts.lockout import after_failure, must_be_open, no_session, wrong_code, wrong_password
from flows.accounts.passwords import password_fits
from flows.accounts.second_factor import use_code
from flows.office import Office
from flows.office_journal import Deed, record
from models.accounts import WebSession
from models.base import AnyRow
from models.outbox import UNREAD, Message
from models.people import Person
from models.trouble import spared_when_barred

#: a session ends so long after the sign-in, or after so long without use
LIFE, IDLE = timedelta(hours=12), timedelta(hours=2)
#: how long the second factor may take
TO_CONFIRM = timedelta(minutes=10)
#: `seen_at` is right to so much, so that reading a page seldom writes
SEEN = timedelta(minutes=5)
#: how long ended sessions are kept
MEMORY = timedelta(days=30)
#: letters nobody opened, counted beside the session: one look into an index of its own
_UNREAD = select(func.count()).select_from(Message).where(Message.person_id == Person.id, UNREAD).scalar_subquery()


@dataclass(frozen=True)
class SignedIn:
    """A new session; `token` is the cookie's value, known nowhere else."""

    token: str
    session_id: int
    person_id: int
    #: False: the second factor is still asked for
    confirmed: bool
    must_change: bool


def sign_in(office: Office, account: str, secret: str, *, origin: str, agent: str = "") -> SignedIn:
    """A session for the person of that code. Raises `SignInRefused`: one answer for all that is wrong, another when locked.

    `origin` is the address of the browser. The try stays counted although the sign-in is refused.
    """
    entered, here = throttle.digest("account", account), throttle.digest("origin", origin)
    with office.store.write() as connection:
        person = connection.execute(_ACCOUNT, {"code": account}).first()
        must_be_open(connection, entered, here, office.now())
        try_id = throttle.enter_try(connection, entered, here, office.now())
    known = person if person is not None and (person.left_on is None or person.left_on > office.today()) else None
    fits = password_fits(secret, known.password if known is not None else "")
    with office.store.write() as connection:
        if known is not None and fits:
            throttle.mark_well(connection, try_id)
            return _begin(connection, known, office.now(), agent)
        after_failure(connection, office, entered, try_id, known.id if known is not None else None)
    raise wrong_password()


def admit(office: Office, person_id: int, *, agent: str = "") -> SignedIn:
    """A session for a person the identity provider vouches for; his own second factor is still asked for."""
    columns = (Person.id, Person.must_change, Person.second_factor)
    with office.store.write() as connection:
        person = connection.execute(select(*columns).where(Person.id == person_id)).one()
        return _begin(connection, person, office.now(), agent)


_ACCOUNT = select(Person.id, Person.password, Person.must_change, Person.second_factor, Person.left_on).where(
    Person.code == bindparam("code")
)


def _begin(connection: Connection, person: AnyRow, now: datetime, agent: str) -> SignedIn:
    token, confirmed = secrets.token_urlsafe(32), not person.second_factor
    row = insert(WebSession).values(
        token_hash=_hash(token), person_id=person.id, created_at=now, seen_at=now, agent=agent[:200], confirmed=confirmed,
        expires_at=now + (LIFE if confirmed else TO_CONFIRM),
    )  # fmt: skip
    session_id: int = connection.execute(row.returning(WebSession.id)).scalar_one()
    return SignedIn(token, session_id, person.id, confirmed, person.must_change)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def confirm(office: Office, token: str, one_time_code: str) -> str:
    """Give the second factor of a session that waits for it; the session's new token. Raises `SignInRefused`."""
    with office.store.write() as connection:
        waiting = visitor_row(connection, token, office.now())
        if waiting is None or waiting.confirmed:
            raise no_session()
        factor = throttle.digest("factor", str(waiting.person_id))
        must_be_open(connection, factor, "", office.now())
        try_id = throttle.enter_try(connection, factor, "", office.now())
        if use_code(connection, waiting.person_id, one_time_code, office.now()):
            throttle.mark_well(connection, try_id)
            return _confirmed(connection, waiting.session_id, office.now())
        after_failure(connection, office, factor, try_id, waiting.person_id)
    raise wrong_code()


def _confirmed(connection: Connection, session_id: int, now: datetime) -> str:
    fresh = secrets.token_urlsafe(32)
    values = {"token_hash": _hash(fresh), "confirmed": True, "seen_at": now, "expires_at": now + LIFE}
    connection.execute(update(WebSession).where(WebSession.id == session_id).values(values))
    return fresh


def _alive(now: datetime) -> tuple[Any, ...]:
    return (WebSession.ended_at.is_(None), WebSession.expires_at > now, WebSession.seen_at > now - IDLE)


def visitor_row(connection: Connection, token: str, now: datetime) -> AnyRow | None:
    """The session of that cookie with its person; None when it is unknown or over, or the person has left.

    `second_factor` says whether the person has one, `unread` how many letters wait in the inbox.
    """
    query = (
        select(
            WebSession.id.label("session_id"), WebSession.confirmed, WebSession.expires_at, WebSession.seen_at,
            Person.id.label("person_id"), Person.code, Person.name, Person.language, Person.must_change,
            (Person.second_factor != "").label("second_factor"), _UNREAD.label("unread"),
        )
        .join(Person, Person.id == WebSession.person_id)
        .where(WebSession.token_hash == _hash(token), *_alive(now))
        .where(or_(Person.left_on.is_(None), Person.left_on > day_at(now)))
    )  # fmt: skip
    return connection.execute(query).first()


def touch(office: Office, session_id: int, seen_at: datetime | None = None) -> None:
    """Note that the session is in use, at most every five minutes; with the row's own `seen_at` the rest costs nothing."""
    late = office.now() - SEEN
    if seen_at is None:
        with office.store.read() as connection:
            query = select(WebSession.seen_at).where(WebSession.id == session_id)
            seen_at = connection.execute(query).scalar_one_or_none()
    if seen_at is None or seen_at >= late:
        return
    mine = (WebSession.id == session_id, WebSession.ended_at.is_(None), WebSession.seen_at < late)
    with spared_when_barred(), office.store.write() as connection:
        connection.execute(update(WebSession).where(*mine).values(seen_at=office.now()))


def end(office: Office, token: str) -> None:
    """Sign out; an unknown token is as good as ended."""
    with office.store.write() as connection:
        mine = (WebSession.token_hash == _hash(token), WebSession.ended_at.is_(None))
        connection.execute(update(WebSession).where(*mine).values(ended_at=office.now()))


def end_session(office: Office, person_id: int, session_id: int, *, by: int | None = None) -> bool:
    """End one session of the person, by himself or by his administrator; False when it is none of his or over."""
    with office.store.write() as connection:
        _may_end(connection, office, person_id, by)
        mine = (WebSession.id == session_id, WebSession.person_id == person_id, WebSession.ended_at.is_(None))
        ended = connection.execute(update(WebSession).where(*mine).values(ended_at=office.now())).rowcount
        _note(connection, office, person_id, by, ended)
    return bool(ended)


def end_all(office: Office, person_id: int, except_session_id: int | None = None, *, by: int | None = None) -> int:
    """End all sessions of the person but that one; how many were running."""
    with office.store.write() as connection:
        _may_end(connection, office, person_id, by)
        ended = end_sessions(connection, person_id, office.now(), except_session_id)
        _note(connection, office, person_id, by, ended)
    return ended


def _may_end(connection: Connection, office: Office, person_id: int, by: int | None) -> None:
    if by is not None and by != person_id:
        person_in(connection, must_administer(connection, by, office.today()), person_id, office.today())


def _note(connection: Connection, office: Office, person_id: int, by: int | None, ended: int) -> None:
    if ended:
        unit_id = unit_of(connection, person_id, office.today(), by)
        record(connection, office.now(), Deed.SESSION_ENDED, actor_id=by or person_id, person_id=person_id, unit_id=unit_id,
               sessions=ended)  # fmt: skip


def sessions_of(connection: Connection, person_id: int, now: datetime | None = None, limit: int = 50) -> Sequence[AnyRow]:
    """The person's sessions that nobody ended, the one used last first, without tokens; with `now`, no expired ones."""
    columns = (WebSession.id, WebSession.created_at, WebSession.seen_at, WebSession.expires_at, WebSession.agent,
               WebSession.confirmed)  # fmt: skip
    query = select(*columns).where(
        WebSession.person_id == person_id, *(_alive(now) if now else (WebSession.ended_at.is_(None),))
    )
    return connection.execute(query.order_by(WebSession.seen_at.desc(), WebSession.id.desc()).limit(limit)).all()


def forget_old_sessions(connection: Connection, now: datetime) -> int:
    """Drop sessions that expired long ago; how many."""
    return connection.execute(delete(WebSession).where(WebSession.expires_at < now - MEMORY)).rowcount
