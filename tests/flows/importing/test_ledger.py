"""An office brings its own ledger: the tree, the people, the register, and the disputes on its desks."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from flows.importing import import_ledger, write_template
from flows.importing.book import SHEETS, ledger_profiles, write_book
from flows.office import Office
from models.cases import CaseEvent, CaseFile
from models.deadlines import Deadline
from models.people import Organisation, Person, Position
from states.errors import NotPermitted

UNITS, PEOPLE, CONTRACTS, DISPUTES = SHEETS
TREE = [
    {"code": "QB-1", "name": "横杨社区联合工会", "kind": "社区联合工会", "parent": "QB"},
    {"code": "YS", "name": "演示区总工会", "kind": "区县总工会", "mediates": "是"},
    {"code": "QB", "name": "清波街道总工会", "kind": "街道(乡镇)总工会", "parent": "YS", "mediates": "是"},
    {"code": "F1", "name": "金波铜业有限公司", "kind": "employer", "parent": "QB"},
]
STAFF = [
    {"code": "M1", "name": "林清和", "organisation": "QB", "role": "调解员", "phone": "139 0000 0001"},
    {"code": "G1", "name": "施协平", "organisation": "QB", "role": "集体协商指导员"},
    {"code": "M1", "name": "林清和", "organisation": "YS", "role": "督办", "from_on": date(2026, 4, 1)},
]
PERFORMING = {
    "number": "1", "unit": "QB", "registered_on": date(2026, 4, 1), "applicant": "王示例", "employer": "金波铜业有限公司",
    "cause": "拖欠劳动报酬", "summary": "两月工资未付。", "amount": "6000", "state": "履行中", "mediator": "M1",
    "identity": "11010519491231002X", "phone": "13900000002",
    "accepted_on": date(2026, 4, 3), "session_on": date(2026, 4, 8), "signed_on": date(2026, 4, 9),
    "agreed_amount": "6000", "instalments": "2026-05-01 3000 已付 2026-05-02; 2026-06-01 3000",
}  # fmt: skip


def dispute(number: str, state: str, **more: Any) -> dict[str, Any]:
    """A dispute of the ledger that came in on 10 May."""
    kept = {name: PERFORMING[name] for name in ("unit", "applicant", "employer", "cause", "summary", "mediator")}
    return {**kept, "number": number, "state": state, "registered_on": date(2026, 5, 10), **more}


def load(office: Office, tmp_path: Path, rows: dict[str, list[dict[str, Any]]], name: str = "ledger.xlsx") -> Any:
    return import_ledger(office, write_book(tmp_path / name, rows), unit_id=None, actor_id=None)


def whole(**more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {UNITS: TREE, PEOPLE: STAFF, **{SHEETS[int(name[1:])]: rows for name, rows in more.items()}}


def refused(report: Any) -> dict[str, list[tuple[str, str]]]:
    return {
        one.profile: [(reason.field, reason.code) for reason in one.tally.reasons] for one in report.sheets if one.tally.reasons
    }


def test_the_template_opens_and_its_own_examples_import_cleanly(empty_office: Office, tmp_path: Path) -> None:
    blank = CalamineWorkbook.from_path(write_template(tmp_path / "blank.xlsx"))
    assert blank.sheet_names == ["说明", "单位", "人员", "合同", "争议"]
    assert blank.get_sheet_by_name("人员").to_python()[0][0] == "人员编码*\nPerson code"
    assert all(len(blank.get_sheet_by_name(name).to_python()) == 1 for name in blank.sheet_names[1:])
    filled = write_template(tmp_path / "filled.xlsx", with_examples=True)
    report = import_ledger(empty_office, filled, unit_id=None, actor_id=None)
    assert [one.tally.refused for one in report.sheets] == [0, 0, 0, 0]
    assert [one.added for one in report.sheets] == [3, 1, 1, 1]


def test_an_empty_template_loads_as_nothing(office: Office, tmp_path: Path) -> None:
    report = import_ledger(office, write_template(tmp_path / "blank.xlsx"), unit_id=1, actor_id=None)
    assert [one.tally.rows for one in report.sheets] == [0, 0, 0, 0]


def test_the_tree_hangs_together_whatever_the_order(empty_office: Office, tmp_path: Path) -> None:
    load(empty_office, tmp_path, whole())
    with empty_office.store.read() as connection:
        rows = {row.code: row for row in connection.execute(select(Organisation.__table__))}
        person = connection.execute(select(Person).where(Person.code == "M1")).one()
        sealed = connection.execute(text("SELECT phone FROM person WHERE code = 'M1'")).scalar_one()
        positions = connection.execute(select(Position.role, Position.from_on).order_by(Position.id)).all()
    assert rows["QB-1"].path == f"/{rows['YS'].id}/{rows['QB'].id}/{rows['QB-1'].id}/"
    assert rows["QB-1"].parent_id == rows["QB"].id
    assert rows["YS"].parent_id is None
    assert (person.name, person.phone) == ("林清和", "13900000001")
    assert "139" not in sealed[:10]
    assert len(positions) == 3


def test_circles_strangers_and_doubles_are_refused(empty_office: Office, tmp_path: Path) -> None:
    units = [
        *TREE,
        {"code": "A", "name": "甲", "kind": "企业工会", "parent": "B"},
        {"code": "B", "name": "乙", "kind": "企业工会", "parent": "A"},
        {"code": "C", "name": "丙", "kind": "企业工会", "parent": "B"},
        {"code": "D", "name": "丁", "kind": "企业工会", "parent": "nobody"},
        {"code": "QB", "name": "清波", "kind": "街道(乡镇)总工会", "parent": "YS", "pack": "cn-atlantis"},
    ]
    people = [
        {"code": "P", "name": "甲", "organisation": "C", "role": "调解员"},
        {"code": "M1", "name": "林清", "organisation": "QB", "role": "厂长", "identity": "110105194912310021"},
    ]
    report = load(empty_office, tmp_path, {UNITS: units, PEOPLE: [*STAFF, *people]})
    found = refused(report)
    assert sorted(found["ledger-organisations"]) == [
        ("code", "key_twice"), ("pack", "not_a_choice"), ("parent", "cycle"),
        ("parent", "parent_refused"), ("parent", "unknown_code"),
    ]  # fmt: skip
    assert sorted(found["ledger-people"]) == [
        ("code", "name_differs"), ("identity", "identity_wrong"), ("organisation", "unknown_code"), ("role", "not_a_choice"),
    ]  # fmt: skip
    assert report.sheets[0].tally.refused == 5
    book = CalamineWorkbook.from_path(report.refused_file)
    assert book.sheet_names == ["单位", "人员"]
    assert all("110105194912310021" not in str(one.counts()) for one in report.sheets)


def test_a_dispute_stands_where_the_ledger_says_by_real_steps(empty_office: Office, tmp_path: Path) -> None:
    rows = [
        PERFORMING,
        dispute("2", "已登记"),
        dispute("3", "已受理", accepted_on=date(2026, 5, 12)),
        dispute("4", "调解中", accepted_on=date(2026, 5, 12), session_on=date(2026, 5, 25), claimants="12",
                representatives="甲、乙、丙"),
    ]  # fmt: skip
    report = load(empty_office, tmp_path, whole(_3=rows))
    assert refused(report) == {}
    with empty_office.store.read() as connection:
        cases = connection.execute(select(CaseFile.state, CaseFile.opened_on).order_by(CaseFile.id)).all()
        steps = connection.execute(
            select(CaseEvent.step).where(CaseEvent.case_id == 1).order_by(CaseEvent.seq)
        ).scalars().all()  # fmt: skip
        open_ = connection.execute(
            select(Deadline.rule, Deadline.due_on).where(Deadline.case_id == 1, Deadline.status == "open")
        ).all()
    assert [tuple(case) for case in cases] == [
        ("performing", date(2026, 4, 1)), ("registered", date(2026, 5, 10)), ("accepted", date(2026, 5, 10)),
        ("mediating", date(2026, 5, 10)),
    ]  # fmt: skip
    assert steps == [
        "open", "assign_mediator", "apply", "accept", "schedule_session", "hold_session", "agree", "sign_agreement",
        "record_payment",
    ]  # fmt: skip
    assert ("performance", date(2026, 6, 1)) in [tuple(row) for row in open_]
    assert ("performance", date(2026, 5, 1)) not in [tuple(row) for row in open_]


def test_a_dispute_that_cannot_stand_there_says_why(empty_office: Office, tmp_path: Path) -> None:
    rows = [
        dispute("1", "调解中", session_on=date(2026, 5, 25)),
        dispute("2", "已受理", accepted_on=date(2026, 5, 9)),
        dispute("3", "已受理", accepted_on=date(2026, 5, 30), mediator="G1"),
        dispute("4", "已受理", accepted_on=date(2026, 5, 12), claimants="10"),
        {**PERFORMING, "agreed_amount": "5000", "number": "5"},
        {**PERFORMING, "instalments": "每月三千", "number": "6"},
        dispute("7", "已登记", unit="WJ"),
        dispute("7", "已登记", summary="同号。"),
        dispute("7", "已登记", summary="同号又一。"),
    ]
    report = load(empty_office, tmp_path, whole(_3=rows))
    assert set(refused(report)["ledger-disputes"]) == {
        ("accepted_on", "needed_for"), ("accepted_on", "before_start"), ("accepted_on", "in_future"),
        ("mediator", "not_a_mediator"), ("representatives", "needed_for"), ("agreed_amount", "sum_differs"),
        ("instalments", "bad_instalments"), ("unit", "unknown_code"), ("number", "key_twice"),
    }  # fmt: skip
    assert (report.sheets[-1].tally.accepted, report.sheets[-1].added) == (1, 1)


def test_what_only_the_door_can_know_comes_back_as_a_reason_and_the_mended_row_goes_on(
    empty_office: Office, tmp_path: Path
) -> None:
    group = {"accepted_on": date(2026, 5, 12), "claimants": "10", "representatives": "甲、乙"}
    report = load(empty_office, tmp_path, whole(_3=[dispute("1", "已受理", **group)]))
    (disputes,) = [one for one in report.sheets if one.profile == "ledger-disputes"]
    assert disputes.stuck == 1
    assert [one.code for one in disputes.tally.reasons] == ["count_of_representatives"]
    mended = dispute("1", "已受理", **{**group, "representatives": "甲、乙、丙"})
    again = load(empty_office, tmp_path, whole(_3=[mended]), "mended.xlsx")
    assert refused(again) == {}
    with empty_office.store.read() as connection:
        assert connection.execute(select(CaseFile.state)).scalars().all() == ["accepted"]


def test_contracts_find_their_firm_and_renewals_under_way_their_case(empty_office: Office, tmp_path: Path) -> None:
    base = {"unit": "QB", "kind": "工资集体协议", "scope": "企业", "standing": "履行中"}
    rows = [
        {**base, "number": "1", "employer_code": "F1", "employer": "金波铜业有限公司", "expires_on": date(2026, 6, 30),
         "bargaining": "已发要约", "invited_on": date(2026, 5, 6), "officer": "G1"},
        {**base, "number": "2", "employer": "金波铜业 有限公司", "expires_on": date(2026, 7, 30),
         "bargaining": "已列入计划", "officer": "M1"},
        {**base, "number": "3", "employer": "新来的厂", "expires_on": date(2026, 7, 1), "bargaining": "已发要约"},
        {**base, "number": "4", "employer": "新来的厂", "expires_on": date(2026, 7, 2), "unit": "nowhere"},
    ]  # fmt: skip
    report = load(empty_office, tmp_path, whole(_2=rows))
    assert set(refused(report)["ledger"]) == {
        ("officer", "needed_for"), ("invited_on", "needed_for"), ("unit", "unknown_code"),
    }  # fmt: skip
    with empty_office.store.read() as connection:
        cases = connection.execute(select(CaseFile.type, CaseFile.state, CaseFile.employer_id)).all()
        firm = connection.execute(select(Organisation.id).where(Organisation.code == "F1")).scalar_one()
    assert [tuple(case) for case in cases] == [("bargaining", "offered", firm), ("bargaining", "planned", firm)]


def test_the_second_run_adds_nothing(empty_office: Office, tmp_path: Path) -> None:
    rows = whole(_2=[{"employer": "新来的厂", "expires_on": date(2026, 7, 1)}], _3=[PERFORMING, dispute("2", "已登记")])
    load(empty_office, tmp_path, rows)
    tables = ("organisation", "person", "position", "contract", "deadline", "case_file", "case_event", "step_request")

    def sizes() -> list[int]:
        with empty_office.store.read() as connection:
            return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]

    before = sizes()
    for name in ("ledger.xlsx", "again.xlsx"):
        report = load(empty_office, tmp_path, rows, name)
        assert [one.added for one in report.sheets] == [0, 0, 0, 0]
        assert sum(one.already for one in report.sheets) == 4 + 3 + 1 + 2
        assert sizes() == before


def test_only_an_administrator_may_load_a_ledger(empty_office: Office, tmp_path: Path) -> None:
    load(empty_office, tmp_path, whole())
    path = write_book(tmp_path / "more.xlsx", whole())
    for unit_id in (1, None):
        with pytest.raises(NotPermitted):
            import_ledger(empty_office, path, unit_id=unit_id, actor_id=1)


def test_the_report_speaks_both_languages(empty_office: Office, tmp_path: Path) -> None:
    report = load(empty_office, tmp_path, whole(_3=[dispute("1", "调解中")]))
    assert "【争议台账】" in report.said("zh")
    assert "[Open disputes]" in report.said("en")
    assert [profile.target for profile in ledger_profiles().values()] == [
        "organisations", "people", "contracts", "disputes",
    ]  # fmt: skip
