"""The one door. `take_step` applies a request: one transaction, at most once, whoever calls it and however often.

    load request and case, locked → decide (pure) → write case, event, clocks, papers, outbox → mark applied → COMMIT

A refusal is an answer too: it is kept on the request, and the same request gives the same refusal again. Anything else that
goes wrong leaves the case as it was and the request marked `failed`, to be retried. If the acknowledgement of a COMMIT is
lost, the request itself tells whether it was applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from config.clock import day_at
from config.crashpoints import crashpoint
from documents.issue import issue_papers
from flows.judging import judge, not_found, roles_at_opening, roles_with
from flows.migrating import move_case
from flows.naming import Named
from flows.office import Office
from flows.opening import draft_cases, enter_cases
from flows.undoing import undo_last
from models import clerk
from models.asking import REQUEST_COLUMNS, Asked, read_request
from models.base import AnyRow
from models.casebook import CaseRow
from models.clerk import Act
from models.prepared import Prepared
from models.requests import StepRequest
from models.trouble import again_after_a_race
from models.undoing import UNDO
from notifications.tell import post
from states import errors
from states.casetype import OPEN
from states.errors import Reason, Refusal
from states.labels import Label
from states.roles import Role
from states.versions import MIGRATE


@dataclass(frozen=True)
class Receipt:
    """What the person gets back: which case, where it stands now, after which event."""

    request_id: int
    case_id: int
    number: str
    version: int
    step: str
    state: str

    def as_json(self) -> dict[str, Any]:
        """As it is kept on the request."""
        return {
            "case_id": self.case_id, "number": self.number, "version": self.version, "step": self.step,
            "state": self.state,
        }  # fmt: skip


REQUEST = select(*REQUEST_COLUMNS)
_ANSWER = ("status", "receipt", "settled_at", "observed", "flow_run_id", "error")


def _settle(*names: str) -> Prepared:
    waiting = (StepRequest.id == bindparam("b_id"), StepRequest.status != "applied")
    table: Any = StepRequest.__table__
    return Prepared(update(table).where(*waiting).values({name: bindparam(name) for name in names}))


_SETTLE, _SETTLE_OPENED = _settle(*_ANSWER), _settle(*_ANSWER, "case_id")


def take_step(office: Office, request_id: int, *, observed: bool = False, flow_run_id: str = "") -> Receipt:
    """Apply the request and give its receipt. Raises the `Refusal`, also when it was refused before."""
    crashpoint("step.before-begin")
    seen = {"observed": observed, "flow_run_id": flow_run_id}

    def once() -> Receipt:
        with office.store.write_swiftly() as connection:
            return _apply(connection, office, request_id, seen)

    try:
        receipt = again_after_a_race(once)
    except Refusal as refusal:
        with office.store.write() as connection:
            settle(connection, [refused_row(office, request_id, refusal, seen)])
        raise
    except DBAPIError:
        kept = kept_receipt(office, request_id)  # the COMMIT may have arrived although its answer did not
        if kept is None:
            raise
        return kept
    crashpoint("step.committed")
    return receipt


def _apply(connection: Connection, office: Office, request_id: int, seen: Mapping[str, Any]) -> Receipt:
    now = office.now()
    asked = read_request(connection, request_id, day_at(now))
    request = asked.request
    earlier = earlier_answer(request)
    if earlier is not None:
        return earlier
    case, roles = _case_of(connection, office, asked, now)
    if request.step == UNDO:
        state = undo_last(connection, office, request, case, roles)
        receipt = Receipt(request_id, case.id, case.number, case.version + 1, UNDO, state)
    elif request.step == MIGRATE:
        state = move_case(connection, office, request, case, roles)
        receipt = Receipt(request_id, case.id, case.number, case.version + 1, MIGRATE, state)
    else:
        act = judge(request, case, roles, now)
        Named(connection, day_at(now)).look_up([request]).must_fit(request, case, act.decision.step)
        if request.step == OPEN:
            enter_cases(connection, office, [case], [request])
        crashpoint("step.decided")
        write_acts(connection, [act])
        receipt = receipt_of(act, request_id)
    crashpoint("step.written")
    settle(connection, [applied_row(office, receipt, seen)])
    return receipt


def _case_of(connection: Connection, office: Office, asked: Asked, now: datetime) -> tuple[CaseRow, frozenset[Role]]:
    request = asked.request
    if request.step == OPEN:
        case = draft_cases(connection, office, [request])[0]
        return case, roles_at_opening(connection, case, request, now)
    if asked.case is None:
        raise not_found()
    return asked.case, roles_with(connection, asked.held, asked.case, request.actor_id)


def settle(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the answers of those requests. One that opened a case gets its id; all others keep the case they name."""
    opened = [row for row in rows if row["case_id"] is not None]
    others = [row for row in rows if row["case_id"] is None]
    for statement, some in ((_SETTLE, others), (_SETTLE_OPENED, opened)):
        if some:
            statement.write(connection, some)


def write_acts(connection: Connection, acts: Sequence[Act]) -> None:
    """Everything those decisions write, for one case or for hundreds: rows, papers, notices."""
    clerk.write(connection, acts)
    issue_papers(connection, acts)
    post(connection, acts)


def receipt_of(act: Act, request_id: int) -> Receipt:
    """The receipt of an act."""
    return Receipt(request_id, act.case.id, act.case.number, act.seq, act.decision.step.name, act.decision.state)


def applied_row(office: Office, receipt: Receipt, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The request as it stands once it was applied."""
    return {
        "b_id": receipt.request_id, "status": "applied", "receipt": receipt.as_json(), "settled_at": office.now(),
        "case_id": receipt.case_id if receipt.step == OPEN else None, "error": "", **seen,
    }  # fmt: skip


def refused_row(office: Office, request_id: int, refusal: Refusal, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The request as it stands once it was refused, with all the reasons in both languages."""
    reasons = [{"code": r.code, "text": list(r.text), "remedy": list(r.remedy), "field": r.field} for r in refusal.reasons]
    return {
        "b_id": request_id, "status": "refused", "receipt": {"refusal": type(refusal).__name__, "reasons": reasons},
        "settled_at": office.now(), "case_id": None, "error": "", **seen,
    }  # fmt: skip


def earlier_answer(request: AnyRow) -> Receipt | None:
    """The receipt the request already has; raises the refusal it already got; None while it waits."""
    if request.status == "applied":
        return Receipt(request.id, **request.receipt)
    if request.status == "refused":
        raise refusal_from(request.receipt)
    return None


def refusal_from(stored: Mapping[str, Any]) -> Refusal:
    """The refusal a request was answered with, as it was."""
    kind: type[Refusal] = getattr(errors, str(stored["refusal"]))
    return kind([Reason(r["code"], Label(*r["text"]), Label(*r["remedy"]), r["field"]) for r in stored["reasons"]])


def kept_request(office: Office, request_id: int) -> AnyRow:
    """The request as the store has it now."""
    with office.store.read() as connection:
        return connection.execute(REQUEST.where(StepRequest.id == request_id)).one()


def kept_receipt(office: Office, request_id: int) -> Receipt | None:
    """The receipt of a request that was applied, None otherwise."""
    request = kept_request(office, request_id)
    return Receipt(request_id, **request.receipt) if request.status == "applied" else None
