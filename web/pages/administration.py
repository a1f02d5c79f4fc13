"""Administration: what an administrator finds, and the pages that concern the whole office: its figures, settings, journal."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from config.version import version_of_the_program
from flows.doctoring import examine
from flows.headquarters import at_the_top
from flows.office_journal import Deed, deeds, record
from models.administration import figures, message_counts
from models.scope import Scope
from states.roles import Role
from web.access import ForAdministrators, TheOffice, Visitor
from web.errors import NotFound
from web.pages.admin_settings import settings_in_force
from web.rendering import page

router = APIRouter(prefix="/administration")


def administered_by(visitor: Visitor) -> Scope:
    """The units the visitor administers."""
    return Scope(visitor.person_id, visitor.paths(Role.ADMINISTRATOR))


async def heads_the_office(visitor: ForAdministrators) -> Visitor:
    """An administrator at the top of a tree; for others there is no such page."""
    if not at_the_top(visitor.paths(Role.ADMINISTRATOR)):
        raise NotFound
    return visitor


ForHeadquarters = Annotated[Visitor, Depends(heads_the_office)]


@router.get("")
def overview(request: Request, office: TheOffice, visitor: ForAdministrators) -> Response:
    """Where everything is."""
    with office.store.read() as connection:
        waiting = message_counts(connection, administered_by(visitor))
    top = at_the_top(visitor.paths(Role.ADMINISTRATOR))
    return page(request, visitor, "administration/overview.html", parked=waiting.get("parked", 0), top=top)


@router.get("/settings")
def settings(request: Request, office: TheOffice, visitor: ForHeadquarters) -> Response:
    """The settings in force and where each comes from, secrets masked; how big the office is; what the machine lacks."""
    with office.store.read() as connection:
        counted = figures(connection)
    findings = examine(office)
    with office.store.write() as connection:
        record(connection, office.now(), Deed.SETTINGS_SEEN, actor_id=visitor.person_id)
    told: dict[str, Any] = {"rows": settings_in_force(office.settings), "figures": counted, "version": version_of_the_program()}
    return page(request, visitor, "administration/settings.html", findings=findings, **told)


@router.get("/journal")
def journal(request: Request, office: TheOffice, visitor: ForAdministrators, deed: str = "", before: int = 0) -> Response:
    """Deeds that are no step of a case, of the units the person administers, newest first."""
    chosen = deed if deed in set(Deed) else ""
    with office.store.read() as connection:
        rows = deeds(connection, administered_by(visitor), deed=chosen, before=before or None, limit=51)
    told: dict[str, Any] = {
        "rows": rows[:50],
        "further": rows[49].id if len(rows) > 50 else 0,
        "chosen": chosen,
        "deeds": list(Deed),
    }
    return page(request, visitor, "administration/journal.html", **told, label_of={str(one): one.label for one in Deed})
