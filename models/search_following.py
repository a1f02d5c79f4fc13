"""What the search index must follow besides the steps: units that move or change their name, persons who do.

Called in the transaction of the change. A move of a large unit writes a row for every case below it: seconds for ten thousand.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.cases import CaseFile
from models.contracts import Contract
from models.people import Organisation, below
from models.search_index import Kind, refresh, refresh_where


def unit_added(connection: Connection, unit_id: int) -> None:
    """A new organisation, its path written."""
    refresh(connection, Kind.ORGANISATION, [unit_id])


def unit_renamed(connection: Connection, unit_id: int) -> None:
    """Another name or credit code: the organisation, and what it is the employer of."""
    refresh(connection, Kind.ORGANISATION, [unit_id])
    refresh_where(connection, Kind.CASE, CaseFile.employer_id == unit_id)
    refresh_where(connection, Kind.CONTRACT, Contract.employer_id == unit_id)


def unit_moved(connection: Connection, path: str) -> None:
    """The organisation at that path (the new one) hangs elsewhere, with all below it."""
    inside = below([path])
    units = select(Organisation.id).where(inside)
    refresh_where(connection, Kind.ORGANISATION, inside)
    refresh_where(connection, Kind.CASE, CaseFile.unit_id.in_(units))
    refresh_where(connection, Kind.CONTRACT, Contract.unit_id.in_(units))


def person_renamed(connection: Connection, person_id: int) -> None:
    """The cases the person holds."""
    refresh_where(connection, Kind.CASE, CaseFile.owner_id == person_id)
