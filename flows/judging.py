"""Judging a request: who asks, what he is for this case, and what the case type says to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from config.clock import day_at
from config.rules import load_pack
from config.workdays import work_calendar
from models.base import AnyRow
from models.casebook import CaseRow, is_party, positions_of
from models.clerk import Act
from models.staff import is_called, mediates
from models.vault import open_personal
from states.casetype import OPEN
from states.caseview import Moment
from states.errors import CaseNotFound, NotPermitted, Refusal, StaleCase, refuse
from states.labels import Label
from states.machine import decide
from states.registry import case_type
from states.roles import Role

CLOCK_ONLY = frozenset({Role.CLOCK})
BARGAINING = "bargaining"
WORKING_ROLES = {"dispute": Role.MEDIATOR, BARGAINING: Role.OFFICER}


def not_found() -> Refusal:
    """The one answer for a case that is absent and for one that is hidden."""
    return refuse(
        CaseNotFound,
        "case_not_found",
        Label("没有这一案件,或您无权查看", "there is no such case, or you may not see it"),
        Label("请核对案号", "check the number"),
    )


def no_position() -> Refusal:
    """The answer to somebody who would open a case where he is nothing."""
    return refuse(
        NotPermitted,
        "no_position_there",
        Label("您在该单位没有职务,不能登记案件", "you hold no position in that unit and cannot open a case there"),
        Label("请改选本单位,或由该单位人员登记", "choose a unit of your own, or ask somebody there"),
    )


def roles_in(connection: Connection, case: CaseRow, actor_id: int | None, at: datetime) -> frozenset[Role]:
    """What the person is for this case; nobody is the clock. Empty: the case is hidden from him."""
    if actor_id is None:
        return CLOCK_ONLY
    return roles_with(connection, positions_of(connection, actor_id, day_at(at)), case, actor_id)


def roles_with(connection: Connection, held: Sequence[tuple[str, str]], case: CaseRow, actor_id: int | None) -> frozenset[Role]:
    """The same with the positions already read; parties are looked up only for those without any."""
    if actor_id is None:
        return CLOCK_ONLY
    roles = roles_held(held, case, actor_id)
    if not roles and case.id and is_party(connection, actor_id, case.id):
        return frozenset({Role.PARTY})
    return roles


def roles_at_opening(connection: Connection, case: CaseRow, request: Any, at: datetime) -> frozenset[Role]:
    """What somebody is for the case he opens: what his positions make of him; without any, a party who registers for himself.

    Himself: the applicant bears the name of the person who asks. Only where disputes are mediated.
    """
    if request.actor_id is None:
        return CLOCK_ONLY
    held = positions_of(connection, request.actor_id, day_at(at))
    if held:
        return roles_with(connection, held, case, request.actor_id)
    applicant = str(request.answers.get("applicant", "")).strip()
    own = Role.PARTY in case_type(case.type, case.type_version).opened_by and applicant
    if own and mediates(connection, case.unit_id) and is_called(connection, request.actor_id, applicant, day_at(at)):
        return frozenset({Role.PARTY})
    return frozenset()


def roles_held(held: Sequence[tuple[str, str]], case: CaseRow, actor_id: int) -> frozenset[Role]:
    """What positions make of a person for one case.

    Positions above its unit; his own work on a case he holds; and the chair of an enterprise union in the bargaining of his
    own enterprise, whichever unit above holds the case (a path names every organisation above, the enterprise too).
    """
    roles = {Role(role) for role, path in held if case.unit_path.startswith(path)}
    if case.type == BARGAINING and any(role == Role.CHAIR and f"/{case.employer_id}/" in path for role, path in held):
        roles.add(Role.CHAIR)
    if case.owner_id == actor_id:
        roles |= {Role(role) for role, _ in held if role == WORKING_ROLES.get(case.type)}
    return frozenset(roles)


def moment_of(case: CaseRow, roles: frozenset[Role], actor_id: int | None, now: datetime) -> Moment:
    """The moment in which the case is judged, under its own rule pack."""
    pack = load_pack(case.pack)
    return Moment(now, day_at(now), pack, work_calendar(pack.calendar), roles, actor_id)


def judge(request: AnyRow, case: CaseRow, roles: frozenset[Role], now: datetime) -> Act:
    """What the request would write. Raises a `Refusal` with all its reasons."""
    if not roles:
        raise no_position() if request.step == OPEN else not_found()
    if request.expected_version is not None and request.expected_version != case.version:
        raise stale_case(case)
    moment = moment_of(case, roles, request.actor_id, now)
    decision = decide(case_type(case.type, case.type_version), case, request.step, open_personal(request.answers), moment)
    role = min(decision.step.by & roles)
    return Act(case, decision, now, moment.today, request.actor_id, role, request.id)


def stale_case(case: CaseRow) -> Refusal:
    """The answer to somebody who saw an earlier version of the case."""
    state = case_type(case.type, case.type_version).stage(case.state).label
    return refuse(
        StaleCase,
        "stale_case",
        Label(
            f"案件已由他人办理,现为“{state.zh}”(第{case.version}版)",
            f"somebody else moved this case; it is now “{state.en}” (version {case.version})",
        ),
        Label("查看最新情况后再办理,所填内容已保留", "look at it again, then go on; what you typed is kept"),
    )
