"""The calendar: what stands on which day, whose, rest days and make-up days; and the feed, which names nobody."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from models.accounts import AccessToken
from models.people import Person
from tests.factories import ELSEWHERE
from tests.web.conftest import Web, words
from tests.web.holding import applied


def day_of(page: str, day: date) -> str:
    """What stands on that day of a month's or week's table."""
    found = re.search(rf'<td class="day[^>]*>\s*<div class="date"><a href="/calendar/{day}.*?</td>', page, re.DOTALL)
    return words(found.group()) if found else ""


def in_days(web: Web, days: int) -> date:
    """A day from today."""
    return web.town.today + timedelta(days=days)


def test_a_session_stands_on_its_day_with_its_place_and_moves_when_put_off(web: Web) -> None:
    town = web.town
    case = applied(town)
    case.take("accept", accepted_on=town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    case.take("schedule_session", on=town.iso(3), place="三楼调解室")
    holder = web.as_("mediator")
    on = in_days(web, 3)
    seen = day_of(holder.get(f"/calendar/{on:%Y-%m}").text, on)
    assert "调解会" in seen
    assert "张三 · 某制衣厂" in seen
    assert "三楼调解室" in seen
    assert seen.count("调解会") == 1  # the clock that reminds of it is no second meeting
    case.take("postpone_session", on=town.iso(5), reason="当事人生病")
    later = in_days(web, 5)
    assert "调解会" not in day_of(holder.get(f"/calendar/{on:%Y-%m}").text, on)
    moved = day_of(holder.get(f"/calendar/{later:%G-W%V}").text, later)
    assert "调解会" in moved
    assert "三楼调解室" in moved
    town.clock.pass_time(days=5)
    case.take("hold_session", on=town.iso(), minutes="双方陈述")
    assert "三楼调解室" not in day_of(web.as_("mediator").get(f"/calendar/{later:%G-W%V}").text, later)


def test_own_or_of_the_unit(web: Web) -> None:
    town = web.town
    applied(town, applicant="张三")
    applied(town, "colleague", applicant="周九")
    applied(town, "stranger", unit=ELSEWHERE, applicant="外区人")
    months = [f"/calendar/{town.today:%Y-%m}", f"/calendar/{town.today + timedelta(days=28):%Y-%m}"]

    def seen(who: str, whose: str = "") -> str:
        browser = web.as_(who)
        return " ".join(words(browser.get(month + whose).text) for month in months)

    assert "张三" in seen("mediator")
    assert "周九" not in seen("mediator")
    assert "周九" in seen("mediator", "?whose=unit")
    assert "周九" in seen("supervisor")  # who holds no cases begins with those of his units
    for who in ("mediator", "supervisor", "administrator"):
        assert "外区人" not in seen(who, "?whose=unit")


def test_contracts_that_end_and_windows_that_open(web: Web) -> None:
    town = web.town
    end = in_days(web, 70)
    town.contract(end, "HT-NEAR")
    town.contract(end, "HT-ELSEWHERE", unit_id=ELSEWHERE, employer_id=None, employer_name="余杭某厂")
    officer = web.as_("officer").get(f"/calendar/{end}").text
    assert "合同到期" in words(officer)
    assert "余杭某厂" not in officer
    opening = words(web.as_("officer").get(f"/calendar/{end - timedelta(days=60):%Y-%m}").text)
    assert "续订窗口开启" in opening
    assert "某制衣厂" not in words(web.as_("mediator").get(f"/calendar/{end}").text)


def test_a_full_day_says_how_many_more_there_are(web: Web) -> None:
    town = web.town
    for no in range(7):
        applied(town, applicant=f"申请人{no}")
    holder = web.as_("mediator")
    pages = [holder.get(f"/calendar/{in_days(web, days):%Y-%m}").text for days in (0, 28)]
    full = re.search(r'class="small more" href="/calendar/([\d-]+)">\+(\d+)', " ".join(pages))
    assert full is not None
    whole = words(holder.get(f"/calendar/{full[1]}").text)
    assert sum(f"申请人{no}" in whole for no in range(7)) == 7


def test_rest_days_and_make_up_working_days(web: Web) -> None:
    page = web.as_("mediator").get("/calendar/2026-02").text
    spring = re.search(r'<td class="day rest[^>]*>\s*<div class="date"><a href="/calendar/2026-02-17.*?</td>', page, re.DOTALL)
    assert spring is not None
    assert "春节" in spring.group()
    assert "made-up" in page  # a weekend that is worked for the long holiday
    assert "调休" in day_of(page, date(2026, 2, 14))
    assert "尚未公布" in words(web.as_("mediator").get("/calendar/2027-05").text)
    assert "尚未公布" not in words(web.as_("mediator").get("/calendar/2026-05").text)


def test_pages_follow_each_other(web: Web) -> None:
    holder = web.as_("mediator")
    for span, before, after in (
        ("2026-01", "2025-12", "2026-02"), ("2026-12", "2026-11", "2027-01"), ("2026-W01", "2025-W52", "2026-W02"),
        ("2026-W53", "2026-W52", "2027-W01"), ("2026-03-01", "2026-02-28", "2026-03-02"),
    ):  # fmt: skip
        page = holder.get(f"/calendar/{span}").text
        assert f'rel="prev" href="/calendar/{before}"' in page
        assert f'rel="next" href="/calendar/{after}"' in page


@pytest.mark.parametrize("span", ["2026-13", "2026-W54", "2026-02-30", "0000-01", "9999-12", "now", "2026-W00", "1e9-01"])
def test_days_that_are_none_are_not_found(web: Web, span: str) -> None:
    assert web.as_("mediator").get(f"/calendar/{span}").status_code == 404


@pytest.mark.parametrize("whose", ["mine", "unit"])
def test_a_month_asks_a_fixed_number_of_questions(web: Web, whose: str) -> None:
    town = web.town
    counts = []
    path = f"/calendar/{in_days(web, 5):%Y-%m}?whose={whose}"
    for many in (1, 9):
        for no in range(many):
            applied(town, applicant=f"申请人{no}")
        holder = web.as_("mediator")
        holder.get(path)
        with town.statements() as seen:
            assert "申请人0" in words(holder.get(path).text)
        counts.append(len([statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1] <= 6


def test_the_calendar_in_english(web: Web) -> None:
    applied(web.town)
    page = words(web.as_("mediator", "en").get("/calendar").text)
    assert "Subscribe on a phone or computer" in page
    assert "Mon Tue Wed" in page


# --- the feed ------------------------------------------------------------------------------------------------------------


def a_feed(web: Web, who: str) -> str:
    """The path of a new feed, as the page shows it once."""
    page = web.as_(who).post("/calendar/feed", name="手机").text
    found = re.search(r'value="http://office.test(/calendar/feed/[^"]+\.ics)"', page)
    assert found is not None
    assert found[1] not in web.as_(who).get("/calendar/feed").text
    return found[1]


def events_of(answer: Any) -> list[Any]:
    """The events of a feed."""
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_the_feed_says_what_and_where_but_never_who(web: Web) -> None:
    town = web.town
    case = applied(town, applicant="张三", summary="三个月未发工资")
    case.take("accept", accepted_on=town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    case.take("schedule_session", on=town.iso(3), place="三楼调解室")
    applied(town, "colleague", applicant="周九")
    path = a_feed(web, "mediator")
    answer = web.anybody().get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    for name in ("张三", "某制衣厂", "李调解", "周九", "未发工资"):
        assert name not in text
    assert "TZID:Asia/Shanghai" in text
    found = events_of(answer)
    session = next(event for event in found if str(event["summary"]) == f"调解会 {case.number}")
    assert str(session["location"]) == "三楼调解室"
    assert session.decoded("dtstart") == in_days(web, 3)
    assert str(session["uid"]) == f"meeting-{case.id}-session-1@concord"
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    # it is put off: the same event on another day
    case.take("postpone_session", on=town.iso(5), reason="当事人生病")
    moved = next(event for event in events_of(web.anybody().get(path)) if event["uid"] == session["uid"])
    assert moved.decoded("dtstart") == in_days(web, 5)


def test_the_feed_is_read_again_only_when_it_changed(web: Web) -> None:
    applied(web.town)
    path = a_feed(web, "mediator")
    first = web.anybody().get(path)
    again = web.anybody().get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    applied(web.town, applicant="周九")
    assert web.anybody().get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_a_revoked_feed_and_that_of_somebody_who_left_are_not_there(web: Web) -> None:
    town = web.town
    path, kept = a_feed(web, "mediator"), a_feed(web, "colleague")
    token = town.one(AccessToken, AccessToken.person_id == town.people["mediator"])
    # nobody else revokes it
    assert web.as_("colleague").post(f"/calendar/feed/{token.id}/revoke").status_code == 404
    assert web.anybody().get(path).status_code == 200
    assert web.as_("mediator").post(f"/calendar/feed/{token.id}/revoke").status_code == 303
    assert web.anybody().get(path).status_code == 404
    town.set(Person, Person.id == town.people["colleague"], left_on=town.today)
    assert web.anybody().get(kept).status_code == 404
    assert web.anybody().get("/calendar/feed/cc_nothing.ics").status_code == 404


def test_a_token_of_a_program_opens_no_feed(web: Web) -> None:
    from flows.accounts.tokens import make

    town = web.town
    api = make(town.office, town.people["mediator"], "api", "程序", ("read",), town.clock.now + timedelta(days=30))
    assert web.anybody().get(f"/calendar/feed/{api}.ics").status_code == 404


def test_the_feed_reaches_from_thirty_days_back_to_half_a_year_ahead(web: Web) -> None:
    town = web.town
    town.contract(in_days(web, 100), "HT-IN")
    town.contract(in_days(web, 200), "HT-OUT")
    text = web.anybody().get(a_feed(web, "officer")).text
    assert "HT-IN" in text
    assert "合同到期 HT-OUT" not in text
