"""A worker's wages, from the counter to the last instalment, in the browser: registered, mediated, signed, paid."""

from __future__ import annotations

from playwright.sync_api import expect

from states.dispute.words import D
from states.labels import Label
from tests.browser.clerk import Clerk
from tests.browser.conftest import Live, in_every_way


@in_every_way
def test_from_the_counter_to_the_last_instalment(live: Live) -> None:
    town, clerk = live.town, live.clerk("mediator")
    clerk.open("/day")
    clerk.follow("/registration")
    clerk.fill(
        applicant="张小明", phone="13800138000", employer="某制衣厂", cause="wage_arrears", summary="三个月工资未发",
        amount="12,000", employment_ended_on="2026-02-01",
    )  # fmt: skip
    clerk.send()
    expect(clerk.page.locator("h1")).to_contain_text("张小明")
    number = clerk.number
    clerk.take(number, "apply", received_on=town.iso())
    clerk.take(number, "accept", accepted_on=town.iso(), in_scope=True, applicant_consents=True, respondent_consents=True)
    clerk.take(number, "assign_mediator", mediator=town.people["mediator"], no_conflict=True)
    clerk.take(number, "schedule_session", on=town.iso(3), place="三楼调解室")
    clerk = days_later(live, 3)  # a session lasts a working day
    clerk.open("/day")
    clerk.reads("张小明")
    clerk.take(number, "hold_session", on=town.iso(), minutes="双方陈述,同意分期支付")
    instalments = [{"amount": "6000", "due_on": town.iso(30)}, {"amount": "6000", "due_on": town.iso(60)}]
    clerk.take(number, "agree", terms="分两期支付", instalments=instalments)
    clerk.take(
        number, "sign_agreement", signed_on=town.iso(), applicant_signed=True, respondent_signed=True, mediator_signed=True,
        sealed=True,
    )  # fmt: skip
    clerk.reads(D.PERFORMING.label)
    clerk = days_later(live, 30)
    clerk.take(number, "record_payment", no=1, amount="6000", paid_on=town.iso())
    clerk = days_later(live, 30)
    clerk.take(number, "record_payment", no=2, amount="6,000.00", paid_on=town.iso())
    clerk.reads(D.CLOSED.label, Label("已履行完毕", "Performed in full"))
    assert clerk.complaints == []
    assert town.audit().broken == ()


def days_later(live: Live, days: int) -> Clerk:
    """The mediator, some days on: the clocks were looked at, he signs in anew."""
    live.town.clock.pass_time(days=days)
    live.town.sweep()
    return live.clerk("mediator")


@in_every_way
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(live: Live) -> None:
    case = live.town.dispute()
    case.take("apply", received_on=live.town.iso())
    clerk = live.clerk("mediator")
    clerk.open(f"/cases/{case.number}/steps/accept")
    clerk.fill(accepted_on=live.town.iso(2), in_scope=True)
    clerk.send()
    clerk.reads(Label("受理日期不得晚于今天", "the day of acceptance cannot be later than today"))
    expect(clerk.page.locator('[name="accepted_on"]')).to_have_value(live.town.iso(2))
    expect(clerk.page.locator('[name="in_scope"]')).to_be_checked()
    assert case.state == D.APPLIED
    clerk.fill(accepted_on=live.town.iso(), applicant_consents=True, respondent_consents=True)
    clerk.send()
    clerk.reads(D.ACCEPTED.label)


@in_every_way
def test_who_comes_second_is_told_and_keeps_the_text(live: Live) -> None:
    case = live.town.dispute()
    clerk = live.clerk("mediator")
    clerk.open(f"/cases/{case.number}/steps/give_advice")
    clerk.fill(advice="可先向劳动监察部门反映")
    case.take("join_handlers", by="colleague", body="judicial_office", name="清波司法所")
    clerk.send()
    clerk.reads("陈调解", Label("联合办理", "Handle jointly"))
    expect(clerk.page.locator('[name="advice"]')).to_have_value("可先向劳动监察部门反映")
    clerk.send()
    clerk.reads(D.CLOSED.label)
