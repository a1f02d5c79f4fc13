"""Two lines that approach each other: what each side asks and offers for a clause about money, round by round.

Drawn by the server as plain numbers for an SVG; lines are labelled at their ends, so no colour must be remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from states.bargaining.clauses import SIDES
from states.labels import Label

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 16, 126, 26, 42
#: labels stand at least so far apart
APART = 17
NAMES = {
    "workers": Label("职工方", "Workers"), "employer": Label("用人单位方", "Employer"), "agreed": Label("商定", "Agreed"),
}  # fmt: skip


class Offered(Protocol):
    """What the chart reads of an offer: its amount in fen."""

    @property
    def round(self) -> int: ...
    @property
    def side(self) -> str: ...
    @property
    def amount(self) -> int | None: ...


Point = tuple[float, float]
#: whose, the last amount, the points
Drawn = tuple[str, int, list[Point]]


@dataclass(frozen=True)
class Line:
    """A side's line; it ends where both agreed."""

    name: str
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """The points as a polyline takes them."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


@dataclass(frozen=True)
class Mark:
    """A label in the picture: whose colour, what it says, where."""

    name: str
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """The picture: lines, labels where they end and where they begin, the rounds below them, the point agreed on."""

    lines: tuple[Line, ...]
    ends: tuple[Mark, ...]
    starts: tuple[Mark, ...]
    rounds: tuple[tuple[int, float], ...]
    met: Point | None
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(offers: Sequence[Offered], agreed: Mapping[str, Any] | None, lang: str) -> Chart | None:
    """The chart of a clause; None unless both sides named amounts and at least one moved to another."""
    spoken: dict[str, dict[int, int]] = {
        side: {one.round: one.amount for one in offers if one.side == side and one.amount is not None} for side in SIDES
    }
    rounds = sorted({number for said in spoken.values() for number in said})
    if not all(spoken.values()) or len(rounds) < 2:
        return None
    end = agreed.get("amount") if agreed else None
    amounts = [amount for said in spoken.values() for amount in said.values()] + ([end] if end is not None else [])
    low, high = min(amounts), max(amounts)
    step = (WIDTH - LEFT - RIGHT) / max(len(rounds) - (end is None), 1)
    across = {number: LEFT + at * step for at, number in enumerate(rounds)}

    def height(amount: int) -> float:
        share = (amount - low) / (high - low) if high > low else 0.5
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    met = [(float(WIDTH - RIGHT), height(end))] if end is not None else []
    drawn: list[Drawn] = []
    for side, said in spoken.items():
        points = [(round(across[number], 1), height(amount)) for number, amount in _held(said, rounds)]
        drawn.append((side, list(said.values())[-1], points + met))
    ends = _labelled([("agreed", end, met)] if end is not None else drawn, lang)
    lines = tuple(Line(side, tuple(points)) for side, _, points in drawn)
    begun = [(line.name, next(iter(spoken[line.name].values())), line) for line in lines]
    starts = _starts(begun, lang, named=end is not None)
    return Chart(lines, ends, starts, tuple((number, round(x, 1)) for number, x in across.items()), met[0] if met else None)


def _held(said: Mapping[int, int], rounds: Sequence[int]) -> list[tuple[int, int]]:
    """A side's amount in every round since it first spoke: what it does not change it holds."""
    points: list[tuple[int, int]] = []
    for number in rounds:
        if number in said:
            points.append((number, said[number]))
        elif points:
            points.append((number, points[-1][1]))
    return points


def _labelled(drawn: Sequence[Drawn], lang: str) -> tuple[Mark, ...]:
    """The labels at the ends, pushed apart from the top down and back up from the floor."""
    ordered = sorted(drawn, key=lambda one: one[2][-1][1])
    places: list[float] = []
    for _, _, points in ordered:
        places.append(max(points[-1][1], places[-1] + APART if places else TOP))
    floor = float(HEIGHT - BOTTOM + 6)
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], floor)
        floor = places[at] - APART
    return tuple(
        Mark(name, f"{NAMES[name].said(lang)} {short(amount)}", WIDTH - RIGHT + 10, round(place + 4, 1))
        for (name, amount, _), place in zip(ordered, places, strict=True)
    )


def _starts(drawn: Sequence[tuple[str, int, Line]], lang: str, *, named: bool) -> tuple[Mark, ...]:
    """The first amounts, the upper one above its point and the lower one below."""
    upper = min(drawn, key=lambda one: one[2].points[0][1])[0]
    marks = []
    for name, amount, line in drawn:
        x, y = line.points[0]
        text = f"{NAMES[name].said(lang)} {short(amount)}" if named else short(amount)
        marks.append(Mark(name, text, x - 4, round(y - 8 if name == upper else y + 17, 1)))
    return tuple(marks)


def short(fen: int) -> str:
    """An amount in yuan without needless decimals."""
    return f"{fen / 100:,.2f}".removesuffix(".00")
