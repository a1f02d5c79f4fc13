"""The search index: a row of tokens for each case, contract and organisation, written with the step that names them.

`search_text.text` holds the tokens of `models.search_words` and those of the places from which the thing can be seen, so
that a narrow scope is looked up together with the name. A row's id is made of target and kind: newer things have higher ones.
SQLite keeps an FTS5 table beside it by triggers, PostgreSQL a GIN index; both see a row at the COMMIT that wrote it.

A row is written anew from what the store says, so parties that were taken back are no longer found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from models.cases import CaseFile, Party
from models.contracts import Contract
from models.offices import SearchText
from models.people import Organisation, Person
from models.search_words import name_tokens, number_tokens, plain
from models.session import Store

#: rows of one transaction of `rebuild`
CHUNK = 1000
#: names of one case that are indexed; a group dispute has more members than anybody looks for
MOST_NAMES = 2500
#: the step `id = target × KINDS + kind` of the index
_STRIDE = 4


class Kind(StrEnum):
    """What can be found; the value stands in `search_text.kind`."""

    CASE = "case"
    CONTRACT = "contract"
    ORGANISATION = "organisation"

    @property
    def no(self) -> int:
        """Its number within the ids of the index."""
        return _NUMBERS[self]

    @property
    def letter(self) -> str:
        """The letter before its places."""
        return "ctg"[self.no]


_NUMBERS = {kind: no for no, kind in enumerate(Kind)}


def row_id(kind: Kind, target_id: int) -> int:
    """The id of a row of the index."""
    return target_id * _STRIDE + kind.no


def is_indexed(case_id: Any) -> Any:
    """The condition that the case of that id has a row."""
    return exists().where(SearchText.id == case_id * _STRIDE + Kind.CASE.no)


def target_of(row: int) -> tuple[Kind, int]:
    """What a row of the index stands for."""
    return tuple(Kind)[row % _STRIDE], row // _STRIDE


@dataclass(frozen=True)
class SearchWords:
    """What something is found by, and from where it may be seen."""

    names: Sequence[str] = ()
    numbers: Sequence[str] = ()
    #: "u2" the unit 2 or one above, "o5" held by, "p5" a party to, "e9" chaired at
    places: Sequence[str] = ()

    def text(self, kind: Kind) -> str:
        """The tokens of its row."""
        found = dict.fromkeys([f"{kind.letter}a", *(f"{kind.letter}{place}" for place in self.places)])
        for number in filter(None, self.numbers):
            found.update(dict.fromkeys(number_tokens(number)))
        written = (number for number in self.numbers if not number.isascii())  # "杭劳集(2026)12号" is read like a name
        for name in list(dict.fromkeys(map(plain, (*self.names, *written))))[:MOST_NAMES]:
            found.update(dict.fromkeys(name_tokens(name)))
        return " ".join(found)


def index_rows(connection: Connection, kind: Kind, words: Mapping[int, SearchWords]) -> None:
    """Write those rows with one statement; one that says the same already is left alone."""
    if not words:
        return
    rows = [{"id": row_id(kind, key), "kind": kind, "target_id": key, "text": one.text(kind)} for key, one in words.items()]
    connection.execute(_WRITE[connection.dialect.name], rows)


def _write(dialect: Any) -> Any:
    made = dialect.insert(SearchText)
    text = made.excluded.text
    return made.on_conflict_do_update(index_elements=["id"], set_={"text": text}, where=SearchText.text != text)


#: made once: it is part of a step
_WRITE = {"sqlite": _write(sqlite), "postgresql": _write(postgresql)}


def refresh(connection: Connection, kind: Kind, ids: Iterable[int]) -> None:
    """Index those cases, contracts or organisations as the store has them now, in the caller's transaction."""
    wanted = sorted(set(ids))
    if wanted:
        index_rows(connection, kind, _READ[kind](connection, wanted))


def rebuild(store: Store) -> dict[str, int]:
    """Index everything anew, a transaction for every thousand; how many of each kind."""
    counts = {}
    for kind, table in _TABLES.items():
        done = at = 0
        while True:
            with store.write() as connection:
                ids = _next(connection, table, at)
                refresh(connection, kind, ids)
            if not ids:
                break
            done, at = done + len(ids), ids[-1]
        counts[str(kind)] = done
    return counts


