"""The throttle at the door: how many tries an account and an address have, counted in the store so that every process counts.

A try is written down as a failure before the password is looked at and marked as good afterwards: tries side by side cannot
slip past the count. Accounts and addresses are kept as keyed digests. Tries during a lock are not counted.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection, delete, func, insert, select, update

from models.accounts import SignInTry
from models.vault import VAULT

#: failures within `SPAN` that close the door, for an account and for an address; it stays closed for `SPAN` after the last one
ACCOUNT_TRIES, ORIGIN_TRIES = 5, 30
SPAN = timedelta(minutes=15)
#: how long tries are kept
MEMORY = timedelta(days=30)


def digest(kind: str, text: str) -> str:
    """What stands in the table for an account ("account"), a second factor ("factor") or an address ("origin")."""
    return hmac.digest(VAULT.derive("sign-in"), f"{kind}:{text}".encode(), "sha256").hex()


def one_by_one(connection: Connection, *digests: str) -> None:
    """Wait until nobody else tries the same in an open transaction: PostgreSQL would let both read the same count.

    SQLite has one writer at a time anyhow. Call it with the digests always in the same order of kinds.
    """
    if connection.dialect.name == "postgresql":
        for text in filter(None, digests):
            connection.execute(select(func.pg_advisory_xact_lock(int(text[:15], 16))))


def locked_until(connection: Connection, account: str, origin: str, now: datetime) -> datetime | None:
    """Until when the door stays closed for these digests; None: it is open. An empty origin is not counted."""
    ends = [_account_end(connection, account, now), _origin_end(connection, origin, now) if origin else None]
    return max((end for end in ends if end is not None and end > now), default=None)


def locked_by(connection: Connection, account: str, try_id: int, now: datetime) -> datetime | None:
    """Until when the door stays closed because of that try: of failures side by side it is the last one that closes it."""
    newest = select(func.max(SignInTry.id)).where(SignInTry.account == account)
    if connection.execute(newest).scalar_one() != try_id:
        return None
    return _account_end(connection, account, now)


def _account_end(connection: Connection, account: str, now: datetime) -> datetime | None:
    well = select(func.coalesce(func.max(SignInTry.id), 0)).where(SignInTry.account == account, SignInTry.well)
    failures = select(SignInTry.at).where(
        SignInTry.account == account, SignInTry.at > now - 2 * SPAN, SignInTry.id > well.scalar_subquery()
    )
    return _end(list(connection.scalars(failures.order_by(SignInTry.id.desc()).limit(ACCOUNT_TRIES))), ACCOUNT_TRIES)


def _origin_end(connection: Connection, origin: str, now: datetime) -> datetime | None:
    failures = select(SignInTry.at).where(SignInTry.origin == origin, SignInTry.at > now - 2 * SPAN, SignInTry.well.is_(False))
    return _end(list(connection.scalars(failures.order_by(SignInTry.id.desc()).limit(ORIGIN_TRIES))), ORIGIN_TRIES)


def _end(newest_first: list[datetime], tries: int) -> datetime | None:
    if len(newest_first) < tries or newest_first[0] - newest_first[-1] >= SPAN:
        return None
    return newest_first[0] + SPAN


def enter_try(connection: Connection, account: str, origin: str, now: datetime) -> int:
    """Write a try down as a failure; its id."""
    row = insert(SignInTry).values(account=account, origin=origin, well=False, at=now)
    made: int = connection.execute(row.returning(SignInTry.id)).scalar_one()
    return made


def mark_well(connection: Connection, try_id: int) -> None:
    """The try succeeded: the account's failures before it count no more."""
    connection.execute(update(SignInTry).where(SignInTry.id == try_id).values(well=True))


def clear(connection: Connection, account: str, now: datetime) -> None:
    """The office opens the door for the account again."""
    connection.execute(insert(SignInTry).values(account=account, origin="", well=True, at=now))


def forget_old_tries(connection: Connection, now: datetime) -> int:
    """Drop tries that count for nothing any more; how many."""
    return connection.execute(delete(SignInTry).where(SignInTry.at < now - MEMORY)).rowcount


def minutes_left(until: datetime, now: datetime) -> int:
    """Whole minutes until then, at least one."""
    return max(1, ceil((until - now).total_seconds() / 60))
