"""An administrator's day: units, people, positions, the texts of papers, imports, the record, messages that are stuck."""

from __future__ import annotations

import io
import re
import time
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import insert

from flows.importing import write_template
from flows.office_journal import Deed
from models.cases import CaseEvent
from models.contracts import Contract
from models.deadlines import Deadline
from models.offices import OfficeEvent, PaperText
from models.outbox import Message
from models.people import Organisation, Person, Position
from models.requests import Run
from tests.factories import DISTRICT, ELSEWHERE, STREET
from tests.performing import perform_free
from tests.web.conftest import Browser, Web, words


@pytest.fixture
def admin(web: Web) -> Browser:
    """The administrator of the district."""
    return web.as_("administrator")


def deeds(web: Web) -> list[str]:
    """What the journal of the office says, oldest first."""
    return [row.deed for row in web.town.rows(OfficeEvent)]


def number_in(answer: Any) -> int:
    """The id in the address one was sent on to."""
    assert answer.status_code == 303, words(answer.text)
    return int(re.findall(r"\d+", answer.headers["location"])[-1])


# --- units ---------------------------------------------------------------------------------------------------------------


def test_a_unit_is_added_changed_moved_and_closed(web: Web, admin: Browser) -> None:
    form = {"code": "HB", "name": "湖滨街道总工会", "kind": "subdistrict", "mediates": "yes", "workers": "12"}
    made = number_in(admin.post(f"/administration/units/{DISTRICT}/add", form))
    row = web.town.one(Organisation, Organisation.id == made)
    assert (row.path, row.mediates, row.workers) == (f"/1/{made}/", True, 12)
    again = admin.post(f"/administration/units/{DISTRICT}/add", form)
    assert again.status_code == 422
    assert "“HB”已有单位使用" in words(again.text)
    assert 'value="湖滨街道总工会"' in again.text, "what was typed is kept"
    changed = {"name": "湖滨街道工会", "kind": "subdistrict", "pack": "cn-zhejiang"}
    assert admin.post(f"/administration/units/{made}/change", changed).status_code == 303
    assert admin.post(f"/administration/units/{made}/move", parent="qingbo").status_code == 303
    assert web.town.one(Organisation, Organisation.id == made).path == f"/1/{STREET}/{made}/"
    assert "湖滨街道工会" in words(admin.get(f"/administration/units/{STREET}").text)
    assert admin.post(f"/administration/units/{made}/close", on=web.town.iso()).status_code == 303
    assert web.town.one(Organisation, Organisation.id == made).closed_on == web.town.today
    wanted = [Deed.UNIT_ADDED, Deed.UNIT_CHANGED, Deed.UNIT_MOVED, Deed.UNIT_CLOSED]
    assert [deed for deed in deeds(web) if deed in wanted] == wanted


def test_a_unit_goes_only_under_one_that_is_administered(web: Web, admin: Browser) -> None:
    for parent in ("yuhang", "no-such-unit"):
        refused = admin.post(f"/administration/units/{STREET}/move", parent=parent)
        assert refused.status_code == 422
        assert "您管理的单位中没有" in words(refused.text)
    assert web.town.one(Organisation, Organisation.id == STREET).parent_id == DISTRICT
    assert admin.post(f"/administration/units/{ELSEWHERE}/close", on=web.town.iso()).status_code == 404


def test_ten_thousand_units_are_read_page_by_page(web: Web, admin: Browser) -> None:
    rows = [
        {"id": 100 + no, "code": f"E{no:05d}", "name": f"第{no}企业", "kind": "employer", "parent_id": STREET,
         "path": f"/1/2/{100 + no}/", "mediates": False} for no in range(10_000)
    ]  # fmt: skip
    with web.town.office.store.write() as connection:
        connection.execute(insert(Organisation), rows)
    first = admin.get(f"/administration/units/{STREET}")
    assert len(first.text) < 60_000
    assert "E00040" in first.text
    assert "E00060" not in first.text
    further = re.search(r'href="(/administration/units/2\?after=[^"]+)"', first.text)
    assert further is not None
    assert "E00060" in admin.get(further[1]).text
    with web.town.statements() as few:
        admin.get("/administration/units/3")
    with web.town.statements() as many:
        admin.get(f"/administration/units/{STREET}")
    assert len(few) == len(many)
    found = admin.post("/administration/units", text="第9999企业")
    assert "E09999" in found.text
    assert "找到的单位" in words(found.text)


