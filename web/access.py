"""Who is asking: the signed-in person of a request, what he may see, and the doors only some may pass.

Closed by default. A page says who may open it: `SignedIn` anybody with an account, `only_for(Role.SUPERVISOR)` those who
hold that position. What is hidden from somebody is answered like what does not exist (DESIGN 6): not found, never forbidden.
Dependencies that ask nothing of the store run on the loop: a thread for each would cost more than their work.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Literal

from fastapi import Depends, Request
from sqlalchemy import Connection

from flows.accounts.sessions import touch, visitor_row
from flows.office import Office
from flows.steps import Desk
from models.casebook import positions_of
from models.scope import Scope, scope_from
from models.vault import VAULT
from states.roles import MEDIATORS, Role
from web.errors import NotFound, SignInNeeded

COOKIE = "concord_session"
#: all that somebody reaches before his second factor is given, and before a password the office gave him is changed
BEFORE_FACTOR = frozenset({"/second-factor", "/sign-out", "/language"})
BEFORE_CHANGE = frozenset({"/password", "/sign-out", "/language"})


@dataclass(frozen=True)
class Visitor:
    """Somebody who signed in: who he is, what he holds today, what he sees."""

    person_id: int
    code: str
    name: str
    lang: Literal["zh", "en"]
    session_id: int
    #: (role, path of the organisation) of everything he is today
    held: tuple[tuple[str, str], ...]
    today: date
    form_key: str
    has_second_factor: bool
    #: letters in the inbox that were not opened
    unread: int = field(default=0, kw_only=True)

    @cached_property
    def roles(self) -> frozenset[Role]:
        """His positions, wherever he holds them."""
        return frozenset(Role(role) for role, _ in self.held)

    @cached_property
    def scope(self) -> Scope:
        """The part of the office he sees."""
        return scope_from(self.person_id, self.held)

    @property
    def may_register(self) -> bool:
        """Whether the registration of grievances is open to him: the button leads nobody to a page he has not."""
        return self.holds(*MEDIATORS)

    def paths(self, *roles: Role) -> tuple[str, ...]:
        """The paths of the organisations where he holds one of those positions."""
        return tuple(sorted({path for role, path in self.held if role in roles}))

    def holds(self, *roles: Role) -> bool:
        """Whether he holds one of those positions anywhere."""
        return bool(self.roles.intersection(roles))


async def office_of(request: Request) -> Office:
    """The office this program serves."""
    office: Office = request.app.state.office
    return office


async def desk_of(request: Request) -> Desk:
    """The one door, as this process reaches it."""
    desk: Desk = request.app.state.desk
    return desk


def visitor_if_any(request: Request) -> Visitor | None:
    """The person of the request's session; None for somebody who is not signed in."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    office: Office = request.app.state.office
    with office.store.read() as connection:
        found = _visitor(connection, office, token)
    if found is None:
        return None
    visitor, confirmed, must_change, seen_at = found
    path = request.scope["path"]  # not of `request.url`, which is put together with what the browser calls our host
    if not confirmed and path not in BEFORE_FACTOR:
        raise SignInNeeded("/second-factor")
    if confirmed and must_change and path not in BEFORE_CHANGE:
        raise SignInNeeded("/password")
    touch(office, visitor.session_id, seen_at)
    return visitor


def visitor_now(office: Office, token: str) -> Visitor | None:
    """Whom that cookie stands for at this moment, for answers that go on for long; None for nobody who sees pages."""
    with office.store.read() as connection:
        found = _visitor(connection, office, token)
    return found[0] if found is not None and found[1] and not found[2] else None


def _visitor(connection: Connection, office: Office, token: str) -> tuple[Visitor, bool, bool, datetime] | None:
    row = visitor_row(connection, token, office.now())
    if row is None:
        return None
    today = office.today()
    held = tuple(positions_of(connection, row.person_id, today)) if row.confirmed else ()
    name, unread = (row.name, row.unread) if row.confirmed else (row.code, 0)  # until then he is whoever knows a password
    visitor = Visitor(
        row.person_id, row.code, name, "en" if row.language == "en" else "zh", row.session_id, held, today,
        form_key(token), bool(row.second_factor), unread=unread,
    )  # fmt: skip
    return visitor, row.confirmed, row.must_change, row.seen_at


def form_key(token: str) -> str:
    """What every form of this session carries, so that nobody else can send one in its name."""
    return hmac.digest(VAULT.derive("form-key"), token.encode(), "sha256").hex()


async def signed_in(visitor: Annotated[Visitor | None, Depends(visitor_if_any)]) -> Visitor:
    """Anybody who is signed in. Raises `SignInNeeded`, which leads to the sign-in page."""
    if visitor is None:
        raise SignInNeeded("/sign-in")
    return visitor


def only_for(*roles: Role) -> Callable[[Visitor], Awaitable[Visitor]]:
    """A door for those positions; for everybody else there is no such page."""

    async def door(visitor: SignedIn) -> Visitor:
        if not visitor.holds(*roles):
            raise NotFound
        return visitor

    return door


async def of_the_office(visitor: SignedIn) -> Visitor:
    """Anybody who holds a position; for parties there is no such page."""
    if not visitor.held:
        raise NotFound
    return visitor


TheOffice = Annotated[Office, Depends(office_of)]
TheDesk = Annotated[Desk, Depends(desk_of)]
Anybody = Annotated[Visitor | None, Depends(visitor_if_any)]
SignedIn = Annotated[Visitor, Depends(signed_in)]
ForStaff = Annotated[Visitor, Depends(of_the_office)]
ForSupervisors = Annotated[Visitor, Depends(only_for(Role.SUPERVISOR))]
ForAdministrators = Annotated[Visitor, Depends(only_for(Role.ADMINISTRATOR))]
