"""Whom and what the answers of a request name by number: it must be there, and the actor must be able to see it.

An employer, the contract that is followed, the person a case is given to: their ids come from outside like everything else
(pages, REST, command line), so the door asks for each of them within its own transaction. Absent and hidden get one answer,
which names the field. The clock and the operator name what they like, as long as it exists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from config.rules import pack_keys
from models.casebook import CaseRow, positions_of
from models.contracts import Contract
from models.people import Organisation, Person
from models.scope import Scope, scope_from
from models.staff import works_as
from states.casetype import OPEN, Step
from states.errors import InvalidAnswers, Reason
from states.labels import Label
from states.roles import BARGAINERS, MEDIATORS, Role

#: fields that name somebody of the office, and what he must be
PEOPLE: Mapping[str, frozenset[Role]] = {"mediator": MEDIATORS, "officer": BARGAINERS}
EMPLOYER, CONTRACT, PACK = "employer_id", "predecessor_id", "pack"
#: the largest id a row can have
LARGEST = 2**63 - 1
_TEXT = {
    EMPLOYER: Label("没有这一用人单位,或您无权查看", "there is no such employer, or you may not see it"),
    CONTRACT: Label("没有这一合同,或您无权查看", "there is no such contract, or you may not see it"),
    PACK: Label("没有这一规则包", "there is no such rule pack"),
}
_ASK = Label("请从列表选取,或核对编号", "choose from the list, or check the number")


def number_in(answers: Mapping[str, Any], name: str) -> int | None:
    """The id that stands in that answer; None for none, and for what is no id (the form refuses it by itself)."""
    given = answers.get(name)
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit() and len(given) < 20:
        given = int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= LARGEST else None


def not_to_be_named(name: str) -> Reason:
    """The reason against a number that stands for nothing the actor may name."""
    return Reason("not_a_choice", _TEXT.get(name, _NOBODY), _ASK, name)


_NOBODY = Label("没有这位承办人,或不能在此选择", "there is nobody like that, or the case cannot be given to him")


@dataclass
class Named:
    """What the requests of one transaction name. Asked for once, whatever their number."""

    connection: Connection
    day: date
    employers: dict[int, str] = field(default_factory=dict)
    #: contract → (path of its unit, its employer)
    contracts: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    _held: dict[int, Sequence[tuple[str, str]]] = field(default_factory=dict)
    _works: dict[tuple[int, str, int | None], Collection[str]] = field(default_factory=dict)

    def look_up(self, requests: Sequence[Any]) -> Named:
        """Find the employers and contracts of those openings."""
        asked = [request.answers for request in requests if request.step == OPEN]
        found = {name: {one for answers in asked if (one := number_in(answers, name))} for name in (EMPLOYER, CONTRACT)}
        if found[EMPLOYER]:
            query = select(Organisation.id, Organisation.path).where(Organisation.id.in_(found[EMPLOYER]))
            self.employers = {row.id: row.path for row in self.connection.execute(query)}
        if found[CONTRACT]:
            made = select(Contract.id, Organisation.path, Contract.employer_id)
            made = made.join(Organisation, Organisation.id == Contract.unit_id).where(Contract.id.in_(found[CONTRACT]))
            self.contracts = {row.id: (row.path, row.employer_id) for row in self.connection.execute(made)}
        return self

    def must_fit(self, request: Any, case: CaseRow, step: Step) -> None:
        """Raise `InvalidAnswers` with every number the actor may not name here."""
        reasons = list(self._against_opening(request, case) if step.name == OPEN else self._against_people(request, case, step))
        if reasons:
            raise InvalidAnswers(reasons)

    def _against_opening(self, request: Any, case: CaseRow) -> Iterator[Reason]:
        held = self._positions(request.actor_id)
        scope = None if request.actor_id is None else scope_from(request.actor_id, held)
        employer, contract = (number_in(request.answers, name) for name in (EMPLOYER, CONTRACT))
        if request.answers.get(EMPLOYER) is not None and not _sees(scope, self.employers.get(employer or 0), employer):
            yield not_to_be_named(EMPLOYER)
        if request.answers.get(CONTRACT) is not None:
            path, of_employer = self.contracts.get(contract or 0, (None, None))
            if not _sees(scope, path, of_employer):
                yield not_to_be_named(CONTRACT)
        if held and not any(case.unit_path.startswith(path) or path.startswith(case.unit_path) for _, path in held):
            yield Reason("no_unit", _NO_UNIT, _ASK, "unit")

    def _against_people(self, request: Any, case: CaseRow, step: Step) -> Iterator[Reason]:
        for name, roles in PEOPLE.items():
            if name in step.asks.model_fields and request.answers.get(name) is not None:
                person = number_in(request.answers, name)
                if person is None or not self._may_work(person, roles, case, request.actor_id):
                    yield not_to_be_named(name)

    def _may_work(self, person_id: int, roles: frozenset[Role], case: CaseRow, actor_id: int | None) -> bool:
        """Whether the person holds one of those positions around the case, or in the units of whoever gives it to him."""
        if actor_id is None:
            return self.connection.execute(select(Person.id).where(Person.id == person_id)).first() is not None
        key = (person_id, case.unit_path, actor_id)
        if key not in self._works:
            paths = {case.unit_path, *(path for _, path in self._positions(actor_id))}
            self._works[key] = works_as(self.connection, person_id, sorted(paths), self.day)
        return not roles.isdisjoint(self._works[key])

    def _positions(self, actor_id: int | None) -> Sequence[tuple[str, str]]:
        if actor_id is None:
            return ()
        if actor_id not in self._held:
            self._held[actor_id] = positions_of(self.connection, actor_id, self.day)
        return self._held[actor_id]


_NO_UNIT = Label("没有这一单位,或您无权在此登记", "there is no such unit, or you may not open a case there")


def _sees(scope: Scope | None, path: str | None, employer_id: int | None) -> bool:
    """Whether what lies at that path, or is that employer's, is there for the actor; without a scope, whether it is there."""
    if path is None:
        return False
    return scope is None or employer_id in scope.employers or any(path.startswith(one) for one in scope.paths)


def pack_of(answers: Mapping[str, Any], otherwise: str) -> str:
    """The rule pack an opening names, else the other one. Raises `InvalidAnswers` for one that is not on file."""
    named = str(answers.get(PACK) or "").strip()
    if named and named not in pack_keys():
        raise InvalidAnswers([not_to_be_named(PACK)])
    return named or otherwise