# --- people --------------------------------------------------------------------------------------------------------------


def test_a_person_comes_works_and_leaves(web: Web, admin: Browser) -> None:
    town = web.town
    form = {"code": "M20", "name": "白调解", "email": "bai@union.example", "language": "zh"}
    person_id = number_in(admin.post("/administration/people/add", form))
    where = f"/administration/people/{person_id}"
    assert "还没有职务" in words(admin.get(where).text)
    position = {"unit": "清波街道总工会", "role": "mediator", "to_on": town.iso(90)}
    assert admin.post(f"{where}/positions", position).status_code == 303
    held = town.one(Position, Position.person_id == person_id)
    assert (held.organisation_id, held.from_on, held.to_on) == (STREET, town.today, town.today + timedelta(days=90))
    shown = admin.post(f"{where}/password")
    phrase = re.search(r'<p class="code"><strong>([^<]+)</strong>', shown.text)
    assert phrase is not None
    assert phrase[1] not in admin.get(where).text, "shown this once"
    newcomer = web.anybody()
    entered = newcomer.post("/sign-in", account="M20", password=phrase[1])
    assert entered.headers["location"] == "/password", "the first password is changed at once"
    assert admin.post(f"{where}/positions/{held.id}", on=town.iso(30)).status_code == 303
    assert admin.post(f"{where}/leave", on=town.iso()).status_code == 303
    assert town.one(Person, Person.id == person_id).left_on == town.today
    assert newcomer.get("/password").headers["location"].startswith("/sign-in"), "his sessions are ended"
    wanted = [Deed.PERSON_ADDED, Deed.POSITION_GIVEN, Deed.PASSWORD_RESET, Deed.POSITION_ENDED, Deed.PERSON_LEFT]
    assert [deed for deed in deeds(web) if deed in wanted] == wanted
    assert "M20" in words(admin.get("/administration/people?state=left").text)
    assert "M20" not in words(admin.get("/administration/people").text)


def test_who_leaves_leaves_his_open_cases_to_be_handed_over(web: Web, admin: Browser) -> None:
    web.town.dispute().take("apply", received_on=web.town.iso())
    where = f"/administration/people/{web.town.people['mediator']}"
    before = words(admin.get(where).text)
    assert re.search(r"名下未结案件 [1-9]", before) or "名下未结案件 0" in before
    admin.post(f"{where}/leave", on=web.town.iso())
    after = admin.get(where)
    assert "已离任" in words(after.text) or "起离任" in words(after.text)


def test_the_office_keeps_its_last_administrator(web: Web, admin: Browser) -> None:
    me = web.town.people["administrator"]
    refused = admin.post(f"/administration/people/{me}/leave", on=web.town.iso())
    assert refused.status_code == 422
    assert "办公室不能没有系统管理员" in words(refused.text)


def test_people_of_another_district_are_not_there(web: Web, admin: Browser) -> None:
    stranger = web.town.people["stranger"]
    assert "何调解" not in words(admin.get("/administration/people?state=").text)
    assert "何调解" not in words(admin.post("/administration/people", text="何").text)
    for act in ("password", "second-factor", "sessions"):
        assert admin.post(f"/administration/people/{stranger}/{act}").status_code == 404
    web.town.add(Position, person_id=stranger, organisation_id=STREET, role="officer")
    half = admin.post(f"/administration/people/{stranger}/password")
    assert half.status_code == 422, "who also works elsewhere is administered from above"
    assert "管理范围之外" in words(half.text)


