"""Registration at the counter: look-alikes first, a group's list answered line by line, ended in one go, drafts kept."""

from __future__ import annotations

import io
import re
from typing import Any

import xlsxwriter

from models.cases import CaseFile, Party
from models.notes import Draft
from models.requests import StepRequest
from tests.factories import DISTRICT, ELSEWHERE, STREET
from tests.web.conftest import Web, words

FORM = {
    "unit": str(STREET), "applicant": "赵六", "employer": "某电子厂", "cause": "wage_arrears", "summary": "两个月未发工资",
    "amount": "8,000", "channel": "visit", "claimants": "1", "key": "k1", "draft": "a" * 32,
}  # fmt: skip
#: numbers whose check character fits
LI, WANG, ZHAO = "330102199003070019", "330102198501010022", "330102198805050031"


def hidden(html: str, name: str) -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def opened(web: Web, answer: Any) -> Any:
    """The case a form opened."""
    assert answer.status_code == 303, words(answer.text)
    return web.town.one(CaseFile, CaseFile.number == answer.headers["location"].rpartition("/")[2])


def parties(web: Web, case_id: int) -> list[Any]:
    return web.town.rows(Party, Party.case_id == case_id, Party.role == "applicant")


# --- at the counter --------------------------------------------------------------------------------------------------------


def test_a_visit_becomes_a_case_of_the_unit(web: Web) -> None:
    page = web.as_("mediator").get("/registration")
    assert "谁来反映" in words(page.text)
    assert f'<option value="{STREET}" selected' in page.text, "his own unit comes first"
    answer = web.as_("mediator").post("/registration", FORM, phone="138 0000 0000", identity=LI)
    case = opened(web, answer)
    assert (case.unit_id, case.facts["employer"], case.facts["amount"]) == (STREET, "某电子厂", 800_000)
    (party,) = parties(web, case.id)
    assert (party.name, party.identity, party.person_id) == ("赵六", LI, None)
    shown = web.as_("mediator").get(f"/cases/{case.number}")
    assert shown.status_code == 200
    assert "来信来访登记表" in shown.text


def test_a_day_that_was_not_yet_starts_no_limitation(web: Web) -> None:
    answer = web.as_("mediator").post("/registration", FORM, cause="termination", knew_on=web.town.iso(30))
    assert answer.status_code == 422
    assert "知道权利被侵害之日不得晚于今天" in words(answer.text)
    assert "两个月未发工资" in answer.text, "what was typed is kept"


def test_the_same_form_sent_twice_is_one_case(web: Web) -> None:
    browser = web.as_("mediator")
    first = opened(web, browser.post("/registration", FORM))
    again = browser.post("/registration", FORM, anyway="yes")
    assert again.headers["location"] == f"/cases/{first.number}"


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(web: Web) -> None:
    answer = web.as_("mediator").post(
        "/registration", {**FORM, "employer": "", "amount": "很多"}, identity="330102199003070011"
    )
    assert answer.status_code == 422
    text = words(answer.text)
    assert "用人单位:必须填写" in text
    assert "请求金额(元):不是金额" in text
    assert "末位校验不符" in text
    assert 'value="赵六"' in answer.text
    assert "两个月未发工资" in answer.text
    assert 'value="很多"' in answer.text
    assert web.town.count(CaseFile) == 0


def test_a_unit_of_others_cannot_be_chosen(web: Web) -> None:
    for unit in (str(ELSEWHERE), str(DISTRICT), "", "x"):
        answer = web.as_("mediator").post("/registration", {**FORM, "unit": unit})
        assert answer.status_code == 422
        assert "没有选择承办单位" in words(answer.text)
    assert opened(web, web.as_("supervisor").post("/registration", FORM)).unit_id == STREET


# --- look-alikes -----------------------------------------------------------------------------------------------------------


def test_a_look_alike_is_shown_before_anything_is_opened(web: Web) -> None:
    before = web.town.dispute(applicant="赵六", employer="某电子厂有限公司")
    browser = web.as_("mediator")
    warned = browser.post("/registration", FORM)
    assert warned.status_code == 200
    assert before.number in warned.text
    assert "姓名和用人单位相同" in warned.text
    assert "清波街道总工会" in warned.text
    assert web.town.count(CaseFile) == 1, "nothing was opened"
    case = opened(web, browser.post("/registration", {**FORM, "key": hidden(warned.text, "key")}, anyway="yes"))
    assert case.number != before.number


