"""From rows to shapes: cases, events, dates and contracts as the interface tells them."""

from __future__ import annotations

from typing import Any

from models.base import AnyRow
from models.contracts import Standing
from models.deadlines import DeadlineStatus
from states.bargaining.words import Kind
from states.bargaining.words import Scope as Reaching
from states.casetype import CaseType
from states.caseview import Outcome
from states.explanation import lines
from states.names import state_label, step_label
from states.registry import case_type, rule_of
from web.api.language import Language
from web.api.shapes.base import Word
from web.api.shapes.cases import CaseLine, DeadlineShape, EventShape
from web.api.shapes.office import ContractLine
from web.titles import subject_of, title_of


def case_values(row: AnyRow, applicant: str | None, lang: Language) -> dict[str, Any]:
    """The fields of a case's line."""
    kind = case_type(row.type, row.type_version)
    return {
        "number": row.number, "type": Word.of(row.type, kind.label), "state": Word.of(row.state, kind.stage(row.state).label),
        "version": row.version, "title": title_of(row, applicant, lang), "subject": subject_of(row, lang),
        "outcome": Word.named(row.outcome, Outcome) if row.outcome else None, "opened_on": row.opened_on, "unit": row.unit,
        "owner": row.owner, "due_on": row.due_on,
    }  # fmt: skip


def case_line(row: AnyRow, applicant: str | None, lang: Language) -> CaseLine:
    """A case as a line of a list."""
    return CaseLine(**case_values(row, applicant, lang))


def step_word(kind: CaseType, name: str) -> Word:
    """A step with its names."""
    return Word.of(name, step_label(kind, name))


def event_shape(kind: CaseType, row: AnyRow) -> EventShape:
    """An event of a case."""
    return EventShape(
        version=row.seq, step=step_word(kind, row.step), from_state=row.from_state,
        to_state=Word.of(row.to_state, state_label(kind, row.to_state)), at=row.at, actor=row.actor, unit=row.unit,
    )  # fmt: skip


def deadline_shape(clock: Any, lang: Language, *, explain: bool) -> DeadlineShape:
    """A date; `clock` is a row of the dates, with the type of its case where it has one."""
    told = lines(clock.explanation, lang) if explain and clock.explanation.get("rule") else []
    return DeadlineShape(
        id=clock.id, rule=Word.of(clock.rule, rule_of(clock).label), subject=clock.subject,
        status=Word.named(clock.status, DeadlineStatus), opens_on=clock.opens_on, due_on=clock.due_on, met_on=clock.met_on,
        hard=clock.hard, provisional=clock.provisional, explanation=told if explain else None,
    )  # fmt: skip


def contract_values(row: Any) -> dict[str, Any]:
    """The fields of a contract's line."""
    return {
        "number": row.number, "own_number": row.own_number, "employer": row.employer_name, "union": row.union_name,
        "kind": Word.named(row.kind, Kind), "scope": Word.named(row.scope, Reaching), "industry": row.industry,
        "standing": Word.named(row.standing, Standing), "signed_on": row.signed_on, "starts_on": row.starts_on,
        "expires_on": row.expires_on, "workers": row.workers, "women": row.women, "unit": row.unit,
    }  # fmt: skip


def contract_line(row: AnyRow) -> ContractLine:
    """A contract as a line of the register."""
    return ContractLine(**contract_values(row))