def test_an_administrator_of_a_part_has_no_pages_of_the_whole(web: Web) -> None:
    web.town.add(Position, person_id=web.town.people["colleague"], organisation_id=STREET, role="administrator")
    part = web.as_("colleague")
    assert part.get("/administration").status_code == 200
    assert "文书样式" not in words(part.get("/administration").text)
    for page in ("texts", "rules", "rules/dates", "record", "settings"):
        assert part.get(f"/administration/{page}").status_code == 404
    assert part.get(f"/administration/units/{DISTRICT}").status_code == 404
    assert part.get(f"/administration/people/{web.town.people['supervisor']}").status_code == 404
    assert part.post("/administration/texts/acceptance_notice/zh", text="x", act="use").status_code == 404


# --- texts, rules --------------------------------------------------------------------------------------------------------


def test_a_text_is_looked_at_kept_used_and_given_back(web: Web, admin: Browser) -> None:
    where = "/administration/texts/acceptance_notice/zh"
    assert "{{ applicant|others(claimants) }}" in admin.get(where).text
    text = "本会决定受理{{ applicant }}的申请。\n特此通知。\n"
    looked = admin.post(where, text=text, act="look")
    assert "本会决定受理王二的申请。" in words(looked.text)
    assert web.town.count(PaperText) == 0
    assert admin.post(where, text=text, remark="短一些", act="keep").status_code == 303
    assert "本单位第" not in words(admin.get("/administration/texts").text)
    assert admin.post(where, text=text + "附注。\n", act="use").status_code == 303
    assert "本单位第 2 版" in words(admin.get("/administration/texts").text)
    assert admin.post(f"{where}/use", version="1").status_code == 303
    in_use = [row.version for row in web.town.rows(PaperText) if row.ended_at is None]
    assert in_use == [1]
    assert admin.post(f"{where}/use", version="0").status_code == 303
    assert [row for row in web.town.rows(PaperText) if row.ended_at is None] == []
    assert deeds(web).count(Deed.TEMPLATE_CHANGED) == 4
    assert admin.post(f"{where}/use", version="77").status_code == 404


def test_a_text_that_would_do_harm_is_refused_and_kept_in_the_field(web: Web, admin: Browser) -> None:
    where = "/administration/texts/acceptance_notice/zh"
    for text in ("{{ ().__class__.__base__.__subclasses__() }}", "{{ 'a' * 10 ** 9 }}", "{% for c in claim %}x{% endfor %}",
                 "{{ '%300000000d' % 1 }}", "{{ emploer.name }}"):  # fmt: skip
        began = time.monotonic()
        refused = admin.post(where, text=text, act="use")
        assert refused.status_code == 422, text
        assert time.monotonic() - began < 3
        assert web.town.count(PaperText) == 0
    assert "emploer" in refused.text
    script = admin.post(where, text="<script>alert(1)</script>", act="look")
    assert "<script>alert" not in script.text


