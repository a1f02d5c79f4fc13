"""Contracts at the pages: the register and its downloads, one contract, renewals, the board, an employer, planning."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert

from flows.exporting import comma_separated
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.offices import OfficeEvent
from models.people import Organisation
from models.requests import StepRequest
from tests.factories import DISTRICT, ELSEWHERE, FACTORY, STREET, Town
from tests.web.conftest import Web, words


def many(town: Town, count: int, **changes: Any) -> None:
    """That many contracts of the street, ending day after day."""
    row = {
        "unit_id": STREET, "kind": "wage", "scope": "enterprise", "pack": "cn", "standing": "in_force", "workers": 10,
        "women": 4, "more": {}, "industry": "服装", "union_name": "", "source": "",
    }  # fmt: skip
    rows = [
        {**row, "number": f"M-{no:05d}", "employer_name": f"第{no}厂", "expires_on": town.today + timedelta(days=no), **changes}
        for no in range(count)
    ]
    with town.office.store.write() as connection:
        connection.execute(insert(Contract), rows)


def numbers(html: str) -> list[str]:
    """The contracts a page links to, in order."""
    return re.findall(r'href="/contracts/(M-\d+)"', html)


def test_the_register_is_in_order_of_its_ends_with_totals_of_what_was_filtered(web: Web) -> None:
    town = web.town
    many(town, 120)
    town.contract(town.today + timedelta(days=5), "HT-9", kind="collective", employer_name="别的厂", workers=300)
    officer = web.as_("officer")
    page = officer.get("/contracts").text
    assert "共 121 份 · 覆盖职工 1500 人" in words(page)
    assert numbers(page)[:3] == ["M-00000", "M-00001", "M-00002"]
    seen = numbers(page)
    while following := re.search(r'href="(/contracts\?[^"]+)" rel="next"', page):
        page = officer.get(following[1].replace("&amp;", "&")).text
        seen += numbers(page)
    assert seen == [f"M-{no:05d}" for no in range(120)]
    found = words(officer.get("/contracts?kind=collective&employer=别的").text)
    assert "共 1 份 · 覆盖职工 300 人" in found
    window = officer.get(f"/contracts?expires_from={town.iso(10)}&expires_to={town.iso(12)}&industry=服装").text
    assert numbers(window) == ["M-00010", "M-00011", "M-00012"]
    assert "没有符合条件的合同" in officer.get("/contracts?standing=lapsed").text
    assert officer.get("/contracts?expires_from=soon&after=x:y&unit=nowhere").status_code == 200


def test_contracts_of_another_unit_are_nowhere(web: Web) -> None:
    town = web.town
    town.contract(town.today + timedelta(days=5), "HT-THEIRS", unit_id=ELSEWHERE, employer_id=None, employer_name="余杭某厂")
    town.contract(town.today + timedelta(days=5), "HT-OURS")
    for path in (
        "/contracts?standing=all",
        "/contracts/renewals",
        "/campaign?what=renew",
        "/contracts/export.csv?standing=all",
    ):
        text = web.as_("officer").get(path).text
        assert "余杭某厂" not in text
    assert web.as_("officer").get("/contracts/HT-THEIRS").status_code == 404
    assert web.as_("officer").post("/contracts/HT-THEIRS/renewal").status_code == 404


def test_a_download_holds_the_filtered_register_no_formula_and_is_written_down(web: Web) -> None:
    town = web.town
    many(town, 3)
    town.contract(town.today, "HT-EVIL", employer_name="=cmd|' /C calc'!A0", kind="collective")
    officer = web.as_("officer")
    answer = officer.get("/contracts/export.xlsx?kind=collective")
    assert "contracts-" in answer.headers["content-disposition"]
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert rows[1][2] == "=cmd|' /C calc'!A0"
    with ZipFile(BytesIO(answer.content)) as parts:  # a formula would be an element of its own
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()
    text = officer.get("/contracts/export.csv?kind=collective").content.decode("utf-8-sig")
    assert list(csv.reader(StringIO(text)))[1][2] == "'=cmd|' /C calc'!A0"
    deeds = town.rows(OfficeEvent, OfficeEvent.deed == "list_exported")
    assert [deed.detail["rows"] for deed in deeds] == [1, 1]
    assert "calc" not in str([deed.detail for deed in deeds])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "  =1", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_begins_with_a_quote(text: str) -> None:
    made = comma_separated(["x"], [[text]]).decode("utf-8-sig")
    assert list(csv.reader(StringIO(made, newline="")))[1] == [f"'{text}"]


def test_one_contract_shows_its_dates_with_their_reasons_and_starts_its_renewal_once(web: Web) -> None:
    town = web.town
    contract_id = town.contract(town.today + timedelta(days=40), "HT-1")
    officer = web.as_("officer")
    page = officer.get("/contracts/HT-1").text
    assert "续订协商窗口" in page
    assert "为何是这一天" in page
    assert "启动续签" in page
    first = officer.post("/contracts/HT-1/renewal")
    again = web.as_("supervisor").post("/contracts/HT-1/renewal")
    case = town.one(CaseFile)
    assert first.headers["location"] == again.headers["location"] == f"/cases/{case.number}"
    assert (case.predecessor_id, case.state, case.unit_id) == (contract_id, "planned", STREET)
    town.sweep()
    assert town.count(CaseFile) == 1, "the sweep finds its work done"
    assert town.rows(Deadline, Deadline.contract_id == contract_id, Deadline.rule == "renewal-window")[0].opened
    assert "打开续签案件" in officer.get("/contracts/HT-1").text


def test_a_renewal_the_sweep_began_is_not_begun_again_and_one_given_up_is(web: Web) -> None:
    town = web.town
    town.contract(town.today + timedelta(days=40), "HT-1")
    town.sweep()
    officer = web.as_("officer")
    case = town.case(town.one(CaseFile).id)
    assert officer.post("/contracts/HT-1/renewal").headers["location"] == f"/cases/{case.number}"
    case.take("give_up", reason="暂缓")
    officer.post("/contracts/HT-1/renewal")
    assert [row.state for row in town.rows(CaseFile)] == ["closed", "planned"]


def test_the_board_shows_every_renewal_in_its_column(web: Web) -> None:
    town = web.town
    for no, standing in enumerate(("in_force", "in_force", "in_force", "in_force", "lapsed")):
        town.contract(town.today + timedelta(days=-3 if standing == "lapsed" else 30 + no), f"HT-{no}", standing=standing,
                      employer_name=f"看板{no}厂")  # fmt: skip
    officer = web.as_("officer")
    for number in ("HT-1", "HT-2", "HT-3"):
        officer.post(f"/contracts/{number}/renewal")
    first, second, _ = (town.case(row.id) for row in town.rows(CaseFile))
    first.offered()
    second.offered().take("record_acceptance", replied_on=town.iso())
    text = words(officer.get("/contracts/renewals").text)
    columns = re.findall(r"(窗口已开|已发要约|已应约|协商中|已签字|已报送|到期未续) (\d+)", text)
    assert columns == [
        ("窗口已开", "2"), ("已发要约", "1"), ("已应约", "1"), ("协商中", "0"), ("已签字", "0"), ("已报送", "0"),
        ("到期未续", "1"),
    ]  # fmt: skip
    assert words(officer.get("/contracts/renewals?column=invited").text).count("看板1厂") == 1
    assert officer.get("/contracts/renewals?column=nothing").status_code == 404
    town.contract(town.today + timedelta(days=700), "HT-FAR", employer_name="远期厂")
    assert "远期厂" not in officer.get("/contracts/renewals").text


def test_a_long_column_links_to_its_list(web: Web) -> None:
    town = web.town
    for no in range(60):
        town.contract(town.today + timedelta(days=no % 50), f"HT-{no}", employer_id=None, employer_name=f"第{no}厂")
    officer = web.as_("officer")
    page = officer.get("/contracts/renewals").text
    assert page.count('<li><a href="/contracts/HT-') == 50
    assert "全部 60 份" in page
    column = officer.get("/contracts/renewals?column=window").text
    following = re.search(r'rel="next" href="([^"]+)"', column)
    assert following
    rest = officer.get(following[1].replace("&amp;", "&")).text
    assert (column + rest).count('<li><a href="/contracts/HT-') == 60


def test_an_employer_has_one_page_for_everything(web: Web) -> None:
    town = web.town
    town.contract(
        town.today + timedelta(days=40), "HT-1", starts_on=town.today - timedelta(days=300), union_name="某制衣厂工会"
    )
    town.bargaining()
    town.dispute()
    page = web.as_("supervisor").get("/employers/garment").text
    told = words(page)
    assert "HT-1" in told
    assert "已列入计划" in told
    assert "已登记 1" in told
    assert "某制衣厂工会" in told
    assert "<svg" in page
    assert "/bargaining/new?employer=garment" in page
    assert web.as_("officer").get("/employers/nobody").status_code == 404


def test_a_bargaining_is_planned_for_an_employer_that_was_looked_up(web: Web) -> None:
    town = web.town
    contract_id = town.contract(town.today + timedelta(days=40), "HT-1", pack="cn-zhejiang")
    officer = web.as_("officer")
    assert "/bargaining/new?employer=garment" in officer.post("/bargaining/new/employer", text="制衣").text
    assert "没有这样的单位" in officer.post("/bargaining/new/employer", text="天上").text
    form = officer.get(f"/bargaining/new?employer=garment&contract={contract_id}").text
    assert 'name="workers"' in form
    assert 'value="86"' in form
    assert 'name="employer_id"' not in form
    asked = {
        "employer_code": "garment",
        "unit": STREET,
        "kind": "wage",
        "workers": "90",
        "predecessor_id": contract_id,
        "key": "k",
    }
    made = officer.post("/bargaining/new", asked)
    assert officer.post("/bargaining/new", asked).headers["location"] == made.headers["location"]
    case = town.one(CaseFile)
    assert (case.employer_id, case.predecessor_id, case.pack, case.facts["workers"]) == (
        FACTORY,
        contract_id,
        "cn-zhejiang",
        90,
    )
    assert case.facts["predecessor_expires_on"] == town.iso(40)


def test_what_is_wrong_with_a_plan_is_said_and_what_was_typed_is_kept(web: Web) -> None:
    town = web.town
    foreign = town.contract(town.today, "HT-THEIRS", unit_id=ELSEWHERE, employer_id=None)
    officer = web.as_("officer")
    answer = officer.post("/bargaining/new", employer_code="garment", unit=STREET, kind="", workers="many")
    assert answer.status_code == 422
    assert "合同种类" in words(answer.text)
    assert 'value="many"' in answer.text
    for unit in (DISTRICT, ELSEWHERE, ""):
        refused = officer.post("/bargaining/new", employer_code="garment", unit=unit, kind="wage")
        assert refused.status_code == 422
    town.contract(town.today, "HT-1")
    stolen = officer.post("/bargaining/new", employer_code="garment", unit=STREET, kind="wage", predecessor_id=foreign)
    assert stolen.status_code == 422
    assert town.count(CaseFile) == 0


@pytest.mark.parametrize(
    "path", ["/contracts", "/contracts/renewals", "/contracts/HT-1", "/employers/garment", "/campaign?what=renew"]
)
def test_a_page_asks_a_fixed_number_of_questions_and_is_light(web: Web, path: str) -> None:
    town = web.town
    town.contract(town.today + timedelta(days=40), "HT-1")
    officer = web.as_("officer")
    officer.get(path)
    with town.statements() as few:
        officer.get(path)
    many(town, 300)
    for no in range(200):
        town.contract(town.today + timedelta(days=no % 60), f"W-{no}", employer_name=f"成衣第{no}制造有限责任公司")
    with town.statements() as lots:
        page = officer.get(path)
    assert len(lots) == len(few) <= 18
    assert len(page.content) < 60_000, len(page.content)


def test_the_pages_speak_english(web: Web) -> None:
    town = web.town
    town.contract(town.today + timedelta(days=40), "HT-1", employer_name="Garment Works")
    officer = web.as_("officer", "en")
    assert "1 contracts · 86 workers covered" in words(officer.get("/contracts").text)
    for path in ("/contracts/renewals", "/contracts/HT-1", "/campaign", "/batches", "/bargaining/new"):
        assert officer.get(path).status_code == 200
    assert town.count(StepRequest) == 0
    assert town.count(Organisation, Organisation.code == "garment") == 1
