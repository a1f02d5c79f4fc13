"""Campaigns: choose hundreds, say what is to be done once, file it as one batch.

Ticks are carried from page to page by the form, so everything works without JavaScript and the back button forgets nothing.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from flows.campaign import file_openings, file_renewals
from models.campaign import MOST
from states.bargaining.words import Kind
from web.access import TheOffice, Visitor
from web.errors import NotFound
from web.pages.batches_view import review_of, step_of, unpacked
from web.pages.campaign_view import ACTS, Campaign, campaign_shown
from web.pages.contracts import Filters, ForBargainers
from web.pages.contracts_view import Chosen
from web.posted import Posted, numbers_of, text_of, whole
from web.rendering import go, page

router = APIRouter(prefix="/campaign")
FIELDS = ("kind", "unit", "industry", "expires_from", "expires_to", "employer")


@router.get("")
def campaign(request: Request, office: TheOffice, visitor: ForBargainers, chosen: Filters, what: str = "invite") -> Response:
    """What can be chosen."""
    if what not in ACTS:
        raise NotFound
    with office.store.read() as connection:
        shown = campaign_shown(connection, visitor, what, chosen)
    return _page(request, visitor, shown, chosen)


@router.post("")
def choose(request: Request, office: TheOffice, visitor: ForBargainers, form: Posted) -> Response:
    """Another page with the ticks kept, or on to the review of what was chosen."""
    what, chosen = text_of(form, "what"), _filters(form)
    if what not in ACTS:
        raise NotFound
    ticked = [*unpacked(text_of(form, "kept")), *numbers_of(form, "id")]
    turned = text_of(form, "page")
    with office.store.read() as connection:
        shown = campaign_shown(connection, visitor, what, chosen, ticked, whole(turned) or 1)
        if turned:
            return _page(request, visitor, shown, chosen)
        ids = shown.ids if form.get("everything") else shown.ticked
        if not ids:
            return _page(request, visitor, shown, chosen, status=422, none_chosen=True)
        if what == "invite":
            asked = step_of(visitor, "bargaining", "send_invitation")
            review = review_of(connection, office, visitor, asked, ids)
            return page(request, visitor, "batches/review.html", shown=review, key=review.key)
    named = [line.row.employer for line in shown.lines if line.id in set(ids)][:12]
    return page(
        request, visitor, "campaign/confirm.html", what=what, label=ACTS[what], ids=ids, named=named, key=uuid4().hex,
        kind=Kind(chosen.kind) if chosen.kind in list(Kind) else Kind.WAGE,
    )  # fmt: skip


@router.post("/open")
def open_cases(office: TheOffice, visitor: ForBargainers, form: Posted) -> Response:
    """File the openings: renewals of contracts, or employers put on the plan."""
    what, ids, key = text_of(form, "what"), unpacked(text_of(form, "ids")), text_of(form, "key") or uuid4().hex
    if what == "renew":
        made = file_renewals(office, visitor.person_id, visitor.scope, ids, key)
    elif what == "plan" and text_of(form, "kind") in list(Kind):
        made = file_openings(office, visitor.person_id, visitor.scope, text_of(form, "kind"), ids, key)
    else:
        raise NotFound
    return go(f"/batches/{made}")


def _filters(form: FormData) -> Chosen:
    return Chosen(**{name: text_of(form, name) for name in FIELDS})


def _page(request: Request, visitor: Visitor, shown: Campaign, chosen: Chosen, **told: Any) -> Response:
    status = told.pop("status", 200)
    return page(
        request, visitor, "campaign/campaign.html", status=status, shown=shown, chosen=chosen, acts=ACTS, kinds=list(Kind),
        most=MOST, **{"none_chosen": False, **told},
    )  # fmt: skip
