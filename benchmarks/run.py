"""`python -m benchmarks.run [--quick] [--only NAME …]`: everybody on the same work, in turns.

The turns are interleaved (A B C, then B C A, then C A B), so a machine that slows down slows down for all,
and a ratio is always taken against the floor of the same round. A contestant whose package is missing is
named as absent; one that breaks is named as failed, and makes the exit status 1.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console

from benchmarks import sweep
from benchmarks.contest import ENTRIES, FLOORS, Entry
from benchmarks.parts import PARTS, time_part
from benchmarks.report import Results, show, standing, write
from benchmarks.turn import RESULT
from benchmarks.work import CASES, Timing

ROOT = Path(__file__).parent.parent
OUT = ROOT / "var" / "bench"
SECTIONS = ("sweep", "parts", "prefect")
APSCHEDULER = "apscheduler-job-each"
TURN_LIMIT_S = 600


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    cases: int
    rounds: int
    sizes: tuple[int, ...]
    jobs: int
    due: int = 5_000


FULL = Plan(cases=CASES, rounds=3, sizes=(10_000, 1_000_000), jobs=20_000)
QUICK = Plan(cases=60, rounds=1, sizes=(10_000, 100_000), jobs=1_000)


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory on the disk of the checkout (not /tmp, which may be memory), removed afterwards."""
    OUT.mkdir(parents=True, exist_ok=True)
    directory = Path(mkdtemp(prefix="turn-", dir=OUT))
    directory.chmod(0o755)  # PostgreSQL runs as a user of its own where we run as root
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class TurnFailed(Exception):
    """A contestant broke; carries the last line it said."""


def play_turn(entry: Entry, cases: int) -> Timing:
    """One turn in a process of its own. Raises `TurnFailed`."""
    with scratch() as directory:
        command = [sys.executable, "-m", "benchmarks.turn", entry.name, str(cases), str(directory)]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TURN_LIMIT_S, check=False)
        except subprocess.TimeoutExpired as late:
            raise TurnFailed(f"took more than {TURN_LIMIT_S} s") from late
        if done.returncode:
            raise TurnFailed((done.stderr.strip().splitlines() or ["no word"])[-1])
        return Timing.from_json(json.loads((directory / RESULT).read_text()))


def rotated(entries: Sequence[Entry], by: int) -> Sequence[Entry]:
    """The order of a round."""
    by %= len(entries) or 1
    return [*entries[by:], *entries[:by]]


def contest(entries: Sequence[Entry], plan: Plan, console: Console, results: Results) -> bool:
    """Play all rounds; whether everybody who is present came through."""
    reasons = {one.name: f"absent: {gone}" for one in entries if (gone := one.missing())}
    present = [one for one in entries if one.name not in reasons]
    rounds: list[dict[str, Timing]] = []
    for number in range(plan.rounds):
        rounds.append({})
        for one in rotated(present, number * max(1, len(present) // plan.rounds)):
            try:
                rounds[-1][one.name] = timing = play_turn(one, one.cases(plan.cases))
            except TurnFailed as failure:
                reasons[one.name] = f"failed: {failure}"
            else:
                console.print(f"round {number + 1}  {one.name}  {timing.rate:,.0f} steps/s")
    results.steps = [standing(one, one.cases(plan.cases), rounds, reasons.get(one.name, "")) for one in entries]
    return not any(reason.startswith("failed") for reason in reasons.values())


def run_sweeps(plan: Plan, console: Console, results: Results) -> None:
    """Every sweeper on the small and the large table, then one APScheduler job a reminder."""
    for name, path in sweep.SWEEPERS.items():
        if gone := sweep.missing(path):
            results.absent_sweeps[name] = f"absent: {gone}"
            continue
        for size in plan.sizes:
            with scratch() as directory:
                results.sweeps.append(sweep.measure(path, directory, size, plan.due))
        console.print(f"sweep  {name}")
    if find_spec("apscheduler") is None:
        results.absent_sweeps[APSCHEDULER] = "absent: apscheduler"
        return
    from benchmarks.peers import apscheduler_jobs

    with scratch() as directory:
        results.sweeps.append(apscheduler_jobs.measure(directory, plan.jobs))
    console.print(f"sweep  {APSCHEDULER}")


def chosen(only: Sequence[str]) -> list[Entry]:
    """The entries asked for, with the floors their ratios need."""
    wanted = [one for one in ENTRIES if not only or one.name in only]
    floors = {FLOORS[one.store] for one in wanted}
    return [one for one in ENTRIES if one in wanted or one.name in floors]


def arguments() -> argparse.Namespace:
    """What the caller asked for."""
    names = [*(one.name for one in ENTRIES), *SECTIONS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small figures without Prefect, in 90 seconds")
    parser.add_argument("--only", action="append", default=[], choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--cases", type=int, help="cases of the contest")
    parser.add_argument("--rounds", type=int, help="rounds of the contest")
    return parser.parse_args()


def main() -> int:
    """Run, print and write; the exit status."""
    asked = arguments()
    base = QUICK if asked.quick else FULL
    plan = Plan(asked.cases or base.cases, asked.rounds or base.rounds, base.sizes, base.jobs)
    console = Console()
    kind = ("quick" if asked.quick else "full") + ("-part" if asked.only else "")
    results = Results(datetime.now(UTC).isoformat(timespec="seconds"), kind, plan.cases, plan.rounds)
    entries = [] if asked.only and set(asked.only) <= set(SECTIONS) else chosen(asked.only)
    came_through = contest(entries, plan, console, results)
    if not asked.only or "sweep" in asked.only:
        run_sweeps(plan, console, results)
    if not asked.only or "parts" in asked.only:
        results.parts = {part.name: time_part(part) for part in PARTS}
    if "prefect" in asked.only or not (asked.only or asked.quick):
        from benchmarks import ours_prefect

        with scratch() as directory:
            results.prefect = ours_prefect.measure(directory)
    show(results, console)
    console.print(f"written: {write(results, OUT).relative_to(ROOT)}")
    return 0 if came_through else 1


if __name__ == "__main__":
    sys.exit(main())
