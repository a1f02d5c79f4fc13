"""What papers speak of, read for a whole batch at once: the first question about a thing asks it for every act.

`Desk` holds the acts whose papers are being written. Each property is one statement, run when a paper first needs it, so
one case costs little and five hundred cost the same number of statements. Numbers of persons are read as cipher text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Text, bindparam, select, type_coerce

from models.casebook import CaseRow, InstalmentRow, load_instalments
from models.cases import CaseFile, Claim, Party
from models.clerk import Act
from models.contracts import Contract
from models.items import Ballot, Clause, Meeting, ProposalRow
from models.papers import Document
from models.people import Organisation, Person
from states.entries import Assign

#: Marks a text that only the vault can read.
SEALED = "sealed:"
AGREEMENTS = ("mediation_agreement", "settlement_agreement")
Rows = dict[int, list[dict[str, Any]]]


def _in(column: Any) -> Any:
    return column.in_(bindparam("ids", expanding=True))


def _of_case(*columns: Any, order: Any, where: Any) -> Any:
    """A statement over the children of cases: the first column is the case's id."""
    return select(*columns).where(_in(columns[0]), where).order_by(order)


# built once: building a statement costs more than running it for one case
_PERSONS = select(Person.id, Person.name).where(_in(Person.id))
_ORGANISATIONS = select(Organisation.id, Organisation.name, Organisation.credit_code).where(_in(Organisation.id))
_PARTIES = _of_case(
    Party.case_id, Party.role, Party.name, Party.represents, type_coerce(Party.phone, Text).label("phone"),
    type_coerce(Party.identity, Text).label("identity"), where=Party.undone.is_(False), order=Party.id,
)  # fmt: skip
_CLAIMS = _of_case(Claim.case_id, Claim.amount, Claim.text, where=Claim.undone.is_(False), order=Claim.id)
_PAPERS = _of_case(
    Document.case_id, Document.paper, Document.serial, Document.facts["number"].as_string().label("number"),
    Document.facts["day"].as_string().label("issued_on"), where=Document.void.is_(False), order=Document.id,
)  # fmt: skip
_MEETINGS = _of_case(
    Meeting.case_id, Meeting.no, Meeting.kind, Meeting.act, Meeting.on.label("on"), Meeting.place,
    where=Meeting.undone.is_(False), order=Meeting.id,
)  # fmt: skip
_PROPOSALS = _of_case(
    ProposalRow.case_id, ProposalRow.round, ProposalRow.side, ProposalRow.clause, ProposalRow.text, ProposalRow.amount,
    where=ProposalRow.undone.is_(False), order=ProposalRow.id,
)  # fmt: skip
_CLAUSES = _of_case(
    Clause.case_id, Clause.seq, Clause.no, Clause.title, Clause.content, Clause.text, Clause.amount,
    where=Clause.undone.is_(False), order=Clause.id,
)  # fmt: skip
_BALLOTS = _of_case(
    Ballot.case_id, Ballot.on.label("on"), Ballot.delegates, Ballot.present, Ballot.yes, Ballot.no, Ballot.abstain,
    Ballot.carried, where=Ballot.undone.is_(False), order=Ballot.id,
)  # fmt: skip
_CONTRACTS = (
    select(CaseFile.id.label("case_id"), Contract.number)
    .join(Contract, Contract.id == CaseFile.contract_id)
    .where(_in(CaseFile.id))
)


def owner_after(act: Act) -> int | None:
    """Who holds the case once the step is written."""
    for entry in reversed(act.decision.entries):
        if isinstance(entry, Assign):
            return entry.person_id
    return act.case.owner_id


class Desk:
    """The acts whose papers are being written, and what they need to know."""

    def __init__(self, connection: Connection, acts: Sequence[Act]) -> None:
        self.connection = connection
        self.acts = acts
        self.cases: dict[int, CaseRow] = {act.case.id: act.case for act in acts}

    def _rows(self, statement: Any) -> Rows:
        """Rows of those cases, by case."""
        found: Rows = defaultdict(list)
        result = self.connection.execute(statement, {"ids": list(self.cases)})
        names = [str(name) for name in result.keys()][1:]  # noqa: SIM118  # a result is no mapping
        for case_id, *values in result:
            found[case_id].append(dict(zip(names, values, strict=True)))
        return found

    def _by_id(self, statement: Any, wanted: set[int]) -> dict[int, Any]:
        rows = self.connection.execute(statement, {"ids": sorted(wanted)}) if wanted else ()
        return {row[0]: row for row in rows}

    @cached_property
    def persons(self) -> dict[int, str]:
        """Names of those who act and of those who hold the cases."""
        wanted = {person for act in self.acts for person in (act.actor_id, owner_after(act)) if person is not None}
        return {key: row.name for key, row in self._by_id(_PERSONS, wanted).items()}

    @cached_property
    def organisations(self) -> dict[int, Any]:
        """Units and employers of the cases: name, credit_code."""
        wanted = {number for case in self.cases.values() for number in (case.unit_id, case.employer_id) if number}
        return self._by_id(_ORGANISATIONS, wanted)

    @cached_property
    def parties(self) -> Rows:
        """Who each case is about, in the order they joined: role, name, represents, phone, identity (cipher text)."""
        found = self._rows(_PARTIES)
        for rows in found.values():
            for row in rows:
                row.update({name: SEALED + row[name] for name in ("phone", "identity") if row[name]})
        return found

    @cached_property
    def claims(self) -> Rows:
        """What is asked for: amount (fen) and text."""
        return self._rows(_CLAIMS)

    @cached_property
    def instalments(self) -> dict[int, Sequence[InstalmentRow]]:
        """What was promised and what has arrived, this step included."""
        load_instalments(self.connection, list(self.cases.values()))
        return {key: case.instalments for key, case in self.cases.items()}

    @cached_property
    def papers(self) -> Rows:
        """The valid papers of the cases, oldest first: paper, serial, number, issued_on."""
        return self._rows(_PAPERS)

    @cached_property
    def meetings(self) -> Rows:
        """Meetings fixed, put off and held, in that order: no, kind, act, on, place."""
        return self._rows(_MEETINGS)

    @cached_property
    def proposals(self) -> Rows:
        """What the sides offered, in the order they did: round, side, clause, text, amount (fen)."""
        return self._rows(_PROPOSALS)

    @cached_property
    def clauses(self) -> Rows:
        """The clauses of every draft, in their order: seq (of the draft), no, title, content, text, amount (fen)."""
        return self._rows(_CLAUSES)

    @cached_property
    def ballots(self) -> Rows:
        """Votes of the congress, in order: on, delegates, present, yes, no, abstain, carried."""
        return self._rows(_BALLOTS)

    @cached_property
    def contracts(self) -> dict[int, str]:
        """The register's number of each case's contract as it stands after the step, by case."""
        return {key: row.number for key, row in self._by_id(_CONTRACTS, set(self.cases)).items()}
