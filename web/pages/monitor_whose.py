"""For which units the monitor speaks: those of every position somebody holds; and which of them are his to mend.

Who administers sees what is found in his units, who supervises sees and mends it. Somebody may be both, in different units:
he sees the units of both, and mends in those he supervises. What concerns the whole office is mended at the top by either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from flows.integrity import findings
from flows.office import Office
from models.monitoring import units_at
from states.roles import Role
from web.access import Visitor
from web.pages.monitor_view import NAMED, Found, found_of

#: units that are named one by one
FEW = 6


@dataclass(frozen=True)
class Whose:
    """The units a page speaks for, each with those below it; `mends`: those in which he may mend, if they are others."""

    sees: list[str]
    mends: list[str]
    #: he sees units that others mend
    looks_on: bool


@dataclass(frozen=True)
class Watched:
    """The paths of the units somebody watches, and of those in which he mends: what a pulse is shared by."""

    sees: tuple[str, ...]
    mends: tuple[str, ...]


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that lie below no other of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):  # what lies above stands before what lies below
        if not any(path.startswith(one) for one in kept):
            kept.append(path)
    return tuple(kept)


def watched(visitor: Visitor) -> tuple[str, ...]:
    """The paths of the organisations he supervises or administers."""
    return outermost(visitor.paths(Role.SUPERVISOR, Role.ADMINISTRATOR))


def mends_at(visitor: Visitor) -> tuple[str, ...]:
    """The paths of the organisations in which he mends: those he supervises."""
    return outermost(visitor.paths(Role.SUPERVISOR))


def both(visitor: Visitor) -> Watched:
    """What he sees and where he mends."""
    return Watched(watched(visitor), mends_at(visitor))


def whose(connection: Connection, visitor: Visitor) -> Whose:
    """The names of those units."""
    here = both(visitor)
    names = {row.path: row.name for row in units_at(connection, {*here.sees, *here.mends})}
    return Whose(
        [names[path] for path in here.sees if path in names], [names[path] for path in here.mends if path in names],
        here.sees != here.mends,
    )  # fmt: skip


def found_here(
    connection: Connection, here: Watched, now: datetime, limit: int, *, codes: Iterable[str] = (), named: int = NAMED
) -> list[Found]:
    """What the checks find in the units he sees, and how much of it is his to mend."""
    found = findings(connection, here.sees, now, limit, codes=tuple(codes))
    if here.mends == here.sees:
        return found_of(found, now, named)
    theirs = {one.check.code for one in found if one.check.repair is not None and not one.check.whole}
    # asked once more as `repair` will ask; of either the first by number, so what is listed and his is among them
    mine = findings(connection, here.mends, now, limit, codes=theirs) if theirs and here.mends else []
    return found_of(found, now, named, {one.check.code: one for one in mine})


def found_by(office: Office, visitor: Visitor, code: str, limit: int) -> Found | None:
    """What one check finds, with so many places; None if nothing."""
    with office.store.read() as connection:
        return next(iter(found_here(connection, both(visitor), office.now(), limit, codes=(code,), named=limit)), None)
