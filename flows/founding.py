"""Founding an office and keeping its people: the few things that are not steps of a case."""

from __future__ import annotations

import hashlib
import os
from datetime import date

from sqlalchemy import func, insert, select, update

from flows.office import Office
from models.people import Organisation, Person, Position
from models.queries import person_by_code, unit_by_code
from states.errors import StepRefused, refuse
from states.labels import Label
from states.roles import Role

#: scrypt's cost: about 0.1 s and 32 MB a try
_COST = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}
SHORTEST = 10


def found_office(office: Office, name: str, code: str, pack: str, admin: str) -> int:
    """The first organisation and its administrator. Refused when there is an organisation already."""
    with office.store.write() as connection:
        if connection.execute(select(func.count()).select_from(Organisation)).scalar_one():
            raise refuse(
                StepRefused,
                "already_founded",
                Label("办公室已建立", "the office is founded already"),
                Label("用 import ledger 增加单位和人员", "add units and people with `import ledger`"),
            )
        made = insert(Organisation).values(
            code=code, name=name, kind="federation", path="/", pack=pack, mediates=True, credit_code="", industry="",
            workers=0,
        )  # fmt: skip
        unit: int = connection.execute(made.returning(Organisation.id)).scalar_one()
        connection.execute(update(Organisation).where(Organisation.id == unit).values(path=f"/{unit}/"))
        person = insert(Person).values(code=admin, name=admin, phone="", identity="", email="", language="zh", password="")
        person_id: int = connection.execute(person.returning(Person.id)).scalar_one()
        connection.execute(
            insert(Position).values(person_id=person_id, organisation_id=unit, role=Role.ADMINISTRATOR, from_on=office.today())
        )
    return unit


def add_person(office: Office, code: str, name: str, email: str, language: str) -> int:
    """A person without a position. Refused when the code is taken."""
    with office.store.write() as connection:
        if person_by_code(connection, code) is not None:
            raise refuse(StepRefused, "code_taken", Label(f"代码“{code}”已有人使用", f"the code “{code}” is taken"))
        made = insert(Person).values(code=code, name=name, email=email, language=language, phone="", identity="", password="")
        person_id: int = connection.execute(made.returning(Person.id)).scalar_one()
    return person_id


def set_position(office: Office, person: str, role: str, unit: str, *, since: date | None = None, end: bool = False) -> bool:
    """Give the position from that day (today), or end it today; False when person or unit is unknown."""
    with office.store.write() as connection:
        who, where = person_by_code(connection, person), unit_by_code(connection, unit)
        if who is None or where is None:
            return False
        held = (Position.person_id == who.id, Position.organisation_id == where.id, Position.role == role)
        running = connection.execute(select(Position.id).where(*held, Position.to_on.is_(None))).first()
        if end and running is not None:
            connection.execute(update(Position).where(Position.id == running.id).values(to_on=office.today()))
        elif not end and running is None:
            connection.execute(
                insert(Position).values(person_id=who.id, organisation_id=where.id, role=role, from_on=since or office.today())
            )
    return True


def set_password(office: Office, code: str, secret: str) -> bool:
    """Keep a salted hash of the password; False when there is nobody of that code. Refused when it is too short."""
    if len(secret) < SHORTEST:
        raise refuse(
            StepRefused,
            "password_too_short",
            Label(f"口令至少 {SHORTEST} 位", f"a password has at least {SHORTEST} characters"),
            Label("可用一句话作口令", "a sentence makes a good one"),
        )
    with office.store.write() as connection:
        who = person_by_code(connection, code)
        if who is None:
            return False
        connection.execute(update(Person).where(Person.id == who.id).values(password=hash_password(secret)))
    return True


def hash_password(secret: str) -> str:
    """ "scrypt$salt$hash", in hex."""
    salt = os.urandom(16)
    return f"scrypt${salt.hex()}${hashlib.scrypt(secret.encode(), salt=salt, **_COST).hex()}"


def password_fits(secret: str, stored: str) -> bool:
    """Whether the password is the one of the hash."""
    kind, salt, kept = stored.split("$")
    found = hashlib.scrypt(secret.encode(), salt=bytes.fromhex(salt), **_COST).hex()
    return kind == "scrypt" and found == kept
