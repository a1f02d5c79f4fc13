"""My day: what is due, what waits, what is new, each with the next step, who, by when and why; its cost stays the same."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import Town
from tests.web.conftest import Web, words


def section(html: str, name: str) -> str:
    """What one card of the page says."""
    _, _, rest = html.partition(f'<section class="card" id="{name}">')
    return words(rest.partition("</section>")[0])


def test_a_mediator_sees_what_is_due_today_and_the_step_that_does_it(web: Web) -> None:
    town = web.town
    case = town.dispute().accepted()
    case.take("schedule_session", on=town.iso(2), place="三楼调解室")
    assert "张三 · 某制衣厂" in section(web.as_("mediator").get("/day").text, "week")
    town.clock.pass_time(days=2)
    page = web.as_("mediator").get("/day").text
    due = section(page, "today")
    assert all(
        word in due for word in ("张三 · 某制衣厂", "拖欠劳动报酬", case.number, "李调解", "调解会", "今天", "记录调解会")
    )
    assert f'href="/cases/{case.number}/steps/hold_session"' in page, "one click"
    assert "为何是这一天" in due
    english = section(web.as_("mediator", "en").get("/day").text, "today")
    assert all(word in english for word in ("Record a session", "today", "Why this date", "Wage arrears"))


def test_what_is_late_stands_first_and_says_how_late(web: Web) -> None:
    town = web.town
    case = town.dispute().performing(("6000", 3))
    town.until(town.today + timedelta(days=5))
    page = web.as_("mediator").get("/day").text
    assert page.index('id="overdue"') < page.index('id="today"')
    late = section(page, "overdue")
    assert "逾期 2 天" in late
    assert "记录履行" in late
    assert case.number in late


def test_what_others_did_is_told_and_what_waits_longer_waits_for_me(web: Web) -> None:
    town = web.town
    case = town.dispute().accepted()
    case.take("join_handlers", by="colleague", body="judicial_office", name="清波司法所")
    changed = section(web.as_("mediator").get("/day").text, "changed")
    assert "陈调解" in changed
    assert "联合办理" in changed
    town.clock.pass_time(days=3)
    page = web.as_("mediator").get("/day").text
    assert case.number in section(page, "waiting")
    assert case.number not in section(page, "changed")


def test_what_nobody_holds_is_new_in_the_unit_and_in_no_other(web: Web) -> None:
    case = web.town.dispute()
    assert case.number in section(web.as_("colleague").get("/day").text, "fresh")
    assert case.number not in web.as_("stranger").get("/day").text
    assert case.number not in section(web.as_("officer").get("/day").text, "fresh"), "an officer works on bargaining"


def test_an_empty_day_says_so(web: Web) -> None:
    page = words(web.as_("stranger").get("/day").text)
    assert "今天没有到期的事项。" in page
    assert "每个案件都有下一个日期。" in page


def test_a_full_desk_costs_no_more_questions_and_stays_light(web: Web) -> None:
    town = web.town
    busy(town, 1)
    browser = web.as_("mediator")
    browser.get("/day")
    with town.statements() as few:
        browser.get("/day")
    busy(town, 30)
    with town.statements() as many:
        page = browser.get("/day").text
    assert len(many) == len(few) <= 16
    assert len(page.encode()) <= 60_000


def busy(town: Town, cases: int) -> None:
    """So many sessions today."""
    for _ in range(cases):
        case = town.dispute().accepted()
        case.take("schedule_session", on=town.iso(), place="三楼调解室")


def test_nobody_is_shown_a_button_that_leads_nowhere(web: Web) -> None:
    for who in ("mediator", "officer", "chair", "supervisor", "administrator"):
        browser = web.as_(who)
        open_to = browser.get("/registration").status_code == 200
        for path in ("/day", "/cases"):
            assert ('class="button" href="/registration"' in browser.get(path).text) is open_to, (who, path)


def test_a_list_says_what_is_late_before_what_comes(web: Web) -> None:
    town = web.town
    town.dispute().performing(("3000", 3), ("3000", 40))
    town.until(town.today + timedelta(days=5))
    for path in ("/cases", "/cases?shown=overdue"):
        assert "逾期 2 天" in words(web.as_("mediator").get(path).text), path


def test_a_case_nobody_holds_is_given_to_somebody_first(web: Web) -> None:
    case = web.town.dispute()
    page = web.as_("mediator").get("/day").text
    assert f'href="/cases/{case.number}/steps/assign_mediator"' in page


def test_the_chair_sees_the_bargaining_of_his_enterprise_whoever_holds_it(web: Web) -> None:
    town = web.town
    case = town.bargaining().offered()
    town.until(case.due("reply-to-demand") - timedelta(days=3))
    assert case.number in section(web.as_("chair").get("/day?whose=unit").text, "week")
