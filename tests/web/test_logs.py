"""A morning of the office with names and telephones that are planted, things going wrong among it: the log names nobody."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from config.logs import set_up
from flows.sweeps import SWEEPS, run_sweep
from flows.works import journalled
from states.errors import Refusal
from tests.factories import REGISTRATION
from tests.web.conftest import Web

NAME, PHONE, IDENTITY, FIRM, TEXT = "欧阳雪晴", "13912345678", "330106199003074529", "隐名制衣厂", "老板动手打人"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream, root = io.StringIO(), logging.getLogger()
    before, level = list(root.handlers), logging.getLogger("concord").level
    root_level = root.level
    set_up("json", "debug", stream, role="web worker", process="here:1")
    root.setLevel(logging.DEBUG)  # also what libraries tell each other
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(root_level)
    logging.getLogger("concord").setLevel(level)


def _a_morning(web: Web) -> None:
    town, mediator = web.town, web.as_("mediator")
    case = town.dispute(applicant=NAME, employer=FIRM, phone=PHONE, identity=IDENTITY, summary=TEXT)
    mediator.get(f"/cases/{case.number}")
    mediator.post("/search", text=NAME)
    mediator.post(f"/cases/{case.number}/steps/apply", received_on=town.iso(), remark=TEXT)
    mediator.post(f"/cases/{case.number}/steps/accept", accepted_on="昨天", remark=TEXT)
    answers = {**REGISTRATION, "applicant": NAME}
    web.program("mediator").post("/cases", {"case_type": "dispute", "unit": "qingbo", "answers": answers})
    web.anybody().get(f"/{NAME}/{PHONE}")
    web.anybody().post("/sign-in", code=NAME, password=PHONE)
    for name in SWEEPS:
        run_sweep(town.office, name)


def test_a_morning_names_nobody(web: Web, lines: io.StringIO) -> None:
    _a_morning(web)
    for text in (NAME, PHONE, IDENTITY, FIRM, TEXT):
        assert text not in lines.getvalue()
    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert {"concord.work", "concord.web"} <= {line["logger"] for line in written}
    steps = [line for line in written if line["event"] == "step applied"]
    assert {(line["case"], line["step"]) for line in steps} >= {("D2026-00001", "apply")}
    assert all(line["request"] > 0 for line in steps)
    assert {"sweep-deadlines", "sweep-audit"} <= {line.get("flow") for line in written if line["event"] == "run done"}


def test_a_database_that_quotes_what_it_was_given_is_not_quoted(web: Web, lines: io.StringIO) -> None:
    def fail(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "INSERT INTO party" in statement or "case_note" in statement:
            raise ValueError(f"bad value in {statement}: {parameters}")

    town = web.town
    case = town.dispute(applicant="张三")
    event.listen(town.office.store.engine, "before_cursor_execute", fail)
    try:
        web.as_("mediator").post(f"/cases/{case.number}/notes", text=TEXT, audience="staff")
        with pytest.raises((ValueError, Refusal)):
            town.dispute(applicant=NAME, phone=PHONE)
    finally:
        event.remove(town.office.store.engine, "before_cursor_execute", fail)
    with pytest.raises(KeyError), journalled(town.office, "sweep-x", "k"):
        raise KeyError(NAME)
    assert [one for one in (NAME, PHONE, TEXT) if one in lines.getvalue()] == []
    faults = [json.loads(line) for line in lines.getvalue().splitlines() if '"run failed"' in line]
    assert [(line["fault"], line["flow"]) for line in faults] == [("KeyError", "sweep-x")]
    assert all(line["run"] > 0 and line["where"].startswith("tests/") for line in faults)
