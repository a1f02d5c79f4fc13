"""Rule packs: what the law asks in one place, as data with its article.

Case types speak of names only ("reply-to-demand-wage"). The pack of the case's office says what the name
means there: `cn` for the nation, a province on top of it, which overrides what its own regulation says and
leaves the rest, and `us-nlra` for another country's practice. The words of a rule are taught in
`config.periods`.

The packs are typed by people, so a mistake is answered with file, key and remedy (`BrokenRulePack`).
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from config.citations import Law, cite_en, cite_zh
from config.periods import Direction, Kind, Mark, Period, Threshold, Unit, Who, parse_length

__all__ = [
    "BrokenRulePack", "Direction", "Kind", "Mark", "MissingRule", "Period", "RulePack", "Threshold",
    "Unit", "Who", "load_pack", "pack_keys", "parse_length", "read_pack",
]  # fmt: skip

PACKS = Path(__file__).parent / "rulepacks"


class MissingRule(LookupError):
    """A case type asked a pack for a name that neither it nor its parents define (on that date)."""

    def __init__(self, pack: str, name: str, on: date | None = None) -> None:
        when = f" on {on}" if on else ""
        super().__init__(f"rule pack {pack!r} has no rule {name!r}{when}; define it in config/rulepacks/{pack}.toml")
        self.pack, self.name, self.on = pack, name, on


class BrokenRulePack(ValueError):
    """A pack file cannot be understood; the text names the file, the key and what to do about it."""

    def __init__(self, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"config/rulepacks/{key}.toml: {problem}; {remedy}")


@dataclass(frozen=True, kw_only=True)
class RulePack:
    """The law of one place: its own rows first, its parents' rows behind them."""

    key: str
    zh: str
    en: str
    parent: str | None
    calendar: Literal["CN", "US"]
    #: "cn-zhejiang@3fa1…": changes when a rule of the pack or of a parent changes, not with a comment.
    version: str
    laws: Mapping[str, Law] = field(repr=False)
    rows: Mapping[str, tuple[Period, ...]] = field(repr=False)
    thresholds: Mapping[str, Threshold] = field(repr=False)

    def period(self, name: str, on: date | None = None) -> Period:
        """The rule of that name as it stood on a day (None: as it stands now); else `MissingRule`."""
        for row in self.rows.get(name, ()):
            if row.valid_to is None if on is None else row.valid_on(on):
                return row
        raise MissingRule(self.key, name, on)

    def threshold(self, name: str) -> Threshold:
        """The number of that name; `MissingRule` if there is none."""
        try:
            return self.thresholds[name]
        except KeyError:
            raise MissingRule(self.key, name) from None

    def names(self) -> frozenset[str]:
        """Every period and threshold the pack can answer for, its parents' included."""
        return frozenset(self.rows) | frozenset(self.thresholds)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str = Field(min_length=4)
    en: str = Field(min_length=4)
    cite: list[str] = Field(min_length=1)
    law_id: str
    mark: Mark


class _PeriodRow(_Row):
    length: str
    kind: Kind
    who: Who
    valid_from: date | None = None
    valid_to: date | None = None
    counted: Literal["natural", "§80"] | None = None
    rolls: bool = True


class _ThresholdRow(_Row):
    value: int | str
    choices: list[str] = []


def _as_list(rows: object) -> object:
    return rows if isinstance(rows, list) else [rows]


class _Pack(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str
    calendar: Literal["CN", "US"]
    parent: str | None = None
    laws: dict[str, Law] = {}
    periods: dict[str, Annotated[list[_PeriodRow], BeforeValidator(_as_list)]] = {}
    thresholds: dict[str, _ThresholdRow] = {}


def pack_keys() -> tuple[str, ...]:
    """The packs on file, in alphabetical order."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


@cache
def load_pack(key: str) -> RulePack:
    """Read a pack and its parents, once a process; `BrokenRulePack` if a file cannot be understood."""
    return read_pack(key, PACKS)


def read_pack(key: str, folder: Path) -> RulePack:
    """The same from any folder, not remembered (for tests and for a draft)."""
    raw = _toml(key, folder)
    pack = _typed(key, raw)
    parent = read_pack(pack.parent, folder) if pack.parent else None
    laws = {**(parent.laws if parent else {}), **pack.laws}
    rows = dict(parent.rows) if parent else {}
    for name, own in pack.periods.items():
        newest_first = sorted(own, key=lambda row: row.valid_from or date.min, reverse=True)
        rows[name] = (*(_period(key, name, row, laws) for row in newest_first), *rows.get(name, ()))
    thresholds = dict(parent.thresholds) if parent else {}
    thresholds |= {name: _threshold(key, name, row, laws) for name, row in pack.thresholds.items()}
    content = json.dumps([raw, parent.version if parent else None], sort_keys=True, default=str, ensure_ascii=False)
    version = f"{key}@{hashlib.sha256(content.encode()).hexdigest()[:12]}"
    return RulePack(
        key=key,
        zh=pack.zh,
        en=pack.en,
        parent=pack.parent,
        calendar=pack.calendar,
        version=version,
        laws=laws,
        rows=rows,
        thresholds=thresholds,
    )


def _toml(key: str, folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / f"{key}.toml").read_text("utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
        raise BrokenRulePack(key, "there is no such file", f"choose one of: {known}") from None
    except tomllib.TOMLDecodeError as error:
        raise BrokenRulePack(key, f"not TOML: {error}", "correct that line") from error


_REMEDIES = {"extra_forbidden": "remove the key or correct its spelling", "missing": "add the key"}


def _typed(key: str, raw: Mapping[str, Any]) -> _Pack:
    try:
        return _Pack.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        remedy = _REMEDIES.get(first["type"], "correct the value")
        raise BrokenRulePack(key, f"{where}: {first['msg']}", remedy) from error


def _cited(key: str, name: str, row: _Row, laws: Mapping[str, Law]) -> dict[str, Any]:
    """The fields a period and a threshold share, with the short citations ("order-17 22") written out."""
    unknown = [cite for cite in row.cite if cite.split()[0] not in laws]
    if unknown:
        raise BrokenRulePack(key, f"{name}.cite: no law {unknown[0]!r}", "add it under [laws]")
    found = [laws[cite.split()[0]] for cite in row.cite]
    return {
        "name": name,
        "pack": key,
        "zh": row.zh,
        "en": row.en,
        "law_id": row.law_id,
        "mark": row.mark,
        "article": cite_zh(row.cite, laws),
        "article_en": cite_en(row.cite, laws),
        "source": "; ".join(dict.fromkeys(law.source for law in found)),
    }


def _period(key: str, name: str, row: _PeriodRow, laws: Mapping[str, Law]) -> Period:
    try:
        number, unit, direction = parse_length(row.length)
    except ValueError as error:
        raise BrokenRulePack(key, f"periods.{name}.length", str(error)) from error
    return Period(
        number=number,
        unit=unit,
        direction=direction,
        kind=row.kind,
        who=row.who,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        counted=row.counted,
        rolls=row.rolls,
        **_cited(key, f"{name}", row, laws),
    )


def _threshold(key: str, name: str, row: _ThresholdRow, laws: Mapping[str, Law]) -> Threshold:
    value: Fraction | int | str = row.value
    if isinstance(value, str) and re.fullmatch(r"\d+/[1-9]\d*", value):
        value = Fraction(value)
    if row.choices and value not in row.choices:
        raise BrokenRulePack(key, f"thresholds.{name}.value: {value!r}", f"choose one of: {', '.join(row.choices)}")
    return Threshold(value=value, **_cited(key, name, row, laws))
