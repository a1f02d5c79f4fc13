"""The monitor: what it finds and mends, what it says of the office, the journal of runs; and who sees which part of it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from flows.batch import mark_failed
from flows.missing import missing_of
from flows.office import utc_now
from flows.performing import WORKS
from flows.sweeps import SWEEPS, run_sweep
from models.accounts import WebSession
from models.cases import CaseEvent
from models.deadlines import Deadline
from models.outbox import Message
from models.papers import Document
from models.people import Position
from models.processes import Process
from models.requests import Run, StepRequest
from states.dispute.words import D
from states.errors import Refusal
from tests.factories import DISTRICT, ELSEWHERE, STREET, OfficeCase, Town
from tests.performing import perform_free
from tests.plants import PLANTS
from tests.web.conftest import Browser, Web, words
from web.pages.monitor_words import FLOWS

#: faults that the office mends by itself as soon as it is open, or that no button mends
BY_HAND = {"head_differs", "record_broken", "process_silent", "prefect_away"}


def broken(town: Town, case: OfficeCase, step: str = "apply", **answers: Any) -> int:
    """A step whose program failed."""
    request_id = case.file(step, **answers)
    mark_failed(town.office, request_id, OSError("disk"))
    return request_id


def mended(boss: Browser, code: str, **form: Any) -> str:
    """What the page says after the button was pressed."""
    answer = boss.post(f"/supervision/findings/{code}/repair", form)
    assert answer.status_code == 303, words(answer.text)
    return words(boss.get(answer.headers["location"]).text)


@pytest.mark.parametrize("name", sorted(set(PLANTS) - BY_HAND))
def test_what_is_planted_is_found_and_mended_from_the_monitor(web: Web, name: str) -> None:
    planted = PLANTS[name](web.town)
    boss = web.as_("supervisor")
    seen = boss.get("/supervision/findings").text
    assert f'id="finding-{planted.code}"' in seen
    assert planted.number in words(seen)
    places = boss.get(f"/supervision/findings/{planted.code}").text
    assert f'id="place-{planted.subject}"' in places
    mended(boss, planted.code, subject=str(planted.subject))
    left = boss.get(f"/supervision/findings/{planted.code}").text
    assert f'id="place-{planted.subject}"' not in left
    assert not web.town.audit().broken
    # the button once more, by somebody whose page is old: nothing happens, and it says so
    assert "已无须修复" in mended(boss, planted.code, subject=str(planted.subject))


def test_what_no_program_may_mend_says_who_does_what(web: Web) -> None:
    planted = PLANTS["head_differs"](web.town)
    page = web.as_("supervisor").get(f"/supervision/findings/{planted.code}").text
    assert "勿改数据" in words(page)
    assert "/repair" not in page
    assert f'href="/cases/{planted.number}">前去处理' in page


def test_all_of_a_kind_by_one_click_and_what_cannot_be_mended_stays(web: Web) -> None:
    town = web.town
    good = [broken(town, town.dispute(applicant=f"申请人{no}"), received_on=town.iso()) for no in range(3)]
    bad = broken(town, town.dispute(applicant="申请人9"), "hold_session", on=town.iso(), minutes="x")
    boss = web.as_("supervisor")
    assert "全部" in words(boss.get("/supervision/findings").text)
    asked = [boss.post("/supervision/findings/failed_steps/repair", {}).headers["location"] for _ in range(2)]
    run_id = town.one(Run, Run.flow == "mend-findings").id
    assert asked == [f"/supervision/runs/work/{run_id}"] * 2  # pressed twice it is one work
    page = boss.get(asked[0]).text
    assert "0 / 4" in words(page)
    assert f'data-live="{asked[0]}/live"' in page
    assert [town.request(one).status for one in good] == ["failed"] * 3  # whoever pressed does not wait for it
    assert perform_free(town.office) == 1
    seen = words(boss.get(asked[0]).text)
    assert "成批修复:办理出错未完成 完成" in seen
    assert "已修复的 4 处" in seen
    assert "未予办理:" in seen
    assert town.case(town.request(good[0]).case_id).number in seen
    assert [town.request(one).status for one in good] == ["applied"] * 3
    assert town.request(bad).status == "refused"  # an answer too: with its reasons, on the page of the run
    assert "未予办理的理由" in words(boss.get(f"/supervision/runs/step/{bad}").text)
    assert "成批修复:办理出错未完成" in words(boss.get("/supervision/runs?flow=mend-findings").text)
    # of somebody else's units the answers are not told
    town.add(Position, person_id=town.people["colleague"], organisation_id=ELSEWHERE, role="supervisor")
    town.add(Position, person_id=town.people["supervisor"], organisation_id=ELSEWHERE, role="mediator")
    seen = words(web.as_("colleague").get(asked[0]).text)
    assert "另有 4 处属于别的单位" in seen
    assert town.case(town.request(good[0]).case_id).number not in seen
    assert "已无可由您处理的" in mended(boss, "failed_steps")


def test_he_sees_what_each_of_his_positions_lets_him_see_and_mends_where_he_supervises(web: Web) -> None:
    town = web.town
    mine = broken(town, town.dispute(applicant="街道人"), received_on=town.iso())
    foreign = town.dispute("senior", unit=DISTRICT, applicant="区里人")
    theirs = broken(town, foreign, received_on=town.iso(), by="senior")
    PLANTS["sweep_failed"](town)
    both = town.people["colleague"]
    town.add(Position, person_id=both, organisation_id=STREET, role="supervisor")
    town.add(Position, person_id=both, organisation_id=DISTRICT, role="administrator")
    boss = web.as_("colleague")
    seen = words(boss.get("/supervision/findings").text)
    assert "所看单位:上城区总工会(含下级单位)" in seen
    assert "可以由您修复的:清波街道总工会" in seen
    for one in (foreign.number, "待发箱", "上次出错"):  # what his other position lets him see
        assert one in seen
    page = boss.get("/supervision/findings/failed_steps").text
    assert re.findall(r'name="subject" value="(\d+)"', page) == [str(mine)]
    assert f'id="place-{theirs}"' in page
    assert "可以由您修复的" in words(boss.get("/supervision/runs").text)
    assert foreign.number in words(boss.get("/supervision/runs").text)
    assert "/repair" in boss.get(f"/supervision/runs/step/{mine}").text
    assert "/repair" not in boss.get(f"/supervision/runs/step/{theirs}").text
    assert boss.post("/supervision/findings/failed_steps/repair", {"subject": str(theirs)}).status_code == 404
    boss.post("/supervision/findings/failed_steps/repair", {})
    perform_free(town.office)
    assert (town.request(mine).status, town.request(theirs).status) == ("applied", "failed")
    assert "完成" in mended(boss, "sweep_failed", subject=str(PLANTS["sweep_failed"](town).subject))


def test_durations_by_step_and_by_flow_open_the_runs_behind_them(web: Web) -> None:
    town = web.town
    case = town.dispute()
    row = dict(town.one(StepRequest)._mapping)
    for name in ("id", "settled_at"):
        del row[name]
    now = town.clock.now
    rows = [
        {**row, "key": f"k{no}", "case_id": case.id, "step": "apply", "settled_at": now + timedelta(seconds=no)}
        for no in range(1, 20)
    ]
    long_ago = now - timedelta(days=3)
    rows.append({**row, "key": "old", "step": "apply", "created_at": long_ago, "settled_at": long_ago + timedelta(hours=1)})
    with town.office.store.write() as connection:
        connection.execute(insert(StepRequest), rows)
    run_sweep(town.office, "deadlines")
    boss = web.as_("supervisor")

    def line(page: str, name: str) -> tuple[str, str]:
        found = re.search(rf'<tr><th scope="row"><a href="([^"]+)">{name}</a>.*?</tr>', page)
        assert found, name
        return words(found[0]), found[1].replace("&amp;", "&")

    today, week = (boss.get(f"/supervision/findings?days={days}").text for days in (1, 7))
    said, path = line(today, "申请调解")
    assert said.endswith("劳动争议调解 19 10 秒 19 秒")
    assert len(re.findall(r'<th scope="row"><a href="/supervision/runs/step/', boss.get(path).text)) == 19
    assert line(week, "申请调解")[0].endswith("20 10 秒 19 秒")
    assert boss.get("/supervision/findings").text.count('aria-current="page">七日') == 1
    said, path = line(today, "期限巡查")
    assert said.startswith("期限巡查 1 ")
    assert len(re.findall(r'<th scope="row"><a href="/supervision/runs/work/', boss.get(path).text)) == 1
    # of one step alone some days are looked at, and the page says which
    page = boss.get("/supervision/runs?step=dispute.open").text
    assert f'value="{town.iso(-29)}"' in page
    assert len(re.findall(r'<th scope="row"><a href="/supervision/runs/step/', page)) == 1


def test_only_his_own_units_and_the_top(web: Web) -> None:
    town = web.town
    foreign = town.dispute("stranger", unit=ELSEWHERE, applicant="外区人")
    theirs = broken(town, foreign, received_on=town.iso(), by="stranger")
    mine = broken(town, town.dispute(applicant="街道人"), received_on=town.iso())
    sealing = PLANTS["sweep_failed"](town)
    town.add(Position, person_id=town.people["colleague"], organisation_id=STREET, role="supervisor")
    boss, street, clerk = web.as_("supervisor"), web.as_("colleague"), web.as_("administrator")
    for path in ("/supervision/findings", "/supervision/findings/failed_steps", "/supervision/runs"):
        for who in (boss, street, clerk):
            seen = words(who.get(path).text)
            assert foreign.number not in seen
            assert "外区人" not in seen
    # ids that are somebody else's are no ids
    assert boss.get(f"/supervision/runs/step/{theirs}").status_code == 404
    assert boss.post("/supervision/findings/failed_steps/repair", {"subject": str(theirs)}).status_code == 404
    assert town.request(theirs).status == "failed"
    # the office as a whole is seen and mended at the top
    assert "待发箱" in words(boss.get("/supervision/findings").text)
    assert "待发箱" not in words(street.get("/supervision/findings").text)
    assert "封印记录" in words(street.get("/supervision/findings").text)  # the sweeps are everybody's
    assert street.get("/supervision/findings/sweep_failed").status_code == 404
    assert street.post("/supervision/findings/sweep_failed/repair", {}).status_code == 404
    # who only administers mends what is the office's, not what is a unit's
    assert "/failed_steps/repair" not in clerk.get("/supervision/findings/failed_steps").text
    assert clerk.post("/supervision/findings/failed_steps/repair", {"subject": str(mine)}).status_code == 404
    assert "完成" in mended(clerk, "sweep_failed", subject=str(sealing.subject))
    assert town.request(mine).status == "failed"
    mended(street, "failed_steps", subject=str(mine))
    assert town.request(mine).status == "applied"


def test_how_the_office_is(web: Web) -> None:
    town = web.town
    case = town.dispute()
    with pytest.raises(Refusal):
        case.take("hold_session", on=town.iso(), minutes="x")
    broken(town, case, received_on=town.iso())
    run_sweep(town.office, "deadlines")
    town.drain()
    beat = {"roles": "web worker", "version": "1", "started_at": utc_now() - timedelta(hours=3), "pid": 7}
    soon = utc_now() + timedelta(hours=1)  # however slow this machine is, it is not silent meanwhile
    town.add(Process, name="a:7:x", host="alive", beat_at=soon, condition={"breaker": "open", "memory": 2**28}, **beat)
    town.add(Process, name="b:7:x", host="quiet", beat_at=utc_now() - timedelta(minutes=9), condition={}, **beat)
    boss = web.as_("supervisor")
    page = boss.get("/supervision/findings").text
    seen = words(page)
    assert "共 3 步 · 其中未予办理或出错 2 步" in seen
    assert re.search(r"登记 劳动争议调解 1 \d", seen)
    assert "1 磁盘或网络出错 OSError" in seen
    assert "未予办理,按理由 1" in seen
    assert "256 MB 断开" in seen
    assert "没有声息 9 分钟" in seen
    assert len(re.findall("<rect x=", page)) == 24
    town.clock.pass_time(days=1)
    assert "延误 24 小时" in words(web.as_("supervisor").get("/supervision/findings").text)  # by the sweep's own stamp


def test_the_journal_is_found_by_what_it_is_filtered(web: Web) -> None:
    town = web.town
    one, other = town.dispute(applicant="张三"), town.dispute("colleague", applicant="李四")
    with pytest.raises(Refusal):
        one.take("hold_session", on=town.iso(), minutes="x")
    town.clock.pass_time(days=3)
    other.take("apply", received_on=town.iso())
    boss = web.as_("supervisor")

    def found(query: str) -> list[str]:
        return re.findall(
            r'<th scope="row"><a href="/supervision/runs/step/(\d+)">', boss.get(f"/supervision/runs?{query}").text
        )

    assert len(found("")) == 4
    assert found("state=refused") == [str(town.one(StepRequest, StepRequest.status == "refused").id)]
    assert len(found(f"number={one.number.lower()}")) == 2
    assert len(found("person=colleague")) == 2
    assert len(found(f"since={town.iso()}")) == 1
    assert len(found(f"upto={town.iso(-1)}")) == 3
    assert len(found("unit=qingbo")) == 4
    assert found("unit=yuhang") == found("unit=garment") == found("person=nobody") == found("number=D1999-1") == []
    assert len(found("since=nonsense&flow=nonsense&state=nonsense")) == 4
    assert "没有这样的运行" in words(boss.get("/supervision/runs?state=failed").text)


@pytest.mark.parametrize("query", ["", "state=applied", "unit=qingbo", "person=mediator", "state=refused"])
def test_pages_of_the_journal_miss_nothing_and_show_nothing_twice(web: Web, query: str) -> None:
    town = web.town
    case = town.dispute()
    row = dict(town.one(StepRequest)._mapping)
    del row["id"]
    refused = {"receipt": {"refusal": "StepRefused", "reasons": []}, "status": "refused"} if "refused" in query else {}
    rows = [{**row, **refused, "key": f"k{no}", "case_id": case.id, "settled_at": town.clock.now} for no in range(60)]
    with town.office.store.write() as connection:  # all at the same instant: the id decides
        connection.execute(insert(StepRequest), rows)
    boss, seen, path = web.as_("supervisor"), [], f"/supervision/runs?{query}"
    while path:
        page = boss.get(path).text
        seen += re.findall(r"/supervision/runs/step/(\d+)", page)
        found = re.search(r'href="(/supervision/runs\?[^"]+)" rel="next"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 60 + (not refused)
    assert seen == sorted(seen, key=int, reverse=True)


def test_one_step_what_the_case_says_and_the_missing_part_alone(web: Web) -> None:
    town = web.town
    planted = PLANTS["paper_missing"](town)
    request = town.rows(StepRequest, StepRequest.step == "accept")[-1]
    with town.office.store.read() as connection:
        assert [one.kind for one in missing_of(connection, [request.id])] == ["paper"]
    boss, path = web.as_("supervisor"), f"/supervision/runs/step/{request.id}"
    events = town.case(request.case_id).row.version
    seen = words(boss.get(path).text)
    assert "案件现在处于“已受理”,共有 4 条办案记录" in seen
    assert "这一步是第 3 条记录" in seen
    assert "文书没有制作" in seen
    assert "只补文书" in seen
    assert "李调解" in seen
    assert "项 内容只在案件里看" in seen
    answer = boss.post(f"/supervision/findings/{planted.code}/repair", {"subject": str(planted.subject), "back": path})
    assert answer.headers["location"] == path
    seen = words(boss.get(path).text)
    assert "只补文书" not in seen
    assert "劳动争议调解受理通知书 已制作" in seen
    assert town.case(request.case_id).row.version == events  # the case itself was not touched
    # nobody is led elsewhere by a form that was made up
    form = {"subject": str(planted.subject), "back": "https://elsewhere.example"}
    assert boss.post(f"/supervision/findings/{planted.code}/repair", form).headers["location"] == "/supervision/findings"


def test_a_failed_step_is_retried_and_read_back_from_the_case(web: Web) -> None:
    town, case = web.town, web.town.dispute()
    request_id = broken(town, case, received_on=town.iso())
    boss, path = web.as_("supervisor"), f"/supervision/runs/step/{request_id}"
    seen = words(boss.get(path).text)
    assert "没有这一步的记录" in seen
    assert "磁盘或网络出错" in seen
    assert case.number in seen
    boss.post("/supervision/findings/failed_steps/repair", {"subject": str(request_id), "back": path})
    boss.post("/supervision/findings/failed_steps/repair", {"subject": str(request_id), "back": path})
    seen = words(boss.get(path).text)
    assert "案件现在处于“已申请调解”,共有 2 条办案记录" in seen
    assert case.state == D.APPLIED
    assert case.steps == ["open", "apply"]


FIVE = ("paper_missing", "notice_missing", "failed_steps", "contract_without_reminder", "holder_left")


@pytest.mark.parametrize("name", FIVE)
def test_a_button_pressed_by_five_at_once_mends_once(web: Web, name: str) -> None:
    town, planted = web.town, PLANTS[name](web.town)
    pressing = [web.as_("supervisor") for _ in range(5)]
    before = town.count(CaseEvent)
    with ThreadPoolExecutor(5) as pool:
        path, form = f"/supervision/findings/{planted.code}/repair", {"subject": str(planted.subject)}
        answers = list(pool.map(lambda browser: browser.post(path, form).status_code, pressing))
    assert answers == [303] * 5
    assert town.count(CaseEvent) == before + (name in ("failed_steps", "holder_left"))
    papers = [(row.case_id, row.seq, row.paper) for row in town.rows(Document, Document.void.is_(False))]
    told = [(row.case_id, row.seq, row.notice) for row in town.rows(Message, Message.person_id.is_(None))]
    clocks = [(row.contract_id, row.rule) for row in town.rows(Deadline, Deadline.contract_id.is_not(None))]
    assert len(papers) == len(set(papers))
    assert len(told) == len(set(told))
    assert len(clocks) == len(set(clocks))
    assert not town.audit().broken


def test_a_work_that_failed_is_filed_again_and_watched(web: Web) -> None:
    town = web.town
    PLANTS["sweep_failed"](town)
    run_id = town.one(Run).id
    boss, path = web.as_("supervisor"), f"/supervision/runs/work/{run_id}"
    assert "再次运行不会重复" in words(boss.get(path).text)
    for _ in range(2):
        assert boss.post(f"{path}/retry").status_code == 303
    assert town.one(Run).state == "waiting"
    page = boss.get(path).text
    assert f'data-live="{path}/live"' in page
    assert "待运行" in words(page)
    assert perform_free(town.office) == 1
    assert "完成" in words(boss.get(path).text)
    assert town.one(Run).attempt == 1
    town.add(Position, person_id=town.people["colleague"], organisation_id=STREET, role="supervisor")
    town.set(Run, Run.id == run_id, state="failed")
    assert web.as_("colleague").get(path).status_code == 200  # the sweeps are everybody's to see
    assert web.as_("colleague").post(f"{path}/retry").status_code == 404  # and the top's to run


def test_the_way_to_prefect_is_for_administrators(web: Web) -> None:
    town = web.town
    town.dispute()
    request = town.one(StepRequest)
    town.set(StepRequest, StepRequest.id == request.id, observed=True, flow_run_id="0a1b2c3d")
    object.__setattr__(town.office, "settings", town.office.settings.model_copy(update={"prefect": True, "prefect_port": 4300}))
    path = f"/supervision/runs/step/{request.id}"
    assert "4300" not in web.as_("supervisor").get(path).text
    assert 'href="http://127.0.0.1:4300/runs/flow-run/0a1b2c3d"' in web.as_("administrator").get(path).text
    far = town.office.settings.model_copy(update={"prefect_url": "https://prefect.example/"})
    object.__setattr__(town.office, "settings", far)
    assert 'href="https://prefect.example/runs/flow-run/0a1b2c3d"' in web.as_("administrator").get(path).text


def test_the_pulse_is_a_part_of_its_own(web: Web) -> None:
    PLANTS["parked"](web.town)
    boss = web.as_("supervisor")
    part = boss.get("/supervision/findings", headers={"x-part": "live"}).text
    assert part.lstrip().startswith('<div id="live" data-live="/supervision/findings/live"')
    assert "通知被搁置" in part
    assert "<html" not in part
    assert "watching" in boss.get("/supervision/findings/live?seconds=0").text


def test_a_failure_names_no_person_and_answers_are_not_shown(web: Web) -> None:
    town, case = web.town, web.town.dispute()
    request_id = broken(town, case, "give_advice", advice="只有当事人知道的话")
    boss = web.as_("supervisor")
    assert "只有当事人知道的话" not in boss.get(f"/supervision/runs/step/{request_id}").text
    assert "1 项" in words(boss.get(f"/supervision/runs/step/{request_id}").text)


PAGES = ("/supervision/findings", "/supervision/findings/failed_steps", "/supervision/runs", "/supervision/runs?flow=works",
         "/supervision/runs?unit=qingbo&state=refused")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_a_fixed_number_of_questions(web: Web, path: str) -> None:
    town, boss, counts = web.town, web.as_("supervisor"), []
    for _ in range(2):
        for no in range(4):
            case = town.dispute(applicant=f"申请人{no}")
            broken(town, case, received_on=town.iso())
            with pytest.raises(Refusal):
                case.take("hold_session", on=town.iso(), minutes="x")
        run_sweep(town.office, "deadlines")
        town.set(WebSession, WebSession.id > 0, seen_at=town.clock.now)
        boss.get(path)
        with town.statements() as seen:
            assert boss.get(path).status_code == 200
        counts.append(len([statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1] <= 60


def test_everything_that_can_run_has_a_name() -> None:
    assert set(WORKS) | {f"sweep-{name}" for name in SWEEPS} <= set(FLOWS)
    for flow, label in FLOWS.items():
        assert label.zh
        assert label.en
        assert label.zh != flow


def test_the_same_in_english(web: Web) -> None:
    PLANTS["notice_missing"](web.town)
    boss = web.as_("supervisor", "en")
    seen = words(boss.get("/supervision/findings").text)
    assert "What needs a hand" in seen
    assert "Post the missing notice" in seen
    request = web.town.rows(StepRequest)[-1]
    assert "The case now stands in" in words(boss.get(f"/supervision/runs/step/{request.id}").text)
