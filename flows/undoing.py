"""The rules of taking a step back (DESIGN 4: undo is an event with its own rules and full side effects).

Only the last event; only where the step allows it and nothing has left the case (a contract signed, another case opened, the
case passed up); by the person who took it until the end of the next day, by a supervisor within seven days; never twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection

from config.clock import day_at
from flows.judging import not_found
from flows.office import Office
from models.base import AnyRow
from models.casebook import CaseRow
from models.undoing import OUTWARD, UNDO, Undoing, entries_of, last_event, write_undo
from states.casetype import OPEN
from states.errors import Reason, StepRefused
from states.labels import Label
from states.registry import case_type
from states.roles import Role

OWN_DAYS, SUPERVISOR_DAYS = 1, 7


def undo_last(connection: Connection, office: Office, request: AnyRow, case: CaseRow, roles: frozenset[Role]) -> str:
    """Take the last step back and give the state the case is in again. Raises `StepRefused` with all the reasons."""
    if not roles:
        raise not_found()
    last = last_event(connection, case)
    reasons = [*_stale(case, request), *against(case, last, request.actor_id, roles, office.today())]
    if reasons:
        raise StepRefused(reasons)
    reason = str(request.answers.get("reason", ""))
    role = Role.SUPERVISOR if Role.SUPERVISOR in roles else min(roles)
    write_undo(
        connection,
        Undoing(case, last, office.now(), office.today(), request.actor_id, role, request.id, reason),
    )
    state: str = last.from_state
    return state


def _stale(case: CaseRow, request: AnyRow) -> Iterator[Reason]:
    if request.expected_version is not None and request.expected_version != case.version:
        yield Reason("stale_case", Label("案件已由他人办理", "somebody else moved this case"))


def against(case: CaseRow, last: AnyRow, actor_id: int | None, roles: frozenset[Role], today: date) -> Iterator[Reason]:
    """What stands against that person taking the last step back on that day: a page can say so beforehand."""
    step = case_type(case.type, case.type_version).step(last.step)
    if last.step in (OPEN, UNDO) or step is None or not step.undoable or last.role == Role.CLOCK:
        yield Reason(
            "not_undoable",
            Label("最近一步不可撤销", "the last step cannot be taken back"),
            Label("请办理相应的后续步骤予以更正", "correct it by a further step"),
        )
    if entries_of(last) & OUTWARD:
        yield Reason(
            "has_left_the_case",
            Label("该步骤已影响案件以外的事项", "the step has reached beyond the case"),
            Label("请办理相应的后续步骤予以更正", "correct it by a further step"),
        )
    age = today - day_at(last.at)
    own = last.actor_id == actor_id and age <= timedelta(days=OWN_DAYS)
    supervised = Role.SUPERVISOR in roles and age <= timedelta(days=SUPERVISOR_DAYS)
    if not (own or supervised):
        yield Reason(
            "undo_too_late",
            Label(
                f"经办人只能在次日前撤销自己的步骤,督办只能在{SUPERVISOR_DAYS}日内撤销",
                f"a person may undo his own step until the next day, a supervisor within {SUPERVISOR_DAYS} days",
            ),
            Label("请督办处理", "ask the supervisor"),
        )
