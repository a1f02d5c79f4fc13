"""The results of a batch, case by case."""

from __future__ import annotations

from sqlalchemy import select

from flows.casework import refusal_from
from flows.office import Office
from models.cases import CaseFile
from models.requests import StepRequest

#: one reason in Chinese and English
Said = tuple[str, str]


def refusals_of(office: Office, batch_id: int, limit: int = 10_000) -> list[tuple[str, list[Said]]]:
    """(case number, reasons) of every case of the batch that was refused or failed."""
    query = (
        select(CaseFile.number, StepRequest.status, StepRequest.receipt, StepRequest.error)
        .outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)
        .where(StepRequest.batch_id == batch_id, StepRequest.status.in_(("refused", "failed")))
        .order_by(StepRequest.id)
        .limit(limit)
    )
    with office.store.read() as connection:
        rows = connection.execute(query).all()
    return [(row.number or "-", _said(row.status, row.receipt, row.error)) for row in rows]


def _said(status: str, receipt: dict[str, object] | None, error: str) -> list[Said]:
    if status == "failed" or receipt is None:
        return [(f"出错:{error}(可用 runs retry 重试)", f"failed: {error} (retry with `runs retry`)")]
    refusal = refusal_from(receipt)
    return [(reason.said("zh"), reason.said("en")) for reason in refusal.reasons]
