"""The pages of a bargaining, as an officer goes through them: from three rounds that converge to the renewal a year later."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from documents.render import render_html
from models.contracts import Contract
from models.items import Clause
from models.papers import Document
from tests.factories import CHIEFS, OfficeCase, team
from tests.web.conftest import Browser, Web, words
from web.pages.bargaining_difference import Text, compared, pieces_of

PAY, MEALS = "岗位工资", "伙食补贴"
#: what each side asks and offers for pay in the three rounds, in yuan
PAYS = (("5600", "5000"), ("5450", "5150"), ("5300", "5260"))


def step(browser: Browser, case: OfficeCase, name: str, **fields: Any) -> Any:
    """Take a step by its form, as the page sends it; the answer."""
    path = f"/cases/{case.number}/steps/{name}"
    page = browser.get(path).text
    hidden = dict(re.findall(r'name="(key|version)" value="([^"]*)"', page))
    return browser.post(path, form={**hidden, **{key.replace("__", "."): value for key, value in fields.items()}})


def done(answer: Any) -> None:
    assert answer.status_code == 303, words(answer.text)
    assert answer.headers["location"].startswith("/cases/")


def at_the_table(web: Web) -> OfficeCase:
    """Invited, answered, teams named, today."""
    town, case = web.town, web.town.bargaining()
    case.take("assign_officer", "supervisor", officer=town.people["officer"])
    case.offered()
    case.take("record_acceptance", replied_on=town.iso())
    case.take("name_representatives", workers=team("职工"), employer=team("企业"), manner="推选", chosen_on=town.iso())
    return case


def three_rounds(web: Web, case: OfficeCase) -> None:
    """Both sides move towards each other, a week between the rounds."""
    town = web.town
    for number, (asked, offered) in enumerate(PAYS):
        browser = web.as_("officer")
        done(step(browser, case, "schedule_round", on=town.iso(), place="二楼会议室"))
        for side, amount, meals in (("workers", asked, "300"), ("employer", offered, "300")):
            rows = {"items__0__clause": PAY, "items__0__amount": amount, "items__0__text": f"每月{amount}元"}
            if not number:
                rows |= {"items__1__clause": MEALS, "items__1__amount": meals}
            done(step(browser, case, "record_positions", side=side, **rows))
        done(step(browser, case, "hold_round", on=town.iso(), minutes=f"第{number + 1}次会议", present="6", chair="workers"))
        if number < 2:
            town.until(date.fromordinal(town.today.toordinal() + 7))


def draft(case: OfficeCase, pay: str, **more: str) -> dict[str, str]:
    return {
        "agreed_on": case.town.iso(), "contents": "pay", "workers_chief_signed": "yes", "employer_chief_signed": "yes",
        "clauses__0__title": PAY, "clauses__0__content": "pay", "clauses__0__text": "每月不低于5280元",
        "clauses__0__amount": pay, "clauses__1__title": MEALS, "clauses__1__amount": "300", **more,
    }  # fmt: skip


def test_from_three_rounds_to_the_renewal_of_next_year(web: Web) -> None:
    case, browser = at_the_table(web), web.as_("officer")
    assert "还没有提案" in browser.get(f"/cases/{case.number}/table").text
    three_rounds(web, case)
    browser = web.as_("officer")
    the_table(browser, case)
    agreed_and_drafted(web, browser, case)
    voted(web, browser, case)
    filed(web, browser, case)
    renewed(web, case)


def the_table(browser: Browser, case: OfficeCase) -> None:
    """Last words, gaps, charts; the step the table asks for comes first, and its form is filled in."""
    page = browser.get(f"/cases/{case.number}/table").text
    said = words(page)
    assert f"{PAY} 未达成" in said
    assert f"{MEALS} 双方一致,待确认" in said
    assert "差距 40.00 元 为用人单位方金额的 0.8%" in said
    assert page.count("<svg viewBox") == 1, "one clause moved; the other was alike from the start"
    assert 'role="img"' in page
    assert "职工方 5,300" in said
    assert "用人单位方 5,260" in said
    assert re.search(r"比上次.*-150\.00", said), "how far a side moved"
    assert "第 3 轮" in said
    buttons = re.findall(r'href="/cases/[^"]+/steps/(\w+)"', page)
    assert buttons[0] == "agree_clause"
    assert 'value="300.00"' in browser.get(f"/cases/{case.number}/steps/agree_clause").text
    assert "style=" not in page


def agreed_and_drafted(web: Web, browser: Browser, case: OfficeCase) -> None:
    """What is not known, open or different is refused at its field; mended, the draft stands."""
    unknown = step(browser, case, "agree_clause", on=web.town.iso(), items__0__clause=MEALS, items__1__clause=PAY)
    assert unknown.status_code == 422
    assert "不知商定了什么" in words(unknown.text)
    still_open = step(browser, case, "agree_draft", **draft(case, "5280"))
    assert f"“{PAY}”尚未达成一致" in words(still_open.text)
    done(step(browser, case, "agree_clause", on=web.town.iso(), items__0__clause=MEALS, items__1__clause=PAY,
              items__1__text="每月不低于5280元", items__1__amount="5280"))  # fmt: skip
    form = browser.get(f"/cases/{case.number}/steps/agree_draft").text
    assert 'value="5280.00"' in form, "the draft is filled in with what was agreed on"
    wrong = step(browser, case, "agree_draft", **draft(case, "5200"))
    assert wrong.status_code == 422
    assert "草案金额为5200.00,商定为5280.00" in words(wrong.text)
    assert 'id="field-clauses"' in wrong.text
    assert 'value="5200"' in wrong.text, "what was typed stays"
    assert "当前" not in words(browser.get(f"/cases/{case.number}/difference").text)
    done(step(browser, case, "agree_draft", **draft(case, "5,280")))
    assert [(row.title, row.amount) for row in web.town.rows(Clause)] == [(PAY, 528_000), (MEALS, 30_000)]
    assert "草案与商定的条款完全一致,共 2 条" in words(browser.get(f"/cases/{case.number}/difference").text)
    paper = web.town.one(Document, Document.paper == "draft_contract").facts
    assert "每月不低于5280元" in render_html(paper, "zh")


def voted(web: Web, browser: Browser, case: OfficeCase) -> None:
    """Forty delegates: 27 must be there; half is not more than half."""
    town, path = web.town, f"/cases/{case.number}/vote"
    assert "填入全体代表人数" in browser.get(path).text
    said = words(browser.get(f"{path}?delegates=40&present=26&yes=20").text)
    assert "到会:全体代表的 2/3 27 不够 还差 1 人" in said
    assert "同意:过半数(多于一半) 本地按此计 21 不够 还差 1 票" in said
    assert "同意:半数以上(含一半) 20 够" in said
    assert "到会人数不足" in said
    assert "这些数字不可能" in browser.get(f"{path}?delegates=40&present=30&yes=31").text
    assert browser.get(f"{path}?delegates=-1&present=九&yes=1e9").status_code == 200
    case.take("call_congress", on=town.iso(), place="职工之家")
    assert "尚未送达" in browser.get(path).text
    case.take("send_congress_papers", on=town.iso())
    assert "已送达" in browser.get(path).text
    done(step(browser, case, "record_vote", on=town.iso(), delegates="40", present="38", yes="36", no="1", abstain="1"))
    page = browser.get(path).text
    assert "全体 40,到会 38;同意 36,反对 1,弃权 1" in words(page)
    assert 'value="40"' in page, "the next trial starts with the delegates there are"


def filed(web: Web, browser: Browser, case: OfficeCase) -> None:
    """The checklist fills up; receipt, objection and approval are shown with their days."""
    town, path = web.town, f"/cases/{case.number}/filing"
    assert "还缺 2 项文书" in words(browser.get(path).text)
    case.take("sign", signed_on=town.iso(), starts_on=town.iso(), expires_on=town.iso(364), **CHIEFS)
    said = words(browser.get(path).text)
    assert "文书已齐" in said
    assert "三份" in said, "how many copies the place asks for"
    case.take("file_contract", received_on=town.iso(), receipt_no="人社收7号")
    assert "人社收7号" in browser.get(path).text
    case.take("record_objection", received_on=town.iso(), points="加班工资基数低于法定标准")
    assert "加班工资基数低于法定标准" in browser.get(path).text
    case.take("resubmit", received_on=town.iso())
    case.take("record_approval", dated_on=town.iso(), received_on=town.iso())
    assert "生效" in words(browser.get(path).text)


def renewed(web: Web, case: OfficeCase) -> None:
    """A year later: the table begins with the clauses of the contract before, the draft is shown against them."""
    town = web.town
    contract = town.one(Contract)
    town.until(date.fromordinal(contract.expires_on.toordinal() - 30))
    case.take("start_renewal", wish="续签一年")
    town.follow_up()
    browser = web.as_("officer")
    second = town.case(town.rows(Document)[0].case_id + 1)
    assert second.row.predecessor_id == contract.id
    said = words(browser.get(f"/cases/{second.number}/table").text)
    assert f"原合同 {contract.number} 的条款如下" in said
    assert "每月不低于5280元" in said
    second.offered()
    second.take("record_acceptance", replied_on=town.iso())
    second.take("name_representatives", workers=team("职工"), employer=team("企业"), manner="推选", chosen_on=town.iso())
    second.take("schedule_round", on=town.iso(), place="会议室")
    second.take("hold_round", on=town.iso(), minutes="一次谈成", agreed=[
        {"clause": PAY, "text": "每月不低于5500元", "amount": "5500"}, {"clause": "高温津贴", "amount": "300"}])  # fmt: skip
    difference_of_the_renewal(web, browser, second)


def difference_of_the_renewal(web: Web, browser: Browser, second: OfficeCase) -> None:
    page = browser.get(f"/cases/{second.number}/difference").text
    said = words(page)
    assert "新增 1 条,修改 1 条,删去 1 条,未变 0 条" in said
    assert "每月不低于<del>5280</del><ins>5500</ins>元" in page
    assert "5,280.00 → 5,500.00 +220.00 (+4.2%)" in said
    assert "data-print" in page
    english = words(web.as_("officer", "en").get(f"/cases/{second.number}/difference").text)
    assert "1 new, 1 changed, 1 removed, 0 unchanged." in english


def test_information_is_asked_for_item_by_item_and_what_waits_comes_first(web: Web) -> None:
    case, browser = at_the_table(web), web.as_("officer")
    path = f"/cases/{case.number}/information"
    assert "还没有要求提供资料" in browser.get(path).text
    done(step(browser, case, "request_information", asked_of="employer", items="工资总额\n利润表",
              requested_on=web.town.iso(), secret="yes"))  # fmt: skip
    form = browser.get(f"/cases/{case.number}/steps/record_information").text
    assert "工资总额\n利润表</textarea>" in form
    done(step(browser, case, "record_information", supplied_on=web.town.iso(), items="工资总额"))
    said = words(browser.get(path).text)
    assert "共 2 项,还有 1 项未提供" in said
    assert said.index("利润表") < said.index("工资总额")
    done(step(browser, case, "record_information", supplied_on=web.town.iso(), items="社保明细", complete="yes"))
    said = words(browser.get(path).text)
    assert "共 3 项,已全部提供" in said
    assert "未要求,主动提供" in said


def test_a_draft_taken_back_takes_its_clauses_back(web: Web) -> None:
    case = at_the_table(web)
    case.take("schedule_round", on=web.town.iso(), place="会议室")
    case.take("agree_draft", agreed_on=web.town.iso(), contents=["pay"], clauses=[{"title": PAY, "amount": "5000"}], **CHIEFS)
    case.take("undo", reason="录错了")
    assert [row.undone for row in web.town.rows(Clause)] == [True]
    assert "draft_seq" not in case.row.facts
    assert "还没有达成一致的条款" in web.as_("officer").get(f"/cases/{case.number}/difference").text


@pytest.mark.parametrize("name", ["table", "information", "vote", "filing", "difference"])
def test_a_page_asks_the_store_a_fixed_number_of_questions_and_is_whole_in_english(web: Web, name: str) -> None:
    case, officer = at_the_table(web), web.as_("officer", "en")
    path = f"/cases/{case.number}/{name}"
    with web.town.statements() as before:
        officer.get(path)
    three_rounds(web, case)
    officer = web.as_("officer", "en")
    with web.town.statements() as after:
        page = officer.get(path)
    assert len(after) <= len(before) <= 20
    shown = re.sub(r"(?s)<(header|form)\b.*?</\1>", " ", page.text)
    for typed in (PAY, MEALS, "二楼会议室", "某制衣厂", "第1次会议", "第2次会议", "第3次会议", "每月", "元", "半数以上"):
        shown = shown.replace(typed, "")
    assert re.findall(r"[\u4e00-\u9fff]+", words(shown)) == []


@pytest.mark.parametrize(
    ("before", "after", "woven"),
    [
        ("每月补贴300元", "每月补贴320元,随工资发放", "每月补贴[-300-]{+320+}元{+,随工资发放+}"),
        ("增长5%", "增长6.5%", "增长[-5%-]{+6.5%+}"),
        ("", "新条款", "{+新条款+}"),
        ("完全不同的旧文字", "ABC", "[-完全不同的旧文字-]{+ABC+}"),
        ("一样", "一样", "一样"),
    ],
)
def test_texts_are_woven_by_characters_and_whole_numbers(before: str, after: str, woven: str) -> None:
    marks = {"same": ("", ""), "gone": ("[-", "-]"), "added": ("{+", "+}")}
    said = "".join(f"{marks[one.kind][0]}{one.text}{marks[one.kind][1]}" for one in pieces_of(before, after))
    assert said == woven


def test_clauses_are_matched_by_title_and_amounts_compared_exactly() -> None:
    old = [Text("工资", "a", 10_000), Text("补贴", "b", 0), Text("旧", "c", None)]
    new = [Text("补 贴", "b", 500), Text("工资", "a", 10_001), Text("新", "", 1)]
    found = [(one.title, one.kind, one.moved, one.percent) for one in compared(old, new)]
    assert found == [
        ("补 贴", "changed", 500, ""), ("工资", "changed", 1, "+0.0"), ("新", "added", None, ""), ("旧", "gone", None, ""),
    ]  # fmt: skip
