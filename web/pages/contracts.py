"""Contracts: the register with its downloads, one contract, the renewal board, one employer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from flows.campaign import renew
from flows.exporting import comma_separated, workbook
from flows.office_journal import Deed, record
from models.contracts import Standing
from states.bargaining.words import Kind, Scope
from states.errors import Refusal
from states.labels import Label
from states.roles import BARGAINERS, Role
from web.access import TheDesk, TheOffice, Visitor, only_for
from web.errors import NotFound
from web.pages.contracts_one import contract_shown, employer_shown
from web.pages.contracts_view import COLUMNS, HEADINGS, MOST_EXPORTED, Chosen, board_shown, exported, register_shown
from web.posted import posted
from web.rendering import go, page

router = APIRouter()
#: who bargains, and those who keep the office: the pages of contracts are theirs
ForContracts = Annotated[Visitor, Depends(only_for(*BARGAINERS, Role.ADMINISTRATOR))]
ForBargainers = Annotated[Visitor, Depends(only_for(*BARGAINERS))]
KINDS = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    "csv": ("text/csv; charset=utf-8", comma_separated),
}


def chosen_of(  # the filters of the address, each as it is typed
    kind: str = "", scope: str = "", unit: str = "", industry: str = "", standing: str = "in_force", expires_from: str = "",
    expires_to: str = "", employer: str = "", after: str = "",
) -> Chosen:  # fmt: skip
    """What the address filters by."""
    return Chosen(kind, scope, unit, industry, standing, expires_from, expires_to, employer, after)


Filters = Annotated[Chosen, Depends(chosen_of)]


@router.get("/contracts")
def register(request: Request, office: TheOffice, visitor: ForContracts, chosen: Filters) -> Response:
    """The register, the next to expire first, fifty a page."""
    with office.store.read() as connection:
        shown = register_shown(connection, visitor, chosen)
    return page(
        request, visitor, "contracts/register.html", shown=shown, chosen=chosen, kinds=list(Kind), scopes=list(Scope),
        standings=list(Standing), most_exported=MOST_EXPORTED,
    )  # fmt: skip


@router.get("/contracts/export.{kind_of_file}")
def export(office: TheOffice, visitor: ForContracts, chosen: Filters, kind_of_file: str) -> Response:
    """The filtered register as a spreadsheet or CSV; that it was taken is written into the office's journal."""
    if kind_of_file not in KINDS:
        raise NotFound
    with office.store.read() as connection:
        rows = exported(connection, visitor, chosen)
    with office.store.write() as connection:
        record(
            connection, office.now(), Deed.LIST_EXPORTED, actor_id=visitor.person_id, list="contracts", rows=len(rows),
            file=kind_of_file,
        )  # fmt: skip
    media, made = KINDS[kind_of_file]
    return attachment(made(HEADINGS[visitor.lang], rows), f"contracts-{office.today()}.{kind_of_file}", media)


def attachment(content: bytes, name: str, media: str) -> Response:
    """A file to keep; nothing on the way keeps a copy."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media, headers=headers)


@router.get("/contracts/renewals")
def board(request: Request, office: TheOffice, visitor: ForContracts, chosen: Filters, column: str = "") -> Response:
    """The renewal board; with `column`, one of its columns as a list."""
    if column and column not in COLUMNS:
        raise NotFound
    with office.store.read() as connection:
        shown = board_shown(connection, visitor, chosen, column)
    return page(
        request, visitor, "contracts/board.html", shown=shown, chosen=chosen, only=column, kinds=list(Kind)
    )  # fmt: skip


@router.get("/contracts/{number}")
def contract(request: Request, office: TheOffice, visitor: ForContracts, number: str) -> Response:
    """One contract."""
    with office.store.read() as connection:
        shown = contract_shown(connection, visitor, number)
    return page(request, visitor, "contracts/contract.html", shown=shown, reasons=())


@router.post("/contracts/{number}/renewal", dependencies=[Depends(posted)])
def start_renewal(request: Request, office: TheOffice, desk: TheDesk, visitor: ForBargainers, number: str) -> Response:
    """Open the bargaining that renews the contract, or go to the one that is open; twice is once."""
    with office.store.read() as connection:
        shown = contract_shown(connection, visitor, number)
    if shown.own_case:  # the contract's own case knows what its renewal needs
        return go(f"/cases/{shown.own_case}/steps/start_renewal")
    try:
        case = renew(office, desk, visitor.person_id, visitor.scope, shown.row["id"])
    except Refusal as refusal:
        return page(request, visitor, "contracts/contract.html", status=422, shown=shown, reasons=refusal.reasons)
    if shown.renewing:
        return go(f"/cases/{case}", Label("续签已在办理,这就是它的案件", "the renewal is under way already: this is its case"))
    return go(f"/cases/{case}", Label("续签已启动,列入协商计划", "the renewal has begun and is on the plan"))


@router.get("/employers/{code}")
def employer(request: Request, office: TheOffice, visitor: ForContracts, code: str) -> Response:
    """One employer: contracts, bargaining, disputes."""
    with office.store.read() as connection:
        shown = employer_shown(connection, visitor, code)
    return page(request, visitor, "contracts/employer.html", shown=shown)
