"""The importer is killed at each of its points and started again: nothing is lost, nothing comes twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.importing import import_contracts
from flows.office import Office
from tests.flows.importing.conftest import CountRows, WriteSheet

RUN = """
import sys
from pathlib import Path
from flows.importing import import_contracts
from flows.office import open_office
from tests.stores import settings_at
office = open_office(settings_at(Path(sys.argv[1])))
import_contracts(office, Path(sys.argv[2]), "ledger", unit_id=1, actor_id=None)
"""


@pytest.mark.crash
@pytest.mark.parametrize(("point", "kept"), [("import.chunk-written", 0), ("import.chunk-committed", 1000)])
def test_a_killed_import_goes_on_where_it_stopped(
    office: Office, sheet: WriteSheet, count: CountRows, point: str, kept: int
) -> None:
    rows = [[f"厂{at % 40}", f"2027-{at % 12 + 1}-1", f"集{at}"] for at in range(2499)]
    path = sheet([["用人单位", "到期日期", "合同编号"], *rows, ["厂0", "", "缺"]])
    killed = subprocess.run(
        [sys.executable, "-c", RUN, str(office.settings.home), str(path)],
        env={**os.environ, "CONCORD_CRASH_AT": point, "PYTHONPATH": str(Path(__file__).parents[3])},
        check=False, capture_output=True, timeout=120,
    )  # fmt: skip
    assert killed.returncode == 9, killed.stderr.decode()
    assert (count("contract"), count("deadline")) == (kept, 2 * kept)
    seen: list[tuple[int, int]] = []
    report = import_contracts(
        office, path, "ledger", unit_id=1, actor_id=None, progress=lambda done, total: seen.append((done, total))
    )
    assert (report.resumed_at, report.added, report.already) == (kept, 2499 - kept, kept)
    assert seen[-1] == (2500, 2500)
    assert (count("contract"), count("deadline"), count("import_row")) == (2499, 4998, 1)
