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
from flows.importing.reasons import WrongColumns, reason
from flows.importing.sheets import Sheet, SheetFile
from flows.importing.targets import FIELDS
from models.chain import digest
from states.errors import Reason, refuse
from states.labels import Label

#: heading of the column that our own file of refused rows adds; it is not read back
REASONS = "原因 / Reasons"
#: rows above the heading that may hold a title
TITLE_ROWS = 20


@dataclass(frozen=True)
class Table:
    """A sheet under a profile: where its heading is, and which field stands in which column."""

    profile: Profile
    sheet: Sheet
    heading_at: int
    places: Mapping[str, int]
    missing: tuple[str, ...]

    @property
    def heading(self) -> list[str]:
        """The headings as they are."""
        return [cells.text(cell) for cell in self.sheet.rows[self.heading_at]] if self.sheet.rows else []

    @property
    def lacking(self) -> tuple[str, ...]:
        """Missing columns without which no row can be accepted."""
        return tuple(name for name in self.missing if is_required(self.profile, name))

    @property
    def unknown(self) -> list[str]:
        """Headings nobody asked for."""
        used = set(self.places.values())
        return [head for at, head in enumerate(self.heading) if head and at not in used and head != REASONS]


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


def is_required(profile: Profile, name: str) -> bool:
    """Whether a row without that field is refused."""
    column = profile.every_column.get(name)
    field = FIELDS[profile.target].get(name)
    needed = field is not None and field.required and name not in profile.defaults
    return needed or (column is not None and column.required)


def find_table(file: SheetFile, profile: Profile, *, by_name: bool = False) -> Table | None:
    """The sheet the profile is about; None when the file has none of that name (an only sheet may have any)."""
    wanted = {fold(name) for name in profile.sheets}
    named = [sheet for sheet in file.sheets if fold(sheet.name) in wanted]
    if not named and wanted and (by_name or len(file.sheets) > 1):
        return None
    sheet = (named or list(file.sheets))[0]
    best = max(
        ((_places(profile, row), at) for at, row in enumerate(sheet.rows[:TITLE_ROWS])),
        key=lambda found: (len(found[0]), -found[1]),
        default=({}, 0),
    )
    places, at = best
    return Table(profile, sheet, at, places, tuple(name for name in profile.every_column if name not in places))


def _places(profile: Profile, row: Sequence[Any]) -> dict[str, int]:
    at = {spelling: number for number, cell in reversed(list(enumerate(row))) for spelling in _spellings(cell)}
    found = {}
    for name, column in profile.every_column.items():
        where = next((at[fold(head)] for head in column.headers if fold(head) in at), None)
        if where is not None:
            found[name] = where
    return found


def _spellings(cell: Any) -> Iterator[str]:
    """A heading, and its lines: ours are Chinese with English below; a star marks what must be filled in."""
    if isinstance(cell, str) and not is_empty(cell):
        for part in (cell, *cell.splitlines()):
            yield fold(part).rstrip("*").removesuffix("(必填)")


def table_of(file: SheetFile, profile: Profile) -> Table:
    """The table, complete. Raises `WrongColumns` with everything that is missing."""
    table = find_table(file, profile)
    if table is None:
        names = "、".join(profile.sheets)
        raise refuse(WrongColumns, "no_such_sheet", Label(f"没有名为“{names}”的工作表", f"no sheet is named {names}"),
                     Label("更正工作表名称", "name the sheet so"))  # fmt: skip
    check_columns(table)
    return table


def check_columns(table: Table) -> None:
    """Raises `WrongColumns` where a column is missing without which no row can be accepted."""
    said = []
    for name in table.lacking:
        heads = table.profile.every_column[name].headers if name in table.profile.every_column else [name]
        listed = "、".join(heads)
        said.append(
            Reason(
                "missing_column",
                Label(f"缺少“{heads[0]}”一栏", f"there is no column “{heads[-1]}”"),
                Label(f"加上表头,可写作:{listed}", f"add a heading, spelled as one of: {listed}"),
                name,
            )
        )
    if said:
        raise WrongColumns(said)


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
        self.absent = {
            name: value for name, value in profile.defaults.items() if name not in table.places
        }
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
