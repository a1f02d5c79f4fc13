"""The drawing of a case type: every state and every step, the clock's own dashed."""

from __future__ import annotations

import re

import pytest

from states.casetype import CaseType
from states.chart import arrows, dot, mermaid
from states.dispute import DISPUTE
from states.registry import all_types

TYPES = pytest.mark.parametrize("kind", all_types(), ids=lambda kind: kind.key)
LANGUAGES = pytest.mark.parametrize("lang", ["zh", "en"])


@TYPES
@LANGUAGES
def test_every_state_and_step_is_drawn(kind: CaseType, lang: str) -> None:
    for text in (mermaid(kind, lang), dot(kind, lang)):
        for stage in kind.stages:
            assert stage.label.said(lang) in text
        for step in kind.steps:
            assert step.label.said(lang).replace('"', "'") in text


@TYPES
def test_every_arrow_of_the_type_is_on_it_and_no_other(kind: CaseType) -> None:
    drawn = {(arrow.source, arrow.target, step.name) for arrow in arrows(kind) for step in arrow.steps}
    meant = {
        (str(source), str(source) if way.to == "=" else str(way.to), step.name)
        for step in kind.steps
        for source in step.source
        for way in step.ways
    }
    assert drawn == meant


@TYPES
def test_what_the_clock_does_by_itself_is_dashed(kind: CaseType) -> None:
    by_clock = {step.label.zh for step in kind.steps if step.by_clock}
    assert by_clock
    for line in mermaid(kind).splitlines():
        if "-.->" in line:
            assert set(line.split('"')[1].split("<br/>")) <= by_clock
        elif "-->" in line:
            assert not set(line.split('"')[1].split("<br/>")) & by_clock
    assert dot(kind).count("style=dashed") == sum(arrow.dashed for arrow in arrows(kind))


def test_the_text_is_what_the_tools_expect() -> None:
    chart = mermaid(DISPUTE, "en").splitlines()
    assert chart[0] == "flowchart TD"
    assert '    registered["Registered"]' in chart
    assert '    archived(["Archived"])' in chart
    assert '    applied -->|"Accept"| accepted' in chart
    graph = dot(DISPUTE, "en")
    assert graph.startswith("digraph dispute {\n")
    assert graph.rstrip().endswith("}")
    assert re.search(r'archived \[label="Archived", peripheries=2\];', graph)
    assert graph.count("{") == graph.count("}")
