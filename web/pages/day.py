"""My day: what is due, what waits, what is new. Every row says the next step, who, by when and why; one click goes there."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.access import ForStaff, TheOffice
from web.pages.calendar_view import first_of
from web.pages.day_view import day_of
from web.rendering import page

router = APIRouter()


@router.get("/day")
def my_day(request: Request, office: TheOffice, visitor: ForStaff, whose: str = "") -> Response:
    """The day of one person, or of his units; who holds no cases begins with those of his units."""
    with office.store.read() as connection:
        shown = day_of(connection, visitor, "unit" if (whose or first_of(visitor)) == "unit" else "mine")
    return page(request, visitor, "day/day.html", day=shown)
