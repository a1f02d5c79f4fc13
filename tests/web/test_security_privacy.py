"""What may never stand in the clear: a journey with names and numbers of its own, and every place they could leak to."""

from __future__ import annotations

import io
import logging
import re
from contextlib import redirect_stderr, redirect_stdout

import pytest

from flows.hooks import make as make_hook
from flows.hooks import post_events
from models.cases import Party
from models.outbox import Message
from models.requests import Run
from tests.factories import REGISTRATION
from tests.web.conftest import Browser, Web

#: valid as a number, and nobody's
IDENTITY, PHONE = "11010519491231002X", "13912345678"
NAME, SOUGHT, MESSAGE, FILE = "司马标记", "欧阳标记", "标记话语甲乙", "标记文件名"
MARKERS = (IDENTITY, PHONE, NAME, SOUGHT, MESSAGE, FILE)


class Heard(logging.Handler):
    """Everything any logger says, with the traces it would print."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(self.format(record))


def register(web: Web, me: Browser) -> str:
    """Register a dispute on the page; its number."""
    form = {
        **REGISTRATION,
        "applicant": NAME,
        "identity": IDENTITY,
        "phone": PHONE,
        "unit": "2",
        "key": "one",
        "channel": "visit",
    }
    answer = me.post("/registration", form)
    assert answer.status_code == 303, re.findall(r'class="error[^<]*<[^<]*', answer.text)[:3]
    assert web.town is not None
    return str(answer.headers["location"].rpartition("/")[2])


def journey(web: Web) -> str:
    """A dispute with a note, a file, a search, a number shown, a fault, and a program that reads it."""
    me, program = web.as_("mediator"), web.program("mediator")
    make_hook(web.town.office, web.town.people["mediator"], "https://example.org/hook", ["*"])
    me.post("/registration/draft", applicant=NAME, identity=IDENTITY, phone=PHONE, draft="d" * 32)
    number = register(web, me)
    me.post(f"/cases/{number}/notes", text=MESSAGE, audience="internal")
    me.post(f"/cases/{number}/attachments", audience="internal", files={"file": (f"{FILE}.txt", b"plain", "text/plain")})
    party = web.town.rows(Party)[0]
    assert IDENTITY in me.post(f"/cases/{number}/parties/show", show=f"{party.id}:identity").text
    me.post("/search", text=SOUGHT)
    me.post(f"/cases/{number}/parties", text=NAME)
    me.post(f"/cases/{number}/steps/apply", received_on="not a day", version="1", key="two", remark=MESSAGE)
    program.post("/searches", {"text": SOUGHT})
    program.post("/cases", {"type": "dispute", "unit": "qingbo", "answers": {"applicant": NAME, "identity": IDENTITY}})
    web.town.drain()
    post_events(web.town.office)

    def broken() -> None:
        with web.town.office.store.write() as connection:
            connection.exec_driver_sql("INSERT INTO person (code, name) VALUES (?, ?)", ("mediator", NAME))

    web.app.add_api_route("/broken", broken)
    assert me.get("/broken").status_code == 500
    return number


def test_nothing_of_it_stands_in_a_log(web: Web) -> None:
    heard, root = Heard(), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", "concord", "uvicorn", "prefect", "httpx")}
    root.addHandler(heard)
    printed = io.StringIO()
    try:
        for name in levels:
            logging.getLogger(name).setLevel(logging.DEBUG)
        with redirect_stdout(printed), redirect_stderr(printed):
            journey(web)
    finally:
        root.removeHandler(heard)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    told = "\n".join(heard.lines) + printed.getvalue()
    assert "fault" in told, "the fault is in the log"
    for marker in MARKERS:
        assert marker not in told, [line[:300] for line in heard.lines if marker in line][:2]


def test_the_database_holds_no_number_in_the_clear(web: Web) -> None:
    journey(web)
    home = web.town.office.settings.home
    found = [file for file in home.rglob("*") if file.is_file()]
    assert found
    for file in found:
        content = file.read_bytes()
        for secret in (IDENTITY, PHONE):
            assert secret.encode() not in content, file.name
            assert secret.encode("utf-16-le") not in content, file.name
    with web.town.office.store.read() as connection:
        kept = connection.exec_driver_sql("SELECT answers FROM draft UNION ALL SELECT text FROM case_note").all()
    assert kept
    assert not [marker for marker in MARKERS if marker in str(kept[0])], "what was begun is sealed"


def test_nothing_of_it_leaves_by_hooks_runs_or_addresses(web: Web) -> None:
    number = journey(web)
    bodies = str([row.facts for row in web.town.rows(Message) if row.kind == "hook"])
    assert number in bodies
    runs = str([(row.counts, row.key, row.error) for row in web.town.rows(Run)])
    assert not [marker for marker in MARKERS if marker in bodies + runs]


def test_numbers_are_masked_everywhere_but_after_the_click(web: Web) -> None:
    number = journey(web)
    for who in ("mediator", "colleague", "supervisor", "administrator"):
        page = web.as_(who)
        for path in ("", "/parties", "/history", "/notes", "/papers", "/attachments"):
            told = page.get(f"/cases/{number}{path}").text
            assert IDENTITY not in told, f"{who} {path}"
            assert PHONE not in told, f"{who} {path}"
        assert IDENTITY not in page.get("/day").text
    for path in ("", "/parties", "/events", "/papers", "/steps"):
        told = web.program("mediator").get(f"/cases/{number}{path}").text
        assert IDENTITY not in told
        assert PHONE not in told


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.txt", "a\r\nset-cookie: x=y.txt", "工资\u202etxt.exe", 'a"b;c.txt', "x" * 400 + ".txt"]
)
def test_a_name_of_a_file_is_only_a_name(web: Web, name: str) -> None:
    me, case = web.as_("mediator"), web.town.dispute()
    kept = me.post(f"/cases/{case.number}/attachments", audience="internal", files={"file": (name, b"plain", "text/plain")})
    assert kept.status_code == 303
    at = re.search(rf"/cases/{case.number}/attachments/(\d+)", me.get(f"/cases/{case.number}/attachments").text)
    assert at is not None
    answer = me.get(at[0])
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment;")
    assert not re.search(r"[\r\n\u202e/\\]|\.\.", said.partition("filename*=UTF-8''")[2])
    assert "set-cookie" not in answer.headers
    assert len(said) < 2000
    assert "sandbox" in answer.headers["content-security-policy"]
