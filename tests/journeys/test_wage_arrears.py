"""Zhang San is owed three months' pay: from the counter of 清波街道 to the last instalment, through a breach on the way."""

from __future__ import annotations

from datetime import date

from models.contracts import Contract
from models.deadlines import Deadline
from models.papers import Document
from tests.factories import CONSENT, SIGNED, OfficeCase, Town


def papers(case: OfficeCase) -> list[str]:
    """The papers of a case that count, oldest first."""
    return [row.paper for row in case.town.rows(Document, Document.case_id == case.id, Document.void.is_(False))]


def told(town: Town, person: str) -> list[str]:
    """What lies in somebody's inbox once everything has gone out."""
    town.drain()
    return town.inbox(person)


def test_from_the_counter_to_the_last_instalment(town: Town) -> None:
    # Monday 2 March: Zhang San comes to the counter. His employment ended on the first of February.
    case = town.dispute(employment_ended_on="2026-02-01", knew_on="2026-01-15")
    town.makes_party("worker", case)
    assert (case.number, case.state, papers(case)) == ("D2026-00001", "registered", ["registration_form"])
    assert case.due("limitation") == date(2027, 2, 1), "arrears: a year from the end of the employment, not from knowing"
    assert told(town, "mediator") == ["case_registered"]

    # Tuesday: he applies for mediation. Three working days to decide; fifteen days until arbitration stands open.
    town.clock.set(date(2026, 3, 3))
    case.take("apply", "worker", received_on="2026-03-03")
    assert (case.due("mediation-decide"), case.due("mediation-from-receipt")) == (date(2026, 3, 6), date(2026, 3, 18))
    assert case.due("limitation") == date(2027, 3, 3), "interrupted, it runs anew"

    # Thursday: the factory agrees to be mediated; the case is accepted and Li takes it.
    town.until(date(2026, 3, 5))
    assert case.refused("accept", accepted_on="2026-03-05", in_scope=True, applicant_consents=True) == [
        "respondent_consents_missing"
    ]
    case.take("accept", accepted_on="2026-03-05", **CONSENT)
    assert case.due("mediation-decide") is None
    assert case.due("mediation-from-acceptance") == date(2026, 3, 20)
    assert case.refused("schedule_session", on="2026-03-12", place="三楼") == ["no_mediator"]
    case.take("assign_mediator", mediator=town.people["mediator"], no_conflict=True)
    case.take("schedule_session", on="2026-03-12", place="三楼调解室")
    assert told(town, "worker") == ["case_accepted", "session_fixed"]

    # A week later they sit together; everybody was reminded three days before, on the eve and on the day.
    town.until(date(2026, 3, 12))
    assert town.reminders(Deadline.rule == "session") == [("session", stage) for stage in ("d3", "d1", "d0") for _ in range(2)]
    case.take("hold_session", on="2026-03-12", minutes="单位承认欠薪,提出分三期支付", present=3)
    parts = [{"amount": "4,000", "due_on": day} for day in ("2026-04-01", "2026-05-06", "2026-06-01")]
    case.take("agree", terms="分三期支付工资共12000元", instalments=parts)
    assert case.due("performance", "1") is None, "nothing is promised before everybody has signed"

    # Friday the thirteenth: signed and sealed. Each promise has its day, and so have the ways to make it enforceable.
    town.until(date(2026, 3, 13))
    assert set(case.refused("sign_agreement", signed_on="2026-03-13", applicant_signed=True)) == {
        "respondent_signed_missing", "mediator_signed_missing", "sealed_missing",
    }  # fmt: skip
    case.take("sign_agreement", signed_on="2026-03-13", **SIGNED)
    assert [case.due("performance", no) for no in "123"] == [date(2026, 4, 1), date(2026, 5, 6), date(2026, 6, 1)]
    assert (case.due("arbitration-review-window"), case.due("judicial-confirmation-window")) == (
        date(2026, 3, 30), date(2026, 4, 13),
    )  # fmt: skip
    assert (case.due("mediation-from-acceptance"), case.due("mediation-from-receipt")) == (None, None)
    town.until(date(2026, 3, 20))
    case.take("visit", visited_on="2026-03-20", finding="单位正在筹款")

    # The first instalment comes in time, the second does not.
    town.until(date(2026, 4, 1))
    case.take("record_payment", no=1, amount="4000", paid_on="2026-04-01", evidence="银行回单")
    town.until(date(2026, 5, 6))
    assert case.refused("declare_breach") == ["nothing_overdue"], "the last day belongs to the employer"
    town.until(date(2026, 5, 7))
    case.take("declare_breach")
    case.take("urge")
    assert case.state == "breached"
    assert "agreement_breached" in told(town, "supervisor")
    assert {"performance_near", "performance_overdue"} <= set(told(town, "mediator"))

    # Urged, the factory pays in two parts; with the second the agreement is in order again.
    town.until(date(2026, 5, 12))
    assert case.refused("record_payment", no=2, amount="4000.01", paid_on="2026-05-12") == ["instalment"]
    assert case.take("record_payment", no=2, amount="1500", paid_on="2026-05-12").state == "breached"
    town.until(date(2026, 5, 14))
    assert case.take("record_payment", no=2, amount="2500", paid_on="2026-05-14").state == "performing"

    # On 29 May the rest arrives, three days early. The case is closed by it, and put into the archive.
    town.until(date(2026, 5, 29))
    assert case.take("record_payment", no=3, amount="4000", paid_on="2026-05-29").state == "closed"
    assert (case.row.outcome, case.row.closed_on) == ("paid", date(2026, 5, 29))
    assert [row.rule for row in town.rows(Deadline, Deadline.status == "open")] == ["archive-after-close"]
    case.take("archive")
    assert town.count(Deadline, Deadline.status == "open") == 0
    assert papers(case) == [
        "registration_form", "mediation_application", "acceptance_notice", "mediation_summons", "mediation_record",
        "mediation_agreement", "visit_record", "urging_letter", "case_cover",
    ]  # fmt: skip

    # Nothing more is heard of it for a year, and its record is whole.
    before = len(told(town, "mediator")), len(told(town, "supervisor"))
    town.until(date(2027, 5, 29))
    assert (len(told(town, "mediator")), len(told(town, "supervisor"))) == before
    assert not town.audit().broken
    assert town.count(Contract) == 0


def test_the_employer_does_not_want_to_be_mediated(town: Town) -> None:
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    case.take("refuse", ground="respondent_refuses", explanation="单位书面表示不愿调解")
    assert (case.state, papers(case)[-1]) == ("refused", "refusal_notice")
    town.until(date(2026, 3, 5))
    case.take("go_to_arbitration", filed_on="2026-03-05")
    assert case.due("arbitration-acceptance") == date(2026, 3, 12), "five working days"
    case.take("arbitration_accepted", received_on="2026-03-05")
    case.take("record_award", received_on="2026-03-05", amount="12000")
    assert case.due("sue-after-award") == date(2026, 3, 20)
    town.until(date(2026, 3, 25))
    assert case.take("award_performed", received_on="2026-03-25").state == "closed"
    assert case.row.outcome == "arbitrated"


def test_talks_that_lead_nowhere_end_by_themselves_and_the_worker_hears_of_his_right(town: Town) -> None:
    case = town.dispute().accepted()
    town.makes_party("worker", case)
    town.until(date(2026, 3, 18))
    assert case.state == "failed"
    assert sorted(told(town, "worker")) == ["case_accepted", "may_arbitrate", "mediation_failed"]
    assert papers(case)[-1] == "failure_notice"
    assert case.take("go_to_arbitration", "worker", filed_on="2026-03-18").state == "arbitration"
