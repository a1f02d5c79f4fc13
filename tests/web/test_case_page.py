"""The page of a case: what comes next and why, who, by when; the same questions and a bounded page whatever hangs on it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert

from models.cases import CaseFile, CaseLink, Party
from models.deadlines import Deadline
from models.items import Payment
from models.notes import CaseNote
from models.offices import OfficeEvent
from tests.factories import OfficeCase
from tests.web.conftest import Web, words
from web import drawing


def page_of(web: Web, case: OfficeCase, who: str = "mediator", language: str = "zh") -> str:
    """The page of the case as somebody sees it."""
    answer = web.as_(who, language).get(f"/cases/{case.number}")
    assert answer.status_code == 200
    return str(answer.text)


def first_of(page: str) -> str:
    """The step that is offered first."""
    found = re.search(r'<p class="first"><a class="button" href="[^"]*/steps/(\w+)"', page)
    return found.group(1) if found else ""


@pytest.mark.parametrize(
    ("stretch", "step"),
    [("dispute", "apply"), ("accepted", "schedule_session"), ("mediating", "agree"), ("performing", "visit")],
)
def test_what_a_mediator_would_do_next_comes_first(web: Web, stretch: str, step: str) -> None:
    case = web.town.dispute()
    if stretch != "dispute":
        getattr(case, stretch)()
    assert first_of(page_of(web, case)) == step


def test_side_steps_are_folded_and_refused_ones_say_why(web: Web) -> None:
    page = page_of(web, web.town.dispute().accepted())
    aside = page[page.index("其他办理") : page.index("暂不能办的步骤及原因")]
    assert "指定调解员" in aside
    assert "撤回申请" in aside
    assert "达成协议" not in aside
    case = web.town.dispute(applicant="李四")
    case.take("apply", received_on=web.town.iso())
    case.take("accept", accepted_on=web.town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    assert "尚未指定调解员" in words(page_of(web, case))


def test_the_page_in_english_has_no_chinese_of_its_own(web: Web) -> None:
    case = web.town.dispute(applicant="Zhang", employer="Garment Ltd", summary="Wages unpaid").performing()
    page = words(page_of(web, case, language="en"))
    for said in (
        "Next steps",
        "Other steps",
        "Performance of the agreement",
        "Parties and representatives",
        "Take the last step",
    ):
        assert said in page
    for chinese in ("下一步", "其他办理", "协议履行", "当事人", "备注", "附件", "撤销"):
        assert chinese not in page


def test_instalments_show_what_arrived_and_what_is_left(web: Web) -> None:
    case = web.town.dispute().performing(("6000", 30), ("6000", 60))
    case.take("record_payment", no=1, amount="2000", paid_on=web.town.iso(), evidence="转账凭证 7")
    page = words(page_of(web, case))
    assert "应付 12,000.00 元,已付 2,000.00 元,尚欠 10,000.00 元" in page
    assert "转账凭证 7" in page
    form = web.as_("mediator").get(f"/cases/{case.number}/steps/record_payment").text
    assert "第1期 · 尚欠 4,000.00 元" in form
    assert 'value="4000.00"' in form


def test_a_session_put_off_shows_its_day_now_and_before(web: Web) -> None:
    case = web.town.dispute().accepted()
    case.take("schedule_session", on=web.town.iso(3), place="三楼调解室")
    case.take("postpone_session", on=web.town.iso(5), reason="被申请人出差")
    page = words(page_of(web, case))
    assert page.count("调解会 1") >= 1
    assert "原定" in page
    assert "被申请人出差" in page


def test_numbers_are_hidden_and_shown_on_a_click_that_is_kept(web: Web) -> None:
    case = web.town.dispute(phone="13800002007")
    party = web.town.rows(Party, Party.case_id == case.id)[0]
    mediator = web.as_("mediator")
    page = mediator.get(f"/cases/{case.number}").text
    assert "13800002007" not in page
    assert "•••2007" in page
    shown = mediator.post(f"/cases/{case.number}/parties/show", show=f"{party.id}:phone")
    assert "13800002007" in shown.text
    deed = web.town.one(OfficeEvent, OfficeEvent.deed == "identity_shown")
    assert (deed.actor_id, deed.case_id, deed.detail) == (
        web.town.people["mediator"],
        case.id,
        {"party": party.id, "field": "phone"},
    )
    assert mediator.post(f"/cases/{case.number}/parties/show", show=f"{party.id}:name").status_code == 404
    assert mediator.post(f"/cases/{case.number}/parties/show", show="x:phone").status_code == 404


def test_a_party_is_led_to_his_own_page(web: Web) -> None:
    case = web.town.dispute()
    web.town.makes_party("worker", case)
    worker = web.as_("worker")
    assert worker.get(f"/cases/{case.number}").headers["location"] == f"/mine/{case.number}"
    for path in ("parties", "notes", "attachments", "papers", "history", "chart"):
        assert worker.get(f"/cases/{case.number}/{path}").status_code == 404, path


def test_undo_says_beforehand_who_may_and_until_when(web: Web) -> None:
    case = web.town.dispute()
    case.take("apply", received_on=web.town.iso())
    page = words(page_of(web, case))
    assert "撤销最近一步:申请调解" in page
    assert "李调解 可在" in page
    colleague = words(page_of(web, case, "colleague"))
    assert "经办人只能在次日前撤销自己的步骤" in colleague
    web.as_("mediator").post(f"/cases/{case.number}/undo", reason="录错了", version="2", key="k")
    assert case.state == "registered"
    page = page_of(web, case)
    assert "<s>申请调解</s>" in page
    history = web.as_("mediator").get(f"/cases/{case.number}/history").text
    assert "<s>申请调解</s>" in history


def test_linked_cases_are_shown_both_ways_and_only_to_those_who_see_them(web: Web) -> None:
    ours, theirs = web.town.dispute(), web.town.dispute(by="stranger", unit=4)
    next_to = web.town.dispute(applicant="李四")
    for other in (theirs, next_to):
        web.town.add(CaseLink, case_id=ours.id, other_id=other.id, relation="follows")
    page = page_of(web, ours)
    assert next_to.number in page
    assert theirs.number not in page
    assert "后续案件" in page_of(web, next_to)


def grow(case: OfficeCase) -> None:
    """Five hundred people, two hundred events, payments and notes on one case."""
    town, now = case.town, case.town.clock.now
    one = {"case_id": case.id, "seq": 1, "role": "applicant", "identity": "", "represents": False, "undone": False}
    people = [{**one, "name": f"工友{no}", "phone": f"1390000{no:04d}"} for no in range(500)]
    notes = [{"case_id": case.id, "person_id": 1, "audience": "internal", "text": "记" * 300, "at": now} for _ in range(40)]
    paid = [{"case_id": case.id, "seq": 9, "no": 1, "amount": 100, "currency": "CNY", "paid_on": town.today, "evidence": "转账",
             "undone": False} for _ in range(60)]  # fmt: skip
    with town.office.store.write() as connection:
        connection.execute(insert(Party), people)
        connection.execute(insert(CaseNote), notes)
        connection.execute(insert(Payment), paid)
    for _ in range(190):
        case.take("join_handlers", name="司法所工作人员", body="judicial_office")


def statements_of(web: Web, case: OfficeCase, path: str = "") -> tuple[int, int]:
    """How many questions the page asks, and how many bytes it has."""
    browser = web.as_("mediator")
    browser.get(f"/cases/{case.number}{path}")
    with web.town.statements() as seen:
        answer = browser.get(f"/cases/{case.number}{path}")
    return len(seen), len(answer.content)


def test_a_long_case_asks_as_much_as_a_short_one_and_weighs_little(web: Web) -> None:
    short, long = web.town.dispute().accepted(), web.town.dispute(applicant="李四").accepted()
    grow(long)
    few, _ = statements_of(web, short)
    many, weight = statements_of(web, long)
    assert few == many
    assert many <= 32
    assert weight <= 60_000
    page = web.as_("mediator").get(f"/cases/{long.number}").text
    assert len(re.findall(r'(?:src|href)="/static/|<img ', page)) <= 7
    people = web.as_("mediator").get(f"/cases/{long.number}/parties")
    assert len(people.content) <= 60_000
    found = web.as_("mediator").post(f"/cases/{long.number}/parties", text="工友499")
    assert "工友499" in found.text
    assert "工友498" not in found.text


def test_history_pages_and_filters(web: Web) -> None:
    case = web.town.dispute().accepted()
    grow(case)
    browser = web.as_("mediator")
    first = browser.get(f"/cases/{case.number}/history").text
    assert first.count("<li><b>") == 100
    following = re.search(r"before=(\d+)", first)
    assert following is not None
    second = browser.get(f"/cases/{case.number}/history?before={following.group(1)}").text
    assert second.count("<li><b>") == len(case.events) - 100
    assert browser.get(f"/cases/{case.number}/history?by=clock").text.count("<li><b>") == 0


def test_the_drawn_process_marks_the_state_and_falls_back_to_a_list(web: Web, monkeypatch: Any) -> None:
    case = web.town.dispute().accepted()
    browser = web.as_("mediator")
    listed = words(browser.get(f"/cases/{case.number}/chart").text)
    assert "受理 → 已受理" in listed
    monkeypatch.setattr(drawing, "_render", lambda: None)
    page = browser.get(f"/cases/{case.number}").text
    assert "chart.svg" not in page
    assert "打开大图和文字流程" in page
    assert "受理 → 已受理" in words(browser.get(f"/cases/{case.number}/chart").text)


@pytest.mark.skipif(not drawing.can_draw(), reason="no runtime for WebAssembly here")
def test_the_picture_is_plain_and_may_be_kept(web: Web) -> None:
    answer = web.as_("mediator").get("/types/dispute/1/chart.svg?at=accepted&been=registered.applied.nonsense&lang=zh")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "max-age" in answer.headers["cache-control"]
    picture = answer.text
    assert "已受理" in picture
    assert drawing.NOW in picture
    assert picture.count(drawing.BEEN) == 2
    assert not re.search(r"style=|<script|<style|href=", picture)
    assert drawing.width("已受理") > drawing.width("abc")


def test_a_date_says_why_and_counts_working_days(web: Web) -> None:
    case = web.town.dispute().accepted()
    clock = web.town.rows(Deadline, Deadline.case_id == case.id, Deadline.rule == "mediation-from-acceptance")[0]
    assert "个工作日" in words(page_of(web, case))
    assert "期限" in words(web.as_("mediator").get(f"/cases/{case.number}/dates/{clock.id}").text)


def test_a_case_of_the_register_leads_to_its_contract(web: Web) -> None:
    contract = web.town.contract(web.town.today.replace(year=web.town.today.year + 1), "HT-9")
    case = web.town.bargaining()
    web.town.set(CaseFile, CaseFile.id == case.id, predecessor_id=contract)
    assert '/contracts/HT-9"' in page_of(web, case, "officer")
