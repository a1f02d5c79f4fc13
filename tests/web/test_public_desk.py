"""The public desk: a worker without an account registers, follows by number and secret, and nothing shows without them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from flows.steps import Desk
from models.cases import CaseEvent, CaseFile, Party
from models.notes import Attachment, CaseNote, DeskSecret
from models.people import Person
from tests.factories import STREET
from tests.web.conftest import Browser, Web, words
from tests.web.test_mine import respondent
from web.app import create_app

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000100"
    "05fe02fea7d6059b0000000049454e44ae426082"
)
TOLD = {
    "unit": str(STREET), "name": "周工友", "phone": "138 0000 0000", "employer": "某电子厂", "cause": "wage_arrears",
    "summary": "三个月没发工资,要求补发", "amount": "9000", "consent": "yes",
}  # fmt: skip


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def registered(web: Web, browser: Browser | None = None, **changed: str) -> tuple[str, str]:
    """Number and secret of a grievance that was registered."""
    browser = browser or web.anybody()
    once = hidden(browser.get("/desk/new").text, "once")
    answer = browser.post("/desk/new", {**TOLD, "once": once, **changed})
    assert answer.status_code == 200, words(answer.text)
    number, secret = re.findall(r'<dd class="code">([^<]+)</dd>', answer.text)
    return number, secret


def following(web: Web, number: str, secret: str) -> Browser:
    """A browser that opened the case."""
    browser = web.anybody()
    answer = browser.post("/desk/follow", number=number, secret=secret)
    assert answer.headers.get("location") == "/desk/case", words(answer.text)
    browser.key = hidden(browser.get("/desk/case").text, "form_key")
    return browser


def test_a_worker_registers_and_the_office_is_told(web: Web) -> None:
    number, secret = registered(web)
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){3}", secret)
    case = web.town.one(CaseFile, CaseFile.number == number)
    assert (case.unit_id, case.state, case.facts["channel"], case.facts["amount"]) == (STREET, "registered", "online", 900_000)
    party = web.town.one(Party, Party.case_id == case.id, Party.role == "applicant")
    person = web.town.one(Person, Person.id == party.person_id)
    assert (person.name, person.password, party.phone) == ("周工友", "", "138 0000 0000")
    (event,) = web.town.rows(CaseEvent, CaseEvent.case_id == case.id)
    assert (event.role, event.actor_id) == ("party", person.id)
    web.town.drain()
    assert web.town.inbox("mediator") == ["case_registered"]
    assert web.town.inbox("stranger") == []
    assert number in web.as_("mediator").get("/day").text, "among what nobody holds yet"
    assert web.as_("stranger").get(f"/cases/{number}").status_code == 404


def test_the_secret_is_kept_as_a_hash_and_the_number_of_the_worker_sealed(web: Web) -> None:
    _, secret = registered(web)
    assert len(web.town.one(DeskSecret).secret_hash) == 64
    with web.town.office.store.read() as connection:
        for table in ("desk_secret", "step_request", "person", "party", "message", "sign_in_try", "document"):
            rows = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            assert not {said for said in (secret, secret.replace("-", ""), "138 0000 0000") if said in rows}, table


def test_a_double_click_is_one_case_and_shows_the_same_secret(web: Web) -> None:
    browser = web.anybody()
    form = {**TOLD, "once": hidden(browser.get("/desk/new").text, "once")}
    first, second = (re.findall(r'<dd class="code">([^<]+)</dd>', browser.post("/desk/new", form).text) for _ in range(2))
    assert first == second
    assert web.town.count(CaseFile) == 1
    changed = browser.post("/desk/new", {**form, "summary": "另一件事"})
    assert changed.status_code == 422, "another grievance under the same form is no way to the secret"
    assert first[1] not in changed.text


def test_what_is_wrong_is_said_in_plain_words_and_kept(web: Web) -> None:
    browser = web.anybody()
    once = hidden(browser.get("/desk/new").text, "once")
    answer = browser.post("/desk/new", {**TOLD, "once": once, "phone": "123", "unit": "", "consent": "", "employer": ""})
    text = words(answer.text)
    assert answer.status_code == 422
    assert "不是电话号码" in text
    assert "需要您同意" in text
    assert "必须填写" in text
    assert 'value="周工友"' in answer.text
    assert web.town.count(CaseFile) == 0
    for bad in ("", "made-up", once[:-1] + "x"):
        answer = browser.post("/desk/new", {**TOLD, "once": bad})
        assert "页面打开太久" in words(answer.text)
    assert "请选择工会" in words(browser.post("/desk/new", {**TOLD, "once": once, "unit": "999"}).text)


def test_the_case_is_followed_with_number_and_secret(web: Web) -> None:
    number, secret = registered(web)
    case = web.town.case(web.town.one(CaseFile, CaseFile.number == number).id, by="mediator")
    case.accepted()
    case.take("schedule_session", on=web.town.iso(5), place="街道会议室")
    browser = following(web, number.lower(), f" {secret.lower()} ")
    text = words(browser.get("/desk/case").text)
    assert "正在调解" in text
    assert "街道会议室" in text
    assert "李调解" in text
    assert "受理通知书" in text
    assert "登记表" not in text, "papers of the office are none of his"
    for paper in re.findall(r'href="(/desk/case/papers/[^"]+)"', browser.get("/desk/case").text):
        assert browser.get(paper).status_code == 200
        assert web.anybody().get(paper).status_code == 303
    assert number not in str(browser.client.cookies.get("concord_case")), "the cookie names nobody"


def test_the_worker_writes_and_adds_papers_and_the_office_hears_of_it_once(web: Web) -> None:
    number, secret = registered(web)
    browser = following(web, number, secret)
    assert browser.post("/desk/case/messages", text="我找到了工资条").status_code == 303
    assert browser.post("/desk/case/files", files={"file": ("工资条.png", PNG)}).status_code == 303
    assert "我找到了工资条" in browser.get("/desk/case").text
    assert browser.post("/desk/case/messages", text=" ").status_code == 422
    bad = browser.post("/desk/case/files", files={"file": ("a.png", b"MZ\x90\x00 no picture")})
    assert bad.status_code == 422
    assert web.town.count(Attachment) == 1
    file = web.town.one(Attachment)
    got = browser.get(f"/desk/case/files/{file.id}")
    assert (got.content, got.headers["content-type"]) == (PNG, "image/png")
    web.town.drain()
    assert web.town.inbox("mediator") == ["case_registered", "party_wrote"]
    assert "我找到了工资条" in web.as_("mediator").get(f"/cases/{number}").text
    assert web.as_("mediator").get(f"/desk/case/files/{file.id}").status_code == 303


def test_what_the_office_wrote_for_parties_is_shown_and_nothing_else(web: Web) -> None:
    number, secret = registered(web)
    case_id, now = web.town.one(CaseFile, CaseFile.number == number).id, web.town.clock.now
    notes = {
        "内部研判:单位恶意": ("internal", "mediator"),
        "请带上劳动合同": ("parties", "mediator"),
        "对方的话": ("parties", "worker"),
    }
    for text, (audience, who) in notes.items():
        web.town.add(CaseNote, case_id=case_id, person_id=web.town.people[who], audience=audience, text=text, at=now)
    respondent(web, case_id)
    text = following(web, number, secret).get("/desk/case").text
    assert "请带上劳动合同" in text
    assert "内部研判" not in text
    assert "对方的话" not in text, "another party's words to the office are not his to read"
    assert "138 0000 0000" not in text


def test_absent_number_and_wrong_secret_get_one_answer(web: Web) -> None:
    number, _ = registered(web)
    answers = [
        web.anybody().post("/desk/follow", number=which, secret="AAAA-BBBB-CCCC-DDDD")
        for which in (number, "D2026-99999", web.town.dispute().number)
    ]
    told = {re.sub(r'name="number" value="[^"]*"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {422}
    assert len(told) == 1
    assert "案号或查询码不对" in told.pop()


def test_another_case_s_secret_opens_nothing(web: Web) -> None:
    (one, first), (other, second) = registered(web), registered(web, name="吴工友")
    assert web.anybody().post("/desk/follow", number=one, secret=second).status_code == 422
    assert web.anybody().post("/desk/follow", number=other, secret=first).status_code == 422
    browser = following(web, one, first)
    browser.post("/desk/case/files", files={"file": ("a.png", PNG)})
    file = web.town.one(Attachment)
    stranger = following(web, other, second)
    assert stranger.get(f"/desk/case/files/{file.id}").status_code == 404
    assert "吴工友" not in browser.get("/desk/case").text
    assert browser.post("/desk/case/messages", text="x", form_key=stranger.key).status_code == 403


def test_wrong_secrets_are_throttled_for_the_address_and_lock_the_case(web: Web) -> None:
    number, secret = registered(web)
    browser = web.anybody()
    for _ in range(10):
        assert "不对" in words(browser.post("/desk/follow", number=number, secret="WRONG").text)
    assert "尝试次数过多" in words(browser.post("/desk/follow", number=number, secret=secret).text)
    web.town.clock.pass_time(minutes=16)
    assert "44 分钟后" in words(browser.post("/desk/follow", number=number, secret=secret).text), (
        "the case is locked for an hour"
    )
    web.town.clock.pass_time(minutes=45)
    following(web, number, secret)


def test_five_registrations_an_hour_from_one_address(web: Web) -> None:
    for no in range(5):
        registered(web, name=f"工友{no}")
    browser = web.anybody()
    once = hidden(browser.get("/desk/new").text, "once")
    answer = browser.post("/desk/new", {**TOLD, "once": once})
    assert answer.status_code == 422
    assert "尝试次数过多" in words(answer.text)
    assert "三个月没发工资" in answer.text
    web.town.clock.pass_time(minutes=61)
    registered(web)


def test_the_case_closes_after_half_an_hour_and_with_its_secret(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    number, secret = registered(web)
    browser = following(web, number, secret)
    monkeypatch.setattr("web.pages.public_desk_case.LIFE", -1)
    assert browser.get("/desk/case").headers["location"] == "/desk/follow"
    monkeypatch.undo()
    assert browser.get("/desk/case").status_code == 200
    web.town.set(DeskSecret, DeskSecret.id > 0, ended_at=web.town.clock.now)
    assert browser.get("/desk/case").headers["location"] == "/desk/follow"
    assert web.anybody().post("/desk/follow", number=number, secret=secret).status_code == 422


def test_leaving_closes_it_on_this_telephone(web: Web) -> None:
    browser = following(web, *registered(web))
    assert browser.post("/desk/case/leave").headers["location"] == "/desk"
    assert browser.get("/desk/case").status_code == 303


def test_nothing_of_the_secret_stands_in_an_address(web: Web) -> None:
    browser = web.anybody()
    number, secret = registered(web, browser)
    answer = browser.post("/desk/follow", number=number, secret=secret)
    assert answer.headers["location"] == "/desk/case"
    page = browser.get("/desk/case").text
    assert not [link for link in re.findall(r'(?:href|action|src)="([^"]*)"', page) if number in link or secret in link]


def test_a_desk_that_is_switched_off_does_not_exist(web: Web) -> None:
    office = replace(web.town.office, settings=web.town.office.settings.model_copy(update={"public_desk": False}))
    closed = Web(web.town, create_app(office, Desk(office)))
    browser = closed.anybody()
    for path in ("/desk", "/desk/new", "/desk/follow", "/desk/case"):
        assert browser.get(path).status_code == 404, path
    for path in ("/desk/new", "/desk/follow", "/desk/case/messages"):
        assert browser.post(path, TOLD).status_code == 404, path
    browser.client.close()


def test_where_there_are_many_units_one_is_looked_for_by_its_place(web: Web) -> None:
    from models.people import Organisation

    for no in range(70):
        web.town.add(Organisation, code=f"u{no}", name=f"某{no}街道总工会", kind="subdistrict", path=f"/1/{no + 100}/",
                     mediates=True, pack="", credit_code="", industry="", workers=0)  # fmt: skip
    browser = web.anybody()
    assert "您在哪里上班" in browser.get("/desk/new").text
    found = browser.get("/desk/new?place=清波")
    assert f'href="/desk/new?unit={STREET}"' in found.text
    form = browser.get(f"/desk/new?unit={STREET}").text
    assert "清波街道总工会" in form
    assert 'name="phone"' in form
    assert "没有找到" in browser.get("/desk/new?place=火星").text


def test_english_is_complete(web: Web) -> None:
    browser = web.anybody()
    browser.client.cookies.set("concord_language", "en")
    number, secret = registered(web, browser)
    answer: Any = browser.post("/desk/follow", number=number, secret=secret)
    assert answer.status_code == 303
    page = words(browser.get("/desk/case").text)
    assert "Somebody will call you" in page
    assert "My employer should not know" in browser.get("/desk/new").text
