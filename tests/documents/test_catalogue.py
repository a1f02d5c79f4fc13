"""Every paper that a step names is described, written in both languages, and numbered apart from the others."""

from __future__ import annotations

from documents.catalogue import PAPERS, Look
from documents.facts import FACTS
from documents.wording import LANGUAGES, TEMPLATES
from states.registry import all_types


def named_by_steps() -> set[str]:
    return {
        paper for kind in all_types() for step in (*kind.steps, kind.opening) for paper in step.papers
    }  # fmt: skip


def test_every_paper_a_step_names_is_in_the_catalogue() -> None:
    assert named_by_steps() <= set(PAPERS)
    assert set(PAPERS) - named_by_steps() == {"renewal_reminder"}


def test_every_paper_is_written_in_both_languages_and_no_text_is_left_over() -> None:
    for lang in LANGUAGES:
        assert {path.stem for path in (TEMPLATES / lang).glob("*.j2")} == set(PAPERS)


def test_serials_cannot_meet() -> None:
    assert len({paper.letters for paper in PAPERS.values()}) == len(PAPERS)
    assert len({paper.series for paper in PAPERS.values()}) == len(PAPERS)
    paper = PAPERS["acceptance_notice"]
    assert paper.serial(2026, 12) == "TS2026-00012"
    assert paper.number(2026, 12) == "〔2026〕调受字第12号"
    assert all(paper.letters.isascii() and paper.letters.isupper() for paper in PAPERS.values())


def test_facts_are_gathered_by_functions_that_exist() -> None:
    gathered = {paper.facts for paper in PAPERS.values()} - {"register"}
    assert gathered == set(FACTS)


def test_every_paper_is_signed_or_sealed_and_posted_ones_are_not_served() -> None:
    assert all(paper.signs for paper in PAPERS.values())
    assert all(paper.look is Look.LETTER for paper in PAPERS.values() if paper.served)
    assert not [paper.key for paper in PAPERS.values() if paper.public and paper.served]
