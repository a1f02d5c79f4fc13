"""A party with an account: his own cases, his steps, and nothing of the office or of others."""

from __future__ import annotations

from models.cases import CaseFile, Party
from models.notes import CaseNote
from states.dispute.words import D
from tests.factories import OfficeCase
from tests.web.conftest import Web, words
from web.pages.mine_words import PLAIN


def mine(web: Web, **changes: object) -> OfficeCase:
    """A dispute of the worker."""
    case = web.town.dispute(**changes)  # type: ignore[arg-type]
    web.town.makes_party("worker", case)
    return case


def respondent(web: Web, case_id: int) -> None:
    """The worker's account stands on the other side of that case."""
    web.town.add(
        Party, case_id=case_id, seq=1, role="respondent", name="人事", person_id=web.town.people["worker"], undone=False,
        phone="", identity="", represents=False,
    )  # fmt: skip


def test_every_state_is_said_in_plain_words() -> None:
    assert set(PLAIN) == set(D)
    for told in PLAIN.values():
        assert all(label.zh and label.en for label in told)


def test_the_list_has_the_own_cases_only(web: Web) -> None:
    case = mine(web)
    other = web.town.dispute(applicant="李四", employer="别的厂")
    page = web.as_("worker").get("/mine")
    assert case.number in page.text
    assert other.number not in page.text
    assert "还没有案件" in words(web.as_("mediator").get("/mine").text)


def test_a_party_is_led_from_the_case_to_his_own_page(web: Web) -> None:
    case = mine(web)
    browser = web.as_("worker")
    assert browser.get(f"/cases/{case.number}").headers["location"] == f"/mine/{case.number}"
    assert browser.get("/cases").headers["location"] == "/mine"
    assert browser.get("/cases/D2026-99999").status_code == 404


def test_a_party_takes_his_steps_by_the_form_of_the_step(web: Web) -> None:
    case = mine(web)
    browser = web.as_("worker")
    page = browser.get(f"/mine/{case.number}").text
    assert f"/cases/{case.number}/steps/apply" in page
    assert "/steps/assign_mediator" not in page
    assert browser.get(f"/cases/{case.number}/steps/assign_mediator").status_code == 404
    done = browser.post(f"/cases/{case.number}/steps/apply", received_on=web.town.iso(), key="p1", version="1")
    assert done.status_code == 303
    assert case.state == "applied"
    assert "正在审查" in words(browser.get(f"/mine/{case.number}").text)


def test_a_party_never_sees_an_internal_note_or_anybody_s_number(web: Web) -> None:
    case = mine(web, identity="330102199003070019", phone="13800000000",
                members=[{"name": "李四", "identity": "330102198501010022", "phone": "13900000000"}])  # fmt: skip
    now, mediator = web.town.clock.now, web.town.people["mediator"]
    web.town.add(CaseNote, case_id=case.id, person_id=mediator, audience="internal", text="内部研判", at=now)
    web.town.add(CaseNote, case_id=case.id, person_id=mediator, audience="parties", text="请带合同", at=now)
    browser = web.as_("worker")
    paths = [f"/mine/{case.number}", "/mine", f"/cases/{case.number}/steps/apply", f"/cases/{case.number}", "/cases",
             f"/cases/{case.number}/steps/withdraw", "/", "/day", "/inbox", "/account"]  # fmt: skip
    for path in paths:
        text = browser.get(path).text
        for secret in ("内部研判", "330102199003070019", "330102198501010022", "13800000000", "13900000000", "李四"):
            assert secret not in text, f"{secret} on {path}"
    assert "请带合同" in browser.get(f"/mine/{case.number}").text


def test_the_other_side_does_not_learn_who_complained_in_confidence(web: Web) -> None:
    case = web.town.dispute(confidential=True)
    respondent(web, case.id)
    browser = web.as_("worker")
    assert case.number not in browser.get("/mine").text
    assert browser.get(f"/mine/{case.number}").status_code == 404


def test_no_page_of_the_office_is_open_to_a_party(web: Web) -> None:
    """Whatever stands below /cases/{number}: not found, or it leads to his own page; but for his steps and his dates."""
    from tests.web.test_permissions import routes_of

    case = mine(web)
    browser = web.as_("worker")
    paths = [route.partition(" ")[2] for route in routes_of(web.app) if route.startswith("GET /cases/{number}")]
    assert len(paths) > 8
    for path in paths:
        if "/steps/" in path or "/dates/" in path:
            continue
        filled = path.replace("{number}", case.number)
        for name in ("document_id", "attachment_id", "note_id", "sending_id"):
            filled = filled.replace(f"{{{name}}}", "1")
        assert browser.get(filled.replace("{file}", "zh.html")).status_code in (303, 404), path


def test_a_party_writes_and_the_mediator_hears_of_it(web: Web) -> None:
    case = mine(web)
    case.accepted()
    web.town.drain()
    browser = web.as_("worker")
    assert browser.post(f"/mine/{case.number}/messages", text="下周二可以").status_code == 303
    web.town.drain()
    assert web.town.inbox("mediator")[-1] == "party_wrote"
    assert browser.post(f"/mine/{case.number}/messages", text="x", form_key="0").status_code == 403


def test_instalments_and_sessions_are_said(web: Web) -> None:
    case = mine(web)
    case.accepted()
    case.take("schedule_session", on=web.town.iso(3), place="三楼会议室")
    text = words(web.as_("worker").get(f"/mine/{case.number}").text)
    assert "三楼会议室" in text
    assert "要记住的日子" in text
    assert "受理通知书" in text


def test_somebody_without_position_opens_a_case_for_himself_only(web: Web) -> None:
    town = web.town
    own = town.open("dispute", 2, "worker", applicant="张三", employer="某厂", cause="overtime", summary="加班费")
    assert town.one(Party, Party.case_id == own.id, Party.role == "applicant").person_id == town.people["worker"]
    assert town.count(CaseFile) == 1


def test_the_page_asks_a_fixed_number_of_questions(web: Web) -> None:
    case = mine(web)
    browser = web.as_("worker")
    with web.town.statements() as asked:
        browser.get(f"/mine/{case.number}")
    assert len(asked) <= 16, asked
