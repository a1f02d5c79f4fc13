"""Search. What is looked for is mostly a person's name: it is sent in a form, stands in no address and is kept nowhere."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.access import ForStaff, TheOffice
from web.pages.searching_view import searched
from web.posted import Posted, text_of
from web.rendering import page

router = APIRouter(prefix="/search")


@router.get("")
def ask(request: Request, visitor: ForStaff) -> Response:
    """The empty form, and what can be searched for."""
    return page(request, visitor, "search/search.html", text="", found=None)


@router.post("")
def find(request: Request, office: TheOffice, visitor: ForStaff, form: Posted) -> Response:
    """What matches, among what the visitor may see."""
    text = text_of(form, "text")[:200]
    if not text:
        return page(request, visitor, "search/search.html", text="", found=None)
    with office.store.read() as connection:
        found = searched(connection, visitor, text)
    return page(request, visitor, "search/search.html", text=text, found=found)
