"""An empty office is founded once, with the code the operator was shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.accounts.first_start import found, found_office, setup_code
from flows.accounts.sessions import sign_in
from flows.office import Office, open_office
from flows.office_journal import Deed
from models.offices import OfficeEvent
from models.people import Organisation, Person, Position
from tests.clock import Clock
from tests.factories import Town
from tests.flows.accounts.coming_in import HERE, SECRET, refused
from tests.stores import lay_tables


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Town]:
    """An office without anything in it."""
    clock = Clock()
    office = open_office(lay_tables(tmp_path), clock)
    yield Town(office, clock)
    office.store.close()


def code_of(office: Office) -> str:
    code = setup_code(office)
    assert code
    return code


def test_the_code_is_kept_as_a_hash_for_the_owner_alone(empty: Town) -> None:
    code, file = code_of(empty.office), empty.office.settings.home / "setup.code"
    assert code not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert setup_code(empty.office) != code


def test_the_office_is_founded_and_its_administrator_signs_in(empty: Town) -> None:
    code = code_of(empty.office)
    person_id = found(empty.office, f" {code.upper()} ", " 示例区总工会 ", "admin", "赵管理", SECRET)
    unit, person, held = empty.one(Organisation), empty.one(Person), empty.one(Position)
    assert (unit.name, unit.path, unit.pack, unit.mediates) == ("示例区总工会", f"/{unit.id}/", "cn", True)
    assert (person.id, person.code, person.name, person.must_change) == (person_id, "admin", "赵管理", False)
    assert (held.person_id, held.organisation_id, held.role) == (person_id, unit.id, "administrator")
    assert sign_in(empty.office, "admin", SECRET, origin=HERE).confirmed
    assert [row.deed for row in empty.rows(OfficeEvent)] == [Deed.OFFICE_FOUNDED]
    assert not (empty.office.settings.home / "setup.code").exists()


def test_it_works_once(empty: Town) -> None:
    code = code_of(empty.office)
    found(empty.office, code, "示例区总工会", "admin", "赵管理", SECRET)
    with refused("wrong_setup_code"):
        found(empty.office, code, "别的总工会", "admin2", "钱管理", SECRET)
    assert setup_code(empty.office) is None
    with refused("already_founded"):
        found_office(empty.office, "别的总工会", "HQ", "cn", "admin2")
    assert empty.count(Organisation) == empty.count(Person) == 1


def test_a_code_left_lying_about_opens_no_founded_office(empty: Town) -> None:
    code = code_of(empty.office)
    found_office(empty.office, "示例区总工会", "SL", "cn-zhejiang", "admin")
    with refused("already_founded"):
        found(empty.office, code, "别的总工会", "admin2", "钱管理", SECRET)
    assert setup_code(empty.office) is None
    assert not (empty.office.settings.home / "setup.code").exists()


def test_everything_wrong_is_said_at_once_and_the_code_stays_good(empty: Town) -> None:
    with refused("wrong_setup_code", "name_missing", "code_not_possible", "name_missing", "password_too_short"):
        found(empty.office, "", "", "a b", " ", "kurz")
    code = code_of(empty.office)
    with refused("wrong_setup_code"):
        found(empty.office, "falsch", "示例区总工会", "admin", "赵管理", SECRET)
    with refused("password_own_name"):
        found(empty.office, code, "示例区总工会", "administrator-x", "赵管理", "administrator-x1")
    assert empty.count(Organisation) == 0
    found(empty.office, code, "示例区总工会", "admin", "赵管理", SECRET)


def test_a_new_code_makes_the_old_one_void(empty: Town) -> None:
    old, new = code_of(empty.office), code_of(empty.office)
    with refused("wrong_setup_code"):
        found(empty.office, old, "示例区总工会", "admin", "赵管理", SECRET)
    found(empty.office, new, "示例区总工会", "admin", "赵管理", SECRET)
