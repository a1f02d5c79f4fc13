"""Filing a batch for a program: numbers become cases its person may see, and a key that is used again must mean the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from flows.casework import Receipt
from flows.office import Office
from flows.requests import Wish, file_batch
from flows.steps import Desk
from models.interface import batch_by_key, cases_by_number, is_inside
from models.scope import Scope
from models.staff import colleagues
from states.casetype import Step
from states.errors import InvalidAnswers, KeyReused, Refusal, refuse
from states.forms import read_answers
from states.labels import Label
from states.registry import all_types, case_type
from states.roles import Role

KEY = "api"
#: fields that name somebody of the office, and what he must be
PEOPLE = {"mediator": Role.MEDIATOR, "officer": Role.OFFICER}


def own_key(person_id: int, key: str) -> str:
    """A key nobody else's program can hit, or probe."""
    return f"{KEY}:{person_id}:{key}"


def take(desk: Desk, wish: Wish) -> Receipt:
    """Bring the wish to the door. Raises the `Refusal`, also for answers that name somebody or something that is not there."""
    try:
        return desk.step(wish)
    except IntegrityError as nobody:
        raise not_a_choice("answers") from nobody


def not_a_choice(field: str) -> Refusal:
    """The refusal of a number in the answers that stands for nobody, or for somebody who cannot be chosen here."""
    return refuse(
        InvalidAnswers,
        "not_a_choice",
        Label("所指的人员或单位不存在,或不能在此选择", "names a person or a unit that is not there, or cannot be chosen here"),
        Label("请核对编号", "check the number"),
        field,
    )


def check_people(connection: Connection, step: Step, answers: Mapping[str, Any], unit_path: str, day: date) -> None:
    """Whom the answers give the case to must hold that position above it today. Raises the refusal."""
    for name, role in PEOPLE.items():
        asked = name in step.asks.model_fields and name in answers
        if asked and answers[name] not in {one.id for one in colleagues(connection, role, unit_path, day, 2000)}:
            raise not_a_choice(name)


def check_employer(connection: Connection, scope: Scope, answers: Mapping[str, Any]) -> None:
    """The employer a case is opened about is one inside the scope. Raises the refusal."""
    employer_id = answers.get("employer_id")
    if employer_id is not None and not is_inside(connection, scope, employer_id):
        raise not_a_choice("employer_id")


def file_for_numbers(
    office: Office, actor_id: int, scope: Scope, step: str, numbers: Sequence[str], answers: Mapping[str, Any], key: str
) -> int:
    """File that step for the cases of those numbers and give the batch's id.

    A number that is not there, or hidden, becomes a request that is refused. Raises `InvalidAnswers` where no case could take
    the answers, and `KeyReused` for a key that meant something else.
    """
    chosen = list(dict.fromkeys(numbers))
    with office.store.read() as connection:
        found = {row.number: row for row in cases_by_number(connection, scope, chosen)}
    kinds = {case_type(row.type, row.type_version) for row in found.values()} or set(all_types())
    for form in {asked.asks for kind in kinds if (asked := kind.by_name.get(step)) is not None}:
        read_answers(form, answers, strictly=True)
    ids = [found[one].id if one in found else None for one in chosen]
    wishes = [Wish(step=step, case_id=one, actor_id=actor_id, answers=answers) for one in ids]
    full = own_key(actor_id, key)
    try:
        batch_id = file_batch(office, step, actor_id, wishes, full)
    except IntegrityError:  # the same key at the same moment: the other one's batch is there now
        batch_id = 0
    with office.store.read() as connection:
        filed = batch_by_key(connection, full)
    if filed is None or filed[1] != [wish.digest for wish in wishes]:
        raise refuse(
            KeyReused,
            "key_reused",
            Label("同一请求号已用于另一批办理", "the same key was already used for another batch"),
            Label("请换一个请求号重新提交", "send it again under a new key"),
        )
    return filed[0] or batch_id
