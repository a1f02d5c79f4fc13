"""Ids of one case under the address of another: never answered, not even for somebody who may see both.

Every route is taken from the program itself. A new parameter that is not known here fails the test, until somebody says what of
it belongs to somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from flows.accounts.tokens import make
from flows.attachments import add_attachment
from flows.batch import advance_batch
from flows.campaign import file_for
from flows.drafts import keep_draft
from flows.hooks import make as make_hook
from flows.intake import DRAFTS
from flows.notes import NoteForm, write_note
from flows.requests import Wish, file_request
from flows.sendings import SendingForm, note_sending
from models.accounts import Absence, AccessToken
from models.cases import Party
from models.deadlines import Deadline
from models.notes import Attachment, Audience, CaseNote, Draft
from models.outbox import Message
from models.papers import Document, PaperSending, Way
from models.people import Person, Position
from models.requests import Run, StepRequest
from tests.factories import ELSEWHERE, STREET, OfficeCase, Town
from tests.web.conftest import Browser, Program, Web
from tests.web.permissions.beside import PNG
from tests.web.test_permissions import routes_of

#: parameters that belong to nobody: names of kinds, forms and days, and a secret that is its own key
NOBODYS = {"file", "name", "step", "key", "version", "kind_of_file", "span", "paper", "lang", "token"}
#: addresses that belong to somebody by another way than an id of the store, with tests of their own
APART = ("/api/v1/types", "/administration/imports", "/desk/case/")


@dataclass(frozen=True)
class World:
    """A case with everything that hangs on it, and what its mediator keeps beside it."""

    case: OfficeCase
    #: name of a parameter → the id of this world
    ids: dict[str, Any]


def world_of(town: Town, by: str, unit: int, applicant: str, worker: str) -> World:
    """A dispute of that unit with a paper, a note, a file, a picture, and so on."""
    office, me = town.office, town.people[by]
    case = town.dispute(by=by, unit=unit, applicant=applicant)
    case.take("apply", received_on=town.iso())
    town.set(Party, (Party.case_id == case.id) & (Party.role == "applicant"), person_id=town.people[worker])
    party = town.rows(Party, Party.case_id == case.id)[0]
    paper = town.rows(Document, Document.case_id == case.id)[0]
    note_sending(
        office, case.id, paper.id, me, SendingForm(to=str(party.id), way=Way.HAND, sent_on=date.fromisoformat(town.iso()))
    )
    add_attachment(office, case.id, me, Audience.PARTIES, "工资条.png", PNG)
    write_note(office, case.id, me, NoteForm(text="来电"))
    keep_draft(office, me, f"{DRAFTS}{case.id:032d}", {"applicant": applicant})
    make(office, me, "calendar", "手机", (), None)
    batch = file_for(office, me, "accept", [case.id], {}, f"k{case.id}")
    advance_batch(office, batch)
    failed = file_request(office, Wish(step="accept", case_id=case.id, actor_id=me))
    town.set(StepRequest, StepRequest.id == failed, status="failed", error="OSError", settled_at=town.clock.now)
    away = town.add(Absence, person_id=me, substitute_id=town.people["senior"], from_on=town.today + timedelta(days=3),
                    to_on=town.today + timedelta(days=4), recorded_by=me, at=town.clock.now)  # fmt: skip
    message = town.add(Message, key=f"m{case.id}", kind="notice", notice="case_closed", person_id=me, channel="mail", facts={},
                       status="parked", next_try_at=town.clock.now, created_at=town.clock.now)  # fmt: skip
    run = town.add(Run, flow="verify-record", key=f"r{case.id}", state="done", filed_at=town.clock.now,
                   started_at=town.clock.now, ended_at=town.clock.now, person_id=me)  # fmt: skip
    contract = town.contract(town.today + timedelta(days=40), f"HT-{case.id}", unit_id=unit, employer_id=unit)
    hook = make_hook(office, me, "https://example.org/x", ["*"])[0]
    last = {
        "note_id": CaseNote,
        "attachment_id": Attachment,
        "sending_id": PaperSending,
        "draft_id": Draft,
        "token_id": AccessToken,
    }
    ids = {name: town.rows(table)[-1].id for name, table in last.items()}
    deadline = town.rows(Deadline, Deadline.case_id == case.id)[0].id
    return World(case, ids | {
        "number": case.number, "deadline_id": deadline, "document_id": paper.id, "file_id": ids["attachment_id"],
        "batch_id": batch, "request_id": failed, "absence_id": away, "message_id": message, "run_id": run, "person_id": me,
        "unit_id": unit, "position_id": town.rows(Position, Position.person_id == me)[0].id, "contract": contract,
        "code": "yuhang" if unit == ELSEWHERE else "qingbo", "id": None, "hook": hook, "party": party.id,
    })  # fmt: skip


@dataclass(frozen=True)
class Worlds:
    """The holder's own case; another of the same street, which he may see; and one of another district."""

    web: Web
    own: World
    near: World
    far: World
    browsers: dict[str, Browser] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)

    def browser(self, who: str) -> Browser:
        """Somebody at the pages, signed in once."""
        if who not in self.browsers:
            self.browsers[who] = self.web.as_(who)
        return self.browsers[who]

    def program(self, who: str) -> Program:
        """A program of somebody."""
        if who not in self.programs:
            self.programs[who] = self.web.program(who)
        return self.programs[who]


