"""Every paper, from cases walked through the real door, in both languages and both forms."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document as WordFile
from sqlalchemy import insert

from documents.catalogue import PAPERS
from documents.issue import issue_renewal_reminders
from documents.render import render_docx, render_html, sheet
from models.contracts import Contract
from tests.documents.stage import IDENTITY, PHONE, Row, Union, every_bargaining_paper, every_dispute_paper

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})*\.\d{2}")
_LEFT_OVER = re.compile(r"None|\{\{|\}\}|\{%|%\}|[Uu]ndefined|sealed:|\[\]|\{\}|True|False")


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Row]]:
    """The papers of cases that went every way, and a reminder of the register."""
    union = Union(tmp_path_factory.mktemp("union"))
    every_dispute_paper(union)
    every_bargaining_paper(union)
    with union.office.store.write() as connection:
        contract = insert(Contract).values(
            number="HT2026-9", unit_id=1, employer_name="某某制衣有限公司", kind="wage", scope="enterprise", pack="cn",
            standing="in_force", expires_on=union.now.date(),
        )  # fmt: skip
        made = connection.execute(contract.returning(Contract.id)).scalar_one()
        issue_renewal_reminders(connection, [made], union.now, union.now.date())
    yield union.papers()
    union.office.store.close()


def text_of(facts: Row, lang: str) -> str:
    """What the page says, without its markup."""
    page = render_html(facts, lang)
    return re.sub(r"<[^>]+>", " ", page[page.index("<main") :])


def days_in(text: str, lang: str) -> set[str]:
    """Every day a text names, in ISO form."""
    if lang == "zh":
        return {f"{y}-{int(m):02d}-{int(d):02d}" for y, m, d in re.findall(r"(\d{4})年(\d{1,2})月(\d{1,2})日", text)}
    found = re.findall(rf"(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})", text)
    return {f"{y}-{_MONTHS.index(m) + 1:02d}-{int(d):02d}" for d, m, y in found}


def words_of(file: bytes) -> str:
    """What a Word file says, in tables too."""
    document = WordFile(io.BytesIO(file))
    return "".join(node.text or "" for node in document.element.body.iter() if str(node.tag).endswith("}t"))


def test_the_walks_issue_every_paper_there_is(issued: list[Row]) -> None:
    assert {row["paper"] for row in issued} == set(PAPERS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_of_the_template_or_of_the_program_is_left_in_a_paper(issued: list[Row], lang: str) -> None:
    for row in issued:
        text = text_of(row["facts"], lang)
        assert not _LEFT_OVER.findall(text), (row["paper"], lang)
        assert row["serial"] in text


def test_days_and_amounts_are_the_same_in_both_languages(issued: list[Row]) -> None:
    for row in issued:
        zh, en = text_of(row["facts"], "zh"), text_of(row["facts"], "en")
        assert days_in(zh, "zh") == days_in(en, "en"), row["paper"]
        assert sorted(_AMOUNT.findall(zh)) == sorted(_AMOUNT.findall(en)), row["paper"]


def test_an_english_paper_has_no_chinese_but_what_people_typed(issued: list[Row]) -> None:
    for row in issued:
        typed = set(re.findall(r"[\u4e00-\u9fff]", str({**row["facts"], "number": ""})))
        assert set(re.findall(r"[\u4e00-\u9fff]", text_of(row["facts"], "en"))) <= typed, row["paper"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_word_file_says_what_the_page_says(issued: list[Row], lang: str) -> None:
    for row in {row["paper"]: row for row in issued}.values():
        word, page = words_of(render_docx(row["facts"], lang)), sheet(row["facts"], lang)
        for block in page["blocks"]:
            assert block["text"] in word, row["paper"]
            for part in (part for line in block["rows"] for part in line):
                assert all(text in word for text in part["lines"]), row["paper"]


def test_equal_facts_give_equal_bytes(issued: list[Row]) -> None:
    facts = next(row["facts"] for row in issued if row["paper"] == "mediation_agreement")
    first = render_docx(facts, "zh")
    assert render_docx(facts, "zh") == first
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.testzip() is None


def test_numbers_of_persons_are_cipher_text_in_the_facts_and_clear_on_the_paper(issued: list[Row]) -> None:
    assert not [row["paper"] for row in issued if IDENTITY in str(row["facts"]) or PHONE in str(row["facts"])]
    agreement = next(row for row in issued if row["paper"] == "mediation_agreement")
    assert IDENTITY in text_of(agreement["facts"], "zh")


def test_what_is_posted_holds_no_numbers_of_persons(issued: list[Row]) -> None:
    posted = [row for row in issued if PAPERS[row["paper"]].public]
    assert posted
    for row in posted:
        assert "sealed:" not in str(row["facts"]), row["paper"]
        assert IDENTITY not in text_of(row["facts"], "zh")


def test_a_page_asks_nothing_of_anybody(issued: list[Row]) -> None:
    page = render_html(issued[0]["facts"], "zh")
    assert not re.findall(r"<script|<link|<img|src=|url\(|@import|https?://", page)


def test_an_amount_stands_in_figures_and_in_capitals(issued: list[Row]) -> None:
    agreement = next(row for row in issued if row["paper"] == "mediation_agreement")
    assert "12,000.50元（大写：人民币壹万贰仟元零伍角）" in text_of(agreement["facts"], "zh")


def test_the_paper_knows_why_and_until_when(issued: list[Row]) -> None:
    notice = next(row for row in issued if row["paper"] == "acceptance_notice")
    text = text_of(notice["facts"], "zh")
    assert "《企业劳动争议协商调解规定》第二十九条" in text
    assert days_in(text, "zh") >= {notice["facts"]["dates"]["mediation-from-acceptance"]}


def test_the_facts_of_every_paper_are_plain(issued: list[Row], tmp_path: Path) -> None:
    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(type(key) is str and plain(inner) for key, inner in value.items())
        if isinstance(value, list):
            return all(plain(inner) for inner in value)
        return type(value) in (str, int, bool)

    assert not [row["paper"] for row in issued if not plain(row["facts"])]
