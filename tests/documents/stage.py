"""A union with one officer, whole cases driven through the real door, and the papers they leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select

from flows.casework import take_step
from flows.office import open_office
from flows.requests import Wish, file_request
from models.papers import Document
from models.people import Organisation, Person, Position
from tests import stores

IDENTITY, PHONE = "321100198001010011", "13812345678"
Row = dict[str, Any]


class Union:
    """One district union; the clock is in the test's hand."""

    def __init__(self, home: Path) -> None:
        self.now = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
        self.office = open_office(stores.lay_tables(home), lambda: self.now)
        with self.office.store.write() as connection:
            connection.execute(
                insert(Organisation),
                [{"id": 1, "code": "d", "name": "润州区总工会", "kind": "district", "path": "/1/", "mediates": True},
                 {"id": 2, "code": "c", "name": "市总工会", "kind": "federation", "path": "/2/", "mediates": False}],
            )  # fmt: skip
            connection.execute(insert(Person), [{"id": 1, "code": "p1", "name": "李和"}])
            roles = ("mediator", "officer", "supervisor")
            connection.execute(insert(Position), [{"person_id": 1, "organisation_id": 1, "role": role} for role in roles])

    def day(self, ahead: int = 0) -> str:
        """Today, or a day ahead."""
        return (self.now.date() + timedelta(days=ahead)).isoformat()

    def pass_days(self, count: int) -> None:
        """Time goes by."""
        self.now += timedelta(days=count)

    def open(self, case_type: str, /, **answers: Any) -> int:
        """A new case; its id."""
        wish = Wish(step="open", case_type=case_type, unit_id=1, actor_id=1, answers=answers)
        return take_step(self.office, file_request(self.office, wish)).case_id

    def take(self, case: int, step: str, clock: bool = False, **answers: Any) -> str:
        """A step through the door; the state the case is in then."""
        wish = Wish(step=step, case_id=case, actor_id=None if clock else 1, answers=answers)
        return take_step(self.office, file_request(self.office, wish)).state

    def papers(self, case: int | None = None) -> list[Row]:
        """The papers of a case, or all, oldest first."""
        query = select(Document.__table__).order_by(Document.id)
        if case is not None:
            query = query.where(Document.case_id == case)
        with self.office.store.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def paper(self, case: int, key: str) -> Row:
        """The newest paper of that kind."""
        return [row for row in self.papers(case) if row["paper"] == key][-1]

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements the store runs within."""
        seen: list[str] = []

        def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        engine = self.office.store.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)


def registered(union: Union, **more: Any) -> int:
    """A dispute at the counter."""
    answers: Row = {
        "applicant": "王二", "phone": PHONE, "identity": IDENTITY, "employer": "某某制衣有限公司",
        "cause": "wage_arrears", "summary": "六月至八月工资未发。\n多次催要未果。", "amount": "12,000.50",
        "employment_ended_on": "2026-08-20",
    }  # fmt: skip
    return union.open("dispute", **{**answers, **more})


def accepted(union: Union, **more: Any) -> int:
    """The same, accepted for mediation."""
    case = registered(union, **more)
    union.take(case, "assign_mediator", mediator=1, no_conflict=True)
    union.take(case, "apply", received_on=union.day(), request="支付拖欠的工资")
    union.take(case, "accept", accepted_on=union.day(), in_scope=True, applicant_consents=True, respondent_consents=True)
    return case


TERMS: Row = {
    "terms": "分两期付清。",
    "instalments": [{"amount": "6000", "due_on": "2026-09-20"}, {"amount": "6000.50", "due_on": "2026-12-31"}],
}
SIGNED: Row = {"applicant_signed": True, "respondent_signed": True, "mediator_signed": True, "sealed": True}


def signed(union: Union, **more: Any) -> int:
    """The same, with an agreement in effect."""
    case = accepted(union, **more)
    union.take(case, "schedule_session", on=union.day(), place="三楼调解室")
    union.take(case, "hold_session", on=union.day(), minutes="双方陈述。\n达成一致。")
    union.take(case, "agree", **TERMS)
    union.take(case, "sign_agreement", signed_on=union.day(), **SIGNED)
    return case


def every_dispute_paper(union: Union) -> None:
    """Disputes that end in every way a paper belongs to."""
    group = registered(union, claimants=12, members=["张三", "李四"], confidential=True)
    union.take(group, "name_representatives", names=["王二", "张三", "李四"], chosen_on=union.day())
    reason = {"reason": "由你局处理更为适宜", "name": "润州区劳动监察大队"}
    union.take(group, "refer_out", body="labour_inspection", sent_on=union.day(), **reason)
    settled = registered(union)
    union.take(settled, "start_negotiation", sent_on=union.day(), demand="支付工资")
    union.take(settled, "record_settlement", **TERMS)
    union.take(settled, "urge")
    refused = registered(union)
    union.take(refused, "apply", received_on=union.day(), oral=True)
    union.take(refused, "refuse", ground="respondent_refuses", explanation="单位书面表示不愿调解。")
    failed = accepted(union)
    consent = {"applicant_agrees": True, "respondent_agrees": True}
    union.take(failed, "extend", until=union.day(30), reason="等待对账", **consent)
    union.take(failed, "fail", ground="no_agreement", note="对金额分歧较大。")
    union.take(failed, "go_to_arbitration", filed_on=union.day())
    union.take(signed(union), "apply_arbitration_review", filed_on=union.day(), joint=True)
    union.take(signed(union), "apply_judicial_confirmation", filed_on=union.day(), joint=True)
    breached = signed(union)
    union.take(breached, "record_payment", no=1, amount="1000", paid_on=union.day())
    union.pass_days(30)
    union.take(breached, "declare_breach")
    union.take(breached, "visit", visited_on=union.day(), finding="第一期只到账一千元。")
    union.take(breached, "apply_payment_order", filed_on=union.day())
    lapsed = accepted(union)
    union.pass_days(30)
    union.take(lapsed, "mediation_lapses", clock=True)
    union.take(lapsed, "close", reason="调解不成")
    union.take(lapsed, "archive")


def team(side: str) -> list[Row]:
    """Three representatives, the first one chief."""
    return [
        {"name": f"{side}代表{n}", "post": "职工", "sex": "女", "identity": IDENTITY, "chief": n == 1, "front_line": True}
        for n in (1, 2, 3)
    ]


def planned(union: Union, kind: str = "wage") -> int:
    """A bargaining case on the plan."""
    return union.open("bargaining", kind=kind, employer="某某制衣有限公司", workers=120, women=60, expires_on="2026-12-31")


INVITATION: Row = {"topics": "工资标准；年度调整幅度；加班工资", "place": "公司会议室"}


def in_talks(union: Union, kind: str = "wage") -> int:
    """The other side has come, the teams are named."""
    case = planned(union, kind)
    union.take(case, "send_invitation", sent_on=union.day(), received_on=union.day(), meet_on=union.day(9), **INVITATION)
    union.take(case, "record_acceptance", replied_on=union.day(), meet_on=union.day(9))
    union.take(case, "name_representatives", workers=team("职工"), employer=team("企业"), chosen_on=union.day(), manner="推选")
    return case


def adopted(union: Union, kind: str = "wage") -> int:
    """Bargained, drafted and voted on."""
    case, chiefs = in_talks(union, kind), {"workers_chief_signed": True, "employer_chief_signed": True}
    union.take(case, "request_information", items=["工资总额", "利润表"], requested_on=union.day(), secret=True)
    union.take(case, "schedule_round", on=union.day(), place="会议室")
    raise_asked = {"side": "workers", "items": [{"clause": "月工资", "text": "上调百分之八", "amount": "300"}]}
    union.take(case, "record_positions", **raise_asked)
    offer = {"side": "employer", "items": [{"clause": "月工资", "text": "上调百分之五", "amount": "200.50"}]}
    union.take(case, "record_positions", **offer)
    agreed = {"clause": "月工资", "text": "上调百分之六", "amount": "240"}
    union.take(case, "hold_round", on=union.day(), minutes="双方就工资充分交换意见。", note_taker="小周", agreed=[agreed])
    union.take(case, "agree_draft", agreed_on=union.day(), contents=["pay", "women", "term"], womens_chapter=True, **chiefs)
    union.take(case, "call_congress", on=union.day(), place="礼堂")
    union.take(case, "record_vote", on=union.day(), delegates=90, present=80, yes=70, no=6, abstain=4)
    return case


def in_force(union: Union, kind: str = "wage") -> int:
    """Signed, filed and approved."""
    case, chiefs = adopted(union, kind), {"workers_chief_signed": True, "employer_chief_signed": True}
    term = {"starts_on": "2026-10-01", "expires_on": "2027-09-30" if kind == "wage" else "2028-09-30"}
    union.take(case, "sign", signed_on=union.day(), **term, **chiefs)
    union.take(case, "file_contract", received_on=union.day())
    union.take(case, "record_approval", dated_on=union.day(), received_on=union.day())
    return case


def every_bargaining_paper(union: Union) -> None:
    """Bargaining that goes every way a paper belongs to."""
    asked = planned(union)
    union.take(asked, "receive_invitation", received_on=union.day(), topics="工资")
    union.take(asked, "answer_invitation", replied_on=union.day(), meet_on=union.day(5), place="会议室")
    stubborn = planned(union, "collective")
    union.take(stubborn, "send_invitation", sent_on=union.day(), received_on=union.day(), **INVITATION)
    union.take(stubborn, "record_refusal", replied_on=union.day(), reason="没有必要")
    union.take(stubborn, "urge", sent_on=union.day())
    letter = {"finding": "无正当理由拒绝集体协商", "demand": "依法开展集体协商", "sent_on": union.day()}
    union.take(stubborn, "issue_supervision_letter", letter="opinion", **letter)
    union.take(stubborn, "request_coordination", requested_on=union.day(), points="拒绝协商")
    union.take(stubborn, "record_protocol", signed_on=union.day(), result="双方同意开始协商")
    pause = in_talks(union)
    union.take(pause, "schedule_round", on=union.day(), place="会议室")
    consent = {"workers_agree": True, "employer_agrees": True}
    union.take(pause, "suspend", suspended_on=union.day(), until=union.day(20), reason="等待报表", **consent)
    running = in_force(union)
    union.take(running, "publish", published_on=union.day(), manner="厂务公开栏")
    union.take(running, "file_with_higher_union", on=union.day())
    union.take(running, "record_performance", checked_on=union.day(), finding="基本履行", breached=["月工资"])
    union.take(running, "start_renewal", wish="续签一年", by_agreement=True)
    changed, chiefs = in_force(union, "collective"), {"workers_chief_signed": True, "employer_chief_signed": True}
    union.take(changed, "start_amendment", ground="agreement", reason="调整津贴")
    union.take(changed, "sign_amendment", signed_on=union.day(), changes="第三条改为……", adopted=True, **chiefs)
    union.take(changed, "terminate", ended_on=union.day(), ground="agreement", reason="企业搬迁", both_agree=True)
