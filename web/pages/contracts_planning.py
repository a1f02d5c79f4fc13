"""Putting a bargaining on the plan: the employer is looked up, the earlier contract chosen, the rest is the plan's own form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from flows.requests import Wish, own_key
from models import employers
from models.base import AnyRow
from states.bargaining.forms import Plan
from states.bargaining.words import Kind
from states.casetype import OPEN
from states.errors import Reason, Refusal
from states.forms import read_answers
from states.labels import Label
from states.roles import BARGAINERS
from web.access import TheDesk, TheOffice, Visitor
from web.errors import NotFound
from web.fields import Asking, Choice, Field, fields_of, loose_reasons
from web.pages.contracts import ForBargainers
from web.posted import Posted, answers_of, text_of, whole
from web.rendering import day_said, go, page

router = APIRouter(prefix="/bargaining/new")
#: fields the page knows by itself
HIDDEN = frozenset({"employer_id", "expires_on", "pack"})


@dataclass(frozen=True)
class Planning:
    """The form: for whom, in which unit, what."""

    employer: AnyRow | None
    contracts: Sequence[AnyRow]
    units: Sequence[AnyRow]
    unit: int
    fields: tuple[Field, ...]
    loose: tuple[Reason, ...] = ()


@router.get("")
def ask(request: Request, office: TheOffice, visitor: ForBargainers, employer: str = "", contract: int = 0) -> Response:
    """The form; without an employer, the search for one. `employer` is a code, `new` for one the office does not know."""
    if not employer:
        return page(request, visitor, "contracts/find_employer.html", found=None, text="")
    with office.store.read() as connection:
        shown = _planning(connection, visitor, employer, None, contract=contract)
    return page(request, visitor, "contracts/plan.html", shown=shown, key=uuid4().hex, code=employer, reasons=())


@router.post("/employer")
def find(request: Request, office: TheOffice, visitor: ForBargainers, form: Posted) -> Response:
    """Employers of that name."""
    text = text_of(form, "text")[:100]
    with office.store.read() as connection:
        found = employers.employers_called(connection, visitor.scope, text) if text else []
    return page(request, visitor, "contracts/find_employer.html", found=found, text=text)


@router.post("")
def plan(request: Request, office: TheOffice, desk: TheDesk, visitor: ForBargainers, form: Posted) -> Response:
    """Open the case through the door."""
    code, answers = text_of(form, "employer_code"), answers_of(form, Plan, HIDDEN)
    with office.store.read() as connection:
        shown = _planning(connection, visitor, code, answers, unit=text_of(form, "unit", "-") or "-")
    known = _known(shown, answers)
    try:
        read_answers(Plan, known)
        wish = Wish(
            step=OPEN, case_type="bargaining", unit_id=shown.unit or None, actor_id=visitor.person_id, answers=known,
            key=own_key(visitor.person_id, text_of(form, "key")),
        )  # fmt: skip
        receipt = desk.step(wish)
    except Refusal as refusal:
        with office.store.read() as connection:
            shown = _planning(connection, visitor, code, answers, refusal.reasons, unit=text_of(form, "unit", "-") or "-")
        return page(
            request, visitor, "contracts/plan.html", status=422, shown=shown, key=uuid4().hex, code=code, reasons=shown.loose
        )
    return go(f"/cases/{receipt.number}", Label("已列入协商计划", "put on the plan"))


def _known(shown: Planning, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with what the office knows of the employer and of the contract that is followed.

    A contract that is none of the employer's stays as it was typed, and the form refuses it.
    """
    known = dict(answers)
    if shown.employer is not None:
        known |= {"employer": shown.employer.name, "employer_id": shown.employer.id}
    followed = str(known.pop("predecessor_id", "") or "")
    if followed:
        row = next((one for one in shown.contracts if str(one.id) == followed), None)
        if row is None:
            return known | {"predecessor_id": "—"}
        known |= {"predecessor_id": row.id, "expires_on": row.expires_on.isoformat(), "pack": row.pack}
    return known


def _planning(
    connection: Connection, visitor: Visitor, code: str, values: Mapping[str, Any] | None,
    reasons: Sequence[Reason] = (), *, contract: int = 0, unit: str = "",
) -> Planning:  # fmt: skip
    employer = None if code == "new" else employers.employer_by_code(connection, visitor.scope, code)
    if employer is None and code != "new":
        raise NotFound
    contracts = employers.contracts_of(connection, visitor.scope, employer.id) if employer else []
    units = employers.union_units(connection, visitor.paths(*BARGAINERS), visitor.today)
    if values is None:
        values = _first(employer, next((one for one in contracts if one.id == contract), None))
    hidden = HIDDEN | ({"predecessor_id"} if not contracts else set()) | ({"employer"} if employer else set())
    asking = Asking(visitor.lang, values, reasons, {"predecessor_id": _choices(contracts, visitor.lang)}, hidden)
    return Planning(
        employer, contracts, units, _unit(units, unit, employer), fields_of(Plan, asking), tuple(loose_reasons(Plan, reasons))
    )


def _first(employer: AnyRow | None, contract: AnyRow | None) -> dict[str, Any]:
    if employer is None:
        return {}
    known = {"employer": employer.name, "workers": employer.workers, "scope": "enterprise"}
    if contract is None:
        return known
    followed = {name: getattr(contract, name) for name in ("kind", "scope", "workers", "women")}
    return {**known, **followed, "predecessor_id": contract.id}


def _choices(contracts: Sequence[AnyRow], lang: str) -> list[Choice]:
    told = ((one, Kind(one.kind).label.said(lang), day_said(one.expires_on, lang)) for one in contracts)
    return [(str(one.id), f"{one.number} · {kind} · {until}") for one, kind, until in told]


def _unit(units: Sequence[AnyRow], typed: str, employer: AnyRow | None) -> int:
    """The unit that was chosen; before, the union above the employer; 0 where neither is the person's."""
    ids = {one.id for one in units}
    if typed:
        chosen = whole(typed) or 0
        return chosen if chosen in ids else 0
    if employer is not None and employer.unit_id in ids:
        return int(employer.unit_id)
    return int(units[0].id) if units else 0
