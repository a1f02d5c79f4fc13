"""The inbox: unread first, read on a click, everybody's own."""

from __future__ import annotations

import re

from models.outbox import Message
from tests.web.conftest import Web, words


def test_letters_are_read_and_stay_readable(web: Web) -> None:
    case = web.town.dispute()
    case.take("apply", received_on=web.town.iso())
    case.take("assign_mediator", mediator=web.town.people["colleague"], no_conflict=True)
    web.town.drain()
    browser = web.as_("colleague")
    page = browser.get("/inbox").text
    letter = web.town.rows(Message, Message.person_id == web.town.people["colleague"], Message.channel == "inbox")[0]
    assert letter.subject in words(page)
    assert f'href="/cases/{case.number}"' in page
    assert re.search(r'class="count">\d+<span class="hush"> 条未读通知', page), "the menu says how many wait"
    web.as_("mediator").post("/inbox/read", letter=str(letter.id))
    assert web.town.one(Message, Message.id == letter.id).read_at is None, "another's click changes nothing"
    assert browser.post("/inbox/read", letter=str(letter.id)).status_code == 303
    assert letter.subject not in words(browser.get("/inbox").text)
    assert letter.subject in words(browser.get("/inbox?shown=all").text)


def test_the_count_in_the_menu_reads_an_index_of_its_own(web: Web) -> None:
    with web.town.statements() as seen:
        web.as_("mediator").get("/inbox")
    asked = next(statement for statement in seen if "web_session" in statement and "message" in statement)
    with web.town.office.store.read() as connection:
        if connection.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", tuple("x" * asked.count("?"))).all()
            assert any("ix_message_unread" in row[3] for row in plan), [asked, plan]


def test_an_empty_inbox_says_what_comes_there(web: Web) -> None:
    assert "没有未读通知" in words(web.as_("stranger").get("/inbox").text)
    assert "Nothing unread" in words(web.as_("stranger", "en").get("/inbox").text)
