"""The first start: an empty office is founded by the operator, or in the browser with a code that `concord serve` prints."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from flows.accounts.passwords import check_strength, hash_password, new_phrase
from flows.office import Office
from flows.office_journal import Deed, record
from models.people import Organisation, OrganisationKind, Person, Position
from models.search_following import unit_added
from states.errors import InvalidAnswers, Reason, Refusal, StepRefused, refuse
from states.labels import Label
from states.roles import Role

#: code of the first organisation when it is founded in the browser
FIRST_UNIT = "HQ"


def setup_code(office: Office) -> str | None:
    """A new one-time code for founding the office in the browser, an older one is void; None once there is an office."""
    kept = _file(office)
    with office.store.read() as connection:
        if _is_founded(connection):
            kept.unlink(missing_ok=True)
            return None
    code = new_phrase()
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.touch(mode=0o600)
    kept.write_text(_hash(code))
    return code


def found(office: Office, code: str, office_name: str, admin_code: str, admin_name: str, secret: str) -> int:
    """The first organisation, and its administrator with that password; his id. Refused with all reasons."""
    reasons = list(_against(office, code, office_name.strip(), admin_code.strip(), admin_name.strip()))
    try:
        check_strength(secret, admin_code.strip(), admin_name.strip())
    except Refusal as weak:
        reasons += weak.reasons
    if reasons:
        raise InvalidAnswers(reasons)
    hashed = hash_password(secret)
    with office.store.write() as connection:
        pack = office.settings.rule_pack
        made = _lay(connection, office, office_name.strip(), FIRST_UNIT, pack, admin_code.strip(), admin_name.strip(), hashed)
    _file(office).unlink(missing_ok=True)
    return made[1]


def found_office(office: Office, name: str, code: str, pack: str, admin: str) -> int:
    """The same by the operator, the password comes later (`concord user password`); the id of the organisation."""
    with office.store.write() as connection:
        return _lay(connection, office, name, code, pack, admin, admin, "")[0]


def _lay(connection: Connection, office: Office, name: str, code: str, pack: str, admin: str, admin_name: str,
         hashed: str) -> tuple[int, int]:  # fmt: skip
    if _is_founded(connection):
        raise refuse(
            StepRefused,
            "already_founded",
            Label("办公室已建立", "the office is founded already"),
            Label("用 import ledger 增加单位和人员", "add units and people with `import ledger`"),
        )
    blank = {"credit_code": "", "industry": "", "workers": 0, "mediates": True}
    unit = insert(Organisation).values(
        code=code, name=name, kind=str(OrganisationKind.FEDERATION), path="/", pack=pack, **blank
    )
    unit_id: int = connection.execute(unit.returning(Organisation.id)).scalar_one()
    connection.execute(update(Organisation).where(Organisation.id == unit_id).values(path=f"/{unit_id}/"))
    unit_added(connection, unit_id)
    person = insert(Person).values(
        code=admin, name=admin_name, phone="", identity="", email="", language=office.settings.language, password=hashed
    )
    person_id: int = connection.execute(person.returning(Person.id)).scalar_one()
    since = office.today()
    held = insert(Position).values(person_id=person_id, organisation_id=unit_id, role=Role.ADMINISTRATOR, from_on=since)
    connection.execute(held)
    record(connection, office.now(), Deed.OFFICE_FOUNDED, actor_id=None, person_id=person_id, unit_id=unit_id)
    return unit_id, person_id


def _against(office: Office, code: str, office_name: str, admin_code: str, admin_name: str) -> list[Reason]:
    kept, found = _file(office), []
    if not (kept.exists() and hmac.compare_digest(kept.read_text().strip(), _hash(code.strip().lower()))):
        text = Label("开办码不正确", "this is not the set-up code")
        found.append(Reason("wrong_setup_code", text, Label("见 concord serve 的输出", "`concord serve` prints it"), "code"))
    if not 0 < len(office_name) <= 200:
        text = Label("名称为 1 至 200 个字符", "a name has 1 to 200 characters")
        found.append(Reason("name_missing", text, Label("请填写单位名称", "write the office's name"), "office_name"))
    if not 0 < len(admin_code) <= 60 or admin_code.split() != [admin_code]:
        text = Label("代码为 1 至 60 个字符,不含空格", "a code has 1 to 60 characters and no spaces")
        found.append(Reason("code_not_possible", text, Label("如 admin", "like admin"), "admin_code"))
    if not 0 < len(admin_name) <= 200:
        text = Label("姓名为 1 至 200 个字符", "a name has 1 to 200 characters")
        found.append(Reason("name_missing", text, Label("请填写姓名", "write the name"), "admin_name"))
    return found


def _is_founded(connection: Connection) -> bool:
    return connection.execute(select(Organisation.id).limit(1)).first() is not None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _file(office: Office) -> Path:
    return office.settings.home / "setup.code"
