"""What papers speak of, read for a whole batch at once: the first question about a thing asks it for every act.

`Desk` holds the acts whose papers are being written. Each property is one statement, run when a paper first needs it, so
one case costs little and five hundred cost the same number of statements. Numbers of persons are read as cipher text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Text, select, type_coerce

from models.casebook import CaseRow, InstalmentRow, load_instalments
from models.cases import CaseFile, Claim, Party
from models.clerk import Act
from models.contracts import Contract
from models.items import Ballot, Meeting, ProposalRow
from models.papers import Document
from models.people import Organisation, Person
from states.entries import Assign

#: Marks a text that only the vault can read.
SEALED = "sealed:"
AGREEMENTS = ("mediation_agreement", "settlement_agreement")
Rows = dict[int, list[dict[str, Any]]]


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

    def _of_cases(self, *columns: Any, where: Sequence[Any] = (), order: Sequence[Any]) -> Rows:
        """Rows of those cases: the first column is the case's id."""
        query = select(*columns).where(columns[0].in_(list(self.cases)), *where).order_by(*order)
        found: Rows = defaultdict(list)
        for row in self.connection.execute(query).mappings():
            found[row["case_id"]].append({str(name): value for name, value in row.items() if name != "case_id"})
        return found

    @cached_property
    def persons(self) -> dict[int, str]:
        """Names of those who act and of those who hold the cases."""
        wanted = {person for act in self.acts for person in (act.actor_id, owner_after(act)) if person is not None}
        query = select(Person.id, Person.name).where(Person.id.in_(sorted(wanted)))
        return {row.id: row.name for row in self.connection.execute(query)} if wanted else {}

    @cached_property
    def organisations(self) -> dict[int, Any]:
        """Units and employers of the cases: name, kind, credit_code."""
        wanted = {number for case in self.cases.values() for number in (case.unit_id, case.employer_id) if number}
        columns = (Organisation.id, Organisation.name, Organisation.kind, Organisation.credit_code)
        query = select(*columns).where(Organisation.id.in_(sorted(wanted)))
        return {row.id: row for row in self.connection.execute(query)}

    @cached_property
    def parties(self) -> Rows:
        """Who each case is about, in the order they joined: role, name, represents, phone, identity (cipher text)."""
        numbers = (type_coerce(Party.phone, Text).label("phone"), type_coerce(Party.identity, Text).label("identity"))
        found = self._of_cases(
            Party.case_id, Party.role, Party.name, Party.represents, *numbers,
            where=[Party.undone.is_(False)], order=[Party.id],
        )  # fmt: skip
        for rows in found.values():
            for row in rows:
                row.update({name: SEALED + row[name] for name in ("phone", "identity") if row[name]})
        return found

    @cached_property
    def claims(self) -> Rows:
        """What is asked for: amount (fen) and text."""
        return self._of_cases(Claim.case_id, Claim.amount, Claim.text, where=[Claim.undone.is_(False)], order=[Claim.id])

    @cached_property
    def instalments(self) -> dict[int, Sequence[InstalmentRow]]:
        """What was promised and what has arrived, this step included."""
        load_instalments(self.connection, list(self.cases.values()))
        return {key: case.instalments for key, case in self.cases.items()}

    @cached_property
    def papers(self) -> Rows:
        """The valid papers of the cases, oldest first: paper, serial, number, issued_on."""
        return self._of_cases(
            Document.case_id, Document.paper, Document.serial, Document.facts["number"].as_string().label("number"),
            Document.facts["day"].as_string().label("issued_on"), where=[Document.void.is_(False)], order=[Document.id],
        )  # fmt: skip

    @cached_property
    def meetings(self) -> Rows:
        """Meetings fixed, put off and held, in that order: no, kind, act, on, place."""
        return self._of_cases(
            Meeting.case_id, Meeting.no, Meeting.kind, Meeting.act, Meeting.on.label("on"), Meeting.place,
            where=[Meeting.undone.is_(False)], order=[Meeting.id],
        )  # fmt: skip

    @cached_property
    def proposals(self) -> Rows:
        """What the sides offered, in the order they did: round, side, clause, text, amount (fen)."""
        return self._of_cases(
            ProposalRow.case_id, ProposalRow.round, ProposalRow.side, ProposalRow.clause, ProposalRow.text,
            ProposalRow.amount, where=[ProposalRow.undone.is_(False)], order=[ProposalRow.id],
        )  # fmt: skip

    @cached_property
    def ballots(self) -> Rows:
        """Votes of the congress, in order."""
        columns = (
            Ballot.on.label("on"),
            Ballot.delegates,
            Ballot.present,
            Ballot.yes,
            Ballot.no,
            Ballot.abstain,
            Ballot.carried,
        )
        return self._of_cases(Ballot.case_id, *columns, where=[Ballot.undone.is_(False)], order=[Ballot.id])

    @cached_property
    def contracts(self) -> dict[int, Any]:
        """The contract of each case as it stands after the step, by case."""
        columns = (Contract.number, Contract.signed_on, Contract.starts_on, Contract.expires_on)
        query = select(CaseFile.id.label("case_id"), *columns).join(Contract, Contract.id == CaseFile.contract_id)
        rows = self.connection.execute(query.where(CaseFile.id.in_(list(self.cases))))
        return {row.case_id: row for row in rows}
