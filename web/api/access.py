"""Who is asking: the owner of a token, what the token allows, and how often it may ask.

A token is sent as `Authorization: Bearer cc_…`; a cookie is never looked at. Tokens that are missing, unknown, over, revoked,
or of people who left, are answered alike: 401. A scope the token lacks: 403. What the person may not see: 404, as on the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from flows.accounts.tokens import TokenKind, TokenScope, note_use, owner_of
from flows.office import Office
from models.casebook import positions_of
from states.errors import Reason
from states.labels import Label
from web.access import Visitor
from web.api.language import language_of
from web.api.problems import Problem
from web.api.throttle import Throttle

_BEARER = HTTPBearer(
    bearerFormat="cc_…", auto_error=False, scheme_name="token",
    description="A personal token with scopes and an end, made on the page of one's own account.",
)  # fmt: skip
_CHALLENGE = 'Bearer realm="concord"'


@dataclass(frozen=True)
class Caller(Visitor):
    """A program with somebody's token: everything a visitor of the pages is, and what the token says."""

    token_id: int
    scopes: frozenset[str]
    expires_at: datetime | None


def caller_of(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]) -> Caller:
    """The owner of the request's token. Raises the problem 401 or 429."""
    office: Office = request.app.state.office
    if given is None or not given.credentials.isascii():
        raise Problem(401, "unauthorised", headers={"www-authenticate": _CHALLENGE})
    with office.store.read() as connection:
        row = owner_of(connection, given.credentials, TokenKind.API, office.now())
        today = office.today()
        held = tuple(positions_of(connection, row.person_id, today)) if row is not None else ()
    if row is None:
        raise Problem(401, "unauthorised", headers={"www-authenticate": f'{_CHALLENGE}, error="invalid_token"'})
    throttle: Throttle = request.app.state.throttle
    pause = throttle.pause(row.token_id)
    if pause:
        raise Problem(429, "too_many_requests", headers={"retry-after": str(pause)})
    if row.must_change:
        raise Problem(403, "password_must_change")
    note_use(office, row.token_id, row.used_at)
    return Caller(
        person_id=row.person_id, code=row.code, name=row.name, lang=language_of(request), session_id=0, held=held, today=today,
        form_key="", has_second_factor=bool(row.second_factor), token_id=row.token_id, scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
    )  # fmt: skip


def _with(scope: TokenScope) -> Callable[[Caller], Caller]:
    """A door for tokens with that scope whose owners hold a position. Parties have pages of their own, and no address here."""

    def door(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.scopes:
            text = Label(f"令牌没有“{scope.zh}”权限", f"the token lacks the scope “{scope}”")
            remedy = Label("请生成带此权限的令牌", "make a token with this scope")
            headers = {"www-authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'}
            raise Problem(403, "scope_missing", [Reason("scope_missing", text, remedy)], headers)
        if not caller.held:
            raise Problem(404, "not_found")
        return caller

    return door


Anyone = Annotated[Caller, Depends(caller_of)]
Reader = Annotated[Caller, Depends(_with(TokenScope.READ))]
Writer = Annotated[Caller, Depends(_with(TokenScope.WRITE))]
HookKeeper = Annotated[Caller, Depends(_with(TokenScope.HOOKS))]
