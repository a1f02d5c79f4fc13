"""Profiles: how the columns of somebody's spreadsheet map onto ours, as TOML that the office can write itself.

`f7` and the sheets of the `ledger` stand in `config/profiles/`; a path to one's own file works as well. A mistake in a
profile is answered with file, key and remedy, all of them at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.rules import BrokenRulePack, load_pack
from flows.importing.reasons import BadProfile
from flows.importing.targets import FIELDS, Kind, Target
from states.errors import Reason, Refusal
from states.labels import Label

PROFILES = Path(__file__).parents[2] / "config" / "profiles"


class Column(BaseModel):
    """A column: the headings it is known by, how its cells are read, and what the template says about it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    headers: list[str] = Field(min_length=1)
    type: Kind = "text"
    required: bool = False
    #: the words people write → the value; for a choice
    choices: dict[str, str] = {}
    earliest: date | None = None
    latest: date | None = None
    #: shown in the template
    example: str = ""
    note: str = ""

    @cached_property
    def label(self) -> Label:
        """Its first Chinese and its first English heading."""
        zh = next((h for h in self.headers if not h.isascii()), self.headers[0])
        return Label(zh, next((h for h in self.headers if h.isascii()), self.headers[0]))


class Flag(BaseModel):
    """Something odd that is no reason to refuse a row: a day that lies later than another."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str
    later: str
    than: str


class Profile(BaseModel):
    """One kind of sheet. `columns` become fields of the target; `more` is kept beside them as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = ""
    zh: str
    en: str
    target: Target
    language: Literal["zh", "en"] = "zh"
    #: rule pack of the contracts; empty: that of the unit
    pack: str = ""
    #: names of the sheet, any of them; empty: the first sheet
    sheets: list[str] = []
    #: fields by which a row is known again; empty: all of them
    key: list[str] = []
    #: how days are written whose year comes last
    dates: Literal["ymd", "mdy", "dmy"] = "ymd"
    #: employers: "text" keeps the name on the contract; "organisations" finds or makes the organisation
    employers: Literal["text", "organisations"] = "text"
    defaults: dict[str, str] = {}
    columns: dict[str, Column]
    more: dict[str, Column] = {}
    flags: dict[str, Flag] = {}

    @cached_property
    def every_column(self) -> dict[str, Column]:
        """All columns by field, those of `more` last."""
        return {**self.columns, **self.more}

    def label(self, field: str) -> Label:
        """The headings of a field."""
        column = self.every_column.get(field)
        return column.label if column else Label(field, field)


def profile_names() -> tuple[str, ...]:
    """The profiles that come with the program."""
    return tuple(sorted(path.stem for path in PROFILES.glob("*.toml")))


def load_profile(name_or_path: str | Path) -> Profile:
    """The profile of that name, or the one in that file. Raises `BadProfile` with everything that is wrong with it."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = PROFILES / f"{name_or_path}.toml"
    name = "-".join(path.relative_to(PROFILES).with_suffix("").parts) if path.is_relative_to(PROFILES) else path.stem
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError:
        known = "、".join(profile_names())
        raise _bad(path, "", f"没有这一方案;可用:{known}", f"there is no such profile; choose one of {known}",
                   "或写明自己的 .toml 文件的路径", "or name the path of your own .toml file") from None  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(path, "", f"不是 TOML:{error}", f"is not TOML: {error}", "更正该行", "correct that line") from None
    try:
        profile = Profile.model_validate({**raw, "name": name})
    except ValidationError as error:
        raise BadProfile([_typing(path, dict(one)) for one in error.errors()]) from None
    reasons = [_reason(path, *problem) for problem in _problems(profile)]
    if reasons:
        raise BadProfile(reasons)
    return profile


_TYPING = {
    "missing": ("缺少此项", "is missing", "补上此项", "add the key"),
    "extra_forbidden": ("没有这一项", "is unknown", "删去或更正拼写", "remove the key or correct its spelling"),
}


def _typing(path: Path, error: Mapping[str, Any]) -> Reason:
    where = ".".join(str(part) for part in error["loc"])
    other = (f"填写有误:{error['msg']}", f"is not right: {error['msg']}", "更正其值", "correct the value")
    return _reason(path, where, *_TYPING.get(str(error["type"]), other))


def _reason(path: Path, key: str, zh: str, en: str, remedy_zh: str, remedy_en: str) -> Reason:
    where = f"{path.name} {key}".strip()
    return Reason("profile", Label(f"{where}:{zh}", f"{where} {en}"), Label(remedy_zh, remedy_en), key)


def _bad(path: Path, *said: str) -> Refusal:
    return BadProfile([_reason(path, *said)])


Problem = tuple[str, str, str, str, str]


def _problems(profile: Profile) -> Iterator[Problem]:
    """(key, zh, en, remedy zh, remedy en) of everything that pydantic cannot see."""
    fields = FIELDS[profile.target]
    known = "、".join(fields)
    for name in [*profile.columns, *profile.defaults]:
        if name not in fields:
            where = f"columns.{name}" if name in profile.columns else f"defaults.{name}"
            yield (where, "没有这一栏", "is no field of ours", f"可用:{known};其余放在 [more.…] 下",
                   f"choose one of {known}; put others under [more.…]")  # fmt: skip
    for name, field in fields.items():
        if field.required and name not in profile.columns and name not in profile.defaults:
            yield (f"columns.{name}", "缺少必填的栏", "is needed", "加上该栏,或在 [defaults] 下给出固定值",
                   "map a column to it, or give a value under [defaults]")  # fmt: skip
    yield from _mistyped(profile)
    named = [("key", name) for name in profile.key]
    named += [(f"flags.{flag}", name) for flag, it in profile.flags.items() for name in (it.later, it.than)]
    for where, name in named:
        if name not in profile.every_column:
            yield (where, f"“{name}”不是已列出的栏", f"names “{name}”, which is no column here", "更正名称", "mend the name")
    if profile.pack:
        try:
            load_pack(profile.pack)
        except BrokenRulePack as broken:
            yield ("pack", f"规则包无法使用:{broken}", f"cannot be used: {broken}", "更正规则包名称", "mend the name")


def _mistyped(profile: Profile) -> Iterator[Problem]:
    fields = FIELDS[profile.target]
    for name, column in profile.columns.items():
        field = fields.get(name)
        if field is None:
            continue
        if column.type not in field.kinds:
            kinds = " / ".join(field.kinds)
            yield (f"columns.{name}.type", f"应为 {kinds}", f"must be {kinds}", "更正类型", "correct the type")
        stray = sorted(set(column.choices.values()) - set(field.values)) if field.values else []
        if stray:
            values = ", ".join(field.values)
            yield (f"columns.{name}.choices", f"“{stray[0]}”不是可用的值", f"“{stray[0]}” is no value of ours",
                   f"可用:{values}", f"choose one of {values}")  # fmt: skip
    for name, value in profile.defaults.items():
        field = fields.get(name)
        if field is not None and field.values and value not in field.values:
            values = ", ".join(field.values)
            yield (f"defaults.{name}", f"“{value}”不是可用的值", f"“{value}” is no value of ours", f"可用:{values}",
                   f"choose one of {values}")  # fmt: skip
