"""Taking a step on its page: two people at one case, a double click, a draft, and what is filled in beforehand."""

from __future__ import annotations

import re

import pytest

from models.notes import Draft
from models.requests import StepRequest
from tests.factories import OfficeCase
from tests.web.conftest import FROM_US, Web, words


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found.group(1)


def step_page(case: OfficeCase, step: str) -> str:
    """The address of a step's page."""
    return f"/cases/{case.number}/steps/{step}"


@pytest.mark.parametrize(
    ("language", "told", "theirs"),
    [
        ("zh", "案件已由他人办理", "在您填写期间,案件有了变化"),
        ("en", "somebody else moved this case", "While you were writing, the case moved"),
    ],
)
def test_who_comes_second_is_told_keeps_the_text_and_sees_what_changed(
    web: Web, language: str, told: str, theirs: str
) -> None:  # fmt: skip
    case = web.town.dispute().accepted()
    path = step_page(case, "schedule_session")
    first, second = web.as_("colleague"), web.as_("mediator", language)
    before, mine = first.get(path).text, second.get(path).text
    on = web.town.iso(3)
    done = first.post(path, on=on, place="三楼", key=hidden(before, "key"), version=hidden(before, "version"))
    assert done.status_code == 303
    answer = second.post(path, on=on, place="我写的地点", key=hidden(mine, "key"), version=hidden(mine, "version"))
    assert answer.status_code == 422
    page = words(answer.text)
    assert told in page
    assert theirs in page
    assert "陈调解" in page
    assert 'value="我写的地点"' in answer.text
    assert hidden(answer.text, "version") == str(case.row.version), "sent again, it is judged against what is there now"
    assert case.steps.count("schedule_session") == 1


def test_a_double_click_is_one_step(web: Web) -> None:
    case = web.town.dispute()
    mediator, path = web.as_("mediator"), step_page(case, "apply")
    page = mediator.get(path).text
    form = {"received_on": web.town.iso(), "key": hidden(page, "key"), "version": hidden(page, "version")}
    answers = [mediator.post(path, form=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert case.steps.count("apply") == 1
    assert web.town.count(StepRequest, StepRequest.key.endswith(form["key"])) == 1


def test_a_refused_step_says_beforehand_why(web: Web) -> None:
    case = web.town.dispute().accepted()
    case.take("schedule_session", on=web.town.iso(3), place="三楼")
    page = words(web.as_("mediator").get(step_page(case, "schedule_session")).text)
    assert "现在还不能办理" in page


def test_a_draft_is_kept_restored_and_gone_once_the_step_is_taken(web: Web) -> None:
    case = web.town.dispute()
    mediator, path = web.as_("mediator"), step_page(case, "give_advice")
    fields = re.findall(r'<textarea id="(\w+)"', mediator.get(path).text)
    draft = dict.fromkeys(fields, "已告知仲裁时效")
    assert mediator.post(f"{path}/draft", form=draft).status_code == 204
    page = mediator.get(path).text
    assert "已恢复您暂存于" in page
    assert "已告知仲裁时效" in page
    assert "已告知仲裁时效" not in web.as_("colleague").get(path).text
    taken = mediator.post(path, form={**draft, "key": hidden(page, "key"), "version": hidden(page, "version")})
    assert taken.status_code == 303
    assert web.town.count(Draft) == 0


def test_a_mediator_is_offered_himself_first(web: Web) -> None:
    case = web.town.dispute()
    page = web.as_("mediator").get(step_page(case, "assign_mediator")).text
    assert f'<option value="{web.town.people["mediator"]}" selected>' in page
    supervisor = web.as_("supervisor").get(step_page(case, "assign_mediator")).text
    assert not re.search(r'<option value="\d+" selected>', supervisor)


def test_a_missing_answer_names_its_field_and_keeps_the_rest(web: Web) -> None:
    case = web.town.dispute().accepted()
    path = step_page(case, "schedule_session")
    answer = web.as_("mediator").post(path, place="三楼调解室", key="k1", version=str(case.row.version))
    assert answer.status_code == 422
    assert 'value="三楼调解室"' in answer.text
    assert 'href="#field-on"' in answer.text


def test_a_form_sent_after_the_session_ended_says_so_and_leads_back_to_its_page(web: Web) -> None:
    case = web.town.dispute()
    path, nobody = step_page(case, "apply"), web.as_("mediator")
    nobody.client.cookies.clear()
    answer = nobody.client.post(path, headers={**FROM_US, "referer": f"https://office.test{path}?of=secret"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    page = words(nobody.get(answer.headers["location"]).text)
    assert "登录已过期" in page
    assert case.steps.count("apply") == 0
