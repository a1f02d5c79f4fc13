"""What somebody is found by: the words of a name or a number as the search index keeps them.

Every word of the index is one token of a-z, 0-9 and Chinese characters, the same on SQLite and PostgreSQL; a letter before
it says what it is. A Chinese name gives its first characters and its pairs of neighbours, so names of two characters are
found; its pinyin gives the beginning of each syllable and every three letters in a row, so any length of pinyin is found by
exact tokens, and a common one costs no more than a rare one; its initials likewise.

    n… whole name · f, g first one, two characters · (bare) two neighbours · y whole pinyin · j whole initials
    b beginning of the name in letters (1-3) · h first two initials · s beginning of a syllable · t, i three letters, initials
    q a number as somebody may write it · r how a number begins
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

#: a person's name is not longer; more than one letter of each syllable is indexed only up to here
_PERSON = 4
#: how many readings of one character are kept: of the first (a surname: 单, 曾, 解, 盖, 那), of the others
_SURNAME_READINGS, _READINGS = 4, 2
#: characters of a long name whose other readings are kept (the rest are "有限公司")
_READ_ANEW = 8
#: surnames whose reading no single character has
_SURNAMES = {"万俟": ("mo", "qi")}
#: what most employers' names end with: nobody looks for it by its pinyin
_LEGAL_FORM = re.compile(r"(?<=..)(股份|责任)?有限(责任)?公司$")
_LEGAL_LETTERS = re.compile(r"(?<=..)((gufen|zeren)?youxian(zeren)?gongsi|(gf|zr)?yx(zr)?gs)$")
_SERIES = re.compile(r"([a-z]+\d{4})(\d+)")

Syllables = tuple[str, ...]


def plain(said: str) -> str:
    """The text without width, case, blanks and punctuation: what is compared. "D2026-00012" is "d202600012"."""
    folded = unicodedata.normalize("NFKC", said).casefold()
    return "".join(char for char in folded if char.isalnum())


def runs(word: str) -> list[str]:
    """A plain word cut where letters and Chinese characters meet: "abc科技" → "abc", "科技"."""
    return ["".join(part) for _, part in groupby(word, key=str.isascii)]


def token(said: str) -> str:
    """The text as one token in every database: characters that an old SQLite does not know as letters become ASCII."""
    return said if all(_is_safe(char) for char in said) else "".join(c if _is_safe(c) else f"z{ord(c):x}z" for c in said)


def _is_safe(char: str) -> bool:
    return (char.isascii() and char.isalnum()) or "\u4e00" <= char <= "\u9fcb" or "\u3400" <= char <= "\u4db5"


def without_form(letters: str) -> str:
    """Typed letters without the legal form that `readings` leaves out."""
    return _LEGAL_LETTERS.sub("", letters)


# --- Chinese -------------------------------------------------------------------------------------------------------------


def pairs(run: str) -> list[str]:
    """Every two neighbours of a run of Chinese characters, as tokens."""
    return [token(run[at : at + 2]) for at in range(len(run) - 1)]


# --- letters -------------------------------------------------------------------------------------------------------------


def threes(letters: str) -> list[str]:
    """Every three letters in a row."""
    return [letters[at : at + 3] for at in range(len(letters) - 2)]


@lru_cache(maxsize=20_000)
def readings(name: str) -> tuple[Syllables, ...]:
    """How a plain name may be read, syllable by syllable without tones, the usual reading first.

    One character at a time is read otherwise; letters and digits are syllables as they stand. `ü` is both v and u. The
    legal form at the end of an employer's name is not read.
    """
    from pypinyin import lazy_pinyin  # its dictionaries take 0.15 s: only who needs a name read pays

    name = _LEGAL_FORM.sub("", name)
    usual = tuple(lazy_pinyin(name))
    found = dict.fromkeys([usual])
    if (compound := _SURNAMES.get(name[:2])) is not None:
        found[(*compound, *usual[2:])] = None
    pieces = [piece for run in runs(name) for piece in ([run] if run.isascii() else run)]
    for at, piece in enumerate(pieces[:_READ_ANEW] if len(pieces) == len(usual) else ()):
        for other in _readings_of(piece)[: _READINGS if at else _SURNAME_READINGS]:
            found[(*usual[:at], other, *usual[at + 1 :])] = None
    with_u = [tuple(one.replace("v", "u") for one in reading) for reading in found if any("v" in one for one in reading)]
    return tuple({**found, **dict.fromkeys(with_u)})


@lru_cache(maxsize=10_000)
def _readings_of(piece: str) -> list[str]:
    """All readings of one character by itself; letters as they stand."""
    from pypinyin import Style, pinyin

    return [piece] if piece.isascii() else pinyin(piece, style=Style.NORMAL, heteronym=True)[0]


def initials(reading: Syllables) -> str:
    """The first letters of the syllables; a run of Latin letters or digits counts as one."""
    return "".join(one[0] for one in reading)


@lru_cache(maxsize=20_000)
def name_tokens(name: str) -> tuple[str, ...]:
    """Everything a plain name is found by."""
    if not name:
        return ()
    found = {f"n{token(name)}": None, f"f{token(name[0])}": None}
    if len(name) > 1:
        found[f"g{token(name[:2])}"] = None
    for run in runs(name):
        if not run.isascii():
            found.update(dict.fromkeys(pairs(run)))
    for reading in readings(name):
        found.update(dict.fromkeys(_letter_tokens(reading)))
    return tuple(found)


def _letter_tokens(reading: Syllables) -> Iterator[str]:
    letters, firsts = token("".join(reading)), token(initials(reading))
    yield f"y{letters}"
    yield f"j{firsts}"
    yield f"h{firsts[:2]}"
    yield from (f"b{letters[:length]}" for length in (1, 2, 3))
    yield from (f"t{three}" for three in threes(letters))
    yield from (f"i{three}" for three in threes(firsts))
    starts = _tails(reading)
    yield from (f"s{tail[:3]}" for tail in starts)
    if len(reading) <= _PERSON:
        yield from (f"s{tail[:length]}" for tail in starts for length in (1, 2))


def _tails(reading: Syllables) -> list[str]:
    return [token("".join(reading[at:])) for at in range(len(reading))]


# --- numbers -------------------------------------------------------------------------------------------------------------


def spellings(number: str) -> Sequence[str]:
    """How somebody may write a number: "D2026-00012" also as 202600012, 00012, 12, D2026-12 and 2026-12."""
    whole = plain(number)
    found = {whole: None}
    if series := _SERIES.fullmatch(whole):
        kind, running = series[1], series[2]
        short, year = running.lstrip("0"), kind[-4:]
        for one in (year + running, running, short, kind + short, year + short):
            found[one] = None
    return [one for one in found if one]


def number_tokens(number: str) -> Iterable[str]:
    """Everything a number is found by."""
    whole = plain(number)
    yield from (f"q{token(one)}" for one in spellings(number))
    yield from (f"r{token(whole[:length])}" for length in range(5, min(len(whole), 18)))
