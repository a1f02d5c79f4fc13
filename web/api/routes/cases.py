"""Cases: the list, opening one, and a case with its events, dates, people and papers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from documents.catalogue import PAPERS
from flows.requests import Wish, own_key
from models import case_page, daybook, interface, queries
from states.casetype import OPEN
from states.dispute.words import Cause
from states.forms import read_answers
from states.labels import Label
from states.registry import all_types, case_type
from web.access import TheDesk, TheOffice
from web.api.access import Reader, Writer
from web.api.cursors import keys_of, paged
from web.api.problems import wrong
from web.api.shapes import base
from web.api.shapes.base import Page, Word
from web.api.shapes.cases import (
    CaseLine,
    CasesAsking,
    CaseWanted,
    CaseWhole,
    ClaimShape,
    DeadlinesAsking,
    DeadlineShape,
    EventsAsking,
    EventShape,
    Instalment,
    PaperShape,
    PartyShape,
    ReceiptShape,
)
from web.api.told import case_line, case_values, deadline_shape, event_shape
from web.pages.case_parts import ROLES
from web.pages.case_reach import reach

router = APIRouter(prefix="/cases", tags=["cases"])
MOST_PARTIES, MOST_DATES, MOST_PAPERS, MOST_CLAIMS = 2100, 200, 200, 100


@router.get("")
def cases(office: TheOffice, caller: Reader, asked: Annotated[CasesAsking, Query()]) -> Page[CaseLine]:
    """The cases the caller sees, newest first."""
    (before,) = keys_of("cases", asked.cursor) or [0]
    owner = caller.person_id if asked.owner else 0
    narrow = queries.Narrow(unit=asked.unit, owner_id=owner, shown="open" if asked.open else "", today=caller.today)
    with office.store.read() as connection:
        rows = queries.cases(
            connection, caller.scope, case_type=asked.type, state=asked.state, before=before, limit=asked.limit + 1,
            narrow=narrow,
        )  # fmt: skip
        names = daybook.applicants(connection, {row.id for row in rows})
    return paged(rows, asked.limit, lambda row: case_line(row, names.get(row.id), caller.lang), "cases", lambda row: (row.id,))


@router.post("", status_code=201)
def open_case(
    office: TheOffice, desk: TheDesk, caller: Writer, wanted: CaseWanted, key: base.Key, response: Response
) -> ReceiptShape:
    """Open a case. The same key with the same body opens nothing twice and gives the same receipt."""
    kind = next((kind for kind in all_types() if kind.key == wanted.type), None)
    if kind is None:
        text = Label("没有这一案件类型", "there is no such case type")
        raise wrong("body.type", "unknown_type", text, Label("见 GET /types", "see GET /types"))
    with office.store.read() as connection:
        unit_id = interface.unit_to_open_in(connection, caller.scope, wanted.unit)
        if unit_id is None:
            text = Label("没有这一单位,或您无权查看", "there is no such unit, or you may not see it")
            raise wrong("body.unit", "unit_not_found", text, Label("见 GET /units", "see GET /units"))
        read_answers(case_type(kind.key).opens_with, wanted.answers, strictly=True)
    wish = Wish(
        step=OPEN, case_type=kind.key, unit_id=unit_id, actor_id=caller.person_id, answers=wanted.answers,
        key=own_key(caller.person_id, key, "api"),
    )  # fmt: skip
    receipt = desk.step(wish)
    response.headers["location"] = f"/api/v1/cases/{receipt.number}"
    state = Word.of(receipt.state, case_type(kind.key).stage(receipt.state).label)
    return ReceiptShape(number=receipt.number, version=receipt.version, step=receipt.step, state=state)


@router.get("/{number}")
def case(office: TheOffice, caller: Reader, number: base.Number) -> CaseWhole:
    """One case."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
        names = daybook.applicants(connection, {found.row.id})
        claims = case_page.claims(connection, found.row.id, MOST_CLAIMS)
        contracts = case_page.contracts(connection, caller.scope, found.row.id)
        instalments = [
            Instalment(no=one.no, amount=one.amount, paid=one.paid, due_on=one.due_on, performed=one.performed)
            for one in found.case.instalments
        ]
    return CaseWhole(
        **case_values(found.row, names.get(found.row.id), caller.lang), type_version=found.row.type_version,
        over=found.row.state in found.kind.ended, instalments=instalments, contracts=[row.number for row in contracts],
        claims=[ClaimShape(cause=Word.named(row.cause, Cause) if row.cause else None, amount=row.amount) for row in claims],
    )  # fmt: skip


@router.get("/{number}/events")
def events(office: TheOffice, caller: Reader, number: base.Number, asked: Annotated[EventsAsking, Query()]) -> Page[EventShape]:
    """What happened in the case, newest first."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
        (before,) = keys_of(f"events:{found.row.id}", asked.cursor) or [0]
        rows = case_page.history(connection, found.row.id, asked.limit + 1, before=before)
    return paged(rows, asked.limit, lambda row: event_shape(found.kind, row), f"events:{found.row.id}", lambda row: (row.seq,))


@router.get("/{number}/deadlines")
def deadlines(
    office: TheOffice, caller: Reader, number: base.Number, asked: Annotated[DeadlinesAsking, Query()]
) -> Page[DeadlineShape]:
    """The dates of the case, running ones first; on request why each is the date it is."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
        clocks = queries.deadlines_of(connection, found.row.id, MOST_DATES)
    of = {"type": found.row.type, "type_version": found.row.type_version}
    told = [SimpleNamespace(**{**clock._mapping, **of}) for clock in clocks]
    return Page(items=[deadline_shape(clock, caller.lang, explain=asked.explain) for clock in told])


@router.get("/{number}/parties")
def parties(office: TheOffice, caller: Reader, number: base.Number) -> Page[PartyShape]:
    """Who the case is about, without telephones and identity numbers."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
        rows = found.case.parties[:MOST_PARTIES]
    words = [Word.of(row.role, ROLES.get(row.role, Label(row.role, row.role))) for row in rows]
    return Page(
        items=[PartyShape(role=word, name=row.name, represents=row.represents) for word, row in zip(words, rows, strict=True)]
    )


@router.get("/{number}/papers")
def papers(office: TheOffice, caller: Reader, number: base.Number) -> Page[PaperShape]:
    """The papers of the case, newest first."""
    with office.store.read() as connection:
        found = reach(connection, office, caller, number)
        rows = case_page.papers(connection, found.row.id, MOST_PAPERS)
    return Page(
        items=[
            PaperShape(
                id=row.id, paper=Word.of(row.paper, PAPERS[row.paper].label), serial=row.serial, issued_at=row.issued_at,
                void=row.void,
            )
            for row in rows
        ]
    )  # fmt: skip
