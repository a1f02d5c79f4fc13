"""A real office for a test: a small tree of unions, the people in them, and verbs for what they do at the door.

    town = …                                   # fixture `town`, a store of its own on a migrated file
    case = town.dispute()                      # registered at the counter of 清波街道 by its mediator
    case.take("apply", received_on=town.iso())
    town.clock.pass_time(days=16); town.sweep()

Nothing is faked but the clock. The far end of a channel is `tests.notifications.sink.Sink`.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from flows.casework import Receipt, take_step
from flows.deadlines import Swept, sweep_deadlines
from flows.followups import open_follow_ups
from flows.office import Office, open_office
from flows.requests import Wish, file_request
from models.audit import AuditResult, verify
from models.cases import CaseEvent, CaseFile, Party
from models.contracts import Contract
from models.deadlines import Deadline, Reminder
from models.outbox import Message
from models.people import Organisation, Person, Position
from models.requests import StepRequest
from notifications.delivering import Drained
from notifications.outbox import drain
from states.errors import Refusal
from tests.clock import Clock
from tests.counting import statements_to
from tests.notifications.sink import Sink
from tests.stores import settings_at

DISTRICT, STREET, FACTORY, ELSEWHERE = 1, 2, 3, 4
UNITS = (
    {"id": DISTRICT, "code": "shangcheng", "name": "上城区总工会", "kind": "district", "path": "/1/", "parent_id": None},
    {"id": STREET, "code": "qingbo", "name": "清波街道总工会", "kind": "subdistrict", "path": "/1/2/", "parent_id": 1},
    {"id": FACTORY, "code": "garment", "name": "某制衣厂工会", "kind": "enterprise_union", "path": "/1/2/3/", "parent_id": 2},
    {"id": ELSEWHERE, "code": "yuhang", "name": "余杭区总工会", "kind": "district", "path": "/4/", "parent_id": None},
)
#: who is what where; the worker holds no position
POSTS = {
    "mediator": ("李调解", "mediator", STREET),
    "colleague": ("陈调解", "mediator", STREET),
    "steward": ("钱调解", "mediator", FACTORY),
    "senior": ("孙调解", "mediator", DISTRICT),
    "officer": ("周指导", "officer", STREET),
    "chair": ("吴主席", "chair", FACTORY),
    "supervisor": ("王督办", "supervisor", DISTRICT),
    "administrator": ("赵管理", "administrator", DISTRICT),
    "stranger": ("何调解", "mediator", ELSEWHERE),
    "worker": ("张三", "", 0),
}
REGISTRATION = {
    "applicant": "张三", "employer": "某制衣厂", "cause": "wage_arrears", "summary": "三个月未发工资", "amount": "12,000",
    "employment_ended_on": "2026-02-01",
}  # fmt: skip
CONSENT = {"in_scope": True, "applicant_consents": True, "respondent_consents": True}
SIGNED = {"applicant_signed": True, "respondent_signed": True, "mediator_signed": True, "sealed": True}
CHIEFS = {"workers_chief_signed": True, "employer_chief_signed": True}


@dataclass
class Town:
    """The office, its clock, its people by what they are."""

    office: Office
    clock: Clock
    people: dict[str, int] = field(default_factory=dict)

    # --- at the door ----------------------------------------------------------------------------------------------------

    def wish(self, step: str, by: str | None = "mediator", case: int | None = None, key: str = "",
             version: int | None = None, **answers: Any) -> Wish:  # fmt: skip
        """What somebody wants on a case."""
        return Wish(step=step, case_id=case, actor_id=self.people[by] if by else None, answers=answers, key=key,
                    expected_version=version)  # fmt: skip

    def open(self, case_type: str, unit: int, by: str | None, /, key: str = "", **answers: Any) -> OfficeCase:
        """A new case of that type in that unit."""
        wish = Wish(
            step="open", case_type=case_type, unit_id=unit, actor_id=self.people[by] if by else None, answers=answers, key=key
        )
        receipt = take_step(self.office, file_request(self.office, wish))
        return OfficeCase(self, receipt.case_id, receipt.number, by or "supervisor")

    def dispute(self, by: str = "mediator", unit: int = STREET, **changes: Any) -> OfficeCase:
        """A wage claim at the counter."""
        return self.open("dispute", unit, by, **{**REGISTRATION, **changes})

    def bargaining(self, by: str = "officer", unit: int = STREET, **changes: Any) -> OfficeCase:
        """A wage agreement on the plan."""
        answers = {"kind": "wage", "employer": "某制衣厂", "employer_id": FACTORY, "workers": 86, "women": 50}
        return self.open("bargaining", unit, by, **{**answers, **changes})

    def case(self, case_id: int, by: str = "officer") -> OfficeCase:
        """A case that is there already."""
        return OfficeCase(self, case_id, self.one(CaseFile, CaseFile.id == case_id).number, by)

    # --- time and sweeps ------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The day it is."""
        return self.clock.today

    def iso(self, days: int = 0) -> str:
        """Today, or so many days later, as a form takes it."""
        return self.clock.iso(days)

    def sweep(self) -> Swept:
        """One sweep over the clocks."""
        return sweep_deadlines(self.office)

    def until(self, day: date) -> None:
        """Let the days go by up to that one, with a sweep each morning."""
        while self.today < day:
            self.clock.pass_time(days=1)
            self.sweep()

    def drain(self, sink: Sink | None = None) -> Drained:
        """Send what waits; without a sink it stays in the inboxes."""
        channels = {sink.name: sink} if sink else {}
        drained = drain(self.office.store, self.office.settings, self.office.now(), channels)
        while drained.more:
            drained = drain(self.office.store, self.office.settings, self.office.now(), channels)
        return drained

    def follow_up(self) -> int:
        """Open the follow-up cases that were asked for."""
        return open_follow_ups(self.office)

    # --- looking --------------------------------------------------------------------------------------------------------

    def rows(self, table: Any, *where: Any) -> list[Any]:
        """Rows of a table, oldest first."""
        with self.office.store.read() as connection:
            return list(connection.execute(select(table.__table__).where(*where).order_by(table.id)).all())

    def one(self, table: Any, *where: Any) -> Any:
        """The only such row."""
        (row,) = self.rows(table, *where)
        return row

    def count(self, table: Any, *where: Any) -> int:
        """How many there are."""
        with self.office.store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    def request(self, request_id: int) -> Any:
        """A request as it stands."""
        return self.one(StepRequest, StepRequest.id == request_id)

    def reminders(self, *where: Any) -> list[tuple[str, str]]:
        """(rule, stage) of the reminders in the ledger, oldest first, a line a person."""
        query = select(Deadline.rule, Reminder.stage).join(Deadline, Deadline.id == Reminder.deadline_id)
        with self.office.store.read() as connection:
            return [(row.rule, row.stage) for row in connection.execute(query.where(*where).order_by(Reminder.id))]

    def audit(self) -> AuditResult:
        """What the verifier says."""
        with self.office.store.read() as connection:
            return verify(connection)

    def statements(self) -> AbstractContextManager[list[str]]:
        """The statements that go to the database in the meantime."""
        return statements_to(self.office.store.engine)

    # --- changing what no step changes ----------------------------------------------------------------------------------

    def set(self, table: Any, where: Any, **values: Any) -> None:
        """Change rows behind the office's back: people leave, positions end."""
        with self.office.store.write() as connection:
            connection.execute(update(table).where(where).values(**values))

    def add(self, table: Any, **values: Any) -> int:
        """One row; its id."""
        with self.office.store.write() as connection:
            return int(connection.execute(insert(table).values(**values).returning(table.id)).scalar_one())

    def makes_party(self, person: str, case: OfficeCase) -> None:
        """The person signs in as the applicant of the case."""
        self.set(Party, (Party.case_id == case.id) & (Party.role == "applicant"), person_id=self.people[person])

    def contract(self, expires_on: date, number: str = "HT-1", **changes: Any) -> int:
        """A contract in force, in the register with its clocks."""
        from config.rules import load_pack
        from config.workdays import work_calendar
        from states.register import clocks_of

        values = {
            "number": number, "unit_id": STREET, "employer_id": FACTORY, "employer_name": "某制衣厂", "kind": "wage",
            "scope": "enterprise", "pack": "cn", "standing": "in_force", "expires_on": expires_on, "workers": 86, "women": 50,
            "more": {}, **changes,
        }  # fmt: skip
        contract_id = self.add(Contract, **values)
        pack = load_pack(values["pack"])
        for clock in clocks_of(values["kind"], expires_on, pack, work_calendar(pack.calendar)):
            self.add(Deadline, **{**clock, "contract_id": contract_id})
        return contract_id

    def inbox(self, person: str) -> list[str]:
        """Notices that lie in somebody's inbox, oldest first."""
        mine = (Message.person_id == self.people[person], Message.channel == "inbox", Message.status == "sent")
        return [row.notice for row in self.rows(Message, *mine)]


