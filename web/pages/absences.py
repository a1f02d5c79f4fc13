"""The people of a supervisor: who is away, who stands in, and handing over all that somebody holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from flows.accounts.absences import end_absence, record_absence
from flows.handover import hand_over
from flows.office import Office
from models.staff import absences_under
from states.errors import InvalidAnswers, Reason, Refusal
from states.labels import Label
from web.access import ForSupervisors, TheOffice, Visitor
from web.errors import NotFound
from web.pages.absences_view import crew_of, person_shown
from web.pages.supervision_view import supervised
from web.posted import Posted, numbers_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/supervision")
_DAY = Reason("not_a_day", Label("日期不对", "this is no day"), Label("如 2026-11-23", "like 2026-11-23"))


@router.get("/people")
def people(request: Request, office: TheOffice, visitor: ForSupervisors) -> Response:
    """Who works in his units, who is away, who stands in, and how much each holds."""
    with office.store.read() as connection:
        shown = crew_of(connection, visitor)
    return page(request, visitor, "absences/people.html", shown=shown)


@router.get("/people/{person_id}")
def person(request: Request, office: TheOffice, visitor: ForSupervisors, person_id: int) -> Response:
    """One of his people: what he holds, when he is away, and the two ways to have his work done by others."""
    return _person(request, office, visitor, person_id)


@router.post("/people/{person_id}/absence")
def away(request: Request, office: TheOffice, visitor: ForSupervisors, person_id: int, form: Posted) -> Response:
    """The person is away for some days, and somebody stands in."""
    _must_be_his(office, visitor, person_id)
    substitute = numbers_of(form, "substitute")
    try:
        from_on, to_on = _day(form, "from_on"), _day(form, "to_on")
        record_absence(office, visitor.person_id, person_id, substitute[0] if substitute else 0, from_on, to_on)
    except Refusal as refusal:
        return _person(request, office, visitor, person_id, status=422, absence=refusal.reasons, form=form)
    return go(
        f"/supervision/people/{person_id}",
        Label("已登记,请假期间代理人可以办理其案件", "noted; while he is away the substitute sees and does the same"),
    )


@router.post("/people/{person_id}/hand-over")
def hand_all_over(request: Request, office: TheOffice, visitor: ForSupervisors, person_id: int, form: Posted) -> Response:
    """All open cases of the person go to somebody else, each by its own step; on to the results."""
    _must_be_his(office, visitor, person_id)
    to = numbers_of(form, "to")
    checked, key = bool(text_of(form, "checked")), text_of(form, "key")
    try:
        batch_id = hand_over(office, visitor.person_id, to[0] if to else 0, holder=person_id, checked=checked, key=key)
    except Refusal as refusal:
        return _person(request, office, visitor, person_id, status=422, handover=refusal.reasons, form=form)
    return go(f"/batches/{batch_id}", Label("已提交移交,逐件结果见下", "the cases are on their way; each has its result here"))


@router.post("/absences/{absence_id}/end")
def back(office: TheOffice, visitor: ForSupervisors, absence_id: int, _form: Posted) -> Response:
    """The person is back today."""
    with office.store.read() as connection:
        his = absences_under(connection, supervised(visitor), visitor.today, limit=1000)
    found = next((one for one in his if one.id == absence_id), None)
    if found is None:
        raise NotFound
    end_absence(office, visitor.person_id, absence_id)
    return go(f"/supervision/people/{found.person_id}", Label("代理已结束", "the absence has ended"))


def _must_be_his(office: Office, visitor: Visitor, person_id: int) -> None:
    with office.store.read() as connection:
        person_shown(connection, visitor, person_id)


def _day(form: FormData, name: str) -> date:
    try:
        return date.fromisoformat(text_of(form, name))
    except ValueError:
        raise InvalidAnswers([Reason(_DAY.code, _DAY.text, _DAY.remedy, name)]) from None


def _person(
    request: Request, office: Office, visitor: Visitor, person_id: int, *, status: int = 200, absence: Sequence[Reason] = (),
    handover: Sequence[Reason] = (), form: FormData | None = None,
) -> Response:  # fmt: skip
    with office.store.read() as connection:
        shown = person_shown(connection, visitor, person_id)
    names = ("substitute", "from_on", "to_on", "to", "checked")
    kept: dict[str, Any] = {name: text_of(form, name) if form is not None else "" for name in names}
    return page(
        request, visitor, "absences/person.html", status=status, shown=shown, kept=kept, absence=absence, handover=handover,
        key=uuid4().hex,
    )  # fmt: skip
