"""Search: by any name in any role, by number, by pinyin and initials, within what the person may see.

One statement asks the index for the newest that match exactly, at the beginning and anywhere, together with the places of the
scope, so a common word under a narrow scope costs what it finds there. What the index names is then read under the scope's own
conditions and compared with the names themselves; the index alone shows nobody anything.

The applicants of a confidential case are found, and shown, only within the chain of its unit, by its owner and by themselves:
the other side finds the case by its number and by its own name. Nothing keeps what was searched for: it is a person's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import CaseFile, Party
from models.contracts import Contract
from models.entries import ENDED
from models.people import Organisation, Person
from models.scope import Scope
from models.search_asking import Question, Rank, question
from models.search_candidates import candidates
from models.search_index import Kind

KINDS = tuple(Kind)
#: candidates looked at of each kind and rank, beyond the hits that are asked for
_BEYOND = 10


@dataclass(frozen=True)
class Hit:
    """Something found; what a page or a terminal says of it. Words of `type` and `state` are the case type's own."""

    kind: Kind
    id: int
    #: number of a case or contract, code of an organisation
    number: str
    #: first applicant and employer of a case, employer of a contract, name of an organisation
    title: str
    #: the name or number that the first word matched
    matched: str
    #: the matched name's role in the case: a role of the parties, or "owner"; empty elsewhere
    role: str
    rank: Rank
    is_open: bool
    #: key of the case type, kind of the contract or organisation
    type: str
    type_version: int = 0
    #: state of a case, standing of a contract
    state: str = ""
    unit: str = ""
    employer: str = ""
    owner: str = ""
    #: the day a case was opened or a contract ends
    on: date | None = None


@dataclass(frozen=True)
class Found:
    """The hits, best first, at most `limit` of each kind; `more`: the list was cut, another word narrows it."""

    hits: Sequence[Hit]
    more: bool


def search(
    connection: Connection, scope: Scope, said: str, limit: int = 50, kinds: Sequence[Kind] = KINDS
) -> Found:  # fmt: skip
    """What the person may see and the words match. Several words: each must match, perhaps another name of the same case."""
    asked = question(said)
    if not asked.words:
        return Found([], False)
    ids, cut = candidates(connection, scope, asked, limit + _BEYOND, kinds)
    hits: list[Hit] = []
    for kind in kinds:
        found = sorted(_READ[kind](connection, scope, asked, ids[kind]) if ids[kind] else (), key=_order)
        cut = cut or len(found) > limit
        hits += found[:limit]
    return Found(sorted(hits, key=_order), cut)


def _order(hit: Hit) -> tuple[Any, ...]:
    return (hit.rank, not hit.is_open, hit.kind.no, -hit.id)


# --- what the store says -------------------------------------------------------------------------------------------------

_IDS: Any = bindparam("ids", expanding=True)
_employer = aliased(Organisation)
_CASES = (
    select(
        CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.state, CaseFile.opened_on,
        CaseFile.closed_on, CaseFile.owner_id, Person.name.label("owner"), Organisation.name.label("unit"), Organisation.path,
        CaseFile.facts["employer"].as_string().label("employer"), _employer.name.label("organisation"),
        CaseFile.facts["confidential"].as_boolean().label("secret"),
    )
    .join(Organisation, Organisation.id == CaseFile.unit_id)
    .outerjoin(Person, Person.id == CaseFile.owner_id)
    .outerjoin(_employer, _employer.id == CaseFile.employer_id)
    .where(CaseFile.id.in_(_IDS))
)  # fmt: skip
_PARTIES = (
    select(Party.case_id, Party.role, Party.name, Party.person_id)
    .where(Party.case_id.in_(_IDS), Party.undone.is_(False))
    .order_by(Party.id)
    .limit(50_000)
)
_CONTRACTS = (
    select(
        Contract.id, Contract.number, Contract.kind, Contract.standing, Contract.employer_name, Contract.union_name,
        Contract.expires_on, Contract.more["number"].as_string().label("own_number"), Organisation.name.label("unit"),
        _employer.name.label("organisation"),
    )
    .join(Organisation, Organisation.id == Contract.unit_id)
    .outerjoin(_employer, _employer.id == Contract.employer_id)
    .where(Contract.id.in_(_IDS))
)  # fmt: skip
_above = aliased(Organisation)
_ORGANISATIONS = (
    select(
        Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.credit_code,
        Organisation.closed_on, _above.name.label("above"),
    )
    .outerjoin(_above, _above.id == Organisation.parent_id)
    .where(Organisation.id.in_(_IDS))
)  # fmt: skip


def _cases(connection: Connection, scope: Scope, asked: Question, ids: Sequence[int]) -> Iterator[Hit]:
    rows = connection.execute(_CASES.where(scope.cases()), {"ids": ids}).all()
    parties: dict[int, list[AnyRow]] = defaultdict(list)
    for party in connection.execute(_PARTIES, {"ids": [row.id for row in rows]}) if rows else ():
        parties[party.case_id].append(party)
    for row in rows:
        known = _shown(row, parties[row.id], scope)
        roles = {"": "", row.organisation or "": "employer", row.owner or "": "owner"} | {p.name: p.role for p in known}
        match = asked.rank([name for name in roles if name], [row.number])
        if match is None:
            continue
        employer = row.employer or row.organisation or ""
        first = next((party.name for party in known if party.role == "applicant"), "")
        yield Hit(
            Kind.CASE, row.id, row.number, " · ".join(filter(None, (first, employer))), match[1], roles.get(match[1], ""),
            match[0], row.closed_on is None, row.type, row.type_version, row.state, row.unit, employer, row.owner or "",
            row.opened_on,
        )  # fmt: skip


def _shown(case: AnyRow, parties: Iterable[AnyRow], scope: Scope) -> list[AnyRow]:
    """The parties whose names this person may find the case by."""
    held = scope.is_everything or case.owner_id == scope.person_id or case.path.startswith(scope.paths)
    known = list(parties)
    if not case.secret or held or any(one.role == "applicant" and one.person_id == scope.person_id for one in known):
        return known
    return [party for party in known if party.role != "applicant"]


def _contracts(connection: Connection, scope: Scope, asked: Question, ids: Sequence[int]) -> Iterator[Hit]:
    for row in connection.execute(_CONTRACTS.where(scope.contracts()), {"ids": ids}):
        own = row.own_number or ""
        names = list(filter(None, (row.employer_name, row.union_name, row.organisation)))
        if match := asked.rank(names, list(filter(None, (row.number, own)))):
            yield Hit(
                Kind.CONTRACT, row.id, row.number, row.employer_name, match[1], "", match[0], row.standing not in ENDED,
                row.kind, state=row.standing, unit=row.unit, employer=row.employer_name, on=row.expires_on,
            )  # fmt: skip


def _organisations(connection: Connection, scope: Scope, asked: Question, ids: Sequence[int]) -> Iterator[Hit]:
    for row in connection.execute(_ORGANISATIONS.where(scope.units()), {"ids": ids}):
        if match := asked.rank([row.name], list(filter(None, (row.code, row.credit_code)))):
            yield Hit(
                Kind.ORGANISATION, row.id, row.code, row.name, match[1], "", match[0], row.closed_on is None, row.kind,
                unit=row.above or "",
            )  # fmt: skip


_READ = {Kind.CASE: _cases, Kind.CONTRACT: _contracts, Kind.ORGANISATION: _organisations}
