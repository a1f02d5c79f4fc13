"""The demo office's bargaining: told in `config/demo/bargaining.toml`, walked through the door, each step as of its own day."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from flows.clockwork import renewal_of
from flows.importing.door import Plan, PlannedStep, walk
from flows.office import Office
from models.base import AnyRow
from models.contracts import Contract
from models.people import Organisation, Person
from states.casetype import OPEN
from states.errors import BadDefinition

_CONTENT = Path(__file__).parents[2] / "config" / "demo" / "bargaining.toml"


def hold_talks(office: Office, today: date) -> int:
    """Walk every bargaining of the file up to `today`; how many steps were new. Raises `BadDefinition` if one is refused."""
    taken = 0
    for number, talk in enumerate(tomllib.loads(_CONTENT.read_text("utf-8"))["talks"]):
        with office.store.read() as connection:
            plan = _plan(connection, number, talk, today)
        walked = walk(office, plan)
        if walked.reasons:
            raise BadDefinition(f"{_CONTENT.name}: {talk['firm']}: {', '.join(one.code for one in walked.reasons)}")
        taken += walked.new_steps
    return taken


def _plan(connection: Connection, number: int, talk: Mapping[str, Any], today: date) -> Plan:
    firm = connection.execute(select(Organisation).where(Organisation.code == talk["firm"])).one()
    officers = connection.execute(select(Person.code, Person.id).where(Person.code == talk["officer"])).all()
    people = {row.code: row.id for row in officers}
    before = _contract(connection, firm.id, talk) if "follows" in talk else None
    opening = renewal_of(before) if before is not None else None
    answers = {"kind": talk["kind"], "employer": firm.name, "employer_id": firm.id}
    steps = [PlannedStep(OPEN, today + timedelta(days=talk["opened"]), {} if opening else answers)]
    for days, name, said in talk["steps"]:
        steps.append(PlannedStep(name, today + timedelta(days=days), _answers(said, today, people)))
    unit_id = before.unit_id if before is not None else firm.parent_id
    return Plan(f"talks:{number}", "bargaining", unit_id, people[talk["officer"]], tuple(steps), opening)


def _contract(connection: Connection, firm_id: int, talk: Mapping[str, Any]) -> AnyRow:
    """The contract that is renewed: of the ledger, or of a bargaining told before; the earliest of its kind."""
    query = select(
        Contract.id.label("contract_id"), Contract.expires_on.label("due_on"), Contract.expires_on, Contract.kind,
        Contract.scope, Contract.employer_name, Contract.employer_id, Contract.workers, Contract.women, Contract.pack,
        Contract.unit_id,
    ).where(Contract.employer_id == firm_id, Contract.kind == talk["kind"])  # fmt: skip
    from_talks = Contract.source == "case" if talk["follows"] == "talks" else Contract.source != "case"
    return connection.execute(query.where(from_talks).order_by(Contract.id).limit(1)).one()


def _answers(said: Any, today: date, people: Mapping[str, int]) -> Any:
    """The answers with days and persons put in: "@-30" is a day, the code of an officer his number."""
    if isinstance(said, Mapping):
        return {name: _answers(value, today, people) for name, value in said.items()}
    if isinstance(said, list):
        return [_answers(value, today, people) for value in said]
    if isinstance(said, str) and said.startswith("@"):
        return (today + timedelta(days=int(said[1:]))).isoformat()
    return people.get(said, said) if isinstance(said, str) else said
