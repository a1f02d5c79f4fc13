"""The tree of organisations: one unit at a time with what is right below it; added, changed, moved, closed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from flows.accounts.organisations import add_organisation, change_organisation, close_organisation
from models.administration import holders, topmost, unit_whole, units_below, units_named, way_to
from models.base import AnyRow
from models.people import OrganisationKind
from models.queries import unit_by_code
from states.errors import InvalidAnswers, Reason, Refusal
from states.forms import read_answers
from states.labels import Label
from states.roles import Role
from web.access import ForAdministrators, TheOffice, Visitor
from web.errors import NotFound
from web.pages.admin_forms import Move, NewUnit, OnDay, Question, UnitChange, packs
from web.pages.administration import administered_by
from web.posted import Posted, answers_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/administration/units")
A_PAGE = 50
KINDS = {str(one): one.label for one in OrganisationKind}
ROLES = {str(one): one.label for one in Role}


@router.get("")
def units(request: Request, office: TheOffice, visitor: ForAdministrators) -> Response:
    """Where the person's units begin."""
    with office.store.read() as connection:
        rows = topmost(connection, administered_by(visitor))
    return page(request, visitor, "administration/units.html", rows=rows, kinds=KINDS, typed="")


@router.post("")
def find_units(request: Request, office: TheOffice, visitor: ForAdministrators, form: Posted) -> Response:
    """Units by a part of their name or code."""
    typed = text_of(form, "text")[:100]
    with office.store.read() as connection:
        scope = administered_by(visitor)
        rows = units_named(connection, scope, typed) if typed else topmost(connection, scope)
    return page(request, visitor, "administration/units.html", rows=rows, kinds=KINDS, typed=typed)


@router.get("/{unit_id}")
def unit(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int, after: str = "") -> Response:
    """One unit: what is kept of it, who works in it, what is right below it."""
    scope = administered_by(visitor)
    with office.store.read() as connection:
        row = _unit(connection, visitor, unit_id)
        below = units_below(connection, scope, unit_id, after=after, limit=A_PAGE + 1)
        way, people = way_to(connection, scope, row.path), holders(connection, unit_id, visitor.today)
    further = below[A_PAGE - 1].code if len(below) > A_PAGE else ""
    told: dict[str, Any] = {
        "unit": row,
        "way": way,
        "below": below[:A_PAGE],
        "further": further,
        "people": people,
        "after": after,
    }
    return page(request, visitor, "administration/unit.html", **told, kinds=KINDS, roles=ROLES)


def _unit(connection: Connection, visitor: Visitor, unit_id: int) -> AnyRow:
    row = unit_whole(connection, administered_by(visitor), unit_id)
    if row is None:
        raise NotFound
    return row


def _row(office: TheOffice, visitor: Visitor, unit_id: int) -> AnyRow:
    with office.store.read() as connection:
        return _unit(connection, visitor, unit_id)


def _adding(visitor: Visitor, row: AnyRow) -> Question:
    about = Label(f"增设在“{row.name}”之下。", f"Below “{row.name}”.")
    return Question(Label("增设单位", "Add a unit"), NewUnit, Label("增设", "Add"), f"/administration/units/{row.id}", about,
                    {"pack": packs(visitor.lang)})  # fmt: skip


@router.get("/{unit_id}/add")
def ask_unit(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int) -> Response:
    """The form of a new unit below this one."""
    return _adding(visitor, _row(office, visitor, unit_id)).shown(request, visitor, {})


@router.post("/{unit_id}/add")
def add_unit(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int, form: Posted) -> Response:
    """A new unit below this one."""
    question, answers = _adding(visitor, _row(office, visitor, unit_id)), answers_of(form, NewUnit)
    try:
        told: dict[str, Any] = read_answers(NewUnit, answers).model_dump(mode="python")
        code, name, kind = told.pop("code"), told.pop("name"), str(told.pop("kind"))
        made = add_organisation(office, visitor.person_id, code, name, kind, unit_id, **told)
    except Refusal as refusal:
        return question.shown(request, visitor, answers, refusal)
    return go(f"/administration/units/{made}", Label("单位已增设", "the unit was added"))


