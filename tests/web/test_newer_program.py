"""A newer program has a case, or the database, in a shape that this one does not know: people are told so, and read on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.attachments import add_attachment
from flows.heartbeat import HERE
from models.accounts import WebSession
from models.cases import CaseFile
from models.notes import Attachment, Audience, CaseNote, Draft
from models.outbox import Message
from models.requests import StepRequest
from tests.factories import REGISTRATION
from tests.web.conftest import Web

pytestmark = pytest.mark.chaos
ANOTHER = {"applicant": "欧阳雪", "employer": "某茶厂"}
UPDATED = "办公室的程序正在更新"


def test_pages_with_such_a_case_say_that_the_program_is_being_updated(web: Web) -> None:
    town = web.town
    newer, other = town.dispute().accepted(), town.dispute().accepted()
    town.set(CaseFile, CaseFile.id == newer.id, type_version=99)
    mediator = web.as_("mediator")
    for path in (f"/cases/{newer.number}", "/cases"):
        told = mediator.get(path)
        assert told.status_code == 503, path
        assert UPDATED in told.text
    assert mediator.get(f"/cases/{other.number}").status_code == 200


def test_an_overtaken_program_writes_nothing_and_is_read_on(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    town, case = web.town, web.town.dispute().accepted()
    by = town.people["mediator"]
    add_attachment(town.office, case.id, by, Audience.INTERNAL, "a.txt", b"x")
    mediator, program = web.as_("mediator"), web.program("mediator")
    tables = (CaseFile, CaseNote, Attachment, Draft, StepRequest, Message)
    before = [town.count(table) for table in tables]
    town.clock.pass_time(minutes=10)
    seen = town.one(WebSession, WebSession.person_id == by).seen_at
    monkeypatch.setattr(HERE, "outdated", True)

    posts = {
        f"/cases/{case.number}/notes": {"text": "已电话联系", "audience": "internal"},
        f"/cases/{case.number}/steps/apply": {"received_on": town.iso(), "key": "k", "version": "2"},
        "/registration": {**REGISTRATION, **ANOTHER, "unit": "2", "key": "k", "channel": "visit"},
        "/sign-in": {"account": "mediator", "password": "x"},
    }
    told = [mediator.post(path, form) for path, form in posts.items()]
    told.append(mediator.post(f"/cases/{case.number}/attachments", {"audience": "internal"}, files={"file": ("b.txt", b"y")}))
    told.append(mediator.get(f"/cases/{case.number}/attachments/1"))  # who opened a file is written down
    assert [(answer.status_code, UPDATED in answer.text) for answer in told] == [(503, True)] * 6
    refused = program.post(f"/cases/{case.number}/steps/withdraw", {"answers": {"reason": "x"}, "expected_version": 3})
    assert (refused.status_code, refused.json()["code"]) == (503, "program_outdated")

    assert mediator.get(f"/cases/{case.number}").status_code == 200
    assert mediator.post("/search", text="张").status_code == 200
    assert program.get(f"/cases/{case.number}").status_code == 200
    assert [town.count(table) for table in tables] == before
    assert town.one(WebSession, WebSession.person_id == by).seen_at == seen, "it notes nothing in passing"
    monkeypatch.setattr(HERE, "outdated", False)
    assert mediator.post(f"/cases/{case.number}/notes", posts[f"/cases/{case.number}/notes"]).status_code == 303
    assert town.one(WebSession, WebSession.person_id == by).seen_at > seen + timedelta(minutes=5)
