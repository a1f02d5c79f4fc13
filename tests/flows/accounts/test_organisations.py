"""The tree of organisations: paths stay right, nobody reaches beyond his own branch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flows.accounts.people import add_organisation, change_organisation, close_organisation
from flows.office_journal import Deed
from models.casebook import positions_of
from models.offices import OfficeEvent
from models.people import Organisation
from models.queries import case_by_number
from models.scope import scope_of
from tests.factories import DISTRICT, ELSEWHERE, FACTORY, STREET, Town
from tests.flows.accounts.coming_in import refused

ADMIN = "administrator"


def add(town: Town, parent: int | None = STREET, by: str | None = ADMIN, code: str = "QB1", **more: Any) -> int:
    who = town.people[by] if by else None
    return add_organisation(town.office, who, code, more.pop("name", "清波社区"), more.pop("kind", "community"), parent, **more)


def change(town: Town, unit: int, by: str | None = ADMIN, **values: Any) -> None:
    change_organisation(town.office, town.people[by] if by else None, unit, **values)


def paths(town: Town) -> dict[int, str]:
    return {row.id: row.path for row in town.rows(Organisation)}


def unit(town: Town, unit_id: int) -> Any:
    return town.one(Organisation, Organisation.id == unit_id)


def last_deed(town: Town) -> Any:
    return town.rows(OfficeEvent)[-1]


def test_a_new_unit_hangs_below_its_parent(town: Town) -> None:
    made = add(town, code=" QB1 ", pack="cn-zhejiang", mediates=True, workers=12)
    row = unit(town, made)
    assert (row.code, row.path, row.parent_id, row.pack, row.mediates, row.workers) == (
        "QB1", f"/1/2/{made}/", STREET, "cn-zhejiang", True, 12,
    )  # fmt: skip
    assert (last_deed(town).deed, last_deed(town).unit_id) == (Deed.UNIT_ADDED, made)
    root = add(town, None, None, "root2")
    assert unit(town, root).path == f"/{root}/"


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"code": ""}, ["code_not_possible"]),
        ({"code": "a b"}, ["code_not_possible"]),
        ({"code": "garment"}, ["code_taken"]),
        ({"name": ""}, ["name_missing"]),
        ({"kind": "castle"}, ["not_a_choice"]),
        ({"pack": "cn-nowhere"}, ["not_a_choice"]),
        ({"credit_code": "1" * 19}, ["too_long"]),
        ({"workers": -1}, ["not_possible"]),
        ({"name": " ", "kind": "", "code": "garment"}, ["name_missing", "not_a_choice", "code_taken"]),
        ({"parent": ELSEWHERE}, ["unit_not_found"]),
        ({"parent": 999}, ["unit_not_found"]),
        ({"parent": None}, ["parent_missing"]),
        ({"by": "supervisor"}, ["not_administrator"]),
    ],
)
def test_what_is_refused_of_a_unit(town: Town, change: dict[str, Any], codes: list[str]) -> None:
    before = paths(town)
    with refused(*codes):
        add(town, **change)
    assert paths(town) == before
    assert town.count(OfficeEvent) == 0


def test_changes_say_which_fields_and_not_what_stood_there(town: Town) -> None:
    change(town, FACTORY, name=" 新制衣厂工会 ", workers=90)
    assert (unit(town, FACTORY).name, unit(town, FACTORY).workers) == ("新制衣厂工会", 90)
    assert (last_deed(town).deed, last_deed(town).detail) == (Deed.UNIT_CHANGED, {"fields": ["name", "workers"]})
    with refused("name_missing"):
        change(town, FACTORY, name="")
    with refused("unit_not_found"):
        change(town, ELSEWHERE, name="我们的")
    with pytest.raises(TypeError):
        change(town, FACTORY, path="/4/3/")


# --- moving -------------------------------------------------------------------------------------------------------------


def test_a_move_takes_the_whole_subtree_along_in_one_statement(town: Town) -> None:
    workshop = add(town, FACTORY, code="W1")
    with town.statements() as seen:
        change(town, STREET, None, parent_id=ELSEWHERE)
    assert paths(town) == {1: "/1/", 2: "/4/2/", 3: "/4/2/3/", 4: "/4/", workshop: f"/4/2/3/{workshop}/"}
    assert unit(town, STREET).parent_id == ELSEWHERE
    assert len([one for one in seen if one.startswith("UPDATE organisation SET path")]) == 1
    assert last_deed(town).detail == {"before": DISTRICT, "parent": ELSEWHERE}
    with town.office.store.read() as connection:
        assert ("mediator", "/4/2/") in positions_of(connection, town.people["mediator"], town.today)


def test_who_sees_a_case_moves_with_its_unit(town: Town) -> None:
    case = town.dispute()
    change(town, STREET, None, parent_id=ELSEWHERE)
    for person, sees in (("supervisor", False), ("stranger", True), ("mediator", True)):
        with town.office.store.read() as connection:
            scope = scope_of(connection, town.people[person], town.today)
            assert (case_by_number(connection, scope, case.number) is not None) == sees


def test_only_whole_numbers_of_a_path_are_moved(town: Town) -> None:
    """/1/2/ is not above /1/21/."""
    town.add(Organisation, id=21, code="u21", name="第二十一", kind="community", path="/1/21/", parent_id=1)
    change(town, STREET, None, parent_id=ELSEWHERE)
    assert paths(town)[21] == "/1/21/"


def test_up_to_the_root_and_back(town: Town) -> None:
    change(town, STREET, None, parent_id=None)
    assert paths(town)[FACTORY] == "/2/3/"
    change(town, STREET, None, parent_id=DISTRICT)
    assert paths(town)[FACTORY] == "/1/2/3/"
    change(town, STREET, None, parent_id=DISTRICT)
    assert town.count(OfficeEvent) == 2, "where it is already is no move"


@pytest.mark.parametrize("parent", [STREET, FACTORY])
def test_nothing_hangs_below_itself(town: Town, parent: int) -> None:
    before = paths(town)
    with refused("below_itself"):
        change(town, STREET, parent_id=parent, name="不会改的")
    assert paths(town) == before
    assert unit(town, STREET).name == "清波街道总工会", "a refusal leaves all as it was"


def test_an_administrator_moves_inside_his_branch_only(town: Town) -> None:
    other = add(town, DISTRICT, code="nanxing", kind="subdistrict")
    change(town, FACTORY, parent_id=other)
    assert paths(town)[FACTORY] == f"/1/{other}/3/"
    with refused("unit_not_found"):
        change(town, FACTORY, parent_id=ELSEWHERE)
    with refused("parent_missing"):
        change(town, STREET, parent_id=None)


# --- closing ------------------------------------------------------------------------------------------------------------


def test_a_unit_is_closed_when_nothing_is_in_it_any_more(town: Town) -> None:
    town.dispute(unit=FACTORY, by="steward")
    by = town.people[ADMIN]
    with refused("units_below"):
        close_organisation(town.office, by, STREET, town.today)
    with refused("open_cases"):
        close_organisation(town.office, by, FACTORY, town.today)
    with refused("unit_not_found"):
        close_organisation(town.office, by, ELSEWHERE, town.today)
    empty = add(town, FACTORY, code="W1")
    day = town.today + timedelta(days=3)
    close_organisation(town.office, by, empty, day)
    assert unit(town, empty).closed_on == day
    assert (last_deed(town).deed, last_deed(town).detail) == (Deed.UNIT_CLOSED, {"on": str(day)})


def test_positions_end_with_their_unit_and_nothing_new_hangs_below(town: Town) -> None:
    by = town.people[ADMIN]
    close_organisation(town.office, by, FACTORY, town.today)
    with town.office.store.read() as connection:
        assert positions_of(connection, town.people["chair"], town.today) == []
    with refused("parent_closed"):
        add(town, FACTORY)
    with refused("parent_closed"):
        change(town, STREET, None, parent_id=FACTORY)
    close_organisation(town.office, by, STREET, town.today)
