"""The search page: what is found is marked and grouped, nothing stands in an address, nobody finds what he may not see."""

from __future__ import annotations

import re

from models.search_index import rebuild
from tests.factories import ELSEWHERE
from tests.web.conftest import Web, words
from tests.web.holding import applied
from web.pages.searching_view import pieces


def test_the_empty_page_teaches_what_can_be_searched(web: Web) -> None:
    page = web.as_("mediator").get("/search")
    assert "可以这样找" in words(page.text)
    assert "How to search" in words(web.as_("mediator", "en").get("/search").text)
    assert 'method="post" action="/search"' in page.text
    assert words(web.as_("mediator").post("/search", text="  ").text) == words(page.text)


def test_what_is_found_is_grouped_and_marked(web: Web) -> None:
    town = web.town
    case = town.dispute(applicant="张三")
    case.take("apply", received_on=town.iso())
    town.contract(town.today, "HT-1")
    rebuild(town.office.store)  # the contract came past the door
    page = web.as_("mediator").post("/search", text="制衣").text
    assert "<mark>制衣</mark>" in page
    assert [words(found) for found in re.findall(r"<h2>(.*?)</h2>", page)] == ["案件 (1)", "集体合同 (1)", "单位 (1)"]
    assert f'href="/cases/{case.number}"' in page
    found = web.as_("mediator").post("/search", text="zhangsan").text
    assert "<mark>张三</mark>" in found  # sought by its sound, marked as it is written
    number = web.as_("mediator").post("/search", text=case.number).text
    assert f"<mark>{case.number}</mark>" in number


def test_the_holder_is_found_and_what_comes_next_is_shown(web: Web) -> None:
    town = web.town
    applied(town)
    page = web.as_("mediator").post("/search", text="李调解").text
    assert 'class="due' in page
    assert "某制衣厂" in words(page)


def test_only_what_one_may_see(web: Web) -> None:
    town = web.town
    town.dispute(applicant="欧阳某")
    town.dispute(by="stranger", unit=ELSEWHERE, applicant="欧阳某", employer="余杭某厂")
    bargaining = town.bargaining()
    street = words(web.as_("mediator").post("/search", text="欧阳某").text)
    assert "某制衣厂" in street
    assert "余杭某厂" not in street
    assert "余杭某厂" in words(web.as_("stranger").post("/search", text="欧阳某").text)
    chair = web.as_("chair")
    assert bargaining.number in chair.post("/search", text="制衣").text
    assert "没有找到" in words(chair.post("/search", text="欧阳某").text)


def test_a_confidential_applicant_is_not_given_away(web: Web) -> None:
    town = web.town
    town.dispute(applicant="司马某", confidential=True)
    assert "司马某" in words(web.as_("mediator").post("/search", text="司马某").text)
    hidden = web.as_("chair").post("/search", text="司马某")
    assert "没有找到" in words(hidden.text)


def test_a_party_has_no_search(web: Web) -> None:
    assert web.as_("worker").get("/search").status_code == 404
    assert web.as_("worker").post("/search", text="张三").status_code == 404


def test_nothing_typed_reaches_an_address_or_the_page_as_markup(web: Web) -> None:
    web.town.dispute()
    page = web.as_("mediator").post("/search", text='<script>alert(1)</script>" 张三')
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>" not in web.as_("mediator").post("/search", text="<b>").text.partition("<main")[2].partition("</main")[0]
    assert not re.search(r'(href|action)="[^"]*张三', page.text)
    assert web.as_("mediator").get("/search?text=张三").text.count("张三") == 0


def test_too_much_is_cut_and_said_so(web: Web) -> None:
    for no in range(45):
        web.town.dispute(applicant=f"王{'一二三四五六七八九十'[no % 10]}{no}")
    page = words(web.as_("mediator").post("/search", text="制衣厂").text)
    assert "案件 (40)" in page
    assert "再加一个词" in page


def test_a_search_asks_a_fixed_number_of_questions(web: Web) -> None:
    counts = []
    for many in (2, 12):
        for no in range(many):
            web.town.dispute(applicant=f"申请人{no}")
        holder = web.as_("mediator")
        holder.get("/search")
        with web.town.statements() as seen:
            holder.post("/search", text="制衣")
        counts.append(len([statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1] <= 12


def test_pieces_mark_every_match_whatever_the_case() -> None:
    assert list(pieces("D2026-00012", ["d2026"])) == [("D2026", True), ("-00012", False)]
    assert list(pieces("张三", [])) == [("张三", False)]
    assert list(pieces("a.b", ["."])) == [("a", False), (".", True), ("b", False)]
