"""What the door answers to somebody it does not let in, and who is told when it locks."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection

from config.clock import office_zone
from flows.accounts import throttle
from flows.accounts.authority import find_person, unit_of, units_of
from flows.office import Office
from flows.office_journal import Deed, record
from notifications.alerts import post_alert
from states.errors import Refusal, refuse
from states.labels import Label


class SignInRefused(Refusal):
    """Nobody is signed in by this."""

    code: ClassVar[str] = "sign_in_refused"


def wrong_password() -> Refusal:
    """The one answer to an unknown account, a wrong password, an account without one, and somebody who left."""
    return refuse(
        SignInRefused,
        "wrong_account_or_password",
        Label("账号或口令不正确", "the account or the password is wrong"),
        Label("请核对后再试;忘记口令请联系本单位系统管理员", "check both; if you forgot it, ask your administrator"),
        "password",
    )


def wrong_code() -> Refusal:
    """The answer to a one-time code that is wrong, too old, or used already."""
    return refuse(
        SignInRefused,
        "wrong_code",
        Label("验证码不正确或已用过", "the code is wrong or was used already"),
        Label(
            "请等待下一个验证码;手机遗失请联系系统管理员",
            "wait for the next code; if the telephone is lost, ask the administrator",
        ),
        "code",
    )


def no_session() -> Refusal:
    """The answer when the sign-in whose second factor comes has ended meanwhile."""
    return refuse(
        SignInRefused,
        "sign_in_over",
        Label("登录已超时", "this sign-in took too long"),
        Label("请重新输入账号和口令", "enter account and password again"),
    )


def must_be_open(connection: Connection, account: str, origin: str, now: datetime) -> None:
    """Raise `SignInRefused` while the throttle keeps the door closed for these digests; until COMMIT nobody else tries them."""
    throttle.one_by_one(connection, account, origin)
    until = throttle.locked_until(connection, account, origin, now)
    if until is not None:
        minutes = throttle.minutes_left(until, now)
        span = f"{minutes} minute" + ("s" if minutes > 1 else "")
        raise refuse(
            SignInRefused,
            "too_many_tries",
            Label(f"尝试次数过多,请 {minutes} 分钟后再试", f"too many tries; try again in {span}"),
            Label("急用请联系本单位系统管理员重置口令", "if it is urgent, ask the office to reset your password"),
        )


def after_failure(connection: Connection, office: Office, account: str, try_id: int, person_id: int | None) -> None:
    """Once a lock of a person's account: a line in the journal, and a notice to those who look after his units."""
    now = office.now()
    until = throttle.locked_by(connection, account, try_id, now)
    if until is None or person_id is None:
        return
    person, local = find_person(connection, person_id), until.astimezone(office_zone())
    facts = {"person": person.name, "code": person.code, "until": local.strftime("%Y-%m-%d %H:%M")}
    for unit_id in units_of(connection, person_id, office.today()) or (None,):
        key = f"locked:{person_id}:{until.isoformat()}:{unit_id or ''}"
        where = {"unit_id": unit_id} if unit_id else {}
        post_alert(connection, "account_locked", key, {**facts, **where}, now)
    unit = unit_of(connection, person_id, office.today())
    record(connection, now, Deed.LOCKED, actor_id=None, person_id=person_id, unit_id=unit, until=until.isoformat())
