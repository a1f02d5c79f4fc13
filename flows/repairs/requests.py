"""Repairs of requests and batches: applied through the door, once, whoever tries. What came of it is read from the case."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from flows.batch import advance_batch, apply_alone
from flows.casework import refusal_from
from flows.checks.check import Spot
from flows.office import Office
from flows.repairs.answer import Body
from flows.retrying import retry_failed
from models.cases import CaseFile
from models.requests import StepRequest
from states.labels import Label
from states.registry import case_type

UNSEEN = {"observed": False, "flow_run_id": ""}


def retry(office: Office, _by: int | None, spot: Spot) -> Label:
    """Try a failed request again."""
    retry_failed(office, spot.subject)
    return _said(office, spot.subject)


def apply_now(office: Office, _by: int | None, spot: Spot) -> Label:
    """Apply a request nobody took up."""
    apply_alone(office, spot.subject, UNSEEN)
    return _said(office, spot.subject)


def _said(office: Office, request_id: int) -> Label:
    """How the request and its case stand now."""
    query = (
        select(StepRequest.status, StepRequest.receipt, StepRequest.error, CaseFile.number, CaseFile.type,
               CaseFile.type_version, CaseFile.state, CaseFile.version)
        .outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)
        .where(StepRequest.id == request_id)
    )  # fmt: skip
    with office.store.read() as connection:
        row = connection.execute(query).one()
    if row.status == "refused":
        reasons = refusal_from(row.receipt).reasons
        zh, en = ";".join(one.text.zh for one in reasons), "; ".join(one.text.en for one in reasons)
        return Label(f"未予办理:{zh}", f"refused: {en}")
    if row.status != "applied":
        return Label(f"仍未办成:{row.error or row.status}", f"still not done: {row.error or row.status}")
    state = case_type(row.type, row.type_version).stage(row.state).label
    return Label(
        f"已办理。案件 {row.number} 现为“{state.zh}”(第{row.version}版)",
        f"applied. Case {row.number} is now “{state.en}” (version {row.version})",
    )


def go_on(office: Office, _by: int | None, spot: Spot) -> Label:
    """Go on with a batch from where it stopped."""
    result = advance_batch(office, spot.subject)
    return Label(
        f"共 {result.chosen} 件:办理 {result.applied},未予办理 {result.refused},出错 {result.failed}",
        f"{result.chosen} chosen: {result.applied} applied, {result.refused} refused, {result.failed} failed",
    )


BODIES: Mapping[str, Body] = {"failed_steps": retry, "request_unanswered": apply_now, "batch_stalled": go_on}