def test_the_own_text_is_what_is_printed(web: Web, admin: Browser) -> None:
    from documents.render import file_of
    from models.papers import Document

    admin.post("/administration/texts/acceptance_notice/zh", text="本会受理{{ applicant }}一案。", act="use")
    case = web.town.dispute()
    case.take("apply", received_on=web.town.iso())
    case.take("accept", accepted_on=web.town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    paper = web.town.one(Document, Document.paper == "acceptance_notice")
    with web.town.office.store.write() as connection:
        page = file_of(connection, paper.id, "html", "zh", web.town.office.now()).decode()
    assert "本会受理张三一案。" in page


def test_rules_say_how_well_they_are_known(admin: Browser) -> None:
    shown = words(admin.get("/administration/rules?pack=cn").text)
    assert "已核对条文" in shown
    assert "放假安排" in shown
    assert admin.get("/administration/rules?pack=../settings").status_code == 404


def test_dates_move_only_after_they_were_seen(web: Web, admin: Browser) -> None:
    case = web.town.dispute()
    case.take("apply", received_on=web.town.iso())
    clock = web.town.one(Deadline, Deadline.case_id == case.id, Deadline.rule == "mediation-from-receipt")
    web.town.set(Deadline, Deadline.id == clock.id, provisional=True, due_on=clock.due_on + timedelta(days=2))
    shown = admin.get("/administration/rules/dates")
    assert case.number in words(shown.text)
    assert admin.post("/administration/rules/dates", found="7").status_code == 303
    assert web.town.one(Deadline, Deadline.id == clock.id).due_on == clock.due_on + timedelta(days=2), "not what was seen"
    assert admin.post("/administration/rules/dates", found="1").status_code == 303
    moved = web.town.one(Deadline, Deadline.id == clock.id)
    assert (moved.due_on, moved.provisional) == (clock.due_on, False)
    assert Deed.DATES_MOVED in deeds(web)


# --- imports, the record, messages ---------------------------------------------------------------------------------------


def register(*rows: tuple[str, ...]) -> io.BytesIO:
    """A register of contracts as an office keeps it."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("合同")
        for at, row in enumerate((("合同编号", "用人单位", "合同种类", "到期日期", "职工人数"), *rows)):
            for column, value in enumerate(row):
                sheet.write_string(at, column, value)
    made.seek(0)
    return made


def wait_for(web: Web, run_id: int) -> Any:
    """The row of a run once a worker has done it."""
    perform_free(web.town.office)
    row = web.town.one(Run, Run.id == run_id)
    assert row.ended_at is not None, row.state
    return row


def test_a_register_is_looked_at_then_loaded_and_its_bad_rows_come_back(web: Web, admin: Browser) -> None:
    file = register(
        ("H1", "甲公司", "工资专项集体合同", "2027-01-31", "20"), ("H2", "=cmd|' /C calc'!A0", "不是种类", "x", "3")
    )
    sent = admin.post("/administration/imports", {"unit": "qingbo", "kind": "ledger"}, files={"file": ("合同 台账.xlsx", file)})
    assert sent.status_code == 303, words(sent.text)
    preview = admin.get(sent.headers["location"])
    assert "甲公司" in preview.text
    assert "将退回" in words(preview.text)
    assert web.town.count(Contract) == 0, "a preview writes nothing"
    other = web.as_("supervisor")
    assert other.get(sent.headers["location"]).status_code == 404
    run_id = number_in(admin.post(sent.headers["location"]))
    assert number_in(admin.post(sent.headers["location"])) == run_id, "two clicks are one run"
    row = wait_for(web, run_id)
    assert (row.state, row.counts["accepted"], row.counts["refused"]) == ("done", 1, 1), row.counts
    assert [one.employer_name for one in web.town.rows(Contract)] == ["甲公司"]
    shown = admin.get(f"/administration/works/{run_id}")
    assert "下载退回的行和原因" in words(shown.text)
    refused = admin.get(f"/administration/works/{run_id}/refused")
    assert refused.status_code == 200
    from python_calamine import CalamineWorkbook

    cells = CalamineWorkbook.from_filelike(io.BytesIO(refused.content)).get_sheet_by_index(0).to_python()
    assert any(str(cell).startswith("'=cmd") for row in cells for cell in row), "no spreadsheet runs it"
    assert admin.get(sent.headers["location"]).status_code == 404, "the file itself is gone"
    assert Deed.IMPORT_DONE in deeds(web)
    live = admin.get(f"/administration/works/{run_id}/live")
    assert "event: done" in live.text


def test_a_whole_ledger_is_loaded(web: Web, admin: Browser, tmp_path: Any) -> None:
    book = write_template(tmp_path / "ledger.xlsx", with_examples=True)
    with book.open("rb") as file:
        sent = admin.post("/administration/imports", {"unit": "shangcheng", "kind": ""}, files={"file": ("l.xlsx", file)})
    row = wait_for(web, number_in(admin.post(sent.headers["location"])))
    assert row.state == "done", row.counts
    assert row.counts["accepted"] > 0


@pytest.mark.parametrize(("name", "content"), [("x.xlsx", b"not a sheet"), ("x.exe", b"MZ"), ("x.xlsx", b"PK\x03\x04broken")])
def test_what_is_no_spreadsheet_is_refused(admin: Browser, name: str, content: bytes) -> None:
    form = {"unit": "qingbo", "kind": "ledger"}
    refused = admin.post("/administration/imports", form, files={"file": (name, io.BytesIO(content))})
    assert refused.status_code == 422
    assert "未予办理" in words(refused.text)


def test_nothing_is_loaded_into_another_district(admin: Browser) -> None:
    file = {"file": ("r.xlsx", register())}
    assert admin.post("/administration/imports", {"unit": "yuhang", "kind": "ledger"}, files=file).status_code == 422


def test_the_record_is_verified_and_says_what_was_changed(web: Web, admin: Browser) -> None:
    case = web.town.dispute()
    case.take("apply", received_on=web.town.iso())
    intact = wait_for(web, number_in(admin.post("/administration/record")))
    assert intact.counts["broken"] == 0
    assert intact.counts["head"] in words(admin.get(f"/administration/works/{intact.id}").text)
    with web.town.office.store.write() as connection:
        if web.town.office.store.is_sqlite:
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='case_event'"
            ).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE case_event DISABLE TRIGGER USER")
    web.town.set(CaseEvent, CaseEvent.case_id == case.id, to_state="closed")
    broken = wait_for(web, number_in(admin.post("/administration/record")))
    assert broken.counts["broken"] > 0
    shown = words(admin.get(f"/administration/works/{broken.id}").text)
    assert "请勿再改动数据库" in shown
    assert Deed.RECORD_READ in deeds(web)


def test_parked_messages_are_sent_again_or_given_up(web: Web, admin: Browser) -> None:
    now, people = web.town.office.now(), web.town.people

    def parked(key: str, who: str) -> int:
        return web.town.add(Message, key=key, kind="notice", notice="case_closed", person_id=people[who], channel="mail",
                            facts={}, status="parked", attempt=8, error="550 no such mailbox", next_try_at=now,
                            created_at=now, settled_at=now)  # fmt: skip

    one, two, theirs = parked("a", "mediator"), parked("b", "officer"), parked("c", "stranger")
    shown = words(admin.get("/administration/messages").text)
    assert "550 no such mailbox" in shown
    assert "何调解" not in shown
    assert "搁置 2 条" in words(admin.get("/administration").text)
    assert admin.post(f"/administration/messages/{one}", act="cancel").status_code == 303
    assert admin.post(f"/administration/messages/{theirs}", act="again").status_code == 404
    assert admin.post("/administration/messages").status_code == 303
    status = {row.id: row.status for row in web.town.rows(Message)}
    assert (status[one], status[two], status[theirs]) == ("cancelled", "waiting", "parked")
    assert admin.post(f"/administration/messages/{one}", act="again").status_code == 422
    assert {Deed.MESSAGE_RESENT, Deed.MESSAGE_CANCELLED} <= set(deeds(web))


def test_settings_show_no_secret_and_say_where_they_come_from(web: Web, admin: Browser, monkeypatch: Any) -> None:
    from config.settings import Settings

    monkeypatch.setenv("CONCORD_SMTP_PASSWORD", "hunter2-hunter2")
    monkeypatch.setenv("CONCORD_OIDC_CLIENT_SECRET", "very-secret")
    told = Settings(home=web.town.office.settings.home, prefect=False)
    object.__setattr__(web.app.state.office, "settings", told)
    shown = admin.get("/administration/settings")
    assert "hunter2" not in shown.text
    assert "very-secret" not in shown.text
    assert "CONCORD_SMTP_PASSWORD" in shown.text
    assert "环境变量" in words(shown.text)


def test_every_setting_is_said_in_chinese() -> None:
    from config.settings import Settings
    from web.pages.admin_settings import ABOUT

    assert set(Settings.model_fields) == set(ABOUT)


@pytest.mark.parametrize(
    "page",
    ["", "/units", f"/units/{STREET}", "/people", "/settings", "/journal", "/texts", "/texts/contract_text/en", "/rules",
     "/rules/dates", "/imports", "/record", "/messages"],
)  # fmt: skip
def test_the_pages_speak_english(web: Web, page: str) -> None:
    shown = web.as_("administrator", "en").get(f"/administration{page}")
    assert shown.status_code == 200
    assert len(shown.text) < 60_000
    assert "Administration" in words(shown.text)


def test_the_day_of_the_clock_is_the_offices(web: Web, admin: Browser) -> None:
    assert date.fromisoformat(web.town.iso()) == web.town.today
    assert f'value="{web.town.iso()}"' in admin.get(f"/administration/units/{STREET}/close").text
