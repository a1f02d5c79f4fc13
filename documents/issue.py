"""Issuing papers: frozen facts and their hash, in the step's own transaction; nothing is rendered here.

A batch of hundreds of acts costs as many statements as one act: numbers are drawn once a kind of paper and year, facts are
read set-wise by the `Desk`, rows are written together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from documents.catalogue import Paper, paper_of, papers_of
from documents.facts import FACTS
from documents.facts.bargaining import register
from documents.gathering import Desk
from documents.own_texts import texts_in_use, version_with
from models.chain import digest
from models.clerk import Act
from models.contracts import Contract
from models.numbers import next_numbers
from models.papers import Document
from models.people import Organisation

_ISSUE = insert(Document.__table__)  # type: ignore[arg-type]


def issue_papers(connection: Connection, acts: Sequence[Act]) -> None:
    """Write the papers of those acts, in the order the steps name them."""
    wanted = [(act, paper) for act in acts for paper in papers_of(act.decision.step.papers)]
    if not wanted:
        return
    desk = Desk(connection, [act for act in acts if act.decision.step.papers])
    numbers = _Numbers(connection, [(paper, act.day) for act, paper in wanted])
    versions = _versions(connection, {paper.key for _, paper in wanted})
    rows = [
        _row(numbers, versions, paper, act.day, act.at, FACTS[paper.facts](desk, act), case_id=act.case.id, seq=act.seq)
        for act, paper in wanted
    ]
    _replace(connection, wanted)
    connection.execute(_ISSUE, rows)


def issue_renewal_reminders(connection: Connection, contract_ids: Sequence[int], at: datetime, day: date) -> list[int]:
    """Reminders that contracts of the register expire, one each, in the order of the contracts' ids; the papers' ids."""
    query = (
        select(
            Contract.id, Contract.number, Contract.kind, Contract.scope, Contract.employer_name, Contract.signed_on,
            Contract.starts_on, Contract.expires_on, Contract.workers, Organisation.name.label("unit"),
        )
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(Contract.id.in_(contract_ids))
        .order_by(Contract.id)
    )  # fmt: skip
    contracts = connection.execute(query).mappings().all()
    if not contracts:
        return []
    paper = paper_of("renewal_reminder")
    numbers = _Numbers(connection, [(paper, day)] * len(contracts))
    versions = _versions(connection, {paper.key})
    rows = [
        _row(numbers, versions, paper, day, at, register(dict(row), row["unit"], day.isoformat()), contract_id=row["id"])
        for row in contracts
    ]
    connection.execute(_ISSUE, rows)
    written = select(Document.id).where(Document.serial.in_([row["serial"] for row in rows])).order_by(Document.id)
    return list(connection.scalars(written))


class _Numbers:
    """The serial numbers of a batch, drawn series by series, always in the same order: two batches cannot lock crosswise."""

    def __init__(self, connection: Connection, wanted: Sequence[tuple[Paper, date]]) -> None:
        counted = Counter((paper.letters, day.year) for paper, day in wanted)
        self._drawn: dict[tuple[str, int], Iterator[int]] = {
            (letters, year): iter(next_numbers(connection, f"{letters}{year}", count))
            for (letters, year), count in sorted(counted.items())
        }

    def next(self, paper: Paper, day: date) -> int:
        """The next number of the paper's series in that year."""
        return next(self._drawn[paper.letters, day.year])


def _versions(connection: Connection, papers: set[str]) -> dict[str, str]:
    own = texts_in_use(connection, sorted(papers))
    return {key: version_with(key, own.get(key, {})) for key in papers}


def _row(numbers: _Numbers, versions: dict[str, str], paper: Paper, day: date, at: datetime, told: dict[str, Any],
         **of: int) -> dict[str, Any]:  # fmt: skip
    number = numbers.next(paper, day)
    head = {"paper": paper.key, "serial": paper.serial(day.year, number), "number": paper.number(day.year, number)}
    facts = {**told, **head}
    return {
        "case_id": None, "seq": None, "contract_id": None, **of, "paper": paper.key, "serial": head["serial"],
        "facts": facts, "facts_hash": digest(facts), "template_version": versions[paper.key], "issued_at": at,
        "void": False,
    }  # fmt: skip


def _replace(connection: Connection, wanted: Sequence[tuple[Act, Paper]]) -> None:
    """Papers that a newer one of the same case takes the place of."""
    replaced: dict[str, list[int]] = {}
    for act, paper in wanted:
        if paper.replaces:
            replaced.setdefault(paper.key, []).append(act.case.id)
    for key, cases in sorted(replaced.items()):
        older = update(Document).where(Document.paper == key, Document.case_id.in_(cases), Document.void.is_(False))
        connection.execute(older.values(void=True))
