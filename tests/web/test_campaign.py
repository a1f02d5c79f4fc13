"""A campaign at the pages: hundreds chosen, one letter, one batch, a result per case; and batches of any other step."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert

from flows.batch import advance_batch
from flows.campaign import file_for
from flows.requests import Wish, file_batch
from models.cases import CaseFile
from models.contracts import Contract
from models.people import Organisation
from models.requests import StepBatch, StepRequest
from tests.factories import ELSEWHERE, STREET, Town
from tests.web.conftest import Browser, Web, words


def planned(town: Town, count: int, unit: int = STREET, by: str = "officer", name: str = "第{}厂") -> list[int]:
    """That many bargaining cases on the plan; their ids."""
    wishes = [
        Wish(step="open", case_type="bargaining", unit_id=unit, actor_id=town.people[by],
             answers={"kind": "wage", "employer": name.format(no), "workers": 50})
        for no in range(count)
    ]  # fmt: skip
    batch_id = file_batch(town.office, "open", town.people[by], wishes)
    assert advance_batch(town.office, batch_id).applied == count
    return [row.case_id for row in town.rows(StepRequest, StepRequest.batch_id == batch_id)]


def hidden(html: str, name: str) -> str:
    """What a form carries unseen."""
    found = re.search(f'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def reviewed(browser: Browser, **form: object) -> dict[str, object]:
    """What the review page sends on, after everything that matches was chosen."""
    page = browser.post("/campaign", {"what": "invite", "everything": "yes", **form})
    assert page.status_code == 200, words(page.text)
    return {name: hidden(page.text, name) for name in ("key", "type", "step", "ids")}


def done(web: Web, answer: object) -> int:
    """The batch the answer leads to, done as the serving process would do it."""
    batch_id = int(answer.headers["location"].rpartition("/")[2])  # type: ignore[attr-defined]
    advance_batch(web.town.office, batch_id)
    return batch_id


def letter(town: Town) -> dict[str, str]:
    """The invitation, filled in once."""
    return {"sent_on": town.iso(), "received_on": town.iso(), "topics": "2026 年度工资调整", "place": "街道工会会议室"}


def test_540_invitations_go_out_in_one_batch_with_a_result_per_case(web: Web) -> None:
    town = web.town
    ids = planned(town, 540)
    officer = web.as_("officer")
    first = officer.get("/campaign")
    assert "办理全部 540 件" in words(first.text)
    assert len(first.content) < 60_000
    form = reviewed(officer)
    assert len(str(form["ids"]).split(",")) == 540
    for case_id in ids[:20]:  # while the letter is being written
        town.case(case_id).take("give_up", reason="企业停产")
    sent = officer.post("/batches", {**form, **letter(town)})
    batch_id = int(sent.headers["location"].rpartition("/")[2])
    waiting = officer.get(f"/batches/{batch_id}").text
    assert "正在办理:0 / 540" in waiting
    assert f'data-live="/batches/{batch_id}/live"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    done(web, sent)
    page = officer.get(f"/batches/{batch_id}")
    told = words(page.text)
    assert "540 件 = 已办 520 + 未予办理 20 + 出错 0" in told
    assert "20 × 案件现为“已结案”" in told
    assert len(page.content) < 60_000
    assert words(officer.get(f"/batches/{batch_id}?status=refused").text).count("案件现为“已结案”") == 21
    assert town.count(CaseFile, CaseFile.state == "offered") == 520
    rows = CalamineWorkbook.from_filelike(BytesIO(officer.get(f"/batches/{batch_id}/result.xlsx").content))
    result = rows.get_sheet_by_index(0).to_python()
    assert [len(result), [row[3] for row in result].count("已办理")] == [541, 520]


def test_a_double_click_a_reload_and_the_back_button_are_one_batch(web: Web) -> None:
    town = web.town
    planned(town, 5)
    officer = web.as_("officer")
    form = {**reviewed(officer), **letter(town)}
    first, second = officer.post("/batches", form), officer.post("/batches", form)
    assert first.headers["location"] == second.headers["location"]
    done(web, first)
    # back, and sent again: nothing in it could be done any more, the batch that was is told of nowhere else
    assert officer.post("/batches", form).headers["location"] == first.headers["location"]
    assert town.count(StepBatch, StepBatch.step == "send_invitation") == 1
    # the key of one person's form opens nobody else's batch
    other = web.as_("supervisor").post("/batches", form)
    assert other.headers.get("location") != first.headers["location"]


def test_what_is_wrong_for_all_is_said_at_the_form_and_what_would_be_refused_beforehand(web: Web) -> None:
    town = web.town
    ids = planned(town, 4)
    officer = web.as_("officer")
    form = reviewed(officer)
    empty = officer.post("/batches", {**form, "sent_on": town.iso()})
    assert empty.status_code == 422
    assert "必须填写" in words(empty.text)
    future = officer.post("/batches", {**form, **letter(town), "sent_on": town.iso(3)})
    assert future.status_code == 422
    assert "2026 年度工资调整" in future.text
    assert town.count(StepBatch, StepBatch.step == "send_invitation") == 0
    town.case(ids[0]).take("give_up", reason="停产")
    tried = officer.post("/batches", {**form, **letter(town), "try": "yes"})
    assert tried.status_code == 200
    assert "试算:3 件可办,1 件将不予办理" in words(tried.text)
    assert hidden(tried.text, "key") == form["key"]
    assert town.count(StepBatch, StepBatch.step == "send_invitation") == 0


def test_what_is_hidden_comes_back_as_not_found_like_what_is_absent(web: Web) -> None:
    town = web.town
    mine = planned(town, 2)
    theirs = planned(town, 2, ELSEWHERE, "stranger_officer") if "stranger_officer" in town.people else _elsewhere(town)
    officer = web.as_("officer")
    assert str(theirs[0]) not in str(reviewed(officer)["ids"]).split(",")
    form = {"type": "bargaining", "step": "send_invitation", "key": "k" * 32, **letter(town)}
    sent = officer.post("/batches", {**form, "ids": ",".join(map(str, [*mine, *theirs, 999_999]))})
    batch_id = done(web, sent)
    page = words(officer.get(f"/batches/{batch_id}").text)
    assert "5 件 = 已办 2 + 未予办理 3 + 出错 0" in page
    assert "3 × 没有这一案件,或您无权查看" in page
    assert "外区" not in page
    assert town.count(CaseFile, CaseFile.unit_id == ELSEWHERE, CaseFile.state == "planned") == 2
    for who in ("stranger", "mediator", "chair"):
        assert web.as_(who).get(f"/batches/{batch_id}").status_code == 404
    assert web.as_("supervisor").get(f"/batches/{batch_id}").status_code == 200


def _elsewhere(town: Town) -> list[int]:
    """Planned cases of the other district, opened by the clock."""
    return [
        town.open("bargaining", ELSEWHERE, None, kind="wage", employer=f"外区{no}厂", workers=5).id for no in range(2)
    ]  # fmt: skip


def test_what_was_refused_is_chosen_again(web: Web) -> None:
    town = web.town
    ids = planned(town, 3)
    officer = web.as_("officer")
    form = reviewed(officer)
    town.case(ids[0]).take("give_up", reason="停产")
    batch_id = done(web, officer.post("/batches", {**form, **letter(town)}))
    town.case(ids[0], "supervisor").take("reopen", reason="恢复生产")
    again = officer.get(f"/batches/{batch_id}/again").text
    assert hidden(again, "ids") == str(ids[0])
    assert "1 件都没有妨碍" in words(again)
    second = {name: hidden(again, name) for name in ("key", "type", "step", "ids")}
    done(web, officer.post("/batches", {**second, **letter(town)}))
    assert {row.state for row in town.rows(CaseFile)} == {"offered"}
    assert words(officer.get("/batches").text).count("发出要约") >= 2


def test_ticks_are_kept_from_page_to_page(web: Web) -> None:
    town = web.town
    ids = planned(town, 150)
    officer = web.as_("officer")
    second = officer.post("/campaign", {"what": "invite", "id": [ids[0], ids[3]], "page": "2"}).text
    assert hidden(second, "kept") == f"{ids[0]},{ids[3]}"
    assert "其他页已勾选 2 件" in second
    back = officer.post("/campaign", {"what": "invite", "kept": hidden(second, "kept"), "id": [ids[120]], "page": "1"}).text
    assert re.findall(r'value="(\d+)" checked', back) == [str(ids[0]), str(ids[3])]
    on = officer.post("/campaign", {"what": "invite", "kept": hidden(back, "kept"), "id": [ids[3]]}).text
    assert hidden(on, "ids") == f"{ids[3]},{ids[120]}"
    assert officer.post("/campaign", {"what": "invite"}).status_code == 422


def test_the_choice_is_filtered(web: Web) -> None:
    town = web.town
    planned(town, 2)
    contract = town.contract(town.today + timedelta(days=20), "HT-1")
    case = town.bargaining(kind="collective", predecessor_id=contract, expires_on=town.iso(20))
    officer = web.as_("officer")
    assert "办理全部 1 件" in officer.get(f"/campaign?expires_to={town.iso(30)}").text
    assert reviewed(officer, kind="collective")["ids"] == str(case.id)
    assert "办理全部 2 件" in officer.get("/campaign?employer=第&unit=qingbo").text


def test_all_renewals_whose_window_is_open_begin_in_one_batch_and_never_twice(web: Web) -> None:
    town = web.town
    for no in range(6):
        town.contract(town.today + timedelta(days=20 + no), f"HT-{no}", employer_id=None, employer_name=f"第{no}厂")
    far = town.contract(town.today + timedelta(days=700), "HT-FAR")
    officer = web.as_("officer")
    page = officer.post("/campaign", {"what": "renew", "everything": "yes"}).text
    form = {name: hidden(page, name) for name in ("key", "what", "ids")}
    assert str(far) not in form["ids"].split(",")
    officer.post("/contracts/HT-0/renewal")
    batch_id = done(web, officer.post("/campaign/open", form))
    page = words(officer.get(f"/batches/{batch_id}").text)
    assert "6 件 = 已办 5 + 未予办理 1" in page
    assert "已有办理中的协商案件" in page
    officer.post("/campaign/open", form)
    done(web, officer.post("/campaign/open", {**form, "key": "f" * 32}))
    town.sweep()
    assert town.count(CaseFile) == 6
    assert {row.predecessor_id for row in town.rows(CaseFile)} == {row.id for row in town.rows(Contract, Contract.id != far)}
    answer = officer.post(f"/batches/{batch_id}/again", key="a" * 32)
    assert advance_batch(town.office, int(answer.headers["location"].rpartition("/")[2])).refused == 1
    assert town.count(CaseFile) == 6
    assert not town.audit().broken


def test_employers_without_a_bargaining_are_put_on_the_plan(web: Web) -> None:
    town = web.town
    with town.office.store.write() as connection:
        connection.execute(
            insert(Organisation),
            [{"id": 20 + no, "code": f"E{no}", "name": f"=cmd|{no}厂", "kind": "employer", "path": f"/1/2/{20 + no}/",
              "parent_id": STREET, "workers": 30 + no, "industry": "服装"} for no in range(3)],
        )  # fmt: skip
    town.contract(town.today + timedelta(days=400), "HT-1", employer_id=20)
    officer = web.as_("officer")
    page = officer.post("/campaign", {"what": "plan", "kind": "wage", "everything": "yes"}).text
    form = {name: hidden(page, name) for name in ("key", "what", "ids", "kind")}
    assert form["ids"] == "22,21"
    batch_id = done(web, officer.post("/campaign/open", form))
    assert [(row.employer_id, row.state, row.unit_id) for row in town.rows(CaseFile)] == [
        (22, "planned", STREET), (21, "planned", STREET),
    ]  # fmt: skip
    assert "所选范围内的用人单位" in officer.get("/campaign?what=plan").text
    late = done(web, officer.post("/campaign/open", {**form, "key": "z" * 32, "ids": "21,22,4711"}))
    assert "3 件 = 已办 0 + 未予办理 3" in words(officer.get(f"/batches/{late}").text)
    result = CalamineWorkbook.from_filelike(BytesIO(officer.get(f"/batches/{batch_id}/result.xlsx").content))
    assert result.get_sheet_by_index(0).to_python()[1][1] == "=cmd|2厂"
    assert officer.post("/campaign/open", {**form, "what": "else"}).status_code == 404


def test_a_batch_tells_its_watchers_when_it_moves(web: Web) -> None:
    town = web.town
    ids = planned(town, 2)
    batch_id = file_for(town.office, town.people["officer"], "send_invitation", ids, letter(town), "live")
    advance_batch(town.office, batch_id)
    answer = web.as_("officer").get(f"/batches/{batch_id}/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert re.findall(r"event: (\w+)", answer.text) == ["changed", "done"]
    assert web.as_("stranger").get(f"/batches/{batch_id}/live").status_code == 404


def test_any_other_step_goes_through_the_same_pages(web: Web) -> None:
    town = web.town
    ids = planned(town, 3)
    boss = web.as_("supervisor")
    form = {"type": "bargaining", "step": "assign_officer", "ids": ids}
    page = boss.post("/batches/review", form).text
    assert f'<option value="{town.people["officer"]}"' in page
    key = hidden(page, "key")
    done(web, boss.post("/batches", {**form, "key": key, "officer": town.people["officer"]}))
    assert {row.owner_id for row in town.rows(CaseFile)} == {town.people["officer"]}
    for wrong in ({"step": "no_reply"}, {"step": "open"}, {"step": "nothing"}, {"type": "nothing"}):
        assert boss.post("/batches/review", {**form, **wrong}).status_code == 404
    assert boss.post("/batches", {**form, "ids": "x,,-1"}).status_code == 422


@pytest.mark.parametrize("path", ["/campaign", "/batches", "/batches/{}"])
def test_a_page_asks_a_fixed_number_of_questions(web: Web, path: str) -> None:
    town = web.town
    ids = planned(town, 3)
    officer = web.as_("officer")
    batch_id = file_for(town.office, town.people["officer"], "send_invitation", ids[:1], letter(town), "few")
    officer.get(path.format(batch_id))
    with town.statements() as few:
        officer.get(path.format(batch_id))
    more = planned(town, 200)
    for no in range(12):
        file_for(town.office, town.people["officer"], "send_invitation", more, letter(town), f"lots{no}")
    with town.statements() as lots:
        officer.get(path.format(batch_id + 2))
    assert len(lots) == len(few) <= 14
