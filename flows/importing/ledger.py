"""`import ledger FILE`: an office's own ledger, four sheets at once, becomes organisations, people, contracts and cases.

The sheets are loaded in this order, each resting on the one before. Every row ends as accepted or refused; the refused rows
of all sheets go into one workbook with their reasons. The same ledger again adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, update

from flows.importing.book import SHEETS, ledger_profiles
from flows.importing.contracts import RegisterLoad
from flows.importing.disputes import DisputeSheet
from flows.importing.door import applied_steps, walk
from flows.importing.files import LEDGER_LOADERS, Progress, Unit, file_row, is_new, root_unit, unit_for
from flows.importing.organisations import judge_tree, write_tree
from flows.importing.people import judge_people, known_people, write_people
from flows.importing.places import places_by_code
from flows.importing.profiles import Profile
from flows.importing.reasons import WrongColumns
from flows.importing.refused import RefusedSheet, keep_refused
from flows.importing.report import ImportReport, tally
from flows.importing.rows import Judged, judge_rows
from flows.importing.sheets import SheetFile, read_file
from flows.importing.staff import staff_by_code
from flows.importing.tables import Table, check_columns, find_table
from flows.importing.writing import reason_as_json
from flows.office import Office
from flows.works import journalled, keep_hold
from models.imports import ImportFile, ImportRow
from states.errors import Reason, Refusal, refuse
from states.labels import Label

_REFUSED = insert(ImportRow.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True)
class LedgerReport:
    """What became of each sheet."""

    name: str
    sheets: tuple[ImportReport, ...]
    refused_file: Path | None

    def counts(self) -> dict[str, Any]:
        """For the journal of runs and for `--json`."""
        return {report.profile: report.counts() for report in self.sheets}

    def said(self, lang: str) -> list[str]:
        """The report as lines, sheet by sheet."""
        profiles = {profile.name: profile for profile in ledger_profiles().values()}
        lines = []
        for report in self.sheets:
            profile = profiles[report.profile]
            lines += [Label(f"【{profile.zh}】", f"[{profile.en}]").said(lang), *report.said(lang)]
        if self.refused_file is not None:
            said = Label(f"未导入的行及原因:{self.refused_file}", f"refused rows and their reasons: {self.refused_file}")
            lines.append(said.said(lang))
        return lines


def import_ledger(
    office: Office, path: Path, *, unit_id: int | None, actor_id: int | None, progress: Progress | None = None
) -> LedgerReport:
    """Load the whole ledger for the unit (None: its one root, or a new office). Raises a `Refusal`."""
    file = read_file(path)
    tables = _tables(file)
    with journalled(office, "import-ledger", file.digest) as counts:
        counts |= {"unit_id": unit_id, "actor_id": actor_id}
        with office.store.read() as connection:
            unit = None
            if unit_id is not None or not is_new(connection):
                unit_id = unit_id or root_unit(connection, office).id
                unit = unit_for(connection, office, unit_id, actor_id, LEDGER_LOADERS)
        report = _Ledger(office, file, tables, progress).run(unit)
        counts |= report.counts()
    return report


def _tables(file: SheetFile) -> dict[str, Table]:
    found = {name: find_table(file, profile, by_name=True) for name, profile in ledger_profiles().items()}
    tables = {name: table for name, table in found.items() if table is not None and table.sheet.rows}
    if not tables:
        names = "、".join(profile.sheets[0] for profile in ledger_profiles().values())
        raise refuse(
            WrongColumns,
            "no_such_sheet",
            Label(f"没有名为“{names}”的工作表", f"no sheet is named {names}"),
            Label("用 import template 取得空白台账", "get an empty ledger with `import template`"),
        )
    said: list[Reason] = []
    for table in tables.values():
        try:
            check_columns(table)
        except Refusal as refusal:
            said += refusal.reasons
    if said:
        raise WrongColumns(said)
    return tables


@dataclass
class _Ledger:
    """One ledger on its way in."""

    office: Office
    file: SheetFile
    tables: Mapping[str, Table]
    progress: Progress | None
    reports: list[ImportReport] = field(default_factory=list)
    refused: list[RefusedSheet] = field(default_factory=list)
    reached: int = 0
    again: bool = True

    def run(self, unit: Unit | None) -> LedgerReport:
        """All sheets, in their order."""
        judged = {name: judge_rows(table) for name, table in self.tables.items()}
        total = sum(map(len, judged.values()))
        unit = self._organisations(unit, judged.get(SHEETS[0]))
        self._advance(len(judged.get(SHEETS[0], ())), total)
        self._people(unit, judged.get(SHEETS[1]))
        self._advance(len(judged.get(SHEETS[1], ())), total)
        self._contracts(unit)
        self._advance(len(judged.get(SHEETS[2], ())), total)
        self._disputes(unit, judged.get(SHEETS[3]), total)
        refused = keep_refused(self.office, self.file.path, self.refused, again=self.again)
        return LedgerReport(self.file.path.name, tuple(self.reports), refused)

    def _advance(self, rows: int, total: int) -> None:
        self.reached += rows
        if self.progress is not None and rows:
            self.progress(self.reached, total)

    def _organisations(self, unit: Unit | None, judged: list[Judged] | None) -> Unit:
        name = SHEETS[0]
        with self.office.store.write() as connection:
            if judged is None:
                return unit or root_unit(connection, self.office)
            profile = self.tables[name].profile
            judged, there = judge_tree(connection, profile, unit, judged)
            placed = write_tree(connection, unit, judged, there)
            unit = unit or root_unit(connection, self.office)
            self._settle(connection, name, unit, judged, len(placed))
            keep_hold(connection)
        return unit

    def _people(self, unit: Unit, judged: list[Judged] | None) -> None:
        if judged is None:
            return
        name = SHEETS[1]
        with self.office.store.write() as connection:
            there = known_people(connection, judged)
            places = places_by_code(connection, [row.values["organisation"] for row in judged if "organisation" in row.values])
            judged = judge_people(self.tables[name].profile, unit, judged, there, places)
            added = write_people(connection, judged, there, places)
            self._settle(connection, name, unit, judged, added)
            keep_hold(connection)

    def _contracts(self, unit: Unit) -> None:
        table = self.tables.get(SHEETS[2])
        if table is None:
            return
        load = RegisterLoad(self.office, self.file.path, table, unit, self.office.today(), None)
        loaded = load.run(self.file.digest)
        self.again = self.again and loaded.at.again
        self.refused.append(RefusedSheet(table, loaded.refused))
        self.reports.append(loaded.report(self.file.path.name, None))

    def _disputes(self, unit: Unit, judged: list[Judged] | None, total: int) -> None:
        if judged is None:
            return
        name = SHEETS[3]
        profile = self.tables[name].profile
        with self.office.store.read() as connection:
            sheet = _dispute_sheet(connection, profile, unit, judged, self.office)
            judged = sheet.judge(judged)
            plans = {row.line: sheet.plan(row, unit.id) for row in judged if not row.reasons}
            applied = applied_steps(connection, list(plans.values()))
        walked, opened, stuck = [], 0, 0
        for row in judged:
            went = walk(self.office, plans[row.line], applied) if row.line in plans else None
            opened += went is not None and went.opened
            stuck += went is not None and bool(went.reasons)
            walked.append(row.refused(*went.reasons) if went is not None else row)
            self._advance(1, total)
        with self.office.store.write() as connection:
            self._settle(connection, name, unit, walked, opened, stuck)
            keep_hold(connection)

    def _settle(
        self, connection: Connection, name: str, unit: Unit, judged: Sequence[Judged], added: int, stuck: int = 0
    ) -> None:
        """Note the sheet as loaded, its refused rows with their reasons, and report it."""
        table = self.tables[name]
        profile = table.profile
        at = file_row(connection, self.office, self.file.digest, profile.name, unit.id, self.file.path.name, len(judged))
        refused = [row for row in judged if row.reasons]
        self.again = self.again and at.again
        _note(connection, self.office, at.id, len(judged), refused)
        self.refused.append(RefusedSheet(table, refused))
        accepted = len(judged) - len(refused)
        self.reports.append(
            ImportReport(
                name=self.file.path.name, profile=profile.name, tally=tally(profile, judged), added=added,
                already=max(accepted - added, 0), differing=(), deadlines=0, resumed_at=0, refused_file=None,
                cases=added if name == SHEETS[3] else 0, stuck=stuck,
            )
        )  # fmt: skip


def _note(connection: Connection, office: Office, file_id: int, rows: int, refused: Sequence[Judged]) -> None:
    done = update(ImportFile).where(ImportFile.id == file_id)
    connection.execute(done.values(done=rows, accepted=rows - len(refused), refused=len(refused), settled_at=office.now()))
    if refused:
        kept = [
            {"file_id": file_id, "line": row.line, "reasons": [reason_as_json(one) for one in row.reasons]} for row in refused
        ]
        connection.execute(_REFUSED, kept)


def _dispute_sheet(
    connection: Connection, profile: Profile, unit: Unit, judged: Sequence[Judged], office: Office
) -> DisputeSheet:
    units = [row.values["unit"] for row in judged if "unit" in row.values]
    people = [row.values["mediator"] for row in judged if "mediator" in row.values]
    places, staff = places_by_code(connection, units), staff_by_code(connection, people)
    return DisputeSheet(profile, unit.path, places, staff, office.today())