@pytest.fixture
def worlds(web: Web) -> Worlds:
    """Three of them."""
    town = web.town
    town.people["neighbour"] = town.add(Person, code="neighbour", name="李四", email="")
    return Worlds(
        web, world_of(town, "mediator", STREET, "张三", "worker"), world_of(town, "colleague", STREET, "李四", "neighbour"),
        world_of(town, "stranger", ELSEWHERE, "王五", "neighbour"),
    )  # fmt: skip


def routes(web: Web) -> Iterator[tuple[str, str, list[str]]]:
    """(method, path, names of its parameters that belong to somebody)."""
    for route in routes_of(web.app):
        method, _, path = route.partition(" ")
        names = [name for name in re.findall(r"\{(\w+)\}", path) if name not in NOBODYS]
        if names and not path.startswith(APART):
            yield method, path, names


def filled(path: str, ids: dict[str, Any]) -> str:
    """The address with those ids; kinds and forms get one that exists."""
    plain = {"file": "zh.html", "name": "accept", "step": "accept", "kind_of_file": "csv", "key": "dispute", "version": "1"}
    return path.format(**{**plain, **ids})


def ask(worlds: Worlds, who: str, method: str, path: str) -> int:
    """The status."""
    if path.startswith("/api/v1"):
        asked: dict[str, Any] = {"reason": "录错了"} if path.endswith("/undo") else {"answers": {}}
        body = {**asked, "expected_version": 2} if "/cases/" in path and method == "POST" else None
        key = "swapped-ids" if method == "POST" else ""
        return int(worlds.program(who).send(method, path.removeprefix("/api/v1"), body, key=key).status_code)
    browser = worlds.browser(who)
    return int((browser.get(path) if method == "GET" else browser.post(path)).status_code)


def test_every_parameter_is_known_here(worlds: Worlds) -> None:
    named = {name for _, _, names in routes(worlds.web) for name in names}
    assert named - set(worlds.own.ids) == set()


