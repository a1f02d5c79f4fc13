"""Cases: the list, the case with all that belongs to it, why a date is the date it is, and taking the last step back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from flows.file_kinds import PICTURES
from flows.requests import Wish, own_key
from models import queries
from models.undoing import UNDO
from states.errors import Reason, Refusal
from states.explanation import lines
from states.labels import Label
from states.registry import newest_types, rule_of
from web.access import SignedIn, TheDesk, TheOffice, Visitor
from web.errors import NotFound
from web.pages.case_list import Chosen, chosen_of, list_of
from web.pages.case_reach import reach
from web.pages.case_view import CaseShown, case_shown
from web.pages.charts import picture_url
from web.posted import Posted, number_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/cases")


@router.get("")
def cases(request: Request, office: TheOffice, visitor: SignedIn, chosen: Annotated[Chosen, Depends(chosen_of)]) -> Response:
    """The cases the person sees, newest first, fifty a page. A party has a list of his own."""
    if not visitor.held:
        return go("/mine")
    with office.store.read() as connection:
        shown = list_of(connection, visitor, chosen)
    return page(request, visitor, "cases/list.html", shown=shown, chosen=chosen, types=newest_types())


@router.get("/{number}")
def case(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """One case. A party is led to his own page of it."""
    with office.store.read() as connection:
        try:
            shown = case_shown(connection, office, visitor, number)
        except NotFound:
            if queries.case_by_number(connection, visitor.scope, number) is None:
                raise
            return go(f"/mine/{number}")
    return _page(request, visitor, shown)


@router.get("/{number}/dates/{deadline_id}")
def why_this_date(request: Request, office: TheOffice, visitor: SignedIn, number: str, deadline_id: int) -> Response:
    """The rule, the article, the days counted and the days skipped of one date."""
    with office.store.read() as connection:
        row = queries.case_by_number(connection, visitor.scope, number)
        clock = queries.deadline_of(connection, visitor.scope, number, str(deadline_id)) if row else None
    if row is None or clock is None:
        raise NotFound
    kind = {**clock._mapping, "type": row.type, "type_version": row.type_version}
    told = lines(clock.explanation, visitor.lang) if clock.explanation.get("rule") else []
    return page(request, visitor, "cases/why.html", number=number, clock=clock, rule=rule_of(_Clock(kind)), lines=told)


class _Clock:
    """A clock with the type of its case, as `rule_of` reads it."""

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)


@router.post("/{number}/undo")
def undo(request: Request, office: TheOffice, desk: TheDesk, visitor: SignedIn, number: str, form: Posted) -> Response:
    """Take the last step back, within its rules."""
    with office.store.read() as connection:
        row = reach(connection, office, visitor, number).row
    expected = number_of(form, "version")
    wish = Wish(
        step=UNDO, case_id=row.id, actor_id=visitor.person_id, answers={"reason": text_of(form, "reason")},
        expected_version=expected or None, key=own_key(visitor.person_id, text_of(form, "key")),
    )  # fmt: skip
    try:
        receipt = desk.step(wish)
    except Refusal as refusal:
        with office.store.read() as connection:
            shown = case_shown(connection, office, visitor, number)
        return _page(request, visitor, shown, refusal.reasons)
    return go(f"/cases/{receipt.number}", Label("最近一步已撤销", "the last step was taken back"))


def _page(request: Request, visitor: Visitor, shown: CaseShown, reasons: Sequence[Reason] = ()) -> Response:
    been = [state for state, _ in shown.track]
    return page(
        request, visitor, "cases/case.html", status=422 if reasons else 200, case=shown, reasons=reasons, pictures=PICTURES,
        picture=picture_url(shown.reach.kind, shown.row.state, been, visitor.lang),
    )  # fmt: skip
