"""The factory does not want to bargain: urged, supervised, at last before the authority, and back at the table."""

from __future__ import annotations

from datetime import date

from models.deadlines import Deadline
from models.papers import Document
from tests.factories import CHIEFS, FACTORY, Town, team


def test_refused_urged_supervised_and_coordinated(town: Town) -> None:
    case = town.bargaining().offered()
    assert case.due("reply-to-demand") == date(2026, 3, 23), "twenty days end on a Sunday"
    town.until(date(2026, 3, 10))
    case.take("record_refusal", replied_on="2026-03-10", reason="公司认为工资已高于同行")
    town.drain()
    assert "invitation_refused" in town.inbox("supervisor")
    assert case.due("reply-to-demand") is None

    case.take("urge", sent_on="2026-03-10", demand="请于十五日内书面答复")
    assert case.due("urging-reply") == date(2026, 3, 25)
    assert case.refused("issue_supervision_letter", letter="reminder", sent_on="2026-03-10", finding="x", demand="y") == [
        "not_permitted"
    ]
    town.until(date(2026, 3, 26))
    assert case.state == "urged", "silence moves nothing by itself"
    letter = {"letter": "opinion", "finding": "拒绝协商", "demand": "依法开展工资集体协商"}
    case.take("issue_supervision_letter", "supervisor", sent_on="2026-03-26", **letter)
    assert case.due("supervision-reply") == date(2026, 4, 27), "thirty days end on a Saturday"
    town.until(date(2026, 4, 28))
    overdue = [stage for _, stage in town.reminders(Deadline.rule == "supervision-reply")]
    assert "over" in overdue
    assert case.state == "urged"

    case.take("request_coordination", requested_on="2026-04-28", points="要求企业派出代表协商工资")
    assert case.refused("undo", reason="x") == ["not_undoable"], "the request has gone to the authority"
    case.take("coordination_accepted", accepted_on="2026-04-28", coordinator="区人社局劳动关系科")
    assert case.due("coordination") == date(2026, 5, 28)
    case.take("extend_coordination", reason="双方要求延长")
    assert case.due("coordination") == date(2026, 6, 12)
    town.until(date(2026, 5, 20))
    case.take("record_protocol", signed_on="2026-05-20", result="企业同意派出代表")
    assert case.due("coordination") is None
    case.take("return_to_talks", reason="协议书已签")
    assert case.state == "accepted"

    case.take("name_representatives", workers=team("职工"), employer=team("企业"), manner="推荐", chosen_on="2026-05-20")
    case.take("schedule_round", on="2026-05-20", place="会议室")
    case.take("hold_round", on="2026-05-20", minutes="协商一致", agreed=[{"clause": "工资", "text": "月工资增加三百元"}])
    case.take("agree_draft", agreed_on="2026-05-20", contents=["pay"], **CHIEFS)
    assert case.state == "draft"
    papers = [row.paper for row in town.rows(Document)]
    assert papers[:4] == ["invitation", "urging_letter_bargaining", "supervision_letter", "coordination_request"]
    assert not town.audit().broken


def test_silence_is_told_loudly_on_the_day_after_and_decides_nothing(town: Town) -> None:
    case = town.bargaining().offered()
    town.until(date(2026, 3, 23))
    town.drain()
    assert "invitation_unanswered" not in town.inbox("officer")
    town.until(date(2026, 3, 24))
    assert (case.state, case.row.facts["no_reply"], case.steps[-1]) == ("offered", True, "no_reply")
    town.drain()
    for person in ("officer", "chair", "supervisor"):
        assert town.inbox(person).count("invitation_unanswered") == 1
    case.take("urge", sent_on="2026-03-24")
    case.take("record_acceptance", replied_on="2026-03-24")
    assert "no_reply" not in case.row.facts


def test_whoever_was_invited_answers_and_cannot_accept_for_the_other_side(town: Town) -> None:
    case = town.bargaining("chair", FACTORY)
    case.take("receive_invitation", received_on=town.iso(), topics="企业提出协商工资调整")
    assert case.refused("record_acceptance", replied_on=town.iso()) == ["they_asked"]
    case.take("answer_invitation", replied_on=town.iso())
    assert case.state == "accepted"
    assert town.rows(Document)[-1].paper == "reply_letter"
