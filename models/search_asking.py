"""What somebody typed, as a question to the index, and whether a name or number really answers it.

Several words must all match, each of them perhaps another party. The index narrows; `Question.rank` decides: tokens are pieces,
and pieces can meet by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from models.search_words import (
    SIX,
    THREE,
    Sound,
    cover,
    pairs,
    plain,
    runs,
    sounds,
    spellings,
    token,
    without_form,
)

#: more words or letters than this narrow nothing; what stands behind is left out
MOST_WORDS, MOST_LETTERS = 6, 40
#: a number is found by how it begins from one letter more ("D2026"); more letters than these are no initials
_SERIES, _INITIALS = 4, 12


class Rank(IntEnum):
    """How well something matches; the least is the best."""

    NUMBER = 0
    NAME = 1
    BEGINS = 2
    WITHIN = 3


class All(tuple["Part", ...]):
    """Every one of these must be there."""


class Either(tuple["Part", ...]):
    """One of these must be there."""


#: a token, or a condition on tokens
Part = str | All | Either


@dataclass(frozen=True)
class Word:
    """One word as it was typed, without blanks: as a whole, and cut into letters and Chinese characters."""

    whole: str
    runs: Sequence[str]

    def asks(self, rank: Rank) -> Part:
        """What the index must have for this word at that rank, or at a better one."""
        # a single character behind letters or digits ("3号") has no token; `rank` looks for it
        asked = [run for at, run in enumerate(self.runs) if at == 0 or len(run) > 1 or run.isascii()]
        if rank == Rank.NAME:
            return Either((f"n{token(self.whole)}", f"q{token(self.whole)}", All(_whole(run) for run in asked)))
        return All(_letters(run, rank) if run.isascii() else _characters(run, rank) for run in asked)

    def rank(self, names: Iterable[str], numbers: Iterable[str]) -> tuple[Rank, str] | None:
        """The best match among plain names and numbers, with the one that matched; None when nothing does."""
        best: tuple[Rank, str] | None = None
        for number in numbers:
            best = _better(best, self._of_number(plain(number), number), number)
            best = best if number.isascii() else _better(best, self._of_name(plain(number)), number)
        for name in names:
            best = _better(best, self._of_name(plain(name)), name)
        return best

    def _of_number(self, written: str, number: str) -> Rank | None:
        if self.whole == written:
            return Rank.NUMBER
        if self.whole in spellings(number):
            return Rank.NAME
        return Rank.BEGINS if len(self.whole) > _SERIES and written.startswith(self.whole) else None

    def _of_name(self, name: str) -> Rank | None:
        if self.whole == name:
            return Rank.NAME
        if len(self.runs) > 1 and self.whole in name:
            return Rank.BEGINS if name.startswith(self.whole) else Rank.WITHIN
        found = [_in_letters(run, name) if run.isascii() else _in_characters(run, name) for run in self.runs]
        return None if None in found else max(rank for rank in found if rank is not None)


@dataclass(frozen=True)
class Question:
    """All the words of a query."""

    words: Sequence[Word]

    def asks(self, rank: Rank) -> All:
        """What the index must have at that rank, or at a better one."""
        return All(word.asks(rank) for word in self.words)

    def rank(self, names: Sequence[str], numbers: Sequence[str]) -> tuple[Rank, str] | None:
        """How well those names and numbers answer, with what the first word matched; None when a word matches nothing."""
        found = [word.rank(names, numbers) for word in self.words]
        if not found or None in found:
            return None
        ranks = [one for one in found if one is not None]
        return max(rank for rank, _ in ranks), ranks[0][1]


def question(said: str) -> Question:
    """The question in what somebody typed; without words when there is nothing to look for."""
    typed = [without_form(plain(word)) for word in said[:400].split()]
    return Question([Word(word[:MOST_LETTERS], runs(word[:MOST_LETTERS])) for word in typed if word][:MOST_WORDS])


def _better(best: tuple[Rank, str] | None, rank: Rank | None, said: str) -> tuple[Rank, str] | None:
    if rank is None or (best is not None and best[0] <= rank):
        return best
    return rank, said


# --- what the index must have --------------------------------------------------------------------------------------------


def _whole(run: str) -> Part:
    if run.isascii():
        return Either((f"n{run}", f"q{run}", f"y{run}", f"j{run}"))
    return f"n{token(run)}"


def _characters(run: str, rank: Rank) -> Part:
    if len(run) == 1:
        return f"f{token(run)}"
    if rank == Rank.BEGINS:
        return All((f"g{token(run[:2])}", *pairs(run)[1:]))
    return All(pairs(run))


def _letters(run: str, rank: Rank) -> Part:
    """As pinyin, as initials, or as a number."""
    start, rest = run[:SIX], [f"x{piece}" for piece in cover(run[1:], SIX)] if len(run) > SIX else []
    ways: list[Part] = [All((f"b{start}", *rest)), f"q{run}"]
    if len(run) > _SERIES:
        ways.append(f"r{run}")
    within = rank == Rank.WITHIN
    if within:
        ways.append(All((f"s{start}", *rest)))
    if run.isalpha() and 1 < len(run) <= _INITIALS:
        firsts = [f"i{piece}" for piece in cover(run, THREE)]
        ways.append(All(firsts if within and firsts else (f"h{run[:2]}", *firsts)))
    return Either(ways)


# --- whether it is really so ---------------------------------------------------------------------------------------------


def _in_characters(run: str, name: str) -> Rank | None:
    if run == name:
        return Rank.NAME
    if name.startswith(run):
        return Rank.BEGINS
    return Rank.WITHIN if len(run) > 1 and run in name else None


def _in_letters(run: str, name: str) -> Rank | None:
    found = [rank for sound in sounds(name) if (rank := _in_sound(run, sound)) is not None]
    return min(found, default=None)


def _in_sound(run: str, sound: Sound) -> Rank | None:
    if run in (sound.letters, sound.initials):
        return Rank.NAME
    if sound.letters.startswith(run) or sound.initials.startswith(run):
        return Rank.BEGINS
    if (len(run) >= THREE and run in sound.initials) or any(tail.startswith(run) for tail in sound.tails):
        return Rank.WITHIN
    return None
