"""A case type drawn: Mermaid for pages and Markdown, DOT for printing. What the clock does by itself is dashed.

A Mermaid state diagram cannot dash an arrow, so the chart is a flowchart. Every state and every step is on it; steps that
lead back to where they start are gathered in one arrow a state, or the drawing would be all loops.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from states.casetype import STAY, CaseType, Step
from states.labels import Label


class Arrow(NamedTuple):
    """From a state to a state, by these steps; `dashed` where the clock takes them."""

    source: str
    target: str
    steps: tuple[Step, ...]
    dashed: bool


def arrows(case_type: CaseType) -> list[Arrow]:
    """All arrows of the type, those between the same two states together, in the order of its states."""
    found: dict[tuple[str, str, bool], list[Step]] = {}
    for state in case_type.stages:
        for step in case_type.steps_from(state):
            for target in dict.fromkeys(str(state) if way.to == STAY else way.to for way in step.ways):
                found.setdefault((str(state), target, step.by_clock), []).append(step)
    return [Arrow(source, target, tuple(steps), dashed) for (source, target, dashed), steps in found.items()]


def mermaid(case_type: CaseType, lang: str = "zh") -> str:
    """The type as Mermaid text, with names in `lang` ("zh" or "en")."""
    return "\n".join(_mermaid(case_type, lang)) + "\n"


def _mermaid(case_type: CaseType, lang: str) -> Iterator[str]:
    yield "flowchart TD"
    for state in case_type.stages:
        name = _quoted(state.label, lang)
        yield f"    {state}([{name}])" if state in case_type.finals else f"    {state}[{name}]"
    for arrow in arrows(case_type):
        line = "-.->" if arrow.dashed else "-->"
        steps = "<br/>".join(step.label.said(lang) for step in arrow.steps)
        yield f'    {arrow.source} {line}|"{_plain(steps)}"| {arrow.target}'
    yield f"    style {case_type.initial} stroke-width:3px"


def dot(case_type: CaseType, lang: str = "zh") -> str:
    """The type as Graphviz DOT text, with names in `lang` ("zh" or "en")."""
    return "\n".join(_dot(case_type, lang)) + "\n"


def _dot(case_type: CaseType, lang: str) -> Iterator[str]:
    yield f"digraph {case_type.key} {{"
    yield "    rankdir=TB; node [shape=box, style=rounded];"
    for state in case_type.stages:
        shape = ", peripheries=2" if state in case_type.finals else ""
        bold = ", penwidth=3" if state == case_type.initial else ""
        yield f"    {state} [label={_quoted(state.label, lang)}{shape}{bold}];"
    for arrow in arrows(case_type):
        steps = "\\n".join(_plain(step.label.said(lang)) for step in arrow.steps)
        dashed = ", style=dashed" if arrow.dashed else ""
        yield f'    {arrow.source} -> {arrow.target} [label="{steps}"{dashed}];'
    yield "}"


def _plain(text: str) -> str:
    return text.replace('"', "'")


def _quoted(label: Label, lang: str) -> str:
    return f'"{_plain(label.said(lang))}"'
