"""Filing a batch for a program: numbers become cases its person may see, and a key that is used again must mean the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from flows.office import Office
from flows.requests import Wish, file_batch, own_key
from models.interface import batch_by_key, cases_by_number
from models.scope import Scope
from states.errors import KeyReused, refuse
from states.forms import read_answers
from states.labels import Label
from states.registry import all_types, case_type


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
    full = own_key(actor_id, key, "api")
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
