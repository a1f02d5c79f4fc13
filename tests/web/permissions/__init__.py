"""Who may open what: every route × every position, as one table (DESIGN 6; issue: hidden equals not found).

A module a noun lists the rules of its routes. `test_permissions.py` finds a route without a rule, tries every rule as
everybody, and compares the answers: those it is open to get one of `answers`, everybody else gets 404 as if there were no such
page, and who is not (or no longer) signed in is led to the sign-in page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: who tries, seen from a dispute and a bargaining of one street:
#: the mediator who holds the dispute; another mediator of the same street; the officer who holds the bargaining; the chair of
#: the enterprise that bargains; supervisor and administrator of the district above; a mediator of another district; a worker
#: who is a party to the dispute; a worker who is a party to another case of the street
ACTORS = (
    "holder", "colleague", "officer", "chair", "supervisor", "administrator", "stranger", "party", "other_party",
    "anonymous", "disabled",
)  # fmt: skip
STAFF = frozenset({"holder", "colleague", "officer", "supervisor", "administrator"})
OFFICE = STAFF | {"chair", "stranger"}
SIGNED_IN = OFFICE | {"party", "other_party"}
EVERYBODY = frozenset(ACTORS)


@dataclass(frozen=True)
class Rule:
    """One row: a route, what it is tried on, and who may."""

    route: str
    open_to: frozenset[str]
    #: path parameter → thing of the scene (`tests/web/permissions/scene.py`), or the value itself
    fill: Mapping[str, str] = field(default_factory=dict)
    answers: frozenset[int] = frozenset({200})
    #: fields of the form of a POST; None for a GET
    form: Mapping[str, Any] | None = None
    #: what is sent to the REST interface
    body: Mapping[str, Any] | None = None
    query: str = ""
    #: what somebody gets who is not signed in
    unsigned: int = 303
    #: what somebody gets who may not; several where it depends on what he is
    denied: int | tuple[int, ...] = 404


def rule(route: str, open_to: frozenset[str] | set[str], *answers: int, **rest: Any) -> Rule:
    """A row of the table."""
    fill = {name: value for name, value in rest.items() if name not in ("form", "body", "query", "unsigned", "denied")}
    kept = {name: value for name, value in rest.items() if name not in fill}
    return Rule(route, frozenset(open_to), fill, frozenset(answers or (200,)), **kept)
