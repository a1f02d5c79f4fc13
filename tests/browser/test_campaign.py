"""540 invitations in one go (SEEDS D1-03): chosen, worded once, filed, watched from another page, answered case by case."""

from __future__ import annotations

from playwright.sync_api import expect

from flows.batch import advance_batch
from flows.requests import Wish, file_batch
from models.cases import CaseFile
from models.papers import Document
from states.bargaining.words import B
from states.casetype import OPEN
from tests.browser.conftest import Live, in_every_way
from tests.factories import STREET, Town

MANY = 540


def planned(town: Town) -> None:
    """The plan of the street for the year: so many employers."""
    officer = town.people["officer"]
    wishes = [
        Wish(
            step=OPEN,
            case_type="bargaining",
            unit_id=STREET,
            actor_id=officer,
            answers={"kind": "wage", "employer": f"第{no}厂"},
        )
        for no in range(1, MANY + 1)
    ]
    advance_batch(town.office, file_batch(town.office, OPEN, officer, wishes))


@in_every_way
def test_a_campaign_of_540(live: Live) -> None:
    town = live.town
    planned(town)
    clerk = live.clerk("officer")
    clerk.open("/campaign")
    clerk.page.locator('button[name="everything"]').click()
    clerk.fill(sent_on=town.iso(), received_on=town.iso(), topics="2026年度工资增长")
    clerk.page.locator('main form[action="/batches"] button[type=submit]:not([name])').dblclick(no_wait_after=True)
    clerk.page.wait_for_url("**/batches/*")
    address = clerk.page.url
    clerk.open("/day")  # the page may be closed: the work goes on
    clerk.open("/batches")
    clerk.follow(address.removeprefix(live.url))
    done = clerk.page.locator("progress")
    for _ in range(60):
        if done.get_attribute("value") == str(MANY):
            break
        clerk.page.wait_for_timeout(500)
        if not live.javascript:
            clerk.page.reload()
    expect(done).to_have_attribute("value", str(MANY))
    clerk.page.reload()
    clerk.reads(f"{MANY}", B.OFFERED.label)
    assert town.count(CaseFile, CaseFile.state == B.OFFERED) == MANY
    assert town.count(Document, Document.paper == "invitation") == MANY, "one letter each, however often the button was pressed"
    clerk.complaints = [text for text in clerk.complaints if "ERR_INCOMPLETE" not in text]
    assert clerk.complaints == []