def _changing(visitor: Visitor, row: AnyRow) -> Question:
    return Question(Label("修改单位", "Change the unit"), UnitChange, Label("保存", "Save"), f"/administration/units/{row.id}",
                    choices={"pack": packs(visitor.lang)})  # fmt: skip


@router.get("/{unit_id}/change")
def ask_change(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int) -> Response:
    """The form with what is kept of the unit."""
    row = _row(office, visitor, unit_id)
    values = {name: getattr(row, name) for name in UnitChange.model_fields}
    return _changing(visitor, row).shown(request, visitor, values)


@router.post("/{unit_id}/change")
def change_unit(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int, form: Posted) -> Response:
    """Change what is kept of the unit."""
    question, answers = _changing(visitor, _row(office, visitor, unit_id)), answers_of(form, UnitChange)
    try:
        told = read_answers(UnitChange, answers).model_dump(mode="python")
        change_organisation(office, visitor.person_id, unit_id, **{**told, "kind": str(told["kind"])})
    except Refusal as refusal:
        return question.shown(request, visitor, answers, refusal)
    return go(f"/administration/units/{unit_id}", Label("单位已修改", "the unit was changed"))


def _moving(row: AnyRow) -> Question:
    about = Label(f"“{row.name}”连同其下所有单位一并移动;案件和人员随单位走。",
                  f"“{row.name}” moves with everything below it; cases and people go with it.")  # fmt: skip
    return Question(Label("单位改隶", "Move the unit"), Move, Label("移动", "Move"), f"/administration/units/{row.id}", about)


@router.get("/{unit_id}/move")
def ask_move(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int) -> Response:
    """The form that asks for the new unit above."""
    return _moving(_row(office, visitor, unit_id)).shown(request, visitor, {})


@router.post("/{unit_id}/move")
def move_unit(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int, form: Posted) -> Response:
    """Hang the unit, with all below it, under another one."""
    question, answers = _moving(_row(office, visitor, unit_id)), answers_of(form, Move)
    try:
        told = read_answers(Move, answers).model_dump()
        with office.store.read() as connection:
            parent_id = unit_named(connection, visitor, told["parent"], "parent")
        change_organisation(office, visitor.person_id, unit_id, parent_id=parent_id)
    except Refusal as refusal:
        return question.shown(request, visitor, answers, refusal)
    return go(f"/administration/units/{unit_id}", Label("单位已改隶", "the unit was moved"))


def unit_named(connection: Connection, visitor: Visitor, typed: str, where: str) -> int:
    """The administered unit of that code or exact name. Raises `InvalidAnswers` at the field."""
    row = unit_by_code(connection, typed)
    if row is None or unit_whole(connection, administered_by(visitor), row.id) is None:
        text = Label(f"您管理的单位中没有“{typed}”", f"there is no “{typed}” among the units you administer")
        raise InvalidAnswers([Reason("unit_not_found", text, Label("请核对代码或全称", "check the code or full name"), where)])
    return int(row.id)


def _closing(row: AnyRow) -> Question:
    about = Label(f"自该日起撤销“{row.name}”,其中的职务随之结束。须先移走下级单位、办结案件。",
                  f"From that day on there is no “{row.name}”; positions in it end. Move what is below it and close its"
                  " cases first.")  # fmt: skip
    where = f"/administration/units/{row.id}"
    return Question(Label("撤销单位", "Close the unit"), OnDay, Label("撤销", "Close"), where, about, danger=True)


@router.get("/{unit_id}/close")
def ask_close(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int) -> Response:
    """The form that asks from which day on."""
    return _closing(_row(office, visitor, unit_id)).shown(request, visitor, {"on": visitor.today.isoformat()})


@router.post("/{unit_id}/close")
def close_unit(request: Request, office: TheOffice, visitor: ForAdministrators, unit_id: int, form: Posted) -> Response:
    """From that day on there is no such unit."""
    question, answers = _closing(_row(office, visitor, unit_id)), answers_of(form, OnDay)
    try:
        close_organisation(office, visitor.person_id, unit_id, read_answers(OnDay, answers).model_dump()["on"])
    except Refusal as refusal:
        return question.shown(request, visitor, answers, refusal)
    return go(f"/administration/units/{unit_id}", Label("单位已撤销", "the unit is closed"))
