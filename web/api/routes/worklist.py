"""What is due, and search."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from models import queries
from models.base import AnyRow
from models.deadlines import DeadlineStatus
from models.searching import search as find
from states.options import step_towards
from states.registry import case_type, rule_of
from web.access import TheOffice
from web.api.access import Caller, Reader
from web.api.shapes.base import Page, Word
from web.api.shapes.cases import WorkAsking, WorkLine
from web.api.shapes.office import FoundShape, HitShape, SearchWanted

router = APIRouter(tags=["work"])


@router.get("/worklist")
def worklist(office: TheOffice, caller: Reader, asked: Annotated[WorkAsking, Query()]) -> Page[WorkLine]:
    """What is overdue and what is due soon, the most urgent first, of cases and of the register."""
    with office.store.read() as connection:
        rows = queries.worklist(connection, caller.scope, caller.today, ahead=asked.ahead, limit=asked.limit)
    return Page(items=[_line(row, caller) for row in rows])


def _line(row: AnyRow, caller: Caller) -> WorkLine:
    of_case: dict[str, Any] = {"of": "contract", "state": None, "step": None}
    if row.case_id is not None:
        kind = case_type(row.type, row.type_version)
        step = step_towards(kind, row.state, row.rule)
        state = Word.of(row.state, kind.stage(row.state).label)
        of_case = {"of": "case", "state": state, "step": Word.of(step.name, step.label) if step else None}
    return WorkLine(
        number=row.number, rule=Word.of(row.rule, rule_of(row).label), subject=row.subject,
        status=Word.named(row.status, DeadlineStatus), due_on=row.due_on, days=(row.due_on - caller.today).days, hard=row.hard,
        owner=row.owner, unit=row.unit, **of_case,
    )  # fmt: skip


@router.post("/searches")
def search(office: TheOffice, caller: Reader, wanted: SearchWanted) -> FoundShape:
    """Cases, contracts and organisations by any name, by number, pinyin or initials, among those the caller sees."""
    with office.store.read() as connection:
        found = find(connection, caller.scope, wanted.text, wanted.limit)
    hits = [
        HitShape(
            kind=str(hit.kind), number=hit.number, title=hit.title, matched=hit.matched, role=hit.role, open=hit.is_open,
            type=hit.type, state=hit.state, unit=hit.unit,
        )
        for hit in found.hits
    ]  # fmt: skip
    return FoundShape(hits=hits, more=found.more)
