"""A wage agreement in the browser: invited, bargained over two rounds, drafted, voted on, filed, in force, and renewed."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import expect

from models.cases import CaseFile
from states.bargaining.words import B
from tests.browser.clerk import Clerk
from tests.browser.conftest import Live, in_every_way
from tests.factories import CHIEFS, team


@in_every_way
def test_from_the_invitation_to_the_renewal(live: Live) -> None:
    town, case = live.town, live.town.bargaining()
    town.clock.set(date(2026, 3, 2))
    clerk = live.clerk("officer")
    bargained(live, clerk, case.number)
    agreed(live, clerk, case.number)
    clerk.reads(B.IN_FORCE.label)
    town.clock.set(date.fromisoformat(case.row.facts["expires_on"]) - timedelta(days=50))
    town.sweep()
    clerk = live.clerk("officer")
    clerk.take(case.number, "start_renewal", wish="续签一年,工资再行协商")
    assert town.follow_up() == 1
    renewing = town.one(CaseFile, CaseFile.type == "bargaining", CaseFile.id != case.id)
    clerk.open(f"/cases/{case.number}")
    clerk.follow(f"/cases/{renewing.number}")
    clerk.reads(B.PLANNED.label)
    assert clerk.complaints == []


def bargained(live: Live, clerk: Clerk, number: str) -> None:
    """March: the invitation, the answer, both teams, two rounds in which the sides come together."""
    town = live.town
    clerk.take(number, "send_invitation", sent_on=town.iso(), received_on=town.iso(), topics="2026年度工资增长")
    clerk.take(number, "record_acceptance", replied_on=town.iso())
    clerk.take(
        number, "name_representatives", workers=team("职工"), employer=team("企业"), manner="民主推荐", chosen_on=town.iso()
    )  # fmt: skip
    clerk.take(number, "schedule_round", on=town.iso(), place="二楼会议室")
    for side, amount in (("workers", "600"), ("employer", "240")):
        clerk.take(number, "record_positions", side=side, items=[{"clause": "工资增长", "text": "每月增加", "amount": amount}])
    clerk.open(f"/cases/{number}/table")
    clerk.reads("360.00")
    clerk.take(number, "hold_round", on=town.iso(), minutes="双方说明立场")
    clerk.take(number, "schedule_round", on=town.iso(), place="二楼会议室")
    clause = {"clause": "工资增长", "text": "每月增加", "amount": "420"}
    clerk.take(number, "hold_round", on=town.iso(), minutes="商定", agreed=[clause])


def agreed(live: Live, clerk: Clerk, number: str) -> None:
    """The draft, the congress, the signatures, the filing and the authority's consent."""
    town = live.town
    clerk.take(number, "agree_draft", agreed_on=town.iso(), contents=["pay"], womens_chapter=True, **CHIEFS)
    clerk.take(number, "call_congress", on=town.iso(), place="礼堂")
    clerk.open(f"/cases/{number}/vote")
    clerk.take(number, "record_vote", on=town.iso(), delegates=100, present=90, yes=80, no=10, abstain=0)
    clerk.reads(B.ADOPTED.label)
    clerk.take(number, "sign", signed_on=town.iso(), starts_on=town.iso(), expires_on=town.iso(364), **CHIEFS)
    for page in ("table", "difference", "filing"):
        clerk.open(f"/cases/{number}/{page}")
    clerk.take(number, "file_contract", received_on=town.iso())
    clerk.take(number, "record_approval", dated_on=town.iso(), received_on=town.iso())
    expect(clerk.page.locator(".said")).to_be_visible()
