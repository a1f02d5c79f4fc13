"""Marks of sealed numbers: keyed digests by which equal numbers are found although nobody can read them in the store.

Cipher text differs at every sealing, so it cannot be compared. A mark (HMAC-SHA-256 under a key of its own, derived from the
vault's) can: written with the party, looked up by index. A mark is made with the newest key; a look-up tries every key of the
ring, so a rotation loses nothing.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from models.cases import Party
from models.vault import VAULT

#: rows marked at a time when a store from before the marks is brought up
_CHUNK = 1000


def identity_mark(number: str) -> str:
    """The mark of an identity number; empty for none."""
    return _mark("identity-mark", plain_identity(number))


def phone_mark(number: str) -> str:
    """The mark of a telephone number; empty for none."""
    return _mark("phone-mark", plain_phone(number))


def identity_marks(number: str) -> list[str]:
    """Every mark under which that identity number may stand."""
    return _marks("identity-mark", plain_identity(number))


def phone_marks(number: str) -> list[str]:
    """Every mark under which that telephone number may stand."""
    return _marks("phone-mark", plain_phone(number))


def plain_identity(number: str) -> str:
    """An identity number without blanks and strokes, in capitals, full-width forms folded."""
    return re.sub(r"[\s\-—–]", "", unicodedata.normalize("NFKC", number)).upper()


def plain_phone(number: str) -> str:
    """The digits of a telephone number, without the country's own prefix."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", number))
    return digits.removeprefix("0086") if len(digits) > 11 and digits.startswith("0086") else _without_country(digits)


def _without_country(digits: str) -> str:
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def _mark(purpose: str, number: str) -> str:
    return hmac.digest(VAULT.derive(purpose), number.encode(), "sha256").hex() if number else ""


def _marks(purpose: str, number: str) -> list[str]:
    keys = VAULT.derive_each(purpose) if number else ()
    return [hmac.digest(key, number.encode(), "sha256").hex() for key in keys]


def fill_marks(connection: Connection) -> None:
    """Mark the parties of a store from before the marks, inside the transaction of its migration."""
    marked = or_(Party.phone != "", Party.identity != "")
    write = update(Party.__table__).where(Party.id == bindparam("b_id"))  # type: ignore[arg-type]
    write = write.values(phone_mark=bindparam("b_phone"), identity_mark=bindparam("b_identity"))
    at = 0
    while rows := connection.execute(
        select(Party.id, Party.phone, Party.identity).where(Party.id > at, marked).order_by(Party.id).limit(_CHUNK)
    ).all():
        values: list[dict[str, Any]] = [
            {"b_id": row.id, "b_phone": phone_mark(row.phone or ""), "b_identity": identity_mark(row.identity or "")}
            for row in rows
        ]
        connection.execute(write, values)
        at = rows[-1].id
