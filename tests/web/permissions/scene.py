"""What the table is tried on: a dispute, a bargaining and what belongs to them; and everybody who tries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from flows.batch import advance_batch
from flows.campaign import file_for
from flows.drafts import keep_draft
from flows.intake import DRAFTS
from models.cases import Party
from models.deadlines import Deadline
from models.notes import Draft
from models.people import Person
from tests.factories import ELSEWHERE, OfficeCase, Town
from tests.web.conftest import Browser, Program, Web
from tests.web.permissions.api import programs
from tests.web.permissions.beside import beside
from tests.web.permissions.scene_administration import administered
from tests.web.permissions.under_watch import under_watch

#: the actor of the table → the person of the town
WHO = {
    "holder": "mediator", "colleague": "colleague", "officer": "officer", "chair": "chair", "supervisor": "supervisor",
    "administrator": "administrator", "stranger": "stranger", "party": "worker", "other_party": "other_worker",
    "disabled": "leaver",
}  # fmt: skip


@dataclass
class Scene:
    """The town with its two cases; `things` are what path parameters are filled with."""

    web: Web
    dispute: OfficeCase
    bargaining: OfficeCase
    things: dict[str, Any] = field(default_factory=dict)

    def browser(self, actor: str) -> Browser:
        """The actor at the pages, freshly signed in; the disabled one was signed in before he left."""
        if actor == "anonymous":
            return self.web.anybody()
        browser = self.web.as_(WHO[actor])
        self._leave(actor)
        return browser

    def program(self, actor: str) -> Program:
        """The actor at the REST interface, with a token for everything; the disabled one made his before he left."""
        program = self.web.program("" if actor == "anonymous" else WHO[actor])
        self._leave(actor)
        return program

    def _leave(self, actor: str) -> None:
        if actor == "disabled":
            town = self.web.town
            town.set(Person, Person.id == town.people["leaver"], left_on=town.today)


def scene_of(web: Web) -> Scene:
    """Set the scene: both cases have moved a little, and their people are there."""
    town = web.town
    _people(town)
    dispute = town.dispute()
    dispute.take("apply", received_on=town.iso())
    bargaining = town.bargaining().offered()
    other = town.dispute(applicant="李四", by="colleague")
    _party(town, dispute, "worker")
    _party(town, other, "other_worker")
    deadline = town.rows(Deadline, Deadline.case_id == dispute.id)[0]
    keep_draft(town.office, town.people["mediator"], f"{DRAFTS}{'0' * 32}", {"applicant": "孙七"})
    draft = town.one(Draft, Draft.person_id == town.people["mediator"])
    things = {
        "draft": draft.id,
        "dispute": dispute.number,
        "bargaining": bargaining.number,
        "other": other.number,
        "deadline": deadline.id,
        **_contracts(town, bargaining),
        **beside(town, dispute),
        **administered(town),
        **under_watch(town, dispute),
        **programs(town, dispute),
    }
    return Scene(web, dispute, bargaining, things)


def _contracts(town: Town, bargaining: OfficeCase) -> dict[str, Any]:
    """A contract of the street and one of the other district; a batch of the officer's, done and refused."""
    later = town.today + timedelta(days=40)
    town.contract(later, "HT-SCENE")
    town.contract(later, "HT-ELSEWHERE", unit_id=ELSEWHERE, employer_id=None, employer_name="余杭某厂")
    answers = {"sent_on": town.iso(), "topics": "工资"}
    batch_id = file_for(town.office, town.people["officer"], "send_invitation", [bargaining.id], answers, "scene")
    advance_batch(town.office, batch_id)
    return {"contract": "HT-SCENE", "foreign_contract": "HT-ELSEWHERE", "batch": batch_id}


def _people(town: Town) -> None:
    from tests.factories import STREET

    with town.office.store.write() as connection:
        for code, name in (("other_worker", "李四"), ("leaver", "郑调解")):
            made = insert(Person).values(code=code, name=name, email="").returning(Person.id)
            town.people[code] = connection.execute(made).scalar_one()
        from models.people import Position

        connection.execute(
            insert(Position).values(person_id=town.people["leaver"], organisation_id=STREET, role="mediator")
        )  # fmt: skip


def _party(town: Town, case: OfficeCase, who: str) -> None:
    with town.office.store.write() as connection:
        theirs = update(Party).where(Party.case_id == case.id, Party.role == "applicant")
        connection.execute(theirs.values(person_id=town.people[who]))
