"""The drawn process: the picture of a case type, and a case's own page around it with the same as a list."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models import case_page
from states.casetype import CaseType
from states.chart import arrows
from states.errors import Fault
from states.labels import Label
from states.registry import case_type
from web import drawing
from web.access import SignedIn, TheOffice
from web.errors import NotFound
from web.pages.case_reach import reach
from web.rendering import page

router = APIRouter()


class Leaving(NamedTuple):
    """The steps of one state that lead to another (or stay), and whether the clock takes them."""

    steps: list[Label]
    to: Label
    stays: bool
    by_clock: bool


@router.get("/types/{key}/{version}/chart.svg")
def chart(visitor: SignedIn, key: str, version: int, at: str = "", been: str = "", lang: str = "") -> Response:
    """The picture, kept by the browser: its address says everything that is on it."""
    try:
        kind = case_type(key, version)
    except Fault:
        raise NotFound from None
    known = {str(state) for state in kind.stages}
    passed = frozenset(been.split(".")) & known
    drawn = drawing.picture(key, version, lang if lang in ("zh", "en") else visitor.lang, at if at in known else "", passed)
    if drawn is None:
        raise NotFound
    return Response(drawn, media_type="image/svg+xml", headers={"cache-control": "private, max-age=86400"})


@router.get("/cases/{number}/chart")
def case_chart(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """Where a case stands in its process, at full size, and as a list."""
    with office.store.read() as connection:
        found = reach(connection, office, visitor, number)
        events = case_page.history(connection, found.case.id, 200)
    been = [str(state) for state in found.kind.stages if state in {event.to_state for event in events}]
    return page(
        request, visitor, "cases/chart.html", case=found, state=found.kind.stage(found.row.state),
        picture=picture_url(found.kind, found.row.state, been, visitor.lang), listed=listed(found.kind), been=set(been),
    )  # fmt: skip


def picture_url(kind: CaseType, state: str, been: list[str], lang: str) -> str:
    """The address of the picture; empty where there are none."""
    if not drawing.can_draw():
        return ""
    asked = urlencode({"at": state, "been": ".".join(sorted(set(been) - {state})), "lang": lang})
    return f"/types/{kind.key}/{kind.version}/chart.svg?{asked}"


def listed(kind: CaseType) -> list[tuple[str, Label, list[Leaving]]]:
    """Every state with the steps that can be taken there."""
    drawn = arrows(kind)
    return [
        (
            str(state),
            state.label,
            [
                Leaving([step.label for step in one.steps], kind.stage(one.target).label, one.target == state, one.dashed)
                for one in drawn
                if one.source == state
            ],
        )
        for state in kind.stages
    ]
