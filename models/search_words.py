"""What somebody is found by: the words of a name or a number as the search index keeps them.

Every word of the index is one token of a-z, 0-9 and Chinese characters, the same on SQLite and PostgreSQL; a letter before
it says what it is. A Chinese name gives its first characters and its pairs of neighbours, so names of two characters are
found; its pinyin gives what begins at each syllable, up to six letters, and every six letters in a row, so any length of
pinyin is found by few exact tokens, and a common one costs no more than a rare one; its initials likewise, by three.

    n… whole name · f, g first one, two characters · (bare) two neighbours · y whole pinyin · j whole initials
    b beginning of the name in letters (1-6) · s of a later syllable · x six letters · h first two initials · i three initials
    q a number as somebody may write it · r how a number begins
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

#: letters of one token of pinyin, of initials
SIX, THREE = 6, 3
#: a person's name is not longer: a later syllable of it is found by one or two letters too
_PERSON = 4
#: how many readings of one character are kept: of the first (a surname: 单, 曾, 解, 盖, 那), of others
_SURNAME_READINGS, _READINGS = 4, 2
#: those others: characters of given names, places and firms that people read in two ways
_TWO_WAYS = frozenset("乐长朝单行重盛曾茜娜晟柏传都解参会调藏厦圳栖铅")
#: surnames whose reading no single character has
_SURNAMES = {"万俟": ("mo", "qi")}
#: what most employers' names end with: nobody looks for it by its pinyin
_LEGAL_FORM = re.compile(r"(?<=..)(股份|责任)?有限(责任)?公司$")
_LEGAL_LETTERS = re.compile(r"(?<=..)((gufen|zeren)?youxian(zeren)?gongsi|(gf|zr)?yx(zr)?gs)$")
_SERIES = re.compile(r"([a-z]+\d{4})(\d+)")

#: names whose sounds and whose tokens a process keeps: a kilobyte or two each, half a millisecond to make
_KEPT = 5_000

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


def cover(letters: str, width: int) -> list[str]:
    """As few pieces of that width as cover the letters; none when there are fewer letters."""
    last = len(letters) - width
    return [letters[at : at + width] for at in dict.fromkeys([*range(0, last + 1, width), last])] if last >= 0 else []


def _rows(letters: str, width: int) -> list[str]:
    return [letters[at : at + width] for at in range(len(letters) - width + 1)]


def readings(name: str) -> tuple[Syllables, ...]:
    """How a plain name may be read, syllable by syllable without tones, the usual reading first.

    One character at a time is read otherwise than its neighbours say; letters and digits are syllables as they stand. `ü` is
    both v and u. The legal form at the end of an employer's name is not read.
    """
    from pypinyin import lazy_pinyin  # its dictionaries take 0.15 s: only who needs a name read pays

    name = _LEGAL_FORM.sub("", name)
    usual = tuple(lazy_pinyin(name))
    found = dict.fromkeys([usual])
    if (compound := _SURNAMES.get(name[:2])) is not None:
        found[(*compound, *usual[2:])] = None
    pieces = [piece for run in runs(name) for piece in ([run] if run.isascii() else run)]
    for at, piece in enumerate(pieces if len(pieces) == len(usual) else ()):
        for other in _others(piece, is_surname=at == 0 and len(pieces) <= _PERSON):
            found[(*usual[:at], other, *usual[at + 1 :])] = None
    with_u = [tuple(one.replace("v", "u") for one in reading) for reading in found if any("v" in one for one in reading)]
    return tuple({**found, **dict.fromkeys(with_u)})


@lru_cache(maxsize=10_000)
def _others(piece: str, *, is_surname: bool) -> list[str]:
    """The usual readings of one character by itself, where people read it in more than one way."""
    from pypinyin import Style, pinyin

    kept = _SURNAME_READINGS if is_surname else _READINGS if piece in _TWO_WAYS else 0
    return [] if piece.isascii() or not kept else pinyin(piece, style=Style.NORMAL, heteronym=True)[0][:kept]


@dataclass(frozen=True, slots=True)
class Sound:
    """One reading of a name as somebody types it."""

    #: "zhangsan"
    letters: str
    #: "zs"
    initials: str
    #: what begins at the syllables after the first: "san"
    tails: tuple[str, ...]
    is_short: bool


@lru_cache(maxsize=_KEPT)
def sounds(name: str) -> tuple[Sound, ...]:
    """The readings of a plain name, joined."""
    return tuple(
        Sound(
            "".join(reading),
            "".join(one[0] for one in reading),
            tuple("".join(reading[at:]) for at in range(1, len(reading))),
            len(reading) <= _PERSON,
        )
        for reading in readings(name)
    )


def name_tokens(name: str) -> Sequence[str]:
    """Everything a plain name is found by."""
    return _name_text(name).split()


@lru_cache(maxsize=_KEPT)
def _name_text(name: str) -> str:
    """The same as one text, which takes a fifth of the room."""
    if not name:
        return ""
    found = {f"n{token(name)}": None, f"f{token(name[0])}": None}
    if len(name) > 1:
        found[f"g{token(name[:2])}"] = None
    for run in runs(name):
        if not run.isascii():
            found.update(dict.fromkeys(pairs(run)))
    for sound in sounds(name):
        found.update(dict.fromkeys(_letter_tokens(sound)))
    return " ".join(found)


def _letter_tokens(sound: Sound) -> Iterator[str]:
    letters, firsts = token(sound.letters), token(sound.initials)
    yield f"y{letters}"
    yield f"j{firsts}"
    yield f"h{firsts[:2]}"
    yield from (f"b{letters[:length]}" for length in range(1, SIX + 1))
    yield from (f"x{row}" for row in _rows(letters[1:], SIX))
    yield from (f"i{row}" for row in _rows(firsts, THREE))
    for tail in map(token, sound.tails):
        yield from (f"s{tail[:length]}" for length in range(1 if sound.is_short else THREE, SIX + 1))


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
