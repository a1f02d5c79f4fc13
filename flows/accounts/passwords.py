"""Passwords: how they are kept, which are refused, and who sets them.

Argon2id at its library's defaults: 64 MiB and about 0.2 s a try, so no more than two are worked on at once in a process.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, update

from flows.accounts.authority import find_person, must_administer, person_in, unit_of
from flows.accounts.ending import end_sessions
from flows.office import Office
from flows.office_journal import Deed, record
from models.base import AnyRow
from models.people import Person
from states.errors import InvalidAnswers, Reason, refuse
from states.labels import Label

SHORTEST, LONGEST = 10, 200
#: passwords of ten characters and more that everybody guesses, a line each, in small letters
GUESSED = Path(__file__).parent / "guessed.txt"
#: letters and figures that are not taken for one another when read aloud or typed from a slip of paper
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
_AT_ONCE = threading.BoundedSemaphore(2)

#: the one seam: tests put a cheap one here
HASHER = PasswordHasher()


def hash_password(secret: str) -> str:
    """The Argon2 hash of the password, as it is kept. Full-width and half-width forms are the same password."""
    with _AT_ONCE:
        return HASHER.hash(_plain(secret))


def password_fits(secret: str, stored: str) -> bool:
    """Whether the password is the one of the hash. Without a hash none fits, and finding out takes as long."""
    known = stored or _of_nobody(HASHER)
    with _AT_ONCE:
        try:
            HASHER.verify(known, _plain(secret)[: 4 * LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return bool(stored)


@lru_cache(maxsize=4)
def _of_nobody(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe())


def _plain(secret: str) -> str:
    return unicodedata.normalize("NFKC", secret)


def check_strength(secret: str, *own_words: str) -> None:
    """Raise a `Refusal` with every reason against the password; `own_words` are the person's code and name."""
    reasons = list(_against(_plain(secret).lower(), [_plain(word).lower() for word in own_words if word]))
    if reasons:
        raise InvalidAnswers(reasons)


def _against(secret: str, own_words: list[str]) -> Iterator[Reason]:
    sentence = Label("可用一句只有自己知道的话", "a sentence only you know makes a good one")
    if len(secret) < SHORTEST:
        text = Label(f"口令至少 {SHORTEST} 个字符", f"a password has at least {SHORTEST} characters")
        yield Reason("password_too_short", text, sentence, "password")
    if len(secret) > LONGEST:
        text = Label(f"口令至多 {LONGEST} 个字符", f"a password has at most {LONGEST} characters")
        yield Reason("password_too_long", text, Label("请缩短", "make it shorter"), "password")
    if secret and len(set(secret)) == 1:
        text = Label("口令不能只是同一个字符", "a password is not one character repeated")
        yield Reason("password_one_character", text, sentence, "password")
    if any(_is_only(secret, word) for word in own_words):
        text = Label("口令不能是自己的代码或姓名", "a password is not your code or your name")
        yield Reason("password_own_name", text, sentence, "password")
    if secret in _guessed():
        text = Label("这一口令人人都猜得到", "everybody guesses this password")
        yield Reason("password_common", text, sentence, "password")


@cache
def _guessed() -> frozenset[str]:
    return frozenset(GUESSED.read_text(encoding="utf-8").split())


def _is_only(secret: str, word: str) -> bool:
    """Whether nothing but figures and signs is left beside the word, however often it stands there."""
    return word in secret and not any(one.isalpha() for one in secret.replace(word, ""))


def new_phrase() -> str:
    """A password the office hands out: sixteen clear characters in fours, 79 bits."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))


def set_password(office: Office, person_id: int, secret: str, *, by: int | None, must_change: bool,
                 keep_session_id: int | None = None) -> None:  # fmt: skip
    """Keep the hash of a new password and end the person's sessions but that one. Refused when it is weak or the old one."""
    with office.store.read() as connection:
        who = _person_of(connection, office, person_id, by)
    check_strength(secret, who.code, who.name)
    if by == person_id and who.password and password_fits(secret, who.password):
        raise refuse(
            InvalidAnswers,
            "password_same",
            Label("新口令与原口令相同", "the new password is the old one"),
            Label("请换一个", "choose another one"),
            "password",
        )
    hashed = hash_password(secret)  # before the transaction: nobody waits for Argon2
    with office.store.write() as connection:
        _person_of(connection, office, person_id, by)
        keep_password(connection, office, person_id, hashed, must_change=must_change, keep_session_id=keep_session_id)
        unit_id = unit_of(connection, person_id, office.today(), by)
        record(connection, office.now(), Deed.PASSWORD_SET, actor_id=by, person_id=person_id, unit_id=unit_id)


def keep_password(connection: Connection, office: Office, person_id: int, hashed: str, *, must_change: bool,
                  keep_session_id: int | None = None) -> None:  # fmt: skip
    """Write the hash down and end the person's sessions, within the caller's transaction."""
    changed = update(Person).where(Person.id == person_id).values(password=hashed, must_change=must_change)
    connection.execute(changed)
    end_sessions(connection, person_id, office.now(), but=keep_session_id)


def _person_of(connection: Connection, office: Office, person_id: int, by: int | None) -> AnyRow:
    if by is None or by == person_id:
        return find_person(connection, person_id)
    return person_in(connection, must_administer(connection, by, office.today()), person_id, office.today())