@dataclass
class OfficeCase:
    """A case of the office, and the person who usually works on it."""

    town: Town
    id: int
    number: str
    by: str

    def wish(self, step: str, by: str = "", **rest: Any) -> Wish:
        """What somebody wants on this case."""
        return self.town.wish(step, by or self.by, self.id, **rest)

    def file(self, step: str, by: str = "", **rest: Any) -> int:
        """The same, written down; the request's id."""
        return file_request(self.town.office, self.wish(step, by, **rest))

    def take(self, step: str, by: str = "", **rest: Any) -> Receipt:
        """Take a step through the door."""
        return take_step(self.town.office, self.file(step, by, **rest))

    def refused(self, step: str, by: str = "", **rest: Any) -> list[str]:
        """The codes for which the step is refused."""
        before = self.snapshot()
        with pytest.raises(Refusal) as refusal:
            self.take(step, by, **rest)
        assert self.snapshot() == before, "a refusal leaves the case as it was"
        return [reason.code for reason in refusal.value.reasons]

    @property
    def row(self) -> Any:
        """The case's own row."""
        return self.town.one(CaseFile, CaseFile.id == self.id)

    @property
    def state(self) -> str:
        """Where it stands."""
        return str(self.row.state)

    @property
    def steps(self) -> list[str]:
        """What happened, oldest first."""
        return [row.step for row in self.events]

    @property
    def events(self) -> list[Any]:
        """The events, oldest first."""
        return self.town.rows(CaseEvent, CaseEvent.case_id == self.id)

    def due(self, rule: str, subject: str = "") -> date | None:
        """The last day of a running clock, None when it does not run."""
        mine = (Deadline.case_id == self.id, Deadline.rule == rule, Deadline.subject == subject, Deadline.status == "open")
        found = self.town.rows(Deadline, *mine)
        return found[0].due_on if found else None

    def snapshot(self) -> dict[str, Any]:
        """Everything a step may change of the case, in values that compare."""
        town, row = self.town, self.row
        clocks = town.rows(Deadline, Deadline.case_id == self.id, Deadline.status.in_(("open", "expired")))
        return {
            "state": row.state, "facts": row.facts, "owner": row.owner_id, "unit": row.unit_id, "outcome": row.outcome,
            "closed_on": row.closed_on, "contract": row.contract_id, "version": row.version,
            "clocks": Counter((c.rule, c.subject, c.status, c.opens_on, c.due_on, c.met_on, c.hard) for c in clocks),
        }  # fmt: skip

    # --- stretches of a dispute's life ----------------------------------------------------------------------------------

    def accepted(self) -> OfficeCase:
        """Applied for, accepted and given to its mediator, today."""
        today = self.town.iso()
        self.take("apply", received_on=today)
        self.take("accept", accepted_on=today, **CONSENT)
        self.take("assign_mediator", mediator=self.town.people[self.by], no_conflict=True)
        return self

    def mediating(self) -> OfficeCase:
        """Accepted, and a session held, today."""
        self.accepted()
        self.take("schedule_session", on=self.town.iso(), place="三楼调解室")
        self.take("hold_session", on=self.town.iso(), minutes="双方陈述")
        return self

    def performing(self, *parts: tuple[str, int]) -> OfficeCase:
        """An agreement signed today; each part is an amount in yuan and the days until it is due."""
        self.mediating()
        parts = parts or (("6000", 30), ("6000", 60))
        instalments = [{"amount": amount, "due_on": self.town.iso(days)} for amount, days in parts]
        self.take("agree", terms="分期支付", instalments=instalments, all_members_consent=True)
        self.take("sign_agreement", signed_on=self.town.iso(), **SIGNED)
        return self

    # --- stretches of a bargaining's life -------------------------------------------------------------------------------

    def offered(self) -> OfficeCase:
        """Invited; the other side received it today."""
        self.take("send_invitation", sent_on=self.town.iso(), received_on=self.town.iso(), topics="工资")
        return self

    def adopted(self) -> OfficeCase:
        """Invited, bargained, drafted and adopted by the congress, all today."""
        today = self.town.iso()
        self.offered()
        self.take("record_acceptance", replied_on=today)
        self.take("name_representatives", workers=team("职工"), employer=team("企业"), manner="民主推荐", chosen_on=today)
        self.take("schedule_round", on=today, place="会议室")
        self.take("hold_round", on=today, minutes="就工资增长协商")
        self.take("agree_draft", agreed_on=today, contents=["pay"], womens_chapter=True, **CHIEFS)
        self.take("call_congress", on=today, place="礼堂")
        self.take("record_vote", on=today, delegates=100, present=90, yes=80, no=10)
        return self

    def in_force(self, days: int = 365) -> OfficeCase:
        """Signed for so many days, filed and approved, today."""
        today = self.town.iso()
        self.adopted()
        self.take("sign", signed_on=today, starts_on=today, expires_on=self.town.iso(days - 1), **CHIEFS)
        self.take("file_contract", received_on=today)
        self.take("record_approval", dated_on=today, received_on=today)
        return self


def team(side: str, size: int = 3) -> list[dict[str, Any]]:
    """Representatives of one side, the first of them chief."""
    return [{"name": f"{side}代表{no}", "chief": no == 1, "front_line": no > 1} for no in range(1, size + 1)]


def people_the(office: Office) -> None:
    """Write the tree and its people into an empty store."""
    with office.store.write() as connection:
        connection.execute(insert(Organisation), [{**unit, "mediates": True} for unit in UNITS])
        for person_id, (code, (name, role, unit)) in enumerate(POSTS.items(), start=1):
            email = f"{code}@union.example" if role else ""
            connection.execute(insert(Person).values(id=person_id, code=code, name=name, email=email))
            if role:
                connection.execute(insert(Position).values(person_id=person_id, organisation_id=unit, role=role))


def town_at(home: Path, now: datetime | None = None, **settings: Any) -> Town:
    """The office in that folder, whose tables and people are there already."""
    clock = Clock() if now is None else Clock(now)
    office = open_office(settings_at(home, **settings), clock)
    return Town(office, clock, {code: number for number, code in enumerate(POSTS, start=1)})
