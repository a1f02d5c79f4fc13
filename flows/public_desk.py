"""The public desk: a worker without an account registers, gets a number and a secret, and follows his case by them.

The worker becomes a person of the office without password and position; the case is opened in his name through the one door.
The secret is kept as a hash. It is derived from the form that was sent, so a form sent twice shows the same secret again and
nobody else can ask for it. A case that is not there and a secret that is wrong get one answer.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, insert, select

from config.crashpoints import crashpoint
from flows.accounts.throttle import enter_try, mark_well
from flows.desk_throttle import may_ask, may_register, of_case, of_origin, of_registrations
from flows.importing.cells import Unreadable, phone
from flows.intake import open_dispute
from flows.office import Office
from flows.steps import Desk
from models.cases import CaseFile, Party
from models.notes import Audience, CaseNote, DeskSecret
from models.outbox import Message
from models.people import Person
from models.repeated import there_already
from models.requests import StepRequest
from models.upsert import insert_or_leave
from models.vault import VAULT
from notifications.tell import message_row
from states.dispute.grievance import Grievance
from states.errors import InvalidAnswers, NotPermitted, Reason, Refusal, refuse
from states.forms import read_answers
from states.labels import Label

#: no letters and figures that are read as one another; 16 of 32 are 80 bits
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 16
NO_CONSENT = Reason(
    "no_consent",
    Label("需要您同意上面的说明", "your consent is needed"),
    Label("同意后请打勾", "tick the box if you agree"),
    "consent",
)
_NO_PHONE = Reason(
    "phone_wrong",
    Label("这不是电话号码", "this is no telephone number"),
    Label("请核对,我们要靠它联系您", "check it: we reach you by it"),
    "phone",
)


@dataclass(frozen=True)
class Registered:
    """A case that was registered at the desk; the secret is known nowhere else."""

    number: str
    secret: str


@dataclass(frozen=True)
class Followed:
    """A case that somebody follows by its secret; `mark` ends with the secret."""

    case_id: int
    person_id: int
    mark: str


def read_grievance(answers: Mapping[str, Any]) -> Grievance:
    """What the worker typed. Raises `InvalidAnswers` with every reason."""
    reasons: list[Reason] = []
    try:
        found = cast(Grievance, read_answers(Grievance, answers))
    except InvalidAnswers as invalid:
        reasons = list(invalid.reasons)
    if answers.get("phone") and not _is_phone(str(answers["phone"])):
        reasons.append(_NO_PHONE)
    if not answers.get("consent"):
        reasons.append(NO_CONSENT)
    if reasons:
        raise InvalidAnswers(reasons)
    return found


def _is_phone(typed: str) -> bool:
    try:
        phone(typed)
    except Unreadable:
        return False
    return True


def register(
    office: Office, desk: Desk, grievance: Grievance, unit_id: int, *, once: str, origin: str, language: str
) -> Registered:  # fmt: skip
    """Open the case; the same `once` (a random text of the form) gives the same case and secret. Raises a `Refusal`."""
    key = f"desk:{hashlib.sha256(once.encode()).hexdigest()}"
    person_id = _worker(office, grievance, key, origin, language)
    receipt = open_dispute(desk, person_id, unit_id, grievance.as_registration(), key)
    crashpoint("desk.opened")
    secret = _derived(once)
    with office.store.write() as connection:
        made = insert_or_leave(connection, DeskSecret, DeskSecret.case_id)
        values = {"case_id": receipt.case_id, "secret_hash": _hash(secret), "created_at": office.now()}
        connection.execute(made.values(**values))
    return Registered(receipt.number, "-".join(secret[at : at + 4] for at in range(0, _LENGTH, 4)))


def _worker(office: Office, grievance: Grievance, key: str, origin: str, language: str) -> int:
    """The person the worker becomes. A form that was sent before is not counted again."""
    code = f"W-{key[-12:]}"
    with office.store.write() as connection:
        if connection.execute(select(StepRequest.id).where(StepRequest.key == key)).first() is None:
            may_register(connection, origin, office.now())
            enter_try(connection, of_registrations(origin), "", office.now())
        made = insert_or_leave(connection, Person, Person.code)
        connection.execute(made.values(code=code, name=grievance.name, language=language, email="", password=""))
        found: int = connection.execute(select(Person.id).where(Person.code == code)).scalar_one()
        return found


def _derived(once: str) -> str:
    drawn = hmac.digest(VAULT.derive("desk-secret"), once.encode(), "sha256")
    return "".join(_SIGNS[byte % len(_SIGNS)] for byte in drawn[:_LENGTH])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def follow(office: Office, number: str, secret: str, *, origin: str) -> Followed:
    """The case of that number and secret. Raises `NotPermitted`, the same for all that is wrong, or `DeskClosed`."""
    number = _plain(number)[:40]
    with office.store.write() as connection:
        may_ask(connection, number, origin, office.now())
        try_id = enter_try(connection, of_case(number), of_origin(origin), office.now())
        found = _case_of(connection, number, _hash(_plain(secret).replace("-", "")))
        if found is not None:
            mark_well(connection, try_id)
            return found
    raise _no_such()


def _case_of(connection: Connection, number: str, secret_hash: str) -> Followed | None:
    query = select(DeskSecret.case_id, DeskSecret.secret_hash, Party.person_id)
    query = query.join(CaseFile, CaseFile.id == DeskSecret.case_id).where(CaseFile.number == number)
    row = connection.execute(_of_worker(query)).first()
    if row is None or not hmac.compare_digest(row.secret_hash, secret_hash):
        return None
    return Followed(row.case_id, row.person_id, row.secret_hash[:16])


def still_followed(connection: Connection, case_id: int, mark: str) -> Followed | None:
    """The case somebody followed a moment ago; None once its secret has ended."""
    query = select(DeskSecret.case_id, DeskSecret.secret_hash, Party.person_id).where(DeskSecret.case_id == case_id)
    row = connection.execute(_of_worker(query)).first()
    if row is None or not hmac.compare_digest(row.secret_hash[:16], mark):
        return None
    return Followed(row.case_id, row.person_id, mark)


def _of_worker(query: Any) -> Any:
    mine = (Party.case_id == DeskSecret.case_id) & (Party.role == "applicant") & Party.person_id.is_not(None)
    return query.join(Party, mine).where(DeskSecret.ended_at.is_(None), Party.undone.is_(False)).order_by(Party.id).limit(1)


def _plain(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).upper().split())


def _no_such() -> Refusal:
    return refuse(
        NotPermitted,
        "number_or_secret_wrong",
        Label("案号或查询码不对", "the number or the secret is not right"),
        Label("请照凭条核对;遗失的,请带身份证到工会窗口", "compare them with your slip; if it is lost, come to the counter"),
    )


def write_to_office(office: Office, case_id: int, person_id: int, text: str) -> None:
    """Keep what a party wrote, and tell who works on the case. Raises `InvalidAnswers` for nothing, or too much."""
    if not text or len(text) > 4000:
        wrong = Label("请写明要说的话,最多 4000 字", "write something, at most 4,000 characters")
        raise InvalidAnswers([Reason("no_text", wrong, field="text")])
    now = office.now()
    values = {"case_id": case_id, "person_id": person_id, "audience": str(Audience.PARTIES), "text": text, "at": now}
    with office.store.write() as connection:
        if there_already(connection, CaseNote, values) is not None:
            return
        connection.execute(insert(CaseNote).values(**values))
        tell_office(connection, case_id, person_id, now)


def tell_office(connection: Connection, case_id: int, person_id: int, now: datetime) -> None:
    """Tell who works on the case that a party added something: once an hour, however much is added."""
    case = connection.execute(select(CaseFile.number, CaseFile.type, CaseFile.state).where(CaseFile.id == case_id)).one()
    facts = {
        "number": case.number, "case_type": case.type, "step": "", "state": case.state, "outcome": None,
        "actor_id": person_id, "dates": [],
    }  # fmt: skip
    row = message_row(f"{case_id}:wrote:{person_id}:{now:%Y%m%d%H}", "party_wrote", facts, now, case_id=case_id)
    connection.execute(insert_or_leave(connection, Message, Message.key).values(**row))
