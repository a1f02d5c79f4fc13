"""Who asks, and where he works: the caller, the units and people of his scope."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from models import interface
from models.people import OrganisationKind
from states.roles import Role
from web.access import TheOffice
from web.api.access import Anyone, Reader
from web.api.cursors import keys_of, paged
from web.api.shapes.base import Page, Paging, Word
from web.api.shapes.office import Held, Me, PersonShape, UnitsAsking, UnitShape

router = APIRouter(tags=["office"])


@router.get("/me")
def me(caller: Anyone) -> Me:
    """Whose token this is, what he is where today, and what the token allows."""
    held = [Held(role=Word.named(role, Role), path=path) for role, path in sorted(caller.held)]
    return Me(
        code=caller.code, name=caller.name, positions=held, scopes=sorted(caller.scopes), expires_at=caller.expires_at,
        today=caller.today,
    )  # fmt: skip


@router.get("/units")
def units(office: TheOffice, caller: Reader, asked: Annotated[UnitsAsking, Query()]) -> Page[UnitShape]:
    """The organisations the caller sees, in the order of the tree."""
    (after,) = keys_of("units", asked.cursor) or [""]
    with office.store.read() as connection:
        rows = interface.units(connection, caller.scope, after, asked.limit + 1)
    return paged(
        rows,
        asked.limit,
        lambda row: UnitShape(
            code=row.code, name=row.name, kind=Word.named(row.kind, OrganisationKind), path=row.path, closed_on=row.closed_on
        ),
        "units",
        lambda row: (row.path,),
    )


@router.get("/people")
def people(office: TheOffice, caller: Reader, asked: Annotated[Paging, Query()]) -> Page[PersonShape]:
    """Who holds which position today in the organisations the caller sees; nobody's numbers."""
    (after,) = keys_of("people", asked.cursor) or [0]
    with office.store.read() as connection:
        rows = interface.people(connection, caller.scope, caller.today, after, asked.limit + 1)
    return paged(
        rows,
        asked.limit,
        lambda row: PersonShape(code=row.code, name=row.name, role=Word.named(row.role, Role), unit=row.unit),
        "people",
        lambda row: (row.id,),
    )