def fill(connection: Connection) -> None:
    """Index everything of a store that comes from before the index, inside the transaction of its migration."""
    for kind in Kind:
        refresh_where(connection, kind)


def refresh_where(connection: Connection, kind: Kind, *where: Any) -> None:
    """Index everything of that kind for which the conditions hold, a thousand at a time, in the caller's transaction."""
    table, at = _TABLES[kind], 0
    while ids := _next(connection, table, at, *where):
        refresh(connection, kind, ids)
        at = ids[-1]


def _next(connection: Connection, table: Any, after: int, *where: Any) -> list[int]:
    query = select(table.id).where(table.id > after, *where)
    return list(connection.scalars(query.order_by(table.id).limit(CHUNK)))


def places_on(path: str) -> list[str]:
    """The units from which something at that path is seen."""
    return [f"u{part}" for part in path.split("/") if part]


# --- what the store says -------------------------------------------------------------------------------------------------

_IDS: Any = bindparam("ids", expanding=True)
_employer = aliased(Organisation)
_CASES = (
    select(
        CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.owner_id, CaseFile.employer_id, Organisation.path,
        Person.name.label("owner"), _employer.name.label("organisation"),
    )
    .join(Organisation, Organisation.id == CaseFile.unit_id)
    .outerjoin(Person, Person.id == CaseFile.owner_id)
    .outerjoin(_employer, _employer.id == CaseFile.employer_id)
    .where(CaseFile.id.in_(_IDS))
)  # fmt: skip
_PARTIES = (
    select(Party.case_id, Party.name, Party.person_id)
    .where(Party.case_id.in_(_IDS), Party.undone.is_(False))
    .order_by(Party.id)
)
_CONTRACTS = (
    select(
        Contract.id, Contract.number, Contract.employer_id, Contract.employer_name, Contract.union_name, Organisation.path,
        Contract.more["number"].as_string().label("own_number"), _employer.name.label("organisation"),
    )
    .join(Organisation, Organisation.id == Contract.unit_id)
    .outerjoin(_employer, _employer.id == Contract.employer_id)
    .where(Contract.id.in_(_IDS))
)  # fmt: skip
_ORGANISATIONS = select(
    Organisation.id, Organisation.code, Organisation.name, Organisation.credit_code, Organisation.path
).where(Organisation.id.in_(_IDS))


def _words_of_cases(connection: Connection, ids: Sequence[int]) -> dict[int, SearchWords]:
    parties: dict[int, list[Any]] = defaultdict(list)
    for party in connection.execute(_PARTIES, {"ids": ids}):
        parties[party.case_id].append(party)
    found = {}
    for row in connection.execute(_CASES, {"ids": ids}):
        places = places_on(row.path)
        if row.owner_id is not None:
            places.append(f"o{row.owner_id}")
        if row.employer_id is not None and row.type == "bargaining":
            places.append(f"e{row.employer_id}")
        places += [f"p{party.person_id}" for party in parties[row.id] if party.person_id is not None]
        names = [party.name for party in parties[row.id]]
        found[row.id] = SearchWords([row.owner or "", row.organisation or "", *names], [row.number], places)
    return found


def _words_of_contracts(connection: Connection, ids: Sequence[int]) -> dict[int, SearchWords]:
    found = {}
    for row in connection.execute(_CONTRACTS, {"ids": ids}):
        places = places_on(row.path)
        if row.employer_id is not None:
            places.append(f"e{row.employer_id}")
        names = [row.employer_name, row.union_name, row.organisation or ""]
        found[row.id] = SearchWords(names, [row.number, row.own_number or ""], places)
    return found


def _words_of_organisations(connection: Connection, ids: Sequence[int]) -> dict[int, SearchWords]:
    return {
        row.id: SearchWords([row.name], [row.code, row.credit_code], places_on(row.path))
        for row in connection.execute(_ORGANISATIONS, {"ids": ids})
    }


_READ: dict[Kind, Callable[[Connection, Sequence[int]], dict[int, SearchWords]]] = {
    Kind.CASE: _words_of_cases,
    Kind.CONTRACT: _words_of_contracts,
    Kind.ORGANISATION: _words_of_organisations,
}
_TABLES: dict[Kind, Any] = {Kind.CASE: CaseFile, Kind.CONTRACT: Contract, Kind.ORGANISATION: Organisation}
