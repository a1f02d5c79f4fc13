"""The second factor: one-time codes of a telephone (RFC 6238, six figures, thirty seconds).

The person's row keeps the shared secret and, behind a colon, the number of the thirty seconds whose code was used last: a code
is accepted once.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

import pyotp
from sqlalchemy import Connection, select, update

from flows.accounts.authority import find_person, must_administer, person_in, unit_of
from flows.accounts.lockout import wrong_code
from flows.office import Office
from flows.office_journal import Deed, record
from models.people import Person

#: thirty seconds earlier and later are accepted too: clocks differ, people type slowly
DRIFT = 1
ISSUER = "Concord 和商"
#: the secret comes back from the person's own form
_SECRET = re.compile("[A-Z2-7]{32}")


def begin(office: Office, person_id: int, secret: str = "") -> tuple[str, str]:
    """A new secret and its otpauth:// address for the telephone; in force only once `enable` was given a code of it.

    `secret`: the one that was shown before, when its code was typed wrongly.
    """
    with office.store.read() as connection:
        person = connection.execute(select(Person.code).where(Person.id == person_id)).one()
    secret = secret if _SECRET.fullmatch(secret) else pyotp.random_base32()
    return secret, pyotp.TOTP(secret).provisioning_uri(name=person.code, issuer_name=ISSUER)


def enable(office: Office, person_id: int, secret: str, code: str) -> None:
    """From now on the person signs in with codes of that secret. Raises `SignInRefused` when the code is none of it."""
    at = _fitting(secret, -1, code, office.now()) if _SECRET.fullmatch(secret) else None
    if at is None:
        raise wrong_code()
    with office.store.write() as connection:
        find_person(connection, person_id)
        _keep(connection, person_id, f"{secret}:{at}")
        unit_id = unit_of(connection, person_id, office.today())
        record(connection, office.now(), Deed.SECOND_FACTOR_ON, actor_id=person_id, person_id=person_id, unit_id=unit_id)


def disable(office: Office, person_id: int, by: int | None) -> None:
    """The password alone is enough again; the person himself, or his administrator when the telephone is lost."""
    with office.store.write() as connection:
        if by is None or by == person_id:
            find_person(connection, person_id)
        else:
            person_in(connection, must_administer(connection, by, office.today()), person_id, office.today())
        _keep(connection, person_id, "")
        unit_id = unit_of(connection, person_id, office.today(), by)
        record(connection, office.now(), Deed.SECOND_FACTOR_OFF, actor_id=by, person_id=person_id, unit_id=unit_id)


def use_code(connection: Connection, person_id: int, code: str, now: datetime) -> bool:
    """Whether the code fits now and was not used before; if so it is used up."""
    query = select(Person.second_factor).where(Person.id == person_id).with_for_update(key_share=True)
    secret, _, used = connection.execute(query).scalar_one().partition(":")
    at = _fitting(secret, int(used or -1), code, now) if secret else None
    if at is None:
        return False
    _keep(connection, person_id, f"{secret}:{at}")
    return True


def _fitting(secret: str, used: int, code: str, now: datetime) -> int | None:
    typed, totp = "".join(code.split()), pyotp.TOTP(secret)
    middle = totp.timecode(now)
    for at in range(middle - DRIFT, middle + DRIFT + 1):
        if at > used and hmac.compare_digest(totp.generate_otp(at).encode(), typed.encode()):
            return at
    return None


def _keep(connection: Connection, person_id: int, value: str) -> None:
    connection.execute(update(Person).where(Person.id == person_id).values(second_factor=value))
