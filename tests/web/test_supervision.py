"""A supervisor's morning at the pages, in both languages; what is not his stays hidden; what a page asks the store is fixed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flows.batch import advance_batch
from models.accounts import Absence, WebSession
from models.cases import CaseFile
from models.deadlines import Deadline
from models.outbox import Message
from models.people import Person, Position
from models.requests import StepBatch, StepRequest
from states.errors import Refusal
from tests.factories import ELSEWHERE, FACTORY, STREET, OfficeCase, Town
from tests.web.conftest import Web, words
from tests.web.holding import applied, held


def a_week_later(town: Town, days: int = 20) -> None:
    """Time passes, and each morning the clocks are looked at."""
    town.until(town.today + timedelta(days=days))


def done(web: Web, answer: Any) -> int:
    """The batch that a form led to, carried out; its id."""
    assert answer.status_code == 303, words(answer.text)
    batch_id = int(answer.headers["location"].rpartition("/")[2])
    advance_batch(web.town.office, batch_id)
    return batch_id


def owner_of(town: Town, case: OfficeCase) -> int | None:
    """Who holds it."""
    found: int | None = town.one(CaseFile, CaseFile.id == case.id).owner_id
    return found


def test_a_supervisors_morning(web: Web) -> None:
    town = web.town
    late = applied(town, applicant="张三")
    a_week_later(town)
    town.dispute(applicant="周九", by="colleague")
    boss = web.as_("supervisor")

    # what is overdue comes first, with who, where, since when, and the step that helps
    seen = words(boss.get("/supervision").text)
    assert "张三 · 某制衣厂" in seen
    assert re.search(r"逾期 \d+ 天", seen)
    assert "李调解" in seen
    assert "清波街道总工会" in seen

    # she gives it to somebody else, by the case's own step
    listed = boss.get("/supervision/reassign?shown=overdue").text
    assert "张三" in words(listed)
    assert "周九" not in words(listed)
    form = {"case": str(late.id), "to": str(town.people["colleague"]), "checked": "yes", "key": "a" * 32}
    batch_id = done(web, boss.post("/supervision/reassign?shown=overdue", form))
    assert owner_of(town, late) == town.people["colleague"]
    assert boss.get(f"/batches/{batch_id}").status_code == 200

    # the mediator is away for a week: the colleague stands in and sees what he sees
    today = town.iso()
    away = boss.post(f"/supervision/people/{town.people['mediator']}/absence", substitute=str(town.people["colleague"]),
                     from_on=today, to_on=town.iso(6))  # fmt: skip
    assert away.status_code == 303
    assert "请假至" in words(boss.get("/supervision/people").text)
    absence = town.one(Absence, Absence.person_id == town.people["mediator"])
    assert boss.post(f"/supervision/absences/{absence.id}/end").status_code == 303
    assert "请假至" not in words(boss.get("/supervision/people").text)

    # a message that was given up is seen, with its case
    town.add(
        Message, key="stuck", kind="notice", notice="case_assigned", case_id=late.id, person_id=town.people["mediator"],
        channel="mail", status="parked", next_try_at=town.clock.now, created_at=town.clock.now, error="mailbox unavailable",
        attempt=5,
    )  # fmt: skip
    assert late.number in words(boss.get("/supervision/findings/parked").text)


def test_the_same_morning_in_english(web: Web) -> None:
    applied(web.town)
    a_week_later(web.town)
    boss = web.as_("supervisor", "en")
    for path in ("", "/people", "/findings", "/runs", "/reassign", f"/people/{web.town.people['mediator']}"):
        page = boss.get(f"/supervision{path}")
        assert page.status_code == 200
        assert "Supervision" in page.text
    assert re.search(r"\d+ days late|overdue by \d+ days|\d+ days overdue", words(boss.get("/supervision").text))


def test_every_figure_opens_the_cases_behind_it(web: Web) -> None:
    town = web.town
    for no in range(3):
        town.dispute(applicant=f"申请人{no}")
    town.dispute(by="steward", unit=FACTORY, applicant="厂里人")
    town.dispute(by="senior", unit=1, applicant="区里人")
    town.bargaining()
    boss = web.as_("supervisor")
    page = boss.get("/supervision").text
    links = re.findall(r'<a href="(/cases\?[^"]+)">(?:<b>)?(\d+)(?:</b>)?</a>', page)
    assert len(links) >= 8
    for link, figure in links:
        listed = boss.get(link.replace("&amp;", "&")).text
        assert len(re.findall(r'<tr><td><a href="/cases/', listed)) == int(figure), link
    # the street's row holds the enterprise below it too; the district's own is told apart
    assert re.search(r"清波街道总工会</a></th>.*?<b>4</b>", page.partition("集体协商")[0], re.DOTALL)
    assert "本级" in words(page)
    inside = words(boss.get("/supervision?unit=qingbo").text)
    assert "某制衣厂工会" in inside
    assert "余杭" not in inside


def test_ages_are_counted_in_days_since_the_opening(web: Web) -> None:
    town = web.town
    for days in (0, 15, 16, 30, 31, 60, 61):
        case = town.dispute(applicant=f"第{days}天")
        town.set(CaseFile, CaseFile.id == case.id, opened_on=town.today - timedelta(days=days))
    page = web.as_("supervisor").get("/supervision").text
    ages = re.findall(r'<dd><meter min="0" max="7" value="(\d)"', page)
    assert ages == ["2", "2", "2", "1"]
    old = web.as_("supervisor").get("/cases?type=dispute&shown=open&over=60").text
    assert "第61天" in old
    assert "第60天" not in old


def test_only_his_own_subtree(web: Web) -> None:
    town = web.town
    foreign = applied(town, "stranger", unit=ELSEWHERE, applicant="外区人")
    a_week_later(town)
    with pytest.raises(Refusal):
        foreign.take("hold_session", on=town.iso(), minutes="x")
    boss = web.as_("supervisor")
    for path in ("", "/people", "/findings", "/runs", "/reassign"):
        seen = words(boss.get(f"/supervision{path}").text)
        assert "外区人" not in seen
        assert "余杭" not in seen
        assert foreign.number not in seen
        assert "何调解" not in seen
    # what he cannot see he cannot give away, nor give to somebody elsewhere
    form = {"case": str(foreign.id), "to": str(town.people["mediator"]), "checked": "yes", "key": "b" * 32}
    assert boss.post("/supervision/reassign", form).status_code == 422
    mine = town.dispute()
    form |= {"case": str(mine.id), "to": str(town.people["stranger"]), "key": "c" * 32}
    refused = boss.post("/supervision/reassign", form)
    assert refused.status_code == 422
    assert "没有这位承办人" in words(refused.text)
    assert owner_of(town, foreign) == town.people["stranger"]
    assert boss.get(f"/cases?owner={town.people['stranger']}").text.count("何调解") == 0


def test_a_person_leaves_and_all_his_work_is_handed_over(web: Web) -> None:
    town = web.town
    his = [held(town, applicant=f"申请人{no}") for no in range(5)]
    his[0].take("give_advice", advice="依法主张")  # closed: it stays where it is
    kept = held(town, "colleague", applicant="别人的")
    town.set(Person, Person.id == town.people["mediator"], left_on=town.today)
    boss = web.as_("supervisor")
    assert "已不在岗,手上还有案件" in words(boss.get("/supervision/people").text)
    path = f"/supervision/people/{town.people['mediator']}"
    assert "已离任" in words(boss.get(path).text)

    unread = boss.post(f"{path}/hand-over", to=str(town.people["colleague"]), key="d" * 32)
    assert unread.status_code == 422
    assert "利害关系" in words(unread.text)
    unfit = boss.post(f"{path}/hand-over", to=str(town.people["officer"]), checked="yes", key="e" * 32)
    assert "须由调解员承办" in words(unfit.text)

    form = {"to": str(town.people["colleague"]), "checked": "yes", "key": "f" * 32}
    batch_id = done(web, boss.post(f"{path}/hand-over", form))
    assert [owner_of(town, case) for case in his[1:]] == [town.people["colleague"]] * 4
    assert owner_of(town, his[0]) == town.people["mediator"]
    assert owner_of(town, kept) == town.people["colleague"]
    assert town.count(StepRequest, StepRequest.batch_id == batch_id, StepRequest.status == "applied") == 4
    # the same form again is the same hand-over
    assert done(web, boss.post(f"{path}/hand-over", form)) == batch_id
    assert town.count(StepBatch) == 1
    assert "移交工作" in words(boss.get("/supervision/people").text)
    assert not town.audit().broken


def test_disputes_and_bargainings_change_hands_in_one_batch(web: Web) -> None:
    town = web.town
    town.add(Position, person_id=town.people["senior"], organisation_id=1, role="officer")
    dispute, bargaining = town.dispute(), town.bargaining()
    form = {"case": [str(dispute.id), str(bargaining.id)], "to": str(town.people["senior"]), "checked": "yes", "key": "g" * 32}
    batch_id = done(web, web.as_("supervisor").post("/supervision/reassign", form))
    assert owner_of(town, dispute) == owner_of(town, bargaining) == town.people["senior"]
    assert web.as_("supervisor").get(f"/batches/{batch_id}").status_code == 200


def test_nobody_who_is_away_gets_more_work(web: Web) -> None:
    town = web.town
    case = town.dispute()
    boss = web.as_("supervisor")
    boss.post(f"/supervision/people/{town.people['colleague']}/absence", substitute=str(town.people["mediator"]),
              from_on=town.iso(), to_on=town.iso(3))  # fmt: skip
    form = {"case": str(case.id), "to": str(town.people["colleague"]), "checked": "yes", "key": "h" * 32}
    refused = boss.post("/supervision/reassign", form)
    assert refused.status_code == 422
    assert "请假至" in words(refused.text)
    assert f'value="{case.id}" id="case-{case.id}" checked' in refused.text  # what was ticked stays ticked


def test_the_counters_are_a_part_of_their_own_and_the_stream_ends_with_the_session(web: Web) -> None:
    town = web.town
    town.dispute()
    boss = web.as_("supervisor")
    part = boss.get("/supervision", headers={"x-part": "live"}).text
    assert part.lstrip().startswith('<ul class="tiles" id="live"')
    stream = boss.get("/supervision/live?seconds=0")
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "watching" in stream.text
    with town.office.store.read() as connection:
        tokens = connection.scalars(select(WebSession.token_hash)).all()
    town.set(WebSession, WebSession.token_hash.in_(tokens), ended_at=town.clock.now)
    assert boss.get("/supervision/live?seconds=0").status_code == 303


def test_a_watched_stream_tells_of_changes_and_of_the_end(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.pages import live

    monkeypatch.setattr(live, "EVERY", 0.05)
    monkeypatch.setattr(live, "_LOOK", 0.01)
    figures = iter([1, 1, 2, 2, 3])
    boss = web.as_("supervisor")

    def counted(*_rest: Any, **_more: Any) -> int:
        found = next(figures, None)
        if found is None:  # the session ends while it is watched
            web.town.set(WebSession, WebSession.id > 0, ended_at=web.town.clock.now)
        return found or 3

    monkeypatch.setattr("web.pages.supervision.counted", counted)
    told = boss.get("/supervision/live?seconds=5").text
    assert told.count("event: changed") == 2
    assert told.rstrip().endswith('data: ""')
    assert "event: done" in told


def test_a_stream_ends_when_the_office_closes(web: Web) -> None:
    web.app.state.closing = True
    assert "event:" not in web.as_("supervisor").get("/supervision/live?seconds=60").text


@pytest.mark.parametrize("path", ["/supervision", "/supervision/people", "/supervision/reassign"])  # fmt: skip
def test_a_page_asks_a_fixed_number_of_questions(web: Web, path: str) -> None:
    town = web.town
    boss = web.as_("supervisor")
    counts = []
    for _ in range(2):
        for no in range(3):
            applied(town, applicant=f"申请人{no}")
            town.bargaining()
        a_week_later(town, 16)
        town.set(WebSession, WebSession.id > 0, expires_at=town.clock.now + timedelta(hours=12), seen_at=town.clock.now)
        boss.get(path)
        with town.statements() as seen:
            assert boss.get(path).status_code == 200
        counts.append(len([statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1] <= 16


def test_the_scope_of_a_deadline_of_the_street(web: Web) -> None:
    """A supervisor of the street sees nothing of the district's own cases."""
    town = web.town
    town.add(Position, person_id=town.people["colleague"], organisation_id=STREET, role="supervisor")
    town.dispute(by="senior", unit=1, applicant="区里人")
    town.dispute(applicant="街道人")
    assert town.count(Deadline) >= 2
    seen = web.as_("colleague")
    listed = words(seen.get("/supervision/reassign").text)
    assert "街道人" in listed
    assert "区里人" not in listed
    assert "上城区总工会" not in words(seen.get("/supervision").text)


def test_the_day_of_a_big_district(web: Web) -> None:
    """Many overdue dates push nothing else off the page, and the rest is one click away."""
    town = web.town
    for no in range(25):
        applied(town, applicant=f"旧案{no}")
    a_week_later(town)
    fresh = applied(town, applicant="新案")
    town.set(Deadline, Deadline.case_id == fresh.id, due_on=town.today)
    page = web.as_("supervisor").get("/day").text
    assert '<a href="/day?whose=unit" aria-current="page">' in page
    today = page.partition('id="today"')[2].partition("</section>")[0]
    assert "新案" in today
    late = page.partition('id="overdue"')[2].partition("</section>")[0]
    found = re.search(r'href="(/cases\?shown=overdue)">共 (\d+) 项', late)
    assert found is not None
    assert int(found[2]) >= 25
    assert "旧案" in web.as_("supervisor").get(found[1]).text
