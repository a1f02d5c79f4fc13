"""The part that every paper's facts share, and how typed answers become plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from documents.gathering import SEALED, Desk, owner_after
from models.clerk import Act
from models.vault import VAULT
from states.labels import Named
from states.registry import case_type

#: Answers that are sealed wherever they are kept.
PERSONAL = frozenset({"identity", "phone"})


def plain(value: Any) -> Any:
    """A typed value as JSON: days in ISO form, members of closed lists as their two names, nothing as the empty text."""
    if value is None:
        return ""
    if isinstance(value, Named):
        return label(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return {name: _field(name, getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {name: _field(name, inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def _field(name: str, value: Any) -> Any:
    if name in PERSONAL and value and not str(value).startswith(SEALED):
        return SEALED + VAULT.seal(str(value))
    return plain(value)


def label(value: Named) -> dict[str, str]:
    """Both names of a member of a closed list."""
    return {"key": str(value), "zh": value.zh, "en": value.en}


def named(kind: type[Named], value: Any) -> dict[str, str]:
    """The same for a value as the facts of the case keep it; empty names where there is none."""
    return label(kind(value)) if value else {"key": "", "zh": "", "en": ""}


def letterhead(desk: Desk, act: Act) -> dict[str, Any]:
    """Case, unit, people, answers, and the last days of the clocks the step starts."""
    case, kind = act.case, case_type(act.case.type, act.case.type_version)
    unit, employer = desk.organisations.get(case.unit_id), desk.organisations.get(case.employer_id or 0)
    owner = owner_after(act)
    return {
        "case": {
            "number": case.number, "kind": case.type, "type": {"zh": kind.label.zh, "en": kind.label.en},
            "opened_on": case.opened_on.isoformat(),
        },
        "unit": unit.name if unit else "",
        "day": act.day.isoformat(),
        "actor": desk.persons.get(act.actor_id or 0, ""),
        "owner": desk.persons.get(owner or 0, ""),
        "employer": {"name": str(act.facts.get("employer", "")), "code": employer.credit_code if employer else ""},
        "answers": plain(act.decision.answers),
        "dates": {start.rule.name: start.due_on.isoformat() for start in act.decision.starts if not start.subject},
    }  # fmt: skip
