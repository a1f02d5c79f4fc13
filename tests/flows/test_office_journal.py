"""The office's journal: append-only, and read by those whose units and cases it concerns."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from flows.office_journal import Deed, deeds, record
from models.scope import EVERYTHING, scope_of
from tests.factories import DISTRICT, ELSEWHERE, STREET, Town


def write(town: Town, deed: Deed, actor: str | None = None, **rest: object) -> None:
    with town.office.store.write() as connection:
        record(connection, town.office.now(), deed, actor_id=town.people[actor] if actor else None, **rest)  # type: ignore[arg-type]


def read(town: Town, person: str | None, **wanted: object) -> list[str]:
    with town.office.store.read() as connection:
        scope = scope_of(connection, town.people[person], town.today) if person else EVERYTHING
        return [row.deed for row in deeds(connection, scope, **wanted)]  # type: ignore[arg-type]


def test_who_reads_what(town: Town) -> None:
    case = town.dispute()
    write(town, Deed.IDENTITY_SHOWN, "mediator", case_id=case.id)
    write(town, Deed.UNIT_CHANGED, unit_id=STREET)
    write(town, Deed.POSITION_GIVEN, person_id=town.people["worker"], unit_id=DISTRICT)
    write(town, Deed.LIST_EXPORTED, "stranger", unit_id=ELSEWHERE)
    write(town, Deed.SETTINGS_SEEN)
    shown, unit, position, export, settings = (
        "identity_shown",
        "unit_changed",
        "position_given",
        "list_exported",
        "settings_seen",
    )
    assert read(town, None) == [settings, export, position, unit, shown]
    assert read(town, "supervisor") == [position, unit, shown]
    assert read(town, "mediator") == [unit, shown]
    assert read(town, "steward") == []
    assert read(town, "stranger") == [export]
    assert read(town, "worker") == [position], "what was done to him"


def test_names_and_numbers_come_along(town: Town) -> None:
    case = town.dispute()
    write(town, Deed.PAPER_SENT, "mediator", case_id=case.id, person_id=town.people["worker"], paper="mediation_agreement")
    with town.office.store.read() as connection:
        (row,) = deeds(connection, EVERYTHING)
    assert (row.actor, row.person, row.number, row.unit) == ("李调解", "张三", case.number, "清波街道总工会")
    assert row.detail == {"paper": "mediation_agreement"}
    assert row.at == town.office.now()


def test_it_is_asked_by_deed_person_case_and_page(town: Town) -> None:
    case = town.dispute()
    for number in range(5):
        write(town, Deed.SESSION_ENDED, "mediator", unit_id=STREET, number=number)
    write(town, Deed.TOKEN_MADE, "colleague", person_id=town.people["worker"], case_id=case.id)
    assert read(town, None, limit=2) == ["token_made", "session_ended"]
    assert read(town, None, deed=Deed.TOKEN_MADE) == ["token_made"]
    assert len(read(town, None, actor_id=town.people["mediator"])) == 5
    assert read(town, None, person_id=town.people["worker"], case_id=case.id) == ["token_made"]
    with town.office.store.read() as connection:
        last = deeds(connection, EVERYTHING, limit=3)[-1]
    assert len(read(town, None, before=last.id)) == 3


@pytest.mark.parametrize("statement", ["UPDATE office_event SET deed = 'x'", "DELETE FROM office_event"])
def test_nothing_is_taken_back(town: Town, statement: str) -> None:
    write(town, Deed.SETTINGS_SEEN)
    with pytest.raises(DBAPIError, match="append-only"), town.office.store.write() as connection:
        connection.exec_driver_sql(statement)


def test_every_deed_has_two_names_and_fits_its_column() -> None:
    for deed in Deed:
        assert deed.zh != deed.en
        assert len(deed) <= 40
