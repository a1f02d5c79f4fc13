"""Judging the rows of a sheet: each ends as accepted, with its values, or refused, with all its reasons. Pure.

What can be read of a refused row is kept too, so that the totals of accepted and refused rows add up to the file's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from flows.importing import cells
from flows.importing.cells import Reader, Unreadable, fold, is_empty
from flows.importing.profiles import Column, Profile
from flows.importing.reasons import reason
from flows.importing.tables import REASONS, Table, is_required
from flows.importing.targets import FIELDS
from models.chain import digest
from states.errors import Reason


@dataclass(frozen=True, slots=True)
class Judged:
    """A row: its number as the person sees it, its cells as they are, what was read, what stands against it."""

    line: int
    cells: Sequence[Any]
    values: dict[str, Any]
    reasons: tuple[Reason, ...]
    flags: tuple[str, ...]
    key: str

    def refused(self, *more: Reason) -> Judged:
        """The same row with further reasons."""
        return replace(self, reasons=(*self.reasons, *more))


def judge_rows(table: Table) -> list[Judged]:
    """Every row below the heading that is not blank, in order."""
    judge = _Judge(table)
    first = table.heading_at + 1
    return [
        judge.row(number, row)
        for number, row in enumerate(table.sheet.rows[first:], start=first + 1)
        if not all(is_empty(cell) for cell in row)
    ]


_READERS: dict[str, Reader] = {
    "text": cells.text, "day": cells.day, "whole": cells.whole, "money": cells.money, "yes-no": cells.yes_no,
    "phone": cells.phone, "identity": cells.identity, "credit-code": cells.credit_code, "email": cells.email,
}  # fmt: skip


class _Judge:
    """Reads row after row and remembers what it has seen."""

    def __init__(self, table: Table) -> None:
        self.profile = profile = table.profile
        self.plan = [
            (name, at, _reader(profile, name, profile.every_column[name]), is_required(profile, name))
            for name, at in table.places.items()
        ]
        self.absent = {name: value for name, value in profile.defaults.items() if name not in table.places}
        heading = table.heading
        self.kept = [at for at, head in enumerate(heading) if head != REASONS]
        self.all_kept = len(self.kept) == len(heading)
        self.seen: dict[tuple[Any, ...], int] = {}
        self.keys: Counter[str] = Counter()

    def row(self, line: int, row: Sequence[Any]) -> Judged:
        values: dict[str, Any] = dict(self.absent)
        reasons: list[Reason] = []
        for name, at, read, required in self.plan:
            value = row[at] if at < len(row) else ""
            if is_empty(value):
                if name in self.profile.defaults:
                    values[name] = self.profile.defaults[name]
                elif required:
                    reasons.append(self.say("empty", name))
                continue
            try:
                values[name] = read(value)
            except Unreadable as error:
                reasons.append(self.say(error.code, name, **error.facts))
        reasons += _against(self.profile, values)
        repeated = self._repeats(line, row)
        reasons += repeated
        flags = () if reasons else tuple(_flags(self.profile, values))
        return Judged(line, row, values, tuple(reasons), flags, "" if repeated else self._key(values))

    def say(self, code: str, field: str, **facts: str) -> Reason:
        label = self.profile.label(field)
        return reason(code, field, label.zh, label.en, *facts.items())

    def _repeats(self, line: int, row: Sequence[Any]) -> list[Reason]:
        content = tuple(row) if self.all_kept else tuple(row[at] for at in self.kept if at < len(row))
        before = self.seen.setdefault(content, line)
        return [] if before == line else [reason("repeats", "row", "本行", "this row", ("line", str(before)))]

    def _key(self, values: Mapping[str, Any]) -> str:
        """What the row is known by; different rows with the same key are numbered in their order."""
        named = self.profile.key or sorted(values)
        known = digest([self.profile.name, *(_known(values.get(name)) for name in named)])
        self.keys[known] += 1
        return f"{known}:{self.keys[known]}"


def _known(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _reader(profile: Profile, name: str, column: Column) -> Reader:
    if column.type == "day":
        return partial(_day, order=profile.dates, earliest=column.earliest, latest=column.latest)
    if column.type == "choice":
        return partial(_choice, choices={fold(word): value for word, value in column.choices.items()},
                       listed="、".join(column.choices))  # fmt: skip
    if column.type == "text":
        field = FIELDS[profile.target].get(name)
        return partial(_line, longest=field.longest if field else 200)
    return _READERS[column.type]


def _day(value: Any, *, order: str, earliest: date | None, latest: date | None) -> date:
    found = cells.day(value, order)
    if earliest is not None and found < earliest:
        raise Unreadable("too_early", limit=earliest.isoformat())
    if latest is not None and found > latest:
        raise Unreadable("too_late", limit=latest.isoformat())
    return found


def _choice(value: Any, *, choices: Mapping[str, str], listed: str) -> str:
    found = choices.get(fold(cells.text(value)))
    if found is None:
        raise Unreadable("not_a_choice", choices=listed)
    return found


def _line(value: Any, *, longest: int) -> str:
    found = cells.text(value)
    if len(found) > longest:
        raise Unreadable("too_long", limit=str(longest))
    return found


#: (field, must not be before): both days of a row
_ORDER = (("expires_on", "starts_on"), ("expires_on", "signed_on"), ("to_on", "from_on"))


def _against(profile: Profile, values: Mapping[str, Any]) -> Iterator[Reason]:
    """What the fields of a row say against each other."""
    for later, earlier in _ORDER:
        if later in values and earlier in values and values[later] < values[earlier]:
            yield _compare(profile, "before_start", later, earlier)
    if values.get("women", 0) > values.get("workers", values.get("women", 0)):
        yield _compare(profile, "more_than", "women", "workers")


def _compare(profile: Profile, code: str, field: str, other: str) -> Reason:
    label, than = profile.label(field), profile.label(other)
    return reason(code, field, label.zh, label.en, ("other", f"{than.zh} {than.en}"))


def _flags(profile: Profile, values: Mapping[str, Any]) -> Iterator[str]:
    for name, flag in profile.flags.items():
        later, than = values.get(flag.later), values.get(flag.than)
        if isinstance(later, date) and isinstance(than, date) and later > than:
            yield name