def test_the_same_number_is_found_under_another_name_although_it_lies_sealed(web: Web) -> None:
    web.town.dispute(applicant="赵陆", employer="别的厂", identity=f" {LI.lower()} ")
    web.town.dispute(applicant="钱七", employer="别的厂", phone="+86 138-0000-0000")
    answer = web.as_("mediator").post("/registration", FORM, identity=LI, phone="13800000000")
    text = words(answer.text)
    assert "身份证号相同" in text
    assert "电话相同" in text
    with web.town.office.store.read() as connection:
        stored = connection.exec_driver_sql("SELECT identity, identity_mark FROM party WHERE name = '赵陆'").one()
    assert LI not in "".join(stored)
    assert len(stored[1]) == 64


def test_another_unit_s_look_alike_is_counted_not_shown(web: Web) -> None:
    hidden_one = web.town.dispute("stranger", ELSEWHERE, applicant="赵六", employer="某电子厂")
    answer = web.as_("mediator").post("/registration", FORM)
    assert "其他单位另有 1 件" in words(answer.text)
    assert hidden_one.number not in answer.text
    assert "余杭" not in answer.text


def test_an_old_dispute_that_is_closed_is_no_look_alike(web: Web) -> None:
    case = web.town.dispute(applicant="赵六", employer="某电子厂")
    case.take("settle_on_spot", result="已补发")
    web.town.clock.pass_time(days=300)
    assert web.as_("mediator").post("/registration", FORM).status_code == 200, "within a year"
    web.town.clock.pass_time(days=80)
    assert web.as_("mediator").post("/registration", FORM).status_code == 303


# --- ended in one go -------------------------------------------------------------------------------------------------------


def test_settled_on_the_spot_in_one_go(web: Web) -> None:
    fields = {**FORM, "then": "settle_on_spot", "settle_on_spot.result": "当场补发", "settle_on_spot.amount": "8000"}
    case = opened(web, web.as_("mediator").post("/registration", fields))
    assert (case.state, case.outcome) == ("closed", "settled_on_spot")


def test_advice_in_one_go_and_english(web: Web) -> None:
    browser = web.as_("mediator", "en")
    missing = browser.post("/registration", {**FORM, "then": "give_advice"})
    assert missing.status_code == 422
    assert web.town.count(CaseFile) == 0, "nothing is opened without the answer"
    assert "Advice given must be answered" in words(missing.text)
    fields = {**FORM, "then": "give_advice", "give_advice.advice": "说明了仲裁时效"}
    case = opened(web, browser.post("/registration", fields))
    assert (case.state, case.outcome) == ("closed", "advice")


def test_a_second_step_that_is_refused_loses_nothing(web: Web, monkeypatch: Any) -> None:
    from flows.steps import Desk
    from states.errors import Reason, StepRefused
    from states.labels import Label

    step = Desk.step

    def only_opening(desk: Desk, wish: Any) -> Any:
        if wish.step != "open":
            raise StepRefused([Reason("x", Label("刚有人改动", "somebody was faster"))])
        return step(desk, wish)

    monkeypatch.setattr(Desk, "step", only_opening)
    browser = web.as_("mediator")
    answer = browser.post("/registration", {**FORM, "then": "give_advice", "give_advice.advice": "说明了时效"})
    case = opened(web, answer)
    assert case.state == "registered"
    assert "刚有人改动" in words(browser.get(answer.headers["location"]).text)
    assert "说明了时效" in browser.get(f"/cases/{case.number}/steps/give_advice").text


# --- group disputes --------------------------------------------------------------------------------------------------------


def test_a_list_is_answered_line_by_line_before_anything_is_saved(web: Web) -> None:
    earlier = web.town.dispute(applicant="孙八", employer="别的厂", identity=ZHAO)
    lines = f"李四,{LI},13800000001\n王五 {WANG}\n,{WANG}\n周八 330102199003070011\n李四\n吴九\t138\n郑十\n孙八，{ZHAO}"
    browser = web.as_("mediator")
    page = browser.post("/registration", FORM, list=lines)
    assert page.status_code == 422
    assert web.town.count(CaseFile) == 1
    text = words(page.text)
    assert "共 8 人:4 人可列入,4 人不能列入" in text, text
    assert "没有姓名" in text
    assert "末位校验不符" in text
    assert "另一行是同一人" in text
    assert f"此人已在案件 {earlier.number} 中" in text
    assert LI not in text.replace(lines, "").split("名单核对结果")[1].split("集体争议")[0], "numbers are masked in the answer"
    again = {**FORM, "list": lines, "seen": hidden(page.text, "seen")}
    assert browser.post("/registration", again).status_code == 422, "refused lines must be mended or left out"
    case = opened(web, browser.post("/registration", again, leave_out="yes", take_known="yes"))
    assert [party.name for party in parties(web, case.id)] == ["赵六", "李四", "王五", "吴九 138", "郑十", "孙八"]
    assert case.facts["claimants"] == 6


