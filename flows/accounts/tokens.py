"""Tokens of programs ("api", with scopes and an end) and of calendars ("calendar"): shown once, kept as a hash, revocable."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from config.clock import day_at
from flows.accounts.authority import NotThere, find_person, unit_of
from flows.office import Office
from flows.office_journal import Deed, record
from models.accounts import AccessToken
from models.base import AnyRow
from models.people import Person
from models.trouble import spared_when_barred
from states.errors import InvalidAnswers, Reason, refuse
from states.labels import Label, Named

PREFIX = "cc_"
#: tokens a person may have in force at once, and how long one of a program may live
MOST, LONGEST = 20, timedelta(days=366)
#: `used_at` is right to so much
USED = timedelta(minutes=5)


class TokenKind(Named):
    """What a token is for."""

    API = "api", "程序接口", "Program"
    CALENDAR = "calendar", "日历订阅", "Calendar"


class TokenScope(Named):
    """What a program may do with its token, within what the person may do."""

    READ = "read", "读取", "Read"
    WRITE = "write", "办理", "Take steps"
    HOOKS = "hooks", "登记回调", "Keep web-hooks"


def make(office: Office, person_id: int, kind: str, name: str, scopes: Iterable[str], expires_at: datetime | None) -> str:
    """A new token of the person, shown this once. Refused with all reasons."""
    chosen, now = sorted(set(scopes)), office.now()
    token = PREFIX + secrets.token_urlsafe(32)
    with office.store.write() as connection:
        find_person(connection, person_id)
        running = (AccessToken.person_id == person_id, *_in_force(now))
        count = connection.execute(select(func.count()).select_from(AccessToken).where(*running)).scalar_one()
        reasons = [*_against(kind, name.strip(), chosen, expires_at, now), *_too_many(count)]
        if reasons:
            raise InvalidAnswers(reasons)
        connection.execute(
            insert(AccessToken).values(
                token_hash=_hash(token), person_id=person_id, kind=kind, name=name.strip(), scopes=chosen, created_at=now,
                expires_at=expires_at,
            )
        )  # fmt: skip
        unit_id = unit_of(connection, person_id, office.today())
        record(connection, now, Deed.TOKEN_MADE, actor_id=person_id, person_id=person_id, unit_id=unit_id, kind=kind,
               scopes=chosen)  # fmt: skip
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _against(kind: str, name: str, scopes: Sequence[str], expires_at: datetime | None, now: datetime) -> Iterator[Reason]:
    program = kind == TokenKind.API
    if kind not in set(TokenKind):
        yield _KIND
    if not 0 < len(name) <= 200:
        yield _NAME
    if set(scopes) - set(TokenScope) or program != bool(scopes):
        yield _SCOPES
    if expires_at is None and program:
        yield _END_MISSING
    if expires_at is not None and not now < expires_at <= now + LONGEST:
        yield _END


_KIND = Reason(
    "not_a_choice",
    Label("没有这种令牌", "there is no such kind of token"),
    Label("可选:程序接口、日历订阅", "choose a program's or a calendar's"),
    "kind",
)
_NAME = Reason(
    "name_missing",
    Label("请写明令牌的用途(200 字以内)", "say in up to 200 characters what the token is for"),
    Label("如“统计报表”", "like “statistics”"),
    "name",
)
_SCOPES = Reason(
    "scopes",
    Label("程序令牌须选权限,日历令牌不选", "a program's token has scopes, a calendar's has none"),
    Label("可选:读取、办理、登记回调", "choose among read, write, hooks"),
    "scopes",
)
_END_MISSING = Reason(
    "end_missing",
    Label("程序令牌须有截止日期", "a program's token needs an end"),
    Label("至多一年", "a year at most"),
    "expires_at",
)
_END = Reason(
    "end_not_possible",
    Label("截止日期须在现在之后、一年之内", "the end lies after now and within a year"),
    Label("请改日期", "choose another day"),
    "expires_at",
)


def _too_many(count: int) -> list[Reason]:
    if count < MOST:
        return []
    return [
        Reason("too_many_tokens", Label(f"有效令牌已有 {count} 个", f"there are {count} tokens in force already"),
               Label("请先撤销不用的令牌", "revoke those that are not used"))
    ]  # fmt: skip


def revoke(office: Office, person_id: int, token_id: int) -> None:
    """The person's token is good for nothing from now on. Refused when it is none of his."""
    with office.store.write() as connection:
        mine = (AccessToken.id == token_id, AccessToken.person_id == person_id)
        if connection.execute(select(AccessToken.id).where(*mine)).first() is None:
            remedy = Label("请刷新后再看", "look at the list again")
            raise refuse(NotThere, "token_not_found", Label("没有这一令牌", "there is no such token"), remedy)
        revoked = update(AccessToken).where(*mine, AccessToken.revoked_at.is_(None)).values(revoked_at=office.now())
        if connection.execute(revoked).rowcount:
            unit_id = unit_of(connection, person_id, office.today())
            record(connection, office.now(), Deed.TOKEN_REVOKED, actor_id=person_id, person_id=person_id, unit_id=unit_id,
                   token=token_id)  # fmt: skip


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (AccessToken.revoked_at.is_(None), or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now))


def owner_of(connection: Connection, token: str, kind: str, now: datetime) -> AnyRow | None:
    """Whose token it is, with what it allows; None when it is unknown, over or revoked, or the person has left."""
    query = (
        select(
            AccessToken.id.label("token_id"), AccessToken.scopes, AccessToken.expires_at, AccessToken.used_at,
            Person.id.label("person_id"), Person.code, Person.name, Person.language, Person.must_change,
            (Person.second_factor != "").label("second_factor"),
        )
        .join(Person, Person.id == AccessToken.person_id)
        .where(AccessToken.token_hash == _hash(token), AccessToken.kind == kind, *_in_force(now))
        .where(or_(Person.left_on.is_(None), Person.left_on > day_at(now)))
    )  # fmt: skip
    return connection.execute(query).first()


def note_use(office: Office, token_id: int, used_at: datetime | None) -> None:
    """Note that the token is in use, at most every five minutes; `used_at` is what `owner_of` said."""
    late = office.now() - USED
    if used_at is not None and used_at >= late:
        return
    stale = or_(AccessToken.used_at.is_(None), AccessToken.used_at < late)
    with spared_when_barred(), office.store.write() as connection:
        connection.execute(update(AccessToken).where(AccessToken.id == token_id, stale).values(used_at=office.now()))


def tokens_of(connection: Connection, person_id: int, limit: int = 100) -> Sequence[AnyRow]:
    """The person's tokens, newest first, those that are over or revoked too; without the tokens themselves."""
    columns = (AccessToken.id, AccessToken.kind, AccessToken.name, AccessToken.scopes, AccessToken.created_at,
               AccessToken.expires_at, AccessToken.used_at, AccessToken.revoked_at)  # fmt: skip
    query = select(*columns).where(AccessToken.person_id == person_id)
    return connection.execute(query.order_by(AccessToken.id.desc()).limit(limit)).all()
