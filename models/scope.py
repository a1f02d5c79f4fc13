"""What a person may see: the cases of his organisations' subtrees, those he holds, those he is a party to (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, true, union

from models.casebook import positions_of
from models.cases import CaseFile, Party
from models.contracts import Contract
from models.people import Organisation, below

#: what is gathered and sorted rather than looked for along the order of a list
NARROW = 2000


@dataclass(frozen=True)
class Scope:
    """The part of the office one person sees. Without a person: everything (the operator of the machine)."""

    person_id: int | None
    paths: tuple[str, ...] = ()
    #: organisations whose bargaining the person sees as the chair of their union
    employers: tuple[int, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is hidden."""
        return self.person_id is None

    def units(self) -> Any:
        """The condition on `Organisation` for units inside the scope."""
        if self.is_everything:
            return true()
        return below(self.paths)

    def cases(self) -> Any:
        """The condition on `CaseFile` (joined with its unit) for cases inside the scope."""
        if self.is_everything:
            return true()
        party = exists().where(Party.case_id == CaseFile.id, Party.person_id == self.person_id, Party.undone.is_(False))
        chaired = and_(CaseFile.type == "bargaining", CaseFile.employer_id.in_(self.employers))
        return or_(self.units(), CaseFile.owner_id == self.person_id, party, chaired)

    def contracts(self) -> Any:
        """The condition on `Contract` (joined with its unit) for contracts inside the scope."""
        if self.is_everything:
            return Contract.id.is_not(None)
        return or_(self.units(), Contract.employer_id.in_(self.employers))

    def cases_listed(self, connection: Connection) -> Any:
        """The same as `cases`, for a list in the order of the ids.

        Few are gathered by the indexes of unit, holder and party and then sorted; where there are many, walking down the ids
        meets enough of them soon. Which it is, is asked first: one look at no more than `NARROW` entries of an index.
        """
        branches = [select(CaseFile.id).where(CaseFile.unit_id.in_(self._unit_ids()))]
        if self.is_everything or self._are_many(connection, branches[0]):
            return self.cases()
        branches.append(select(CaseFile.id).where(CaseFile.owner_id == self.person_id))
        branches.append(select(Party.case_id).where(Party.person_id == self.person_id, Party.undone.is_(False)))
        if self.employers:
            chaired = select(CaseFile.id).where(CaseFile.type == "bargaining", CaseFile.employer_id.in_(self.employers))
            branches.append(chaired)
        return CaseFile.id.in_(union(*branches))

    def contracts_listed(self, connection: Connection) -> Any:
        """The same as `contracts`, for a list in the order of their ends."""
        branches = [select(Contract.id).where(Contract.unit_id.in_(self._unit_ids()))]
        if self.is_everything or self._are_many(connection, branches[0]):
            return self.contracts()
        if self.employers:
            branches.append(select(Contract.id).where(Contract.employer_id.in_(self.employers)))
        return Contract.id.in_(union(*branches))

    def _unit_ids(self) -> Any:
        return select(Organisation.id).where(self.units())

    def _are_many(self, connection: Connection, found: Select[int]) -> bool:
        some = found.limit(NARROW + 1).subquery()
        return connection.execute(select(func.count()).select_from(some)).scalar_one() > NARROW


EVERYTHING = Scope(None)


def scope_of(connection: Connection, person_id: int, day: date) -> Scope:
    """What the person may see on that day."""
    return scope_from(person_id, positions_of(connection, person_id, day))


def scope_from(person_id: int, held: Sequence[tuple[str, str]]) -> Scope:
    """The same from positions that are known already: (role, path of the organisation)."""
    chaired = {int(part) for role, path in held if role == "chair" for part in path.strip("/").split("/")}
    return Scope(person_id, tuple(sorted({path for _, path in held})), tuple(sorted(chaired)))
