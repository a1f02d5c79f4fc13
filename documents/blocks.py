"""From marked lines to blocks: what both forms of a paper, page and Word file, are set from.

The first character of a line says what it is; a line without a mark is a paragraph.

    @ 受文单位：          whom it is addressed to          = 一、标题      a heading
    | 栏目 | 内容 | …     a row of label and value pairs   * 注           a note in small print
    ! 序号 ~10 | 金额     the head of a list, with widths  + 1 | 2,000    a row of the list
    ^ 副标题              a line in the middle             # 标题         a title of its own
    ---                   a new page

A value with several lines becomes as many paragraphs; a row of pairs with fewer cells than the table spans the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from documents.wording import BAR, BREAK, TYPED

_KINDS = {"#": "title", "@": "recipient", "=": "heading", "*": "note", "^": "middle"}
_WIDTH = re.compile(r"\s*~(\d+)$")
#: the width of the text on the page: 156 mm in twentieths of a point
TEXT_WIDTH = 8845


@dataclass(frozen=True)
class Cell:
    """A cell: its lines, whether it is a label, how many columns it takes and how wide it is (twips)."""

    lines: tuple[str, ...]
    head: bool
    span: int = 1
    width: int = 0


@dataclass
class Block:
    """A piece of a paper: a line of text in its kind, or a table."""

    kind: str
    text: str = ""
    rows: list[list[Cell]] = field(default_factory=list)
    #: shares of the columns in the width of the text; they add up to 100
    widths: list[int] = field(default_factory=list)

    @property
    def twips(self) -> list[int]:
        """The columns' widths in twentieths of a point."""
        return [TEXT_WIDTH * share // 100 for share in self.widths]


def cut(text: str) -> list[Block]:
    """The blocks of a worded paper."""
    blocks: list[Block] = []
    for line in text.split("\n"):
        mark, rest = line[:1], line[1:].strip()
        if line.strip() == "---":
            blocks.append(Block("page"))
        elif mark in "|!+" and mark:
            _row(blocks, mark, rest)
        elif mark in _KINDS:
            blocks += [Block(_KINDS[mark], part) for part in _lines(rest)]
        elif line.strip():
            blocks += [Block("paragraph", part) for part in _lines(line.strip())]
    return [_measured(block) for block in blocks]


def _lines(text: str) -> list[str]:
    kept = text.replace(TYPED, "").replace(BAR, "|").split(BREAK)
    return [part.strip() for part in kept if part.strip()] or [""]


def _row(blocks: list[Block], mark: str, rest: str) -> None:
    parts = [part.strip() for part in rest.split("|")]
    if mark == "!":
        found = [_WIDTH.search(part) for part in parts]
        block = Block("list", widths=[int(width[1]) if width else 0 for width in found])
        block.rows.append([Cell((_WIDTH.sub("", part),), True) for part in parts])
        blocks.append(block)
        return
    kind = "list" if mark == "+" else "pairs"
    if not blocks or blocks[-1].kind != kind:
        blocks.append(Block(kind))
    pairs = mark == "|"
    cells = [Cell(tuple(_lines(part)), pairs and place % 2 == 0) for place, part in enumerate(parts)]
    blocks[-1].rows.append(cells)


def _measured(block: Block) -> Block:
    """A table whose rows all reach the right edge, each cell with its width."""
    if not block.rows:
        return block
    columns = max(len(row) for row in block.rows)
    block.widths = _shares(block, columns)
    block.rows = [list(_spread(row, block.twips)) for row in block.rows]
    return block


def _shares(block: Block, columns: int) -> list[int]:
    if block.kind == "pairs":
        return {1: [100], 2: [24, 76], 4: [20, 30, 20, 30], 6: [13, 21, 12, 21, 12, 21]}[columns]
    given = [*block.widths, *[0] * (columns - len(block.widths))]
    free = [place for place, share in enumerate(given) if not share]
    left = 100 - sum(given)
    for place in free:
        given[place] = left // len(free)
    return given


def _spread(row: list[Cell], twips: list[int]) -> Iterator[Cell]:
    for place, cell in enumerate(row):
        span = len(twips) - place if place == len(row) - 1 else 1
        yield Cell(cell.lines, cell.head, span, sum(twips[place : place + span]))


def as_values(blocks: list[Block]) -> list[dict[str, Any]]:
    """The blocks as plain values: a template is handed nothing it could call."""
    return [
        {
            "kind": block.kind, "text": block.text, "widths": block.widths, "twips": block.twips,
            "rows": [
                [{"lines": list(cell.lines), "head": cell.head, "span": cell.span, "width": cell.width} for cell in row]
                for row in block.rows
            ],
        }
        for block in blocks
    ]  # fmt: skip