def test_numbers_of_members_lie_sealed_wherever_they_are_kept(web: Web) -> None:
    browser, lines = web.as_("mediator"), f"李四 {LI} 13800000001\n王五"
    page = browser.post("/registration", FORM, list=lines)
    assert page.status_code == 200, "all lines are well, but the list is looked at once"
    case = opened(web, browser.post("/registration", {**FORM, "list": lines, "seen": hidden(page.text, "seen")}))
    assert [(one.name, one.identity, one.phone) for one in parties(web, case.id)][1:] == [
        ("李四", LI, "13800000001"), ("王五", "", "")
    ]  # fmt: skip
    with web.town.office.store.read() as connection:
        for table in ("party", "step_request", "case_event", "document", "message", "draft", "case_file"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert not {number for number in (LI, "13800000001") if number in str(rows)}, table
    assert web.town.one(StepRequest).answers["members"][0]["name"] == "李四"


def test_a_list_that_changed_after_its_answer_is_answered_again(web: Web) -> None:
    browser = web.as_("mediator")
    page = browser.post("/registration", FORM, list="李四")
    changed = {**FORM, "list": "李四\n王五", "seen": hidden(page.text, "seen")}
    assert browser.post("/registration", changed).status_code == 200
    assert web.town.count(CaseFile) == 0


def sheet(rows: list[list[Any]]) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return kept.getvalue()


def test_a_spreadsheet_is_read_into_the_list(web: Web) -> None:
    content = sheet(
        [["某电子厂欠薪名单"], ["序号", "姓名", "手机", "身份证号"], [1, "李四", "13800000001", LI], [2, "王五", "", ""]]
    )
    files = {"members_file": ("名单.xlsx", content, "application/octet-stream")}
    page = web.as_("mediator").post("/registration", FORM, files=files, read_file="yes")
    assert page.status_code == 200
    assert "共 2 人:2 人可列入" in words(page.text)
    assert f"李四\t{LI}\t13800000001\n王五</textarea>" in page.text


def test_a_file_that_is_no_list_is_refused_with_the_reason(web: Web) -> None:
    for name, content, said in (
        ("a.xlsx", b"MZ\x00\x01", "这不是电子表格"),
        ("b.xlsx", b"PK\x03\x04 broken", "电子表格已损坏"),
    ):
        page = web.as_("mediator").post("/registration", FORM, files={"members_file": (name, content)}, read_file="yes")
        assert page.status_code == 422
        assert said in words(page.text)
    none = web.as_("mediator").post("/registration", FORM, read_file="yes")
    assert none.status_code == 422
    assert "没有选择名单文件" in words(none.text)


def test_the_template_of_a_list_can_be_read_back(web: Web) -> None:
    answer = web.as_("mediator").get("/registration/members.xlsx")
    assert answer.content[:2] == b"PK"
    from flows.members import lines_of_file

    assert lines_of_file("members.xlsx", answer.content) == ""


def test_two_thousand_members_and_not_one_more(web: Web) -> None:
    browser = web.as_("mediator")
    lines = "\n".join(f"职工{no}" for no in range(2001))
    assert "名单最多 2000 人" in words(browser.post("/registration", FORM, list=lines).text)
    lines = lines.rpartition("\n")[0]
    page = browser.post("/registration", FORM, list=lines)
    case = opened(web, browser.post("/registration", {**FORM, "list": lines, "seen": hidden(page.text, "seen")}))
    assert case.facts["claimants"] == 2001


# --- drafts ----------------------------------------------------------------------------------------------------------------


def test_what_was_begun_is_kept_listed_and_thrown_away(web: Web) -> None:
    browser = web.as_("mediator")
    assert browser.post("/registration/draft", {**FORM, "identity": LI}).status_code == 204
    page = browser.get("/registration")
    assert "赵六 · 某电子厂" in page.text
    assert "赵六" not in web.as_("colleague").get("/registration").text
    draft = web.town.one(Draft)
    with web.town.office.store.read() as connection:
        assert LI not in str(connection.exec_driver_sql("SELECT * FROM draft").all())
    again = browser.get(f"/registration/drafts/{draft.id}")
    assert 'value="赵六"' in again.text
    assert LI in again.text
    assert hidden(again.text, "draft") == "a" * 32
    assert browser.post(f"/registration/drafts/{draft.id}/drop").status_code == 303
    assert web.town.count(Draft) == 0


def test_a_form_that_was_sent_is_no_draft_any_more(web: Web) -> None:
    browser = web.as_("mediator")
    assert browser.post("/registration", FORM, keep="yes").headers["location"] == "/registration"
    opened(web, browser.post("/registration", FORM))
    assert web.town.count(Draft) == 0


def test_opening_the_page_asks_a_fixed_number_of_questions(web: Web) -> None:
    browser = web.as_("mediator")
    with web.town.statements() as asked:
        browser.get("/registration")
    assert len(asked) <= 9, asked
