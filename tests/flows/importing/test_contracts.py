"""A register of contracts is loaded: what comes in, what is refused and why, and that nothing comes in twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from flows.importing import import_contracts, preview_contracts
from flows.importing.reasons import WrongColumns
from flows.office import Office
from models.contracts import Contract
from models.deadlines import Deadline
from models.imports import ImportFile, ImportRow
from models.people import Organisation
from models.requests import Run
from states.errors import NotPermitted
from tests.counting import statements_to
from tests.flows.importing.conftest import CountRows, WriteSheet

HEAD = ["合同编号", "用人单位", "种类", "到期日期", "覆盖职工", "其中女职工", "现状态"]
GOOD = ["集1", "金波铜业", "集体合同", date(2026, 12, 31), 120, 30, "履行中"]


def load(office: Office, path: Path, **more: Any) -> Any:
    return import_contracts(office, path, "ledger", unit_id=1, actor_id=None, **more)


def contracts(office: Office) -> list[Any]:
    with office.store.read() as connection:
        return list(connection.execute(select(Contract.__table__).order_by(Contract.id)))


def test_a_contract_comes_in_with_its_clocks_and_its_employer(office: Office, sheet: WriteSheet) -> None:
    report = load(office, sheet([["2026 年合同台账"], [], HEAD, GOOD]))
    (contract,) = contracts(office)
    assert (contract.number, contract.kind, contract.workers, contract.women) == ("HT2026-00001", "collective", 120, 30)
    assert contract.more == {"number": "集1"}
    with office.store.read() as connection:
        employer = connection.execute(select(Organisation).where(Organisation.id == contract.employer_id)).one()
        clocks = connection.execute(select(Deadline.rule, Deadline.opens_on, Deadline.due_on, Deadline.next_on)).all()
        run = connection.execute(select(Run.flow, Run.state, Run.counts)).one()
    assert (employer.name, employer.path) == ("金波铜业", f"/1/{employer.id}/")
    assert [tuple(clock) for clock in clocks] == [
        ("contract-term", None, date(2026, 12, 31), date(2026, 10, 2)),
        ("renewal-window", date(2026, 9, 30), date(2026, 12, 31), date(2026, 9, 30)),
    ]
    assert (run.flow, run.state, run.counts["added"]) == ("import-contracts", "done", 1)
    assert (report.added, report.deadlines, report.refused_file) == (1, 2, None)


def test_a_contract_that_is_over_has_no_clock(office: Office, sheet: WriteSheet) -> None:
    assert load(office, sheet([HEAD, [*GOOD[:6], "已续签"]])).deadlines == 0


def test_bad_rows_are_refused_with_all_their_reasons_beside_the_good_ones(office: Office, sheet: WriteSheet) -> None:
    path = sheet([
        HEAD,
        GOOD,
        ["集2", "", "大合同", "无固定期限", -5, 3, "履行中"],
        ["集3", "泰原电器", "工资集体协议", 0, 10, 20, "履行中"],
        GOOD,
        [None] * 7,
        ["集4", "亚海五金", "集体合同", "2026.9.16", "88人", "", ""],
    ])  # fmt: skip
    before = path.read_bytes()
    report = load(office, path)
    assert (report.tally.rows, report.tally.accepted, report.tally.refused, report.added) == (5, 2, 3, 2)
    counted = {(one.field, one.code): one.rows for one in report.tally.reasons}
    assert counted == {
        ("employer", "empty"): 1, ("kind", "not_a_choice"): 1, ("expires_on", "not_a_day"): 1, ("workers", "negative"): 1,
        ("expires_on", "zero_date"): 1, ("women", "more_than"): 1, ("row", "repeats"): 1,
    }  # fmt: skip
    assert (report.tally.workers_accepted, report.tally.workers_refused) == (208, 130)
    assert report.refused_file is not None
    assert report.refused_file.name == "register-refused.xlsx"
    rows = CalamineWorkbook.from_path(report.refused_file).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["合同编号", "集2", "集3", "集1"]
    assert "没有填写" in rows[1][-1]
    assert "is empty" in rows[1][-1]
    assert "repeats row 2" in rows[3][-1]
    assert path.read_bytes() == before
    with office.store.read() as connection:
        lines = connection.execute(select(ImportRow.line).order_by(ImportRow.line)).scalars().all()
        file = connection.execute(select(ImportFile)).one()
    assert lines == [3, 4, 5]
    assert (file.rows, file.done, file.accepted, file.refused) == (5, 5, 2, 3)


def test_the_second_run_adds_nothing_and_the_mended_file_adds_what_was_mended(
    office: Office, sheet: WriteSheet, count: CountRows
) -> None:
    bad = ["集2", "泰原电器", "工资集体协议", "", 10, 2, "履行中"]
    path = sheet([HEAD, GOOD, bad])
    first = load(office, path)
    again = load(office, path)
    assert (again.added, again.already, again.refused_file) == (0, 1, first.refused_file)
    whole = load(office, sheet([HEAD, GOOD, [*bad[:3], "2027-01-31", *bad[4:]]], "mended.xlsx"))
    assert (whole.added, whole.already) == (1, 1)
    assert (count("contract"), count("deadline")) == (2, 4)


def test_the_file_of_refused_rows_is_mended_and_imported_itself(office: Office, sheet: WriteSheet) -> None:
    refused = load(office, sheet([HEAD, ["=1+1", "＝泰原", "集体合同", "", 10, 2, "履行中"]])).refused_file
    rows = CalamineWorkbook.from_path(refused).get_sheet_by_index(0).to_python()
    assert rows[1][:2] == ["'=1+1", "'＝泰原"]
    rows[1][3] = "2027-01-31"
    assert load(office, sheet(rows, "mended.xlsx")).added == 1
    assert contracts(office)[0].employer_name == "＝泰原"
    assert contracts(office)[0].more == {"number": "=1+1"}


def test_a_row_that_differs_from_the_register_is_told_and_changes_nothing(office: Office, sheet: WriteSheet) -> None:
    load(office, sheet([HEAD, GOOD]))
    report = load(office, sheet([HEAD, [*GOOD[:4], 150, 30, "履行中"]], "other.xlsx"))
    assert (report.added, report.differing) == (0, (2,))
    assert contracts(office)[0].workers == 120
    assert any("differ" in line for line in report.said("en"))


def test_hostile_cells_stay_text(office: Office, sheet: WriteSheet) -> None:
    evil = "=cmd|' /C calc'!A0"
    report = load(office, sheet([HEAD, ["集1", evil, "集体合同", "", 1, 0, ""], ["集2", evil, *GOOD[2:]]]))
    assert contracts(office)[0].employer_name == evil
    content = CalamineWorkbook.from_path(report.refused_file).get_sheet_by_index(0).to_python()
    assert content[1][1] == f"'{evil}"
    assert all(evil not in str(one) for one in report.counts().values())


def test_a_preview_shows_everything_and_writes_nothing(sheet: WriteSheet, office: Office, count: CountRows) -> None:
    path = sheet([[*HEAD, "备注"], [*GOOD, "x"], ["集2", "", "集体合同", "2026-1-1", 1, 0, "", ""]])
    preview = preview_contracts(path, "ledger")
    assert preview.unknown == ("备注",)
    assert preview.found["expires_on"] == "到期日期"
    assert "union" in preview.missing
    assert preview.lacking == ()
    assert (preview.tally.accepted, preview.tally.refused) == (1, 1)
    assert preview.first[0].values["expires_on"] == date(2026, 12, 31)
    assert "不导入的列:备注" in preview.said("zh")
    assert "  refused 1: Employer is empty" in preview.said("en")
    assert (count("contract"), count("import_file"), count("run")) == (0, 0, 0)


def test_missing_columns_are_named_all_at_once_and_the_preview_still_opens(office: Office, sheet: WriteSheet) -> None:
    path = sheet([["合同编号", "甲方"], ["集1", "金波铜业"]])
    with pytest.raises(WrongColumns) as refused:
        load(office, path)
    assert {reason.field for reason in refused.value.reasons} == {"employer", "expires_on"}
    assert set(preview_contracts(path, "ledger").lacking) == {"employer", "expires_on"}


def test_a_csv_in_the_chinese_encoding(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("用人单位;到期日期;合同编号\n金波铜业;2027年1月31日;00123\n".encode("gb18030"))
    assert load(office, path).added == 1
    assert contracts(office)[0].more == {"number": "00123"}


def test_a_stranger_may_not_load_files(office: Office, sheet: WriteSheet, count: CountRows) -> None:
    with pytest.raises(NotPermitted):
        import_contracts(office, sheet([HEAD, GOOD]), "ledger", unit_id=1, actor_id=99)
    assert count("contract") == 0


def test_a_chunk_costs_the_same_statements_for_few_rows_and_for_many(office: Office, sheet: WriteSheet) -> None:
    costs = []
    for size in (10, 900):
        rows = [[f"集{size}-{at}", f"厂{size}-{at}", "集体合同", "2027-01-31", 1, 0, ""] for at in range(size)]
        path = sheet([HEAD, *rows], f"{size}.xlsx")
        with statements_to(office.store.engine) as said:
            load(office, path)
        costs.append(len(said))
    assert costs[0] == costs[1] < 30
