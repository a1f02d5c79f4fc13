"""A worker writes to the union by telephone; the mediator finds it in My day, answers, and is found again by pinyin."""

from __future__ import annotations

from playwright.sync_api import expect

from models.cases import CaseFile
from states.dispute.words import D
from tests.browser.clerk import Clerk
from tests.browser.conftest import Live, in_every_way
from tests.factories import STREET

PHONE = 390


@in_every_way
def test_a_worker_writes_and_follows(live: Live) -> None:
    town, worker = live.town, live.anybody(width=PHONE)
    worker.open("/desk")
    worker.follow("/desk/new")
    worker.fill(
        unit=STREET, name="周工友", phone="138 0000 0000", employer="某电子厂", cause="wage_arrears", summary="三个月没发工资",
        amount="9000", consent=True,
    )  # fmt: skip
    worker.send()
    number, secret = worker.page.locator(".slip dd").all_inner_texts()
    assert town.one(CaseFile).number == number

    clerk = live.clerk("mediator")
    clerk.open("/day")
    clerk.reads("周工友")
    clerk.follow(f"/cases/{number}")
    answered(clerk, "请带上劳动合同和工资条")
    clerk.take(number, "apply", received_on=town.iso())
    clerk.take(number, "accept", accepted_on=town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    clerk.take(number, "assign_mediator", mediator=town.people["mediator"], no_conflict=True)
    clerk.take(number, "schedule_session", on=town.iso(5), place="三楼调解室")
    clerk.reads(D.MEDIATING.label)

    worker.open("/desk/follow")
    worker.fill(number=number.lower(), secret=secret)
    worker.send()
    worker.reads("请带上劳动合同和工资条", "三楼调解室", "李调解")
    worker.fill(text="我一定来")
    worker.page.locator("#messages button[type=submit]").click()
    worker.reads("我一定来")
    assert not sideways(worker)

    clerk.page.fill("#find", "zgy")
    clerk.page.press("#find", "Enter")
    clerk.reads(number)
    clerk.follow(f"/cases/{number}")
    clerk.reads("我一定来")
    assert number not in " ".join(one for one in (worker.page.url, clerk.page.url) if "/desk" in one)
    assert (worker.complaints, clerk.complaints) == ([], [])


def answered(clerk: Clerk, text: str) -> None:
    """A note that the parties may read."""
    box = clerk.page.locator("#note-text")
    clerk.unfold(box)
    clerk.fill(text=text, audience="parties")
    clerk.page.locator('form[action$="/notes"] button[type=submit]').click()
    expect(clerk.page.locator("#notes")).to_contain_text(text)


def sideways(clerk: Clerk) -> bool:
    """Whether the page must be pushed to the side to be read."""
    return bool(clerk.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
