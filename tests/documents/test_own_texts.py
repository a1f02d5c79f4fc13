"""The office's own words for a paper: what is refused, what is used, and that papers set before stay as they are."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import insert, update

from documents.catalogue import PAPERS
from documents.own_texts import own_template, texts_in_use
from documents.render import file_of, render_html
from documents.text_checks import LONGEST, against, our_text, sample_facts
from documents.wording import MOST_SET, TextTooLong, template_version, worded
from models.offices import PaperText
from tests.documents.stage import Union, accepted

PAPER = "acceptance_notice"


def codes(text: str, lang: str = "zh") -> set[str]:
    """What stands against the text."""
    return {reason.code for reason in against(PAPER, lang, text)}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("paper", PAPERS)
def test_our_own_texts_stand(paper: str, lang: str) -> None:
    assert against(paper, lang, our_text(paper, lang)) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ ().__class__.__mro__ }}", "not_allowed"),
        ("{{ case.__init__.__globals__ }}", "not_allowed"),
        ("{{ case['__class__'] }}", "does_not_set"),
        ("{{ case|attr('__class__') }}", "not_allowed"),
        ("{{ ''.join(['a']) }}", "not_allowed"),
        ("{{ '{0.__class__}'.format(case) }}", "not_allowed"),
        ("{{ 'a' * 10 ** 9 }}", "not_allowed"),
        ("{{ 'abc' * amount }}", "does_not_set"),
        ("{{ claim.ljust(300000000) }}", "not_allowed"),
        ("{{ claim|center(300000000) }}", "not_allowed"),
        ("{{ '%300000000d'|format(1) }}", "not_allowed"),
        ("{{ '%300000000d' % 1 }}", "not_allowed"),
        ("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}", "not_allowed"),
        ("{% for letter in claim %}{{ letter }}{% endfor %}", "no_list"),
        ("{% macro more() %}{{ more() }}{% endmacro %}{{ more() }}", "not_allowed"),
        ("{% set all = claim %}{% set all = all ~ all %}", "not_allowed"),
        ("{% set n = namespace(a='x') %}", "not_allowed"),
        ("{% include 'acceptance_notice.j2' %}", "not_allowed"),
        ("{% include claim %}", "not_allowed"),
        ("{% import 'parts/applicant.j2' as p %}", "not_allowed"),
        ("{% extends 'parts/applicant.j2' %}", "not_allowed"),
        ("{{ cycler }}", "no_such_name"),
        ("{{ self }}", "not_allowed"),
        ("{{ lipsum }}", "no_such_name"),
        ("{{ settings.smtp_password }}", "no_such_name"),
        ("{{ employer.nmae }}", "no_such_name"),
        ("{% if no_such_thing %}x{% endif %}", "no_such_name"),
        ("{% if claim %}", "syntax"),
        ("| one | two | three", "does_not_set"),
        ("", "text_empty"),
        ("x" * (LONGEST + 1), "text_too_long"),
        ("{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}", "text_too_deep"),
        ("{{ applicant|opened }}", "not_allowed"),
    ],
)  # fmt: skip
def test_what_a_text_may_not_do(text: str, code: str) -> None:
    began = time.monotonic()
    assert code in codes(text)
    assert time.monotonic() - began < 3


def test_a_text_that_is_set_without_end_is_stopped() -> None:
    names = {**sample_facts(PAPER), "joint": ["x" * 1000] * 1000}
    with pytest.raises(TextTooLong):
        worded(PAPER, names, "zh", own_template("{% for name in joint %}{{ name }}{% endfor %}", "zh"))
    assert MOST_SET < 1_000_000


def test_what_somebody_typed_starts_no_line_of_an_own_text() -> None:
    facts = {**sample_facts(PAPER), "claim": "---\n# <script>alert(1)</script>\n| a | b"}
    page = render_html(facts, "zh", own_template("{{ claim }}", "zh"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def keep(union: Union, text: str, version: int = 1, ended: bool = False) -> None:
    """A version of the office's own text, as `flows.paper_texts` writes it."""
    with union.office.store.write() as connection:
        connection.execute(
            insert(PaperText).values(
                paper=PAPER, language="zh", version=version, text=text, remark="", person_id=1, at=union.now,
                ended_at=union.now if ended else None,
            )
        )  # fmt: skip


def test_the_text_in_use_is_what_is_printed_and_what_was_printed_stays(union: Union) -> None:
    first, second, third = accepted(union), accepted(union), accepted(union)
    store = union.office.store
    with store.write() as connection:
        before = file_of(connection, union.paper(first, PAPER)["id"], "html", "zh", union.now)
    keep(union, "本会决定受理{{ applicant }}的申请。\n")
    with store.write() as connection:
        assert file_of(connection, union.paper(first, PAPER)["id"], "html", "zh", union.now) == before
        own = file_of(connection, union.paper(second, PAPER)["id"], "html", "zh", union.now).decode()
        english = file_of(connection, union.paper(second, PAPER)["id"], "html", "en", union.now).decode()
    assert "本会决定受理王二的申请。" in own
    assert "本会决定" not in english
    later = accepted(union)
    assert union.paper(later, PAPER)["template_version"] != template_version(PAPER), "the version covers the office's words"
    assert union.paper(third, PAPER)["template_version"] == template_version(PAPER), "issued before"
    with store.write() as connection:
        connection.execute(update(PaperText).values(ended_at=union.now))
        assert texts_in_use(connection, [PAPER]) == {}
        ours = file_of(connection, union.paper(third, PAPER)["id"], "html", "zh", union.now).decode()
    assert "本会决定" not in ours


def test_a_text_that_fails_on_real_facts_keeps_no_paper_waiting(union: Union, caplog: pytest.LogCaptureFixture) -> None:
    case = accepted(union)
    keep(union, "{{ no_longer_there }}")
    with union.office.store.write() as connection:
        page = file_of(connection, union.paper(case, PAPER)["id"], "html", "zh", union.now).decode()
    assert "特此通知" in page
    assert "own text of acceptance_notice (zh) failed" in caplog.text
    assert "王二" not in caplog.text
