"""What lies on the bargaining table: rounds, proposals, ballots, the clauses of a draft and of the contract before it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select, tuple_

from models.base import AnyRow
from models.cases import CaseFile
from models.contracts import Contract
from models.items import Ballot, Clause, Meeting, ProposalRow
from models.papers import Document
from models.people import Organisation
from models.scope import Scope

Rows = Sequence[AnyRow]
#: a draft: the case, and the seq of the step that wrote it; None for a case without a draft
Draft = tuple[int, int | None]
#: more than any bargaining has; a list without an end helps nobody
MOST_MEETINGS, MOST_PROPOSALS, MOST_CLAUSES, MOST_BALLOTS, MOST_PAPERS = 300, 2000, 400, 50, 100


def meetings(connection: Connection, case_id: int, kind: str) -> Rows:
    """Meetings of that kind fixed, put off and held, in that order."""
    query = select(Meeting.no, Meeting.act, Meeting.on.label("on"), Meeting.place, Meeting.minutes, Meeting.present)
    mine = (Meeting.case_id == case_id, Meeting.kind == kind, Meeting.undone.is_(False))
    return connection.execute(query.where(*mine).order_by(Meeting.id).limit(MOST_MEETINGS)).all()


def proposals(connection: Connection, case_id: int) -> Rows:
    """The newest proposals of both sides, in the order they were made (amounts in fen)."""
    row = ProposalRow
    query = select(row.round, row.side, row.clause, row.text, row.amount)
    mine = (row.case_id == case_id, row.undone.is_(False))
    return connection.execute(query.where(*mine).order_by(row.id.desc()).limit(MOST_PROPOSALS)).all()[::-1]


def ballots(connection: Connection, case_id: int) -> Rows:
    """The votes of the congress, newest first."""
    query = select(*Ballot.__table__.c).where(Ballot.case_id == case_id, Ballot.undone.is_(False))
    return connection.execute(query.order_by(Ballot.id.desc()).limit(MOST_BALLOTS)).all()


def papers(connection: Connection, case_id: int, kinds: Sequence[str]) -> Rows:
    """The valid papers of those kinds, newest first."""
    query = select(Document.id, Document.paper, Document.serial, Document.issued_at)
    mine = (Document.case_id == case_id, Document.void.is_(False), Document.paper.in_(kinds))
    return connection.execute(query.where(*mine).order_by(Document.id.desc()).limit(MOST_PAPERS)).all()


def clauses(connection: Connection, *drafts: Draft) -> dict[Draft, list[AnyRow]]:
    """The clauses of those drafts."""
    wanted = [draft for draft in drafts if draft[1] is not None]
    if not wanted:
        return {}
    query = select(Clause.case_id, Clause.seq, Clause.no, Clause.title, Clause.content, Clause.text, Clause.amount)
    of_them = (tuple_(Clause.case_id, Clause.seq).in_(wanted), Clause.undone.is_(False))
    found: dict[Draft, list[AnyRow]] = {}
    for row in connection.execute(query.where(*of_them).order_by(Clause.seq, Clause.no).limit(MOST_CLAUSES)):
        found.setdefault((row.case_id, row.seq), []).append(row)
    return found


def contract_before(connection: Connection, scope: Scope, contract_id: int | None) -> AnyRow | None:
    """The contract a bargaining follows, with the case that made it as far as both may be seen; None for none.

    `case_id`, `case_number` and `facts` (whose `text_seq` tells its clauses) are None where the contract came from a ledger.
    """
    if contract_id is None:
        return None
    made = (
        select(CaseFile.id, CaseFile.number, CaseFile.facts, CaseFile.contract_id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(scope.cases(), CaseFile.contract_id == contract_id, CaseFile.type == "bargaining")
        .order_by(CaseFile.id)
        .limit(1)
        .subquery()
    )
    query = (
        select(
            Contract.id, Contract.number, Contract.starts_on, Contract.expires_on, made.c.id.label("case_id"),
            made.c.number.label("case_number"), made.c.facts,
        )
        .join(Organisation, Organisation.id == Contract.unit_id)
        .outerjoin(made, made.c.contract_id == Contract.id)
        .where(Contract.id == contract_id, or_(scope.contracts(), made.c.id.is_not(None)))
    )  # fmt: skip
    return connection.execute(query).first()
