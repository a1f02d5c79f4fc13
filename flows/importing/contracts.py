"""`import contracts FILE --profile …`: a register of contracts, as somebody keeps it, becomes ours with its clocks.

    read → judge every row (pure) → write chunk by chunk, each in one transaction → the refused rows as a spreadsheet

The same file again, or the same file mended, adds only what is not there yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.crashpoints import crashpoint
from flows.importing.employers import Employers
from flows.importing.files import Progress, Unit, file_row, unit_for
from flows.importing.places import resolve
from flows.importing.profiles import Profile, load_profile
from flows.importing.refused import RefusedSheet, refused_file_of, write_refused
from flows.importing.report import ImportReport, Tally, tally
from flows.importing.rows import Judged, Table, find_table, judge_rows, table_of
from flows.importing.sheets import read_file
from flows.importing.writing import CHUNK, RegisterWriter
from flows.journal import journalled
from flows.office import Office


@dataclass(frozen=True)
class Preview:
    """What an import would make of a file, without writing anything."""

    name: str
    sheet: str
    found: dict[str, str]
    missing: tuple[str, ...]
    #: of the missing, those without which nothing can be loaded
    lacking: tuple[str, ...]
    unknown: tuple[str, ...]
    first: tuple[Judged, ...]
    tally: Tally


def preview_contracts(path: Path, profile: str | Path | Profile, *, first: int = 5) -> Preview:
    """The columns found and missing, the first rows as they would be read, and how many would be refused and why."""
    profile = profile if isinstance(profile, Profile) else load_profile(profile)
    table = find_table(read_file(path), profile) or table_of(read_file(path), profile)
    judged = [] if table.lacking else judge_rows(table)
    heading = table.heading
    return Preview(
        path.name,
        table.sheet.name,
        {name: heading[at] for name, at in table.places.items()},
        table.missing,
        table.lacking,
        tuple(table.unknown),
        tuple(judged[:first]),
        tally(profile, judged),
    )


def import_contracts(
    office: Office,
    path: Path,
    profile: str | Path | Profile,
    *,
    unit_id: int,
    actor_id: int | None,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Load the file into the register of the unit. Raises a `Refusal` for a file that cannot be loaded at all.

    `as_of` (Asia/Shanghai; default today) is the year of the contracts' numbers.
    """
    profile = profile if isinstance(profile, Profile) else load_profile(profile)
    file = read_file(path)
    table = table_of(file, profile)
    with journalled(office, "import-contracts", file.digest) as counts:
        counts |= {"profile": profile.name, "unit_id": unit_id, "actor_id": actor_id}
        with office.store.read() as connection:
            unit = unit_for(connection, office, unit_id, actor_id)
            judged = resolve(connection, unit, profile, judge_rows(table))
        load = _Load(office, path, table, unit, as_of or office.today(), progress)
        report = load.run(file.digest, judged)
        counts |= report.counts()
    return report


@dataclass(frozen=True)
class _Load:
    """One file on its way into the register."""

    office: Office
    path: Path
    table: Table
    unit: Unit
    as_of: date
    progress: Progress | None

    def run(self, digest: str, judged: Sequence[Judged]) -> ImportReport:
        profile = self.table.profile
        with self.office.store.write() as connection:
            file_id, done = file_row(
                connection, self.office, digest, profile.name, self.unit.id, self.path.name, len(judged)
            )
        writer = RegisterWriter(
            file_id, self.unit.id, profile.pack or self.unit.pack, profile, self.as_of,
            Employers(profile.employers == "organisations", self.unit.id, self.unit.path),
        )  # fmt: skip
        write_register(self.office, writer, judged, done, self.progress)
        before = sum(1 for row in judged[:done] if not row.reasons)
        return ImportReport(
            self.path.name, profile.name, tally(profile, judged), writer.written.added, writer.written.already + before,
            tuple(writer.written.differing[:100]), writer.written.deadlines, done if done < len(judged) else 0,
            self._refused(judged, done),
        )  # fmt: skip

    def _refused(self, judged: Sequence[Judged], done: int) -> Path | None:
        rows = [row for row in judged if row.reasons]
        if not rows:
            return None
        otherwise = self.office.settings.home / "imports"
        earlier = refused_file_of(self.path, otherwise) if done == len(judged) else None
        return earlier or write_refused(self.path, [RefusedSheet(self.table, rows)], otherwise)


def write_register(
    office: Office, writer: RegisterWriter, judged: Sequence[Judged], done: int, progress: Progress | None
) -> None:
    """Write the rows from `done` on, chunk by chunk; a kill between two chunks loses none and doubles none."""
    for start in range(done, len(judged), CHUNK):
        rows = judged[start : start + CHUNK]
        reached = start + len(rows)
        with office.store.write() as connection:
            writer.chunk(connection, start, rows, office.now(), last=reached == len(judged))
            crashpoint("import.chunk-written")
        crashpoint("import.chunk-committed")
        if progress is not None:
            progress(reached, len(judged))
