"""What a batch would do, before it is filed: every case judged as the door would judge it, and nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from flows.judging import judge, not_found, roles_held
from flows.office import Office
from models.casebook import load_cases, load_parties
from states.casetype import Step
from states.errors import Reason, Refusal


@dataclass(frozen=True)
class Rehearsal:
    """Of N cases: how many nothing stands against, and how often each set of reasons was given."""

    able: int
    refused: int
    reasons: tuple[tuple[tuple[Reason, ...], int], ...]


def rehearse(
    connection: Connection, office: Office, actor_id: int, held: Sequence[tuple[str, str]], step: Step,
    case_ids: Sequence[int], answers: Mapping[str, Any] | None = None,
) -> Rehearsal:  # fmt: skip
    """How the step would go for those cases. Without answers, only what stands against it before the form is filled in.

    `held` are the person's positions, (role, path).
    """
    now, asked = office.now(), frozenset(step.asks.model_fields) if answers is None else frozenset()
    cases = load_cases(connection, case_ids, lock=False)
    if cases:
        load_parties(connection, list(cases.values()))
    request: Any = SimpleNamespace(id=0, step=step.name, actor_id=actor_id, answers=dict(answers or {}), expected_version=None)
    given: Counter[tuple[Reason, ...]] = Counter()
    for one in case_ids:
        case = cases.get(one)
        try:
            if case is None:
                raise not_found()
            judge(request, case, roles_held(held, case, actor_id), now)
        except Refusal as refusal:
            against = tuple(reason for reason in refusal.reasons if reason.field.partition(".")[0] not in asked)
            if against:
                given[against] += 1
    refused = given.total()
    return Rehearsal(len(case_ids) - refused, refused, tuple(given.most_common(20)))
