"""Finding the table in a sheet: which row is the heading, and which column holds which field of the profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.importing import cells
from flows.importing.cells import fold, is_empty
from flows.importing.profiles import Profile
from flows.importing.reasons import WrongColumns
from flows.importing.sheets import Sheet, SheetFile
from flows.importing.targets import FIELDS
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
