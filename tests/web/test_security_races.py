"""The same form sent twice at the same moment: one case, one step, one note, one token beyond the limit; streams that end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from flows.accounts.tokens import MOST, TokenKind, make
from flows.attachments import add_attachment
from flows.notes import NoteForm, write_note
from flows.public_desk import write_to_office
from flows.sendings import SendingForm, note_sending
from models.accounts import AccessToken
from models.cases import CaseEvent, CaseFile
from models.notes import Attachment, Audience, CaseNote
from models.papers import Document, PaperSending
from models.people import Person, Position
from states.errors import Refusal
from tests.factories import REGISTRATION
from tests.waiting import eventually
from tests.web.conftest import Web

AT_ONCE = 6


def test_a_registration_sent_twice_at_once_is_one_case(web: Web) -> None:
    me = web.as_("mediator")
    form = {**REGISTRATION, "unit": "2", "key": "twice", "channel": "visit"}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: me.post("/registration", form), range(AT_ONCE)))
    # who came later may be shown the case that is there already, as a look-alike; nobody gets a second one
    assert {answer.status_code for answer in answers} <= {200, 303}
    assert web.town.count(CaseFile) == 1


def test_a_step_sent_twice_at_once_is_one_step(web: Web) -> None:
    case, me = web.town.dispute(), web.as_("mediator")
    form = {"received_on": web.town.iso(), "key": "twice", "version": "1"}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: me.post(f"/cases/{case.number}/steps/apply", form), range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {303}
    assert web.town.count(CaseEvent, CaseEvent.step == "apply") == 1


def test_a_key_of_one_person_says_nothing_to_another(web: Web) -> None:
    case = web.town.dispute()
    form = {"received_on": web.town.iso(), "key": "same", "version": "1"}
    assert web.as_("mediator").post(f"/cases/{case.number}/steps/apply", form).status_code == 303
    second = web.as_("colleague").post(f"/cases/{case.number}/steps/apply", form)
    assert second.status_code == 422
    assert "请求号" not in second.text


def at_once(work: Callable[[], Any]) -> list[Any]:
    """What eight threads are answered that do it at the same moment."""
    ready = Barrier(8)

    def one(_: int) -> Any:
        ready.wait()
        return work()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(8)))


def test_what_is_put_beside_a_case_eight_times_at_once_is_there_once(web: Web) -> None:
    town, office, by = web.town, web.town.office, web.town.people["mediator"]
    case = town.dispute().accepted()
    note, content = NoteForm(text="已电话联系"), "工资条".encode()
    assert len(set(at_once(lambda: write_note(office, case.id, by, note)))) == town.count(CaseNote) == 1
    assert len(set(at_once(lambda: add_attachment(office, case.id, by, Audience.INTERNAL, "a.txt", content)))) == 1
    assert town.count(Attachment) == 1
    paper = town.rows(Document, Document.case_id == case.id)[0].id
    entry = SendingForm(to="other", other="门卫", way="hand", sent_on=town.today)
    at_once(lambda: note_sending(office, case.id, paper, by, entry))
    assert town.count(PaperSending) == 1
    at_once(lambda: write_to_office(office, case.id, by, "请尽快"))
    assert town.count(CaseNote) == 2
    other = NoteForm(text="已电话联系", audience=Audience.PARTIES)
    assert write_note(office, case.id, by, other) != write_note(office, case.id, town.people["colleague"], other)
    assert town.count(CaseNote) == 4


def test_tokens_made_at_once_stay_within_the_limit(web: Web) -> None:
    town = web.town

    def one(no: int) -> bool:
        try:
            make(town.office, town.people["mediator"], TokenKind.API, f"n{no}", ["read"], town.clock.now + timedelta(days=9))
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = sum(pool.map(one, range(MOST + AT_ONCE)))
    assert made == MOST == town.count(AccessToken)


def test_a_stream_ends_when_the_position_does(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.live.EVERY", 0.2)
    me, mine = web.as_("supervisor"), Position.person_id == web.town.people["supervisor"]
    with ThreadPoolExecutor(1) as pool:
        stream = pool.submit(me.get, "/supervision/live?seconds=20")
        eventually(lambda: getattr(web.app.state, "streams", None), 20, "nobody listens")
        web.town.set(Position, mine, to_on=web.town.today - timedelta(days=1))
        text = stream.result(timeout=60).text
    assert "event: done" in text


def test_a_change_of_positions_acts_on_the_next_click(web: Web) -> None:
    case, me, town = web.town.dispute(), web.as_("colleague"), web.town
    mine = Position.person_id == town.people["colleague"]
    assert me.get(f"/cases/{case.number}").status_code == 200
    town.set(Position, mine, to_on=town.today)
    assert me.get(f"/cases/{case.number}").status_code == 200, "today is the last day, and counts"
    town.set(Position, mine, to_on=town.today - timedelta(days=1))
    assert me.get(f"/cases/{case.number}").status_code == 404
    town.set(Position, mine, from_on=town.today + timedelta(days=1), to_on=None)
    assert me.get(f"/cases/{case.number}").status_code == 404, "tomorrow is not today"
    town.set(Position, mine, from_on=town.today)
    assert me.get(f"/cases/{case.number}").status_code == 200
    town.set(Person, Person.id == town.people["colleague"], left_on=town.today)
    assert me.get(f"/cases/{case.number}").status_code == 303
