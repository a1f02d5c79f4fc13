"""What people type prints as they typed it: it is neither a template, nor markup, nor a mark of a block."""

from __future__ import annotations

import io
import re
from html import unescape
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.blocks import cut
from documents.render import render_docx, render_html
from documents.wording import words
from tests.documents.stage import Row, Union, registered

HOSTILE = [
    "{{7*7}}", "{{777*777}}", "{% for x in y %}", "{_{x}_}", '<w:p>&"', "</w:t></w:r>", "a|b", "# Title", "= 一、", "@ you",
    "---", "<script>alert(1)</script>", "]]>", "${x}", "'\"`", "&amp;", "{#c#}",
]  # fmt: skip


def said(facts: Row, form: str) -> str:
    """The text of the paper in that form."""
    if form == "html":
        page = render_html(facts, "zh")
        return unescape(re.sub(r"<[^>]+>", "", page[page.index("<main") :]))
    with ZipFile(io.BytesIO(render_docx(facts, "zh"))) as package:
        tree = ElementTree.fromstring(package.read("word/document.xml"))
    return "".join(node.text or "" for node in tree.iter() if node.tag.endswith("}t"))


@pytest.mark.parametrize("form", ["html", "docx"])
def test_a_party_may_be_called_anything(union: Union, form: str) -> None:
    name, employer = " ".join(HOSTILE[:9]), " ".join(HOSTILE[9:])
    case = registered(union, applicant=name, employer=employer, summary="\n".join(HOSTILE))
    text = said(union.paper(case, "registration_form")["facts"], form)
    assert name in text
    assert employer in text
    assert all(line in text for line in HOSTILE)
    assert "603729" not in text


def test_typed_marks_make_no_blocks() -> None:
    template = words("zh").from_string("{{ text }}\n| 事实 | {{ text }}\n{{ text }}")
    for text in HOSTILE:
        first, table, last = cut(template.render(text=text))
        assert (first.kind, first.text) == (last.kind, last.text) == ("paragraph", text)
        assert [cell.lines for cell in table.rows[0]] == [("事实",), (text,)]


def test_lines_that_were_typed_become_paragraphs() -> None:
    template = words("zh").from_string("{{ text }}")
    assert [block.text for block in cut(template.render(text="一\r\n# 二\n\n三\u2028四"))] == ["一", "# 二", "三", "四"]


@pytest.mark.parametrize("empty", [None, "", []])
def test_what_is_not_known_is_a_line_to_fill_in(empty: object) -> None:
    assert cut(words("zh").from_string("{{ x }}").render(x=empty))[0].text == "________"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_can_be_set(text: str) -> None:
    facts: Row = {
        "paper": "renewal_reminder", "serial": "DQ2026-00001", "number": "〔2026〕合提字第1号", "unit": text,
        "day": "2026-09-01", "kind": {"key": "wage", "zh": text, "en": text}, "scope": {"zh": "", "en": ""},
        "employer": {"name": text, "code": ""}, "contract_no": text, "signed_on": "", "starts_on": "",
        "expires_on": "2026-12-31", "workers": 0,
    }  # fmt: skip
    for form in ("html", "docx"):
        assert "2026年12月31日" in said(facts, form)
