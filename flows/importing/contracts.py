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
from flows.importing.door import walk
from flows.importing.employers import Employers
from flows.importing.files import FileAt, Progress, Unit, file_row, packs_of, unit_for
from flows.importing.places import resolve
from flows.importing.preview import register_profile
from flows.importing.profiles import Profile
from flows.importing.refused import RefusedSheet, keep_refused
from flows.importing.renewals import judge_renewals, renewal_plans
from flows.importing.report import ImportReport, tally
from flows.importing.rows import Judged, judge_rows
from flows.importing.sheets import read_file
from flows.importing.staff import Staff
from flows.importing.tables import Table, table_of
from flows.importing.writing import CHUNK, RegisterWriter
from flows.office import Office
from flows.works import journalled, keep_hold


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
    profile = register_profile(profile)
    file = read_file(path)
    table = table_of(file, profile)
    with journalled(office, "import-contracts", file.digest) as counts:
        counts |= {"profile": profile.name, "unit_id": unit_id, "actor_id": actor_id}
        with office.store.read() as connection:
            unit = unit_for(connection, office, unit_id, actor_id)
        load = RegisterLoad(office, path, table, unit, as_of or office.today(), progress)
        loaded = load.run(file.digest)
        kept = keep_refused(office, path, [RefusedSheet(table, loaded.refused)], again=loaded.at.again)
        report = loaded.report(path.name, kept)
        counts |= report.counts()
    return report


@dataclass(frozen=True)
class Loaded:
    """A register that was loaded."""

    table: Table
    judged: Sequence[Judged]
    writer: RegisterWriter
    at: FileAt
    cases: int
    stuck: Sequence[Judged]

    @property
    def refused(self) -> list[Judged]:
        """The rows for the file of refused ones: those refused, and those whose case is stuck."""
        return [*(row for row in self.judged if row.reasons), *self.stuck]

    def report(self, name: str, refused_file: Path | None) -> ImportReport:
        """The report of it."""
        profile, written = self.table.profile, self.writer.written
        before = sum(1 for row in self.judged[: self.at.done] if not row.reasons)
        return ImportReport(
            name=name,
            profile=profile.name,
            tally=tally(profile, self.judged),
            added=written.added,
            already=written.already + before,
            differing=tuple(written.differing[:100]),
            deadlines=written.deadlines,
            resumed_at=self.at.done,
            refused_file=refused_file,
            cases=self.cases,
            stuck=len(self.stuck),
        )


@dataclass(frozen=True)
class RegisterLoad:
    """One sheet of contracts on its way into the register."""

    office: Office
    path: Path
    table: Table
    unit: Unit
    as_of: date
    progress: Progress | None

    def run(self, digest: str) -> Loaded:
        """Judge, write, and open the cases of renewals that are under way."""
        profile, office = self.table.profile, self.office
        with office.store.read() as connection:
            packs = packs_of(connection, office)
            judged = resolve(connection, self.unit, packs, profile, judge_rows(self.table))
            judged, staff = judge_renewals(connection, self.unit, profile, judged, office.today())
        with office.store.write() as connection:
            at = file_row(connection, office, digest, profile.name, self.unit.id, self.path.name, len(judged))
        employers = Employers(profile.employers == "organisations", self.unit.id, self.unit.path)
        pack = profile.pack or self.unit.pack
        writer = RegisterWriter(at.id, self.unit.id, pack, profile, self.as_of, employers)
        write_register(office, writer, judged, at.done, self.progress)
        cases, stuck = self._renewals(writer, judged, staff)
        return Loaded(self.table, judged, writer, at, cases, stuck)

    def _renewals(self, writer: RegisterWriter, judged: Sequence[Judged], staff: dict[str, Staff]) -> tuple[int, list[Judged]]:
        rows = {writer.source_key(row): row for row in judged if "bargaining" in row.values and not row.reasons}
        with self.office.store.read() as connection:
            plans = renewal_plans(connection, rows, staff, self.office.today())
        stuck = []
        for row, plan in plans:
            walked = walk(self.office, plan)
            if walked.reasons:
                stuck.append(row.refused(*walked.reasons))
        return len(plans), stuck


def write_register(
    office: Office, writer: RegisterWriter, judged: Sequence[Judged], done: int, progress: Progress | None
) -> None:
    """Write the rows from `done` on, chunk by chunk; a kill between two chunks loses none and doubles none."""
    for start in range(done, len(judged), CHUNK):
        rows = judged[start : start + CHUNK]
        reached = start + len(rows)
        with office.store.write() as connection:
            writer.chunk(connection, start, rows, office.now(), last=reached == len(judged))
            keep_hold(connection)
            crashpoint("import.chunk-written")
        crashpoint("import.chunk-committed")
        office.store.give_way()
        if progress is not None:
            progress(reached, len(judged))
