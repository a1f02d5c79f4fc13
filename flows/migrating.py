"""Moving cases to another version of their type, as the door does it: for one case, and set-wise for a chunk of a batch.

A request with step `migrate` says from which version to which, the rules for states, or which batch it takes back. Only an
administrator at the top of a tree may, and the operator. The plan is `states.version_plan`; here it is asked for and written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection

from config.clock import day_at
from flows.headquarters import must_head_the_office
from flows.judging import moment_of, not_found, stale_case
from flows.office import Office
from models.base import AnyRow
from models.casebook import CaseRow
from models.version_cases import clocks_of, events_of, last_moves
from models.versions import Move, write_moves
from states.errors import InvalidAnswers, Refusal, StepRefused, refuse
from states.labels import Label
from states.registry import case_type
from states.roles import Role
from states.version_plan import Standing, Target, plan_of

#: who moves cases from the command line without a name: the operator of the machine
OPERATOR = "operator"


class Wanted(BaseModel):
    """What a request for a move says."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    came_from: int = Field(alias="from")
    to: int
    rules: dict[str, str] = {}
    #: a history that does not fit the new version is a reason against the move
    strict: bool = False
    #: take back what that batch did to the case
    reverses: int | None = None


@dataclass(frozen=True)
class Asking:
    """A request, its case (None: there is none) and what the person who asks is for it."""

    request: Any
    case: CaseRow | None
    roles: frozenset[Role]


Answer = Move | Refusal


def move_cases(connection: Connection, office: Office, asked: Sequence[Asking]) -> list[Answer]:
    """Judge those requests and write what is allowed; an answer each, in their order. Refusals are given, not raised."""
    mover = _Mover(connection, office.now(), [one.case.id for one in asked if one.case is not None])
    answers = [mover.judged(one) for one in asked]
    write_moves(connection, [answer for answer in answers if isinstance(answer, Move)])
    return answers


def move_case(connection: Connection, office: Office, request: Any, case: CaseRow, roles: frozenset[Role]) -> str:
    """Move one case and give the state it is in then. Raises the `Refusal`."""
    (answer,) = move_cases(connection, office, [Asking(request, case, roles)])
    if isinstance(answer, Refusal):
        raise answer
    return answer.state


class _Mover:
    """What the cases of a chunk need to be judged, read with one query a kind."""

    def __init__(self, connection: Connection, now: datetime, ids: Sequence[int]) -> None:
        self.connection, self.now, self.day = connection, now, day_at(now)
        self.clocks = clocks_of(connection, ids, lock=True)
        self.last = last_moves(connection, ids)
        self.ids = ids
        self._events: Any = None
        self._may: dict[int | None, Refusal | None] = {}

    def judged(self, one: Asking) -> Answer:
        """The move, or why not."""
        try:
            return self._judged(one)
        except Refusal as refusal:
            return refusal

    def _judged(self, one: Asking) -> Move:
        request, case = one.request, one.case
        if case is None or not one.roles:
            raise not_found()
        self._must_be_allowed(request.actor_id)
        if request.expected_version is not None and request.expected_version != case.version:
            raise stale_case(case)
        wanted = wanted_of(request.answers)
        must_be_there(case, wanted)
        return self._back(one, case, wanted) if wanted.reverses is not None else self._on(one, case, wanted)

    def _must_be_allowed(self, actor_id: int | None) -> None:
        if actor_id not in self._may:
            try:
                must_head_the_office(self.connection, actor_id, self.day)
                self._may[actor_id] = None
            except Refusal as refusal:
                self._may[actor_id] = refusal
        against = self._may[actor_id]
        if against is not None:
            raise against

    def _on(self, one: Asking, case: CaseRow, wanted: Wanted) -> Move:
        target = Target(case_type(case.type, wanted.came_from), case_type(case.type, wanted.to), wanted.rules, wanted.strict)
        events = self._events_of(case.id) if wanted.strict else ()
        standing = Standing(case.state, case.facts, self.clocks.get(case.id, []), events)
        plan = plan_of(target, standing, moment_of(case, one.roles, one.request.actor_id, self.now))
        if plan.reasons:
            raise StepRefused(plan.reasons)
        move = self._move(one, case, wanted, plan.after)
        move.forward(plan)
        return move

    def _back(self, one: Asking, case: CaseRow, wanted: Wanted) -> Move:
        last = self.last.get(case.id)
        must_be_its_last(last, wanted)
        assert last is not None
        told = last.detail["migrated"]
        move = self._move(one, case, wanted, last.from_state)
        move.told["reverses"] = last.seq
        started = [clock for clock in self.clocks.get(case.id, []) if clock.started_by == last.seq]
        move.backward(told, started)
        return move

    def _move(self, one: Asking, case: CaseRow, wanted: Wanted, state: str) -> Move:
        told = {"from": wanted.came_from, "to": wanted.to}
        actor_id = one.request.actor_id
        role = OPERATOR if actor_id is None else str(Role.ADMINISTRATOR)
        return Move(case, wanted.to, state, self.now, self.day, actor_id, role, one.request.id, told)

    def _events_of(self, case_id: int) -> Sequence[tuple[str, str, str]]:
        if self._events is None:
            self._events = events_of(self.connection, self.ids)
        found: Sequence[tuple[str, str, str]] = self._events[case_id]
        return found


def wanted_of(answers: Any) -> Wanted:
    """What the request says. Raises `InvalidAnswers`."""
    try:
        return Wanted.model_validate(answers)
    except ValidationError:
        raise refuse(
            InvalidAnswers,
            "not_a_move",
            Label("须写明由第几版转入第几版", "say from which version to which: from, to, rules"),
            Label("请用 concord types migrate 办理", "use `concord types migrate`"),
        ) from None


def must_be_there(case: Any, wanted: Wanted) -> None:
    """Raise `StepRefused` for a case (type_version, closed_on) that is not open in the version it is to leave."""
    if case.type_version != wanted.came_from:
        raise refuse(
            StepRefused,
            "other_version",
            Label(f"案件现为第{case.type_version}版,不是第{wanted.came_from}版",
                  f"the case is in version {case.type_version}, not in version {wanted.came_from}"),
            Label("已转入的案件不再转", "what has moved already is not moved again"),
        )  # fmt: skip
    if case.closed_on is not None:
        text = Label("案件已结束,保留原版", "the case has ended and keeps its version")
        raise refuse(StepRefused, "case_has_ended", text)


def must_be_its_last(last: AnyRow | None, wanted: Wanted) -> None:
    """Raise `StepRefused` unless the newest event of the case is the move that is to be taken back."""
    if last is None or last.batch_id != wanted.reverses:
        raise refuse(
            StepRefused,
            "moved_since",
            Label(f"第{wanted.reverses}批转入之后,案件又有办理", f"the case has moved since batch {wanted.reverses}"),
            Label("不能恢复;可另行转入其他版本", "it is not put back; move it to another version instead"),
        )
    told = last.detail["migrated"]
    if "reverses" in told or (told["from"], told["to"]) != (wanted.to, wanted.came_from):
        text = Label("该批不是由所写版本转入", "that batch did not move it between these versions")
        raise refuse(StepRefused, "other_batch", text, Label("请核对批号和版本", "check the batch and the versions"))
