"""`python -m benchmarks.scale [--sizes …] [--keep DIR]`: whether the cost of a step grows with what lies in the store.

The offices are those of benchmarks.pages, a city of that many cases each. In one street of every one new disputes are opened
and applied for, one by one and as batches, in turns: first of one store, then of the next. Then the sweep, with five thousand
of ten thousand to a million deadlines due.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks import sweep
from benchmarks.pages import NOW, lay
from config.settings import Settings
from flows.batch import advance_batch
from flows.casework import take_step
from flows.office import Office, open_office
from flows.requests import Wish, file_batch, file_request
from models.cases import Counter
from models.migrating import migrate
from models.upsert import insert_or_leave

SIZES = (1_000, 100_000, 1_000_000)
DEADLINES = (10_000, 100_000, 1_000_000)
ROUNDS, SINGLE, BATCH, DUE = 5, 60, 1_000, 5_000
#: the second street and its first mediator, in every office of benchmarks.pages
STREET, MEDIATOR = 3, 5
REGISTRATION = {"applicant": "张三", "employer": "某制衣厂", "cause": "wage_arrears", "summary": "三个月未发工资",
                "amount": "12,000", "employment_ended_on": "2026-10-01"}  # fmt: skip
_OPEN = Wish(step="open", case_type="dispute", unit_id=STREET, actor_id=MEDIATOR, answers=REGISTRATION)


def office_of(home: Path, size: int) -> Office:
    """The city of that many cases, laid if it is not there."""
    laid = (home / "concord.db").exists()
    office = open_office(Settings(home=home, prefect=False, database_url=""), lambda: NOW)
    if laid:
        migrate(office.store)
    else:
        lay(office, size)
    with office.store.write() as connection:  # the laid cases bear numbers that nobody counted
        made = insert_or_leave(connection, Counter, Counter.series)
        connection.execute(made.values(series=f"dispute{NOW.year}", last=10 * size))
    return office


def _apply(case_id: int) -> Wish:
    return Wish(step="apply", case_id=case_id, actor_id=MEDIATOR, answers={"received_on": "2026-11-20"})


@contextmanager
def _timed(into: list[float], steps: int) -> Iterator[None]:
    """Milliseconds a step of the block."""
    began = time.perf_counter()
    yield
    into.append((time.perf_counter() - began) * 1000 / steps)


def turn(office: Office, found: dict[str, list[float]]) -> None:
    """One turn of one store: single steps, then batches."""
    with _timed(found["open, one by one"], SINGLE):
        opened = [take_step(office, file_request(office, _OPEN)).case_id for _ in range(SINGLE)]
    with _timed(found["apply, one by one"], SINGLE):
        for case_id in opened:
            take_step(office, file_request(office, _apply(case_id)))
    opening = file_batch(office, "open", MEDIATOR, [_OPEN] * BATCH)
    with _timed(found["open, batch"], BATCH):
        advance_batch(office, opening)
    with office.store.read() as connection:
        newest = connection.exec_driver_sql(f"SELECT id FROM case_file ORDER BY id DESC LIMIT {BATCH}").scalars().all()
    applying = file_batch(office, "apply", MEDIATOR, [_apply(case_id) for case_id in newest])
    with _timed(found["apply, batch"], BATCH):
        advance_batch(office, applying)


def steps(homes: Path, sizes: tuple[int, ...], console: Console) -> None:
    """The table of steps."""
    offices = {size: office_of(homes / str(size), size) for size in sizes}
    found: dict[int, dict[str, list[float]]] = {size: defaultdict(list) for size in sizes}
    for office in offices.values():
        turn(office, defaultdict(list))  # the first touch of a store reads it from the disk
    for _ in range(ROUNDS):
        for size, office in offices.items():
            turn(office, found[size])
    table = Table(title="ms a step, median of the turns", title_justify="left")
    for name in ("work", *(f"{size:,} cases" for size in sizes), "largest : smallest"):
        table.add_column(name)
    for work in found[sizes[0]]:
        costs = [median(found[size][work]) for size in sizes]
        table.add_row(work, *(f"{cost:.2f}" for cost in costs), f"{costs[-1] / costs[0]:.2f}")
    console.print(table)


def sweeps(deadlines: tuple[int, ...], console: Console) -> None:
    """The table of sweeps."""
    table = Table(title=f"sweep, {DUE} due: ms (an empty one)", title_justify="left")
    for name in ("sweeper", *(f"{size:,} deadlines" for size in deadlines)):
        table.add_column(name)
    for name in ("sql-same-rows-in-500s", "concord"):
        cells = []
        for size in deadlines:
            with TemporaryDirectory(prefix="concord-scale-") as folder:
                one = sweep.measure(sweep.SWEEPERS[name], Path(folder), size, DUE)
                cells.append(f"{one.sweep_ms:.0f} ({one.empty_ms:.2f})")
        table.add_row(name, *cells)
    console.print(table)


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--keep", type=Path, help="folder where the offices are laid once and kept for the next run")
    asked = parser.parse_args()
    console = Console(width=120)
    with TemporaryDirectory(prefix="concord-scale-") as folder:
        steps(asked.keep or Path(folder), tuple(asked.sizes), console)
    sweeps(tuple(size for size in DEADLINES if size <= 10 * max(asked.sizes)), console)


if __name__ == "__main__":
    main()
