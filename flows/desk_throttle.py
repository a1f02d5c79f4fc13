"""How often somebody without an account may knock at the public desk: counted in the store, so that every process counts.

The rows are those of `flows.accounts.throttle`; digests of other kinds keep the desk's tries apart from those of signing in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from flows.accounts.throttle import digest, minutes_left
from models.accounts import SignInTry
from states.errors import Refusal, refuse
from states.labels import Label

#: registrations of one address within an hour
REGISTRATIONS, HOUR = 5, timedelta(hours=1)
#: wrong secrets of one address within a quarter of an hour
WRONG_HERE, QUARTER = 10, timedelta(minutes=15)
#: wrong secrets for one case; it stays locked for an hour after the last
WRONG_FOR_CASE = 10


class DeskClosed(Refusal):
    """Too many tries from there; later again."""

    code = "desk_closed"


def of_registrations(origin: str) -> str:
    """What stands in the table for the registrations of an address."""
    return digest("desk-registration", origin)


def of_case(number: str) -> str:
    """What stands in the table for a case that somebody asks for, whether there is one or not."""
    return digest("desk-case", number)


def of_origin(origin: str) -> str:
    """What stands in the table for the address that asks."""
    return digest("desk-origin", origin)


def may_register(connection: Connection, origin: str, now: datetime) -> None:
    """Raises `DeskClosed` when the address has registered too often."""
    mine = (SignInTry.account == of_registrations(origin),)
    _within(connection, mine, REGISTRATIONS, HOUR, now)


def may_ask(connection: Connection, number: str, origin: str, now: datetime) -> None:
    """Raises `DeskClosed` when too many wrong secrets were given for that case, or from that address."""
    _within(connection, (SignInTry.origin == of_origin(origin), SignInTry.well.is_(False)), WRONG_HERE, QUARTER, now)
    asked = of_case(number)
    well = select(func.coalesce(func.max(SignInTry.id), 0)).where(SignInTry.account == asked, SignInTry.well)
    since = (SignInTry.account == asked, SignInTry.well.is_(False), SignInTry.id > well.scalar_subquery())
    _within(connection, since, WRONG_FOR_CASE, HOUR, now, from_last=True)


def _within(
    connection: Connection, mine: tuple[Any, ...], most: int, span: timedelta, now: datetime, *, from_last: bool = False
) -> None:
    query = select(SignInTry.at).where(*mine, SignInTry.at > now - span).order_by(SignInTry.id.desc()).limit(most)
    newest_first = list(connection.scalars(query))
    if len(newest_first) < most:
        return
    until = (newest_first[0] if from_last else newest_first[-1]) + span
    minutes = minutes_left(until, now)
    raise refuse(
        DeskClosed,
        "too_often",
        Label("尝试次数过多,暂时不能办理", "there were too many tries; the desk is closed for now"),
        Label(f"请 {minutes} 分钟后再试,或到工会窗口办理", f"try again in {minutes} minutes, or come to the union's counter"),
    )
