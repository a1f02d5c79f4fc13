"""Prepared statements: the same as SQLAlchemy's own execution, and as silent about what was typed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from flows.deadlines import _DUE
from models.people import Person
from models.prepared import Prepared
from tests.factories import Town

_ENTER = Prepared(
    insert(Person.__table__).inline(),  # type: ignore[arg-type]
    "code", "name", "phone", "identity", "email", "language", "password", "must_change",
    "second_factor", "left_on",
)  # fmt: skip
_BY_CODE = Prepared(select(Person.name, Person.phone, Person.left_on).where(Person.code == bindparam("code")))
_RENAME = Prepared(update(Person).where(Person.code == bindparam("b_code")).values(name=bindparam("name")))


def row(code: str, **more: object) -> dict[str, object]:
    blank: dict[str, object] = {
        "phone": "",
        "identity": "",
        "email": "",
        "language": "zh",
        "password": "",
        "must_change": False,
        "second_factor": "",
    }
    blank |= {"left_on": None}
    return {"code": code, "name": "王五", **blank, **more}


def test_values_come_back_as_they_were_written_and_personal_ones_lie_sealed(town: Town) -> None:
    with town.office.store.write() as connection:
        assert _ENTER.write(connection, [row("a", phone="13800138000", left_on=date(2026, 11, 30)), row("b")]) == 2
        assert _RENAME.write(connection, [{"b_code": "b", "name": "赵六"}]) == 1
    with town.office.store.read() as connection:
        assert _BY_CODE.rows(connection, {"code": "a"}) == [("王五", "13800138000", date(2026, 11, 30))]
        assert _BY_CODE.rows(connection, {"code": "b"}) == [("赵六", "", None)]
        assert _BY_CODE.rows(connection, {"code": "nobody"}) == []
        stored = connection.exec_driver_sql("SELECT phone FROM person WHERE code = 'a'").scalar_one()
        assert "13800138000" not in stored


def test_a_broken_rule_is_a_database_error_that_names_nobody(town: Town) -> None:
    with pytest.raises(IntegrityError) as caught, town.office.store.write() as connection:
        _ENTER.write(connection, [row("twice", name="张三丰"), row("twice", name="张三丰")])
    assert isinstance(caught.value, DBAPIError)
    assert "张三丰" not in str(caught.value)
    assert town.count(Person, Person.code == "twice") == 0


def test_a_row_without_one_of_its_columns_is_a_mistake_of_ours(town: Town) -> None:
    with pytest.raises(KeyError), town.office.store.write() as connection:
        _ENTER.write(connection, [{"code": "c", "name": "无"}])


def test_a_rule_broken_in_a_swift_transaction_leaves_nothing(town: Town) -> None:
    with pytest.raises(IntegrityError), town.office.store.write_swiftly() as connection:
        _ENTER.write(connection, [row("twice"), row("twice")])
    assert town.count(Person, Person.code == "twice") == 0


@pytest.mark.sqlite("the plan is that of its planner")
def test_the_sweep_reads_one_range_of_one_index_and_asks_nothing_row_by_row(town: Town) -> None:
    with town.office.store.read() as connection:
        text = _DUE.compile(dialect=connection.dialect)
        values = {**text.params, "today": town.iso()}
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", tuple(values[name] for name in text.positiontup))
        steps = [step.detail for step in plan]
    assert any("ix_deadline_next_on" in step for step in steps), steps
    assert not any("CORRELATED" in step for step in steps), "a million cases made such a sweep take minutes"
    assert not any(step.startswith("SCAN case_file") for step in steps), steps
