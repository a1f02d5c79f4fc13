"""The people of a case: the whole list with a search, and a number shown on a click that goes into the journal."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from flows.office import Office
from flows.office_journal import Deed, record
from models import case_page
from states.labels import Label
from web.access import SignedIn, TheOffice, Visitor
from web.errors import NotFound
from web.pages.case_parts import PartyShown, party_shown, role_of
from web.pages.case_reach import Reach, reach
from web.posted import Posted, text_of, whole
from web.rendering import page

router = APIRouter(prefix="/cases/{number}/parties")
A_PAGE, MOST = 100, 3000
#: the fields of a party that are shown one at a time
NUMBERS = {"identity": Label("证件号码", "Identity number"), "phone": Label("电话", "Telephone")}


@router.get("")
def everybody(request: Request, office: TheOffice, visitor: SignedIn, number: str, start: int = 0) -> Response:
    """All parties of the case, a hundred a page."""
    with office.store.read() as connection:
        found, people = _people(connection, office, visitor, number)
    begin = max(0, start)
    return page(
        request, visitor, "cases/parties.html", case=found, people=people[begin : begin + A_PAGE], count=len(people),
        start=begin, following=begin + A_PAGE if begin + A_PAGE < len(people) else 0, text="", a_page=A_PAGE,
    )  # fmt: skip


@router.post("")
def search(request: Request, office: TheOffice, visitor: SignedIn, number: str, form: Posted) -> Response:
    """Those whose name holds what was typed; what is searched for stays out of the address."""
    text = text_of(form, "text")
    with office.store.read() as connection:
        found, people = _people(connection, office, visitor, number)
    chosen = [one for one in people if text in one.name]
    return page(
        request, visitor, "cases/parties.html", case=found, people=chosen[:A_PAGE], count=len(chosen), start=0, following=0,
        text=text, a_page=A_PAGE,
    )  # fmt: skip


@router.post("/show")
def show(request: Request, office: TheOffice, visitor: SignedIn, number: str, form: Posted) -> Response:
    """One number of one party, in the clear, and in the journal: who saw whose, when."""
    party_id, _, field = text_of(form, "show").partition(":")
    with office.store.write() as connection:
        found = reach(connection, office, visitor, number)
        row = case_page.party(connection, found.case.id, whole(party_id) or 0)
        if row is None or field not in NUMBERS or not found.sees_numbers:
            raise NotFound
        record(
            connection, office.now(), Deed.IDENTITY_SHOWN, actor_id=visitor.person_id, case_id=found.case.id,
            person_id=row.person_id, party=row.id, field=field,
        )  # fmt: skip
    return page(
        request, visitor, "cases/number.html", case=found, name=row.name, role=role_of(row), label=NUMBERS[field],
        value=getattr(row, field),
    )  # fmt: skip


def _people(connection: Connection, office: Office, visitor: Visitor, number: str) -> tuple[Reach, list[PartyShown]]:
    found = reach(connection, office, visitor, number)
    rows = case_page.parties(connection, found.case.id, MOST)
    return found, [party_shown(row, numbers=found.sees_numbers) for row in rows]
