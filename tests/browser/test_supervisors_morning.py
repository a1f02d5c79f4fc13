"""A supervisor's morning: what is overdue and at whose desk, a mediator who fell ill, what went wrong in the night."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from models.cases import CaseFile
from states.dispute.words import D
from tests.browser.clerk import Clerk
from tests.browser.conftest import Live, in_every_way
from tests.factories import OfficeCase, Town
from tests.plants import PLANTS
from tests.web.holding import applied, held

OPEN = '#live a[href="/cases?shown=open"] b'


def owners(town: Town, *cases: OfficeCase) -> list[int | None]:
    """Who holds them."""
    rows = {row.id: row.owner_id for row in town.rows(CaseFile)}
    return [rows[case.id] for case in cases]


@in_every_way
def test_a_mediator_fell_ill(live: Live) -> None:
    town = live.town
    late = applied(town, applicant="张三")
    town.until(town.today + timedelta(days=20))
    his = [late, *(held(town, applicant=f"申请人{no}") for no in range(3))]
    boss, ill, colleague = live.clerk("supervisor"), town.people["mediator"], town.people["colleague"]

    boss.open("/supervision")
    expect(boss.page.locator("#late li").first).to_contain_text("张三")
    expect(boss.page.locator("#late li").first).to_contain_text("李调解")
    boss.follow(f"/cases?shown=open&owner={ill}")  # a figure opens the cases behind it
    boss.reads("张三", "申请人0", "申请人2")

    boss.open("/supervision")
    boss.follow(f"/supervision/people/{ill}")
    boss.fill(substitute=colleague, from_on=town.iso(), to_on=town.iso(6))
    boss.page.locator('form[action$="/absence"] button[type=submit]').click()
    expect(boss.page.locator(".said")).to_be_visible()
    boss.reads("陈调解")

    boss.page.locator('#handover select[name="to"]').select_option(str(colleague))
    boss.page.locator('#handover [name="checked"]').check()
    boss.page.locator("#handover button[type=submit]").click(no_wait_after=True)
    finished(boss, 4)
    assert owners(town, *his) == [colleague] * 4
    assert boss.complaints == []


@in_every_way
def test_cases_are_given_to_others_in_bulk(live: Live) -> None:
    town = live.town
    late = [applied(town, applicant=name) for name in ("张三", "李四")]
    town.until(town.today + timedelta(days=20))
    fresh = held(town, applicant="王五")
    boss = live.clerk("supervisor")
    boss.open("/supervision")
    boss.follow("/supervision/reassign?shown=overdue")
    if live.javascript:
        boss.page.locator("[data-all]").check()
    else:
        boss.fill(case=[case.id for case in late])
    boss.fill(checked=True)
    boss.press()  # nobody was chosen: the browser itself, or the office, says so and the ticks stay
    expect(boss.page.locator(f"#case-{late[0].id}")).to_be_checked()
    boss.page.locator('select[name="to"]').select_option(str(town.people["colleague"]))
    boss.send()
    finished(boss, 2)
    assert owners(town, *late, fresh) == [town.people["colleague"]] * 2 + [town.people["mediator"]]
    assert boss.complaints == []


def finished(clerk: Clerk, many: int) -> None:
    """The batch has come to its end, watched on its page."""
    clerk.page.wait_for_url("**/batches/*")
    done = clerk.page.locator("progress")
    for _ in range(40):
        if done.get_attribute("value") == str(many):
            break
        clerk.page.wait_for_timeout(250)
        if not clerk.javascript:
            clerk.page.reload()
    expect(done).to_have_attribute("value", str(many))
    clerk.page.reload()
    expect(clerk.page.locator(".state.good")).to_have_count(many)


@in_every_way
def test_what_went_wrong_in_the_night(live: Live) -> None:
    town = live.town
    step = town.request(PLANTS["failed_steps"](town).subject)
    parked = PLANTS["parked"](town)
    boss = live.clerk("supervisor")
    boss.open("/supervision")
    boss.follow("/supervision/findings/parked")
    boss.reads(parked.number)
    boss.open("/supervision")
    boss.follow("/supervision/findings/failed_steps")
    boss.page.locator("main button[type=submit]").first.click()
    expect(boss.page.locator(".said")).to_be_visible()
    boss.open("/supervision/findings/failed_steps")
    expect(boss.page.locator("main button[type=submit]")).to_have_count(0)
    assert town.case(step.case_id).state == D.APPLIED
    assert boss.complaints == []


@in_every_way
def test_the_counters_follow_the_cases(live: Live) -> None:
    case = live.town.dispute()
    boss = live.clerk("supervisor")
    boss.open("/supervision")
    expect(boss.page.locator(OPEN)).to_have_text("1")
    case.take("give_advice", advice="可先向劳动监察部门反映")
    if not live.javascript:
        boss.follow("/supervision")
    expect(boss.page.locator(OPEN)).to_have_text("0", timeout=15_000)
    boss.complaints = [text for text in boss.complaints if not re.search("ERR_INCOMPLETE", text)]
    assert boss.complaints == []