def test_what_hangs_on_one_case_is_not_under_another(worlds: Worlds) -> None:
    tried = 0
    for method, path, names in routes(worlds.web):
        if "number" not in names or len(names) < 2:
            continue
        who = "worker" if path.startswith("/mine") else "supervisor"
        for swapped in names[1:]:
            for other in (worlds.near, worlds.far):
                ids = {**worlds.own.ids, swapped: other.ids[swapped]}
                assert ask(worlds, who, method, filled(path, ids)) == 404, f"{method} {path} with another's {swapped}"
                tried += 1
        under_far = {**worlds.own.ids, "number": worlds.far.ids["number"]}
        assert ask(worlds, who, method, filled(path, under_far)) == 404
    assert tried >= 20
    town = worlds.web.town
    assert town.count(CaseNote, CaseNote.withdrawn_at.is_not(None)) == 0
    assert town.count(Attachment, Attachment.withdrawn_at.is_not(None)) == 0


#: what of a colleague's own nobody else reaches, not even those above him
OWN = {"draft_id", "token_id", "run_id"}
#: what those above him watch all the same: that it ran and how it ended, not what is in it
WATCHED = "/supervision/runs/work/"


@pytest.mark.parametrize("who", ["mediator", "supervisor", "administrator", "officer", "chair", "worker"])
def test_what_lies_elsewhere_is_not_there(worlds: Worlds, who: str) -> None:
    for method, path, names in routes(worlds.web):
        if path.startswith("/mine") and who == "worker":
            continue
        thing = {"/api/v1/papers": "document_id", "/api/v1/batches": "batch_id", "/api/v1/hooks": "hook"}
        ids = dict(worlds.far.ids)
        ids["id"] = next((ids[name] for start, name in thing.items() if path.startswith(start)), None)
        if path.startswith("/contracts/"):
            ids["number"] = f"HT-{worlds.far.case.id}"
        assert ask(worlds, who, method, filled(path, ids)) == 404, f"{method} {path}"
        for own in OWN.intersection(names) if not path.startswith(WATCHED) else ():
            near = {**worlds.far.ids, own: worlds.near.ids[own]}
            assert ask(worlds, who, method, filled(path, near)) == 404, f"{method} {path}: somebody's own"


def test_a_position_of_one_person_under_the_name_of_another(worlds: Worlds) -> None:
    ids = {**worlds.own.ids, "position_id": worlds.near.ids["position_id"]}
    path = filled("/administration/people/{person_id}/positions/{position_id}", ids)
    assert worlds.web.as_("administrator").get(path).status_code == 404
    assert worlds.web.as_("administrator").post(path, on=worlds.web.town.iso()).status_code == 404
    held = worlds.web.town.one(Position, Position.id == worlds.near.ids["position_id"])
    assert held.to_on is None


def test_ids_in_a_form_are_of_that_case_too(worlds: Worlds) -> None:
    me, number = worlds.web.as_("supervisor"), worlds.own.ids["number"]
    for other in (worlds.near, worlds.far):
        for column in ("identity", "phone", "name", "person_id"):
            assert me.post(f"/cases/{number}/parties/show", show=f"{other.ids['party']}:{column}").status_code == 404
        paper = f"/cases/{number}/papers/{worlds.own.ids['document_id']}/sendings"
        sent = me.post(paper, to=str(other.ids["party"]), way="hand", sent_on=worlds.web.town.iso())
        assert sent.status_code == 422
    form = {"case": worlds.far.case.id, "to": worlds.web.town.people["colleague"], "checked": "yes", "key": "x"}
    assert me.post("/supervision/reassign", form).status_code == 422
    assert worlds.far.case.row.owner_id != worlds.web.town.people["colleague"]


BEYOND = ("99999999999999999999999999", "-1", "0", "²", "1.5", "%00", "NaN", "1e3", "..%2f1", "' or 1=1--", "%F0%9F")


def test_an_id_that_is_none_is_not_there_and_no_fault(worlds: Worlds) -> None:
    for method, path, names in routes(worlds.web):
        for name in names:
            for odd in BEYOND:
                where = filled(path, {**worlds.own.ids, "id": 1, name: odd})
                status = ask(worlds, "supervisor", method, where)
                assert status in (303, 404, 405, 422) or (status == 200 and name == "span"), f"{method} {where}: {status}"
