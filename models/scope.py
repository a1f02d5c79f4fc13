"""What a person may see: the cases of his organisations' subtrees, those he holds, those he is a party to (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, exists, false, or_, true

from models.casebook import positions_of
from models.cases import CaseFile, Party
from models.contracts import Contract
from models.people import Organisation


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
        return or_(false(), *(Organisation.path.startswith(path, autoescape=True) for path in self.paths))

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


EVERYTHING = Scope(None)


def scope_of(connection: Connection, person_id: int, day: date) -> Scope:
    """What the person may see on that day."""
    return scope_from(person_id, positions_of(connection, person_id, day))


def scope_from(person_id: int, held: Sequence[tuple[str, str]]) -> Scope:
    """The same from positions that are known already: (role, path of the organisation)."""
    chaired = {int(part) for role, path in held if role == "chair" for part in path.strip("/").split("/")}
    return Scope(person_id, tuple(sorted({path for _, path in held})), tuple(sorted(chaired)))
