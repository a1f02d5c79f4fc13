"""Bargaining: the table, information, the vote, the filing, and what changes from the contract before."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.access import SignedIn, TheOffice
from web.pages.bargaining_difference import difference_shown
from web.pages.bargaining_filing import FROM_OTHERS, filing_shown, information_shown
from web.pages.bargaining_view import TABS, table_shown
from web.pages.bargaining_vote import Tried, vote_shown
from web.rendering import page

router = APIRouter(prefix="/cases/{number}")


@router.get("/table")
def table(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """The rounds, and each clause with what both sides say of it."""
    with office.store.read() as connection:
        shown = table_shown(connection, office, visitor, number)
    return page(request, visitor, "bargaining/table.html", shown=shown, tabs=TABS)


@router.get("/information")
def information(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """What was asked for, what came, what waits, and until when."""
    with office.store.read() as connection:
        shown = information_shown(connection, office, visitor, number)
    return page(request, visitor, "bargaining/information.html", shown=shown, tabs=TABS)


@router.get("/vote")
def vote(
    request: Request, office: TheOffice, visitor: SignedIn, number: str, delegates: str = "", present: str = "", yes: str = ""
) -> Response:
    """The congress, what it needs, and numbers tried out."""
    with office.store.read() as connection:
        shown = vote_shown(connection, office, visitor, number, Tried.typed(delegates, present, yes))
    return page(request, visitor, "bargaining/vote.html", shown=shown, tabs=TABS)


@router.get("/filing")
def filing(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """The checklist of the filing, and how far it is."""
    with office.store.read() as connection:
        shown = filing_shown(connection, office, visitor, number)
    return page(request, visitor, "bargaining/filing.html", shown=shown, tabs=TABS, from_others=FROM_OTHERS)


@router.get("/difference")
def difference(request: Request, office: TheOffice, visitor: SignedIn, number: str) -> Response:
    """Clause by clause beside the contract before."""
    with office.store.read() as connection:
        shown = difference_shown(connection, office, visitor, number)
    return page(request, visitor, "bargaining/difference.html", shown=shown, tabs=TABS)
