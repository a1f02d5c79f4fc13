"""A case as somebody reaches it: the case itself, what he is for it, and what of it he reads.

Who holds a position above the case works with it (`inside`). A party sees where it stands, what was agreed and when, what is
written for parties, and the papers he was given; notes and files of the office, and the numbers of others, stay hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from flows.judging import moment_of, roles_with
from flows.office import Office
from models import queries
from models.base import AnyRow
from models.casebook import CaseRow, load_case
from models.notes import Audience
from states.casetype import CaseType
from states.caseview import Moment
from states.registry import case_type
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.titles import title_of


@dataclass(frozen=True)
class Reach:
    """The case, and how far this visitor's hands go."""

    row: AnyRow
    case: CaseRow
    kind: CaseType
    moment: Moment
    visitor: Visitor
    #: the people of the case
    title: str

    @property
    def roles(self) -> frozenset[Role]:
        """What he is for this case."""
        return self.moment.roles

    @property
    def inside(self) -> bool:
        """Whether he works with it, and is not only a party to it."""
        return bool(self.roles - {Role.PARTY})

    @property
    def supervises(self) -> bool:
        """Whether he may take back what others put beside the case."""
        return Role.SUPERVISOR in self.roles

    @property
    def sees_numbers(self) -> bool:
        """Whether he may have identity numbers and telephones shown: those who work on cases of the kind."""
        return bool(self.kind.opened_by & self.roles - {Role.PARTY, Role.CLOCK})

    @property
    def audiences(self) -> tuple[str, ...]:
        """Whose notes and files he reads."""
        return tuple(Audience) if self.inside else (Audience.PARTIES,)

    @property
    def given_to(self) -> int | None:
        """For a party: himself, for he opens only the papers he was given."""
        return None if self.inside else self.visitor.person_id


def reach(connection: Connection, office: Office, visitor: Visitor, number: str, *, parties: bool = False) -> Reach:
    """The case of that number. Raises `NotFound` where there is none, and where it is hidden from the visitor.

    A party reads his own page of it (`web.pages.mine`); the office's pages are there for him only with `parties`.
    """
    row = queries.case_by_number(connection, visitor.scope, number)
    case = load_case(connection, row.id) if row is not None else None
    if row is None or case is None:
        raise NotFound
    roles = roles_with(connection, visitor.held, case, visitor.person_id)
    moment = moment_of(case, roles, visitor.person_id, office.now())
    first = next((party.name for party in case.parties if party.role == "applicant"), None)
    found = Reach(row, case, case_type(row.type, row.type_version), moment, visitor, title_of(row, first, visitor.lang))
    if not (found.inside or parties):
        raise NotFound
    return found
