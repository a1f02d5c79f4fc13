"""The register of contracts."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Query

from models import interface
from models.contracts_board import Wanted, register_page
from models.register import contract_whole
from web.access import TheOffice
from web.api.access import Reader
from web.api.cursors import keys_of, paged
from web.api.problems import not_found
from web.api.shapes import base
from web.api.shapes.base import Page
from web.api.shapes.office import ContractCase, ContractLine, ContractsAsking, ContractWhole
from web.api.told import contract_line, contract_values, deadline_shape

router = APIRouter(prefix="/contracts", tags=["contracts"])


@router.get("")
def contracts(office: TheOffice, caller: Reader, asked: Annotated[ContractsAsking, Query()]) -> Page[ContractLine]:
    """The contracts the caller sees, the next to expire first."""
    keys = keys_of("contracts", asked.cursor)
    after = (date.fromisoformat(keys[0]), int(keys[1])) if keys else None
    with office.store.read() as connection:
        path = interface.unit_path(connection, caller.scope, asked.unit) if asked.unit else ""
        if path is None:
            return Page(items=[])
        wanted = Wanted(
            kind=asked.kind, scope=asked.scope, standing=asked.standing, unit=path, expires_from=asked.expires_from,
            expires_to=asked.expires_to,
        )  # fmt: skip
        rows = register_page(connection, caller.scope, wanted, after, asked.limit + 1)
    return paged(rows, asked.limit, contract_line, "contracts", lambda row: (row.expires_on, row.id))


@router.get("/{number}")
def contract(office: TheOffice, caller: Reader, number: base.Number) -> ContractWhole:
    """One contract, by our number or the office's own, with its dates and its cases."""
    with office.store.read() as connection:
        found = contract_whole(connection, caller.scope, number)
        if found is None:
            raise not_found()
        unit = interface.unit_name(connection, found["unit_id"])
        seen = {
            row.number for row in interface.cases_by_number(connection, caller.scope, [c["number"] for c in found["cases"]])
        }
    row = SimpleNamespace(**{**found, "unit": unit, "own_number": found["more"].get("number")})
    clocks = [SimpleNamespace(**clock) for clock in found["deadlines"]]
    return ContractWhole(
        **contract_values(row), deadlines=[deadline_shape(clock, caller.lang, explain=True) for clock in clocks],
        cases=[ContractCase(**one) for one in found["cases"] if one["number"] in seen],
    )  # fmt: skip
