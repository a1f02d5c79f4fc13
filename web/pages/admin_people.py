"""People of the office: the list, one person with positions, account and sessions, and everything that is done about them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from flows.accounts.people import add_person, change_person, end_position, give_position, person_leaves
from flows.accounts.sessions import sessions_of
from models.administration import open_cases_of, people_of, person_whole, positions_held
from models.base import AnyRow
from states.errors import CaseNotFound, Refusal
from states.forms import read_answers
from states.labels import Label
from web.access import ForAdministrators, TheOffice, Visitor
from web.errors import NotFound
from web.pages.account import browser_said
from web.pages.admin_forms import NewPerson, NewPosition, OnDay, PersonChange, Question, roles
from web.pages.admin_units import ROLES, unit_named
from web.pages.administration import administered_by
from web.posted import Posted, answers_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/administration/people")
A_PAGE = 50
STATES = {"active": Label("在职", "In office"), "without_password": Label("尚无口令", "Without a password"),
          "left": Label("已离任", "Left")}  # fmt: skip


@router.get("")
def people(
    request: Request, office: TheOffice, visitor: ForAdministrators, role: str = "", state: str = "active", part: int = 0
) -> Response:
    """The people the person administers, fifty a page."""
    return _people(request, office, visitor, "", role, state, max(0, min(part, 10_000)))


@router.post("")
def find_people(request: Request, office: TheOffice, visitor: ForAdministrators, form: Posted) -> Response:
    """The same by a part of the name or the code, which stays out of the address."""
    return _people(request, office, visitor, text_of(form, "text")[:100], text_of(form, "role"), text_of(form, "state"), 0)


def _people(
    request: Request, office: TheOffice, visitor: Visitor, typed: str, role: str, state: str, part: int
) -> Response:  # fmt: skip
    scope = administered_by(visitor)
    with office.store.read() as connection:
        rows = people_of(connection, scope, visitor.today, typed=typed, role=role if role in ROLES else "",
                         state=state if state in STATES else "", page=part, limit=A_PAGE + 1)  # fmt: skip
        held: dict[int, list[AnyRow]] = {}
        for one in positions_held(connection, scope, [row.id for row in rows]):
            if one.to_on is None or one.to_on >= visitor.today:
                held.setdefault(one.person_id, []).append(one)
    told: dict[str, Any] = {
        "rows": rows[:A_PAGE],
        "held": held,
        "more": len(rows) > A_PAGE,
        "typed": typed,
        "role": role,
        "state": state,
    }
    offered = roles(visitor.lang)
    return page(request, visitor, "administration/people.html", **told, part=part, states=STATES, roles=ROLES, offered=offered)


def _adding() -> Question:
    about = Label("登记后再任职、设口令。职务决定能看什么、办什么。",
                  "Give a position and a password afterwards; positions decide what somebody sees and does.")  # fmt: skip
    return Question(Label("登记人员", "Add a person"), NewPerson, Label("登记", "Add"), "/administration/people", about)


@router.get("/add")
def ask_person(request: Request, visitor: ForAdministrators) -> Response:
    """The form of a new person."""
    return _adding().shown(request, visitor, {})


@router.post("/add")
def add(request: Request, office: TheOffice, visitor: ForAdministrators, form: Posted) -> Response:
    """A new person, without a position and without a password."""
    answers = answers_of(form, NewPerson)
    try:
        told = read_answers(NewPerson, answers).model_dump()
        made = add_person(office, visitor.person_id, told["code"], told["name"], told["email"], str(told["language"]))
    except Refusal as refusal:
        return _adding().shown(request, visitor, answers, refusal)
    return go(f"/administration/people/{made}", Label("人员已登记,请任职并设口令", "added; now give a position and a password"))


@router.get("/{person_id}")
def person(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int) -> Response:
    """One person."""
    return person_page(request, office, visitor, person_id)


def person_page(
    request: Request, office: TheOffice, visitor: Visitor, person_id: int, refusal: Refusal | None = None, phrase: str = ""
) -> Response:  # fmt: skip
    """The page of one person, with what was refused, or with the pass phrase that is shown this once."""
    if isinstance(refusal, CaseNotFound):
        raise refusal
    with office.store.read() as connection:
        row = _person(connection, visitor, person_id)
        held = positions_held(connection, administered_by(visitor), [person_id])
        sessions = sessions_of(connection, person_id, office.now())
        cases = open_cases_of(connection, person_id)
    told: dict[str, Any] = {"who": row, "held": held, "sessions": sessions, "cases": cases, "phrase": phrase, "roles": ROLES,
                            "browser": browser_said}  # fmt: skip
    status, reasons = (422, refusal.reasons) if refusal is not None else (200, ())
    return page(request, visitor, "administration/person.html", status=status, reasons=reasons, **told)


def _person(connection: Connection, visitor: Visitor, person_id: int) -> AnyRow:
    row = person_whole(connection, administered_by(visitor), person_id)
    if row is None:
        raise NotFound
    return row


def person_row(office: TheOffice, visitor: Visitor, person_id: int) -> AnyRow:
    """The person, if the visitor administers him. Raises `NotFound`."""
    with office.store.read() as connection:
        return _person(connection, visitor, person_id)


def _changing(row: AnyRow) -> Question:
    where = f"/administration/people/{row.id}"
    return Question(Label("修改人员", "Change the person"), PersonChange, Label("保存", "Save"), where)


@router.get("/{person_id}/change")
def ask_change(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int) -> Response:
    """The form with what is kept of the person."""
    row = person_row(office, visitor, person_id)
    return _changing(row).shown(request, visitor, {name: getattr(row, name) for name in PersonChange.model_fields})


@router.post("/{person_id}/change")
def change(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, form: Posted) -> Response:
    """Change name, address, language."""
    row, answers = person_row(office, visitor, person_id), answers_of(form, PersonChange)
    try:
        told = read_answers(PersonChange, answers).model_dump()
        change_person(office, visitor.person_id, person_id, name=told["name"], email=told["email"],
                      language=str(told["language"]))  # fmt: skip
    except Refusal as refusal:
        return _changing(row).shown(request, visitor, answers, refusal)
    return go(f"/administration/people/{person_id}", Label("人员已修改", "the person was changed"))


def _giving(visitor: Visitor, row: AnyRow) -> Question:
    about = Label(f"给{row.name}任职。", f"A position for {row.name}.")
    return Question(Label("任职", "Give a position"), NewPosition, Label("任职", "Give"), f"/administration/people/{row.id}",
                    about, {"role": roles(visitor.lang)})  # fmt: skip


@router.get("/{person_id}/positions")
def ask_position(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, unit: str = "") -> Response:
    """The form of a position."""
    return _giving(visitor, person_row(office, visitor, person_id)).shown(request, visitor, {"unit": unit[:60]})


@router.post("/{person_id}/positions")
def give(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, form: Posted) -> Response:
    """Give the position."""
    question, answers = _giving(visitor, person_row(office, visitor, person_id)), answers_of(form, NewPosition)
    try:
        told = read_answers(NewPosition, answers).model_dump()
        with office.store.read() as connection:
            unit_id = unit_named(connection, visitor, told["unit"], "unit")
        give_position(office, visitor.person_id, person_id, unit_id, str(told["role"]), told["from_on"], told["to_on"])
    except Refusal as refusal:
        return question.shown(request, visitor, answers, refusal)
    return go(f"/administration/people/{person_id}", Label("已任职", "the position is given"))


def _ending(row: AnyRow, what: str) -> Question:
    if what == "left":
        about = Label(f"自该日起{row.name}离任:职务和登录随之结束;未结案件仍在其名下,请由督办移交。",
                      f"From that day on {row.name} is gone: positions and sessions end; open cases stay his until they are"
                      " handed over.")  # fmt: skip
        return Question(Label("离任", "Leaves the office"), OnDay, Label("确认离任", "Leaves"),
                        f"/administration/people/{row.id}", about, danger=True)  # fmt: skip
    about = Label(f"{row.name}任此职务的最后一天。", f"The last day on which {row.name} holds the position.")
    return Question(Label("免职", "End the position"), OnDay, Label("免职", "End"), f"/administration/people/{row.id}", about,
                    danger=True)  # fmt: skip


@router.get("/{person_id}/positions/{position_id}")
def ask_end(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, position_id: int) -> Response:
    """The form that asks for the last day of a position."""
    row = _holds(office, visitor, person_id, position_id)
    return _ending(row, "position").shown(request, visitor, {"on": visitor.today.isoformat()})


def _holds(office: TheOffice, visitor: Visitor, person_id: int, position_id: int) -> AnyRow:
    """The person, if that position is one of his that the visitor sees."""
    with office.store.read() as connection:
        row = _person(connection, visitor, person_id)
        held = positions_held(connection, administered_by(visitor), [person_id])
    if position_id not in {one.id for one in held}:
        raise NotFound
    return row


@router.post("/{person_id}/positions/{position_id}")
def end_one(
    request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, position_id: int, form: Posted
) -> Response:
    """The position is held for the last time on that day."""
    row, answers = _holds(office, visitor, person_id, position_id), answers_of(form, OnDay)
    try:
        end_position(office, visitor.person_id, position_id, read_answers(OnDay, answers).model_dump()["on"])
    except Refusal as refusal:
        return _ending(row, "position").shown(request, visitor, answers, refusal)
    return go(f"/administration/people/{person_id}", Label("已免职", "the position ends"))


@router.get("/{person_id}/leave")
def ask_leave(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int) -> Response:
    """The form that asks from which day on the person is gone."""
    return _ending(person_row(office, visitor, person_id), "left").shown(request, visitor, {"on": visitor.today.isoformat()})


@router.post("/{person_id}/leave")
def leave(request: Request, office: TheOffice, visitor: ForAdministrators, person_id: int, form: Posted) -> Response:
    """From that day on the person is gone; how many open cases are still his is said."""
    row, answers = person_row(office, visitor, person_id), answers_of(form, OnDay)
    try:
        held = person_leaves(office, visitor.person_id, person_id, read_answers(OnDay, answers).model_dump()["on"])
    except Refusal as refusal:
        return _ending(row, "left").shown(request, visitor, answers, refusal)
    return go(f"/administration/people/{person_id}", Label(f"已离任,名下未结案件 {held} 件", f"left; {held} open cases"))
