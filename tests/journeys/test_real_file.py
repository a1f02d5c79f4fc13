"""The register of 20,807 real notices is loaded whole; every row is accounted for, counted a second time in plain Python."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select, text

from flows.importing import ImportReport, import_contracts, preview_contracts
from flows.office import Office, open_office
from models.contracts import Contract
from models.deadlines import Deadline
from models.people import Organisation
from tests import stores

FILE = Path(__file__).parents[3] / "shared" / "data" / "fmcs_f7_fy2004.xlsx"
pytestmark = [
    pytest.mark.realfile,
    pytest.mark.skipif(not FILE.exists(), reason=f"the public F-7 file is not at {FILE}"),
]


@dataclass(frozen=True)
class Expected:
    """What the file holds, counted without any of our code."""

    rows: int
    empty: int
    zero: int
    repeats: int
    refused: int
    late: int
    workers: int
    workers_refused: int
    last_days: Counter[date]


@pytest.fixture(scope="module")
def expected() -> Expected:
    head, *rows = CalamineWorkbook.from_path(FILE).get_sheet_by_index(0).to_python()
    ends, notice, size = (head.index(name) for name in ("Expiration Date", "Notice Date", "Bargaining Unit Size"))
    seen: set[tuple[Any, ...]] = set()
    repeats = [tuple(row) in seen or bool(seen.add(tuple(row))) for row in rows]
    good = [row for row, again in zip(rows, repeats, strict=True) if isinstance(row[ends], date) and not again]
    everybody = int(sum(row[size] for row in rows))
    return Expected(
        rows=len(rows),
        empty=sum(row[ends] == "" for row in rows),
        zero=sum(not isinstance(row[ends], date) and row[ends] != "" for row in rows),
        repeats=sum(repeats),
        refused=len(rows) - len(good),
        late=sum(row[notice] > row[ends] for row in good),
        workers=everybody,
        workers_refused=everybody - int(sum(row[size] for row in good)),
        last_days=Counter(row[ends] for row in good),
    )


@dataclass(frozen=True)
class Loaded:
    """The office after the import, with the report."""

    office: Office
    path: Path
    report: ImportReport
    seconds: float


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("f7")
    office = open_office(stores.lay_tables(folder / "home"))
    with office.store.write() as connection:
        unit = {"code": "US", "name": "Register", "kind": "federation", "path": "/1/"}
        connection.execute(insert(Organisation).values(**unit))
    path = Path(shutil.copy(FILE, folder / "f7.xlsx"))
    begun = time.perf_counter()
    report = import_contracts(office, path, "f7", unit_id=1, actor_id=None, as_of=date(2003, 11, 3))
    yield Loaded(office, path, report, time.perf_counter() - begun)
    office.store.close()


def test_every_row_ends_as_accepted_or_refused(loaded: Loaded, expected: Expected) -> None:
    tally = loaded.report.tally
    assert expected.rows == 20_807
    assert tally.accepted + tally.refused == tally.rows == expected.rows
    assert (tally.refused, loaded.report.added) == (expected.refused, expected.rows - expected.refused)
    print(*loaded.report.said("en"), f"{loaded.seconds:.1f} s", sep="\n")


def test_every_reason_is_counted_as_the_sheet_has_it(loaded: Loaded, expected: Expected) -> None:
    found = {(one.field, one.code): one.rows for one in loaded.report.tally.reasons}
    assert found == {
        ("expires_on", "empty"): expected.empty, ("expires_on", "zero_date"): expected.zero,
        ("row", "repeats"): expected.repeats,
    }  # fmt: skip
    assert (expected.empty, expected.zero, expected.repeats) == (1788, 453, 14)
    assert sum(found.values()) - loaded.report.tally.further_reasons == expected.refused


def test_a_late_notice_is_taken_and_marked(loaded: Loaded, expected: Expected) -> None:
    assert {one.code: one.rows for one in loaded.report.tally.flags} == {"late_notice": expected.late}
    with loaded.office.store.read() as connection:
        marked = connection.execute(
            text("SELECT count(*) FROM contract WHERE CAST(more AS TEXT) LIKE '%late_notice%'")
        ).scalar_one()
    assert marked == expected.late == 440


def test_the_workers_add_up(loaded: Loaded, expected: Expected) -> None:
    tally = loaded.report.tally
    assert tally.workers_accepted + tally.workers_refused == expected.workers
    assert tally.workers_refused == expected.workers_refused
    with loaded.office.store.read() as connection:
        stored = connection.execute(text("SELECT sum(workers) FROM contract")).scalar_one()
    assert stored == expected.workers - expected.workers_refused


def test_every_contract_stands_in_the_register_with_both_clocks(loaded: Loaded, expected: Expected) -> None:
    with loaded.office.store.read() as connection:
        days = connection.execute(select(Contract.expires_on, func.count()).group_by(Contract.expires_on)).all()
        clocks = connection.execute(text("SELECT rule, count(*) FROM deadline GROUP BY 1")).all()
        each = select(Deadline.rule, Deadline.due_on, Deadline.opens_on, Deadline.next_on, Contract.expires_on)
        rows = connection.execute(each.join(Contract, Contract.id == Deadline.contract_id)).all()
    assert Counter({row[0]: row[1] for row in days}) == expected.last_days
    accepted = expected.rows - expected.refused
    assert dict(map(tuple, clocks)) == {"contract-term": accepted, "renewal-window": accepted}
    assert all(row.due_on == row.expires_on for row in rows)
    assert {(row.due_on - row.opens_on).days for row in rows if row.rule == "renewal-window"} == {60}
    assert {(row.due_on - row.next_on).days for row in rows if row.rule == "contract-term"} == {90}


def test_the_refused_rows_lie_beside_the_file_with_their_reasons(loaded: Loaded, expected: Expected) -> None:
    path = loaded.report.refused_file
    assert path is not None
    assert path == loaded.path.with_name("f7-refused.xlsx")
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert len(rows) == expected.refused
    assert head[-1] == "原因 / Reasons"
    assert all(row[-1] for row in rows)


def test_a_second_run_adds_nothing(loaded: Loaded, expected: Expected) -> None:
    with loaded.office.store.read() as connection:
        before = connection.execute(text("SELECT (SELECT count(*) FROM contract), (SELECT count(*) FROM deadline)")).one()
    again = import_contracts(loaded.office, loaded.path, "f7", unit_id=1, actor_id=None)
    assert (again.added, again.already, again.differing) == (0, expected.rows - expected.refused, ())
    with loaded.office.store.read() as connection:
        after = connection.execute(text("SELECT (SELECT count(*) FROM contract), (SELECT count(*) FROM deadline)")).one()
        notes = connection.execute(text("SELECT count(*) FROM import_row")).scalar_one()
    assert tuple(after) == tuple(before)
    assert notes == expected.refused


def test_the_preview_says_the_same_without_writing(expected: Expected, loaded: Loaded) -> None:
    preview = preview_contracts(FILE, "f7")
    assert preview.tally == loaded.report.tally
    assert preview.missing == ()
    assert "E-ZIP" in preview.unknown


def test_it_takes_seconds(loaded: Loaded) -> None:
    assert loaded.seconds < 60


def test_names_differ_only_as_the_file_has_them(loaded: Loaded) -> None:
    """Names are kept as they were typed: one employer in several spellings stays several, and none is cut."""
    head, *rows = CalamineWorkbook.from_path(FILE).get_sheet_by_index(0).to_python()
    at, ends = head.index("Employer"), head.index("Expiration Date")
    wanted = {row[at].strip() for row in rows if isinstance(row[ends], date)}
    with loaded.office.store.read() as connection:
        stored = set(connection.execute(select(text("employer_name")).select_from(text("contract"))).scalars())
    assert stored == wanted
