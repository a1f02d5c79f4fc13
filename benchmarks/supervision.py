"""`python -m benchmarks.supervision [--sizes 1000 100000 1000000]`: how long the questions of the supervisor's pages, of the
calendar and of a narrow list of cases take, by size of the office.

Each size is a store of its own: a city of ten districts and two hundred streets; one case in five is open, of both types and
many states; each open case has two clocks, one in twenty of them overdue; one request in fifty was refused.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, insert

from config.settings import Settings
from flows.office import Office, open_office
from models import agenda_page, daybook, overview, queries
from models.cases import CaseFile
from models.deadlines import Deadline
from models.items import Meeting
from models.migrating import migrate
from models.people import Organisation, Person, Position
from models.requests import StepRequest
from models.scope import Scope
from states.registry import all_types

STREETS, CHUNK, REPEATS = 200, 20_000, 15
TODAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, tzinfo=UTC)
#: a district with a tenth of the city, and the whole city
DISTRICT, CITY = ("/1/2/",), ("/1/",)


def lay(office: Office, size: int) -> None:
    """An office of that many cases."""
    migrate(office.store)
    units = [{"id": 1, "code": "city", "name": "某市总工会", "kind": "federation", "path": "/1/", "parent_id": None}]
    units += [{"id": 2 + no, "code": f"d{no}", "name": f"第{no}区总工会", "kind": "district", "path": f"/1/{2 + no}/",
               "parent_id": 1} for no in range(10)]  # fmt: skip
    units += [{"id": 12 + no, "code": f"s{no}", "name": f"第{no}街道总工会", "kind": "subdistrict",
               "path": f"/1/{2 + no % 10}/{12 + no}/", "parent_id": 2 + no % 10} for no in range(STREETS)]  # fmt: skip
    staff = [{"id": 1 + no, "code": f"m{no}", "name": f"办事员{no}"} for no in range(STREETS * 3)]
    held = [{"person_id": 1 + no, "organisation_id": 12 + no // 3, "role": "mediator"} for no in range(STREETS * 3)]
    with office.store.write() as connection:
        connection.execute(insert(Organisation), units)
        connection.execute(insert(Person), staff)
        connection.execute(insert(Position), held)
    dice = random.Random(20261121)
    stages = {kind.key: [str(stage) for stage in kind.stages if stage not in kind.ended] for kind in all_types()}
    for start in range(1, size + 1, CHUNK):
        ids = range(start, min(start + CHUNK, size + 1))
        cases = [_case(dice, no, stages) for no in ids]
        clocks = [row for case in cases if case["closed_on"] is None for row in _clocks(dice, case)]
        with office.store.write() as connection:
            connection.execute(insert(CaseFile), cases)
            connection.execute(insert(Deadline), clocks)
            connection.execute(insert(StepRequest), [_request(dice, case) for case in cases])
            connection.execute(insert(Meeting), [_meeting(dice, case) for case in cases if case["id"] % 4 == 0])
    with office.store.write() as connection:
        connection.exec_driver_sql("ANALYZE")


def _case(dice: random.Random, no: int, stages: dict[str, list[str]]) -> dict[str, Any]:
    street, kind, closed = dice.randrange(STREETS), "dispute" if no % 3 else "bargaining", bool(no % 5)
    opened = TODAY - timedelta(days=dice.randrange(30, 2000) if closed else int(dice.expovariate(1 / 40)))
    return {
        "id": no, "number": f"{kind[0].upper()}2026-{no:05d}", "type": kind, "type_version": 1, "pack": "cn",
        "pack_version": "1", "state": "closed" if closed else dice.choice(stages[kind]), "version": 1, "unit_id": 12 + street,
        "owner_id": 1 + street * 3 + no % 3, "opened_on": opened, "moved_at": AT, "head": "",
        "facts": {"employer": f"某企业{no % 5000}", "summary": "拖欠工资" * 40, "cause": "wage_arrears"},
        "closed_on": opened + timedelta(days=dice.randrange(30)) if closed else None,
    }  # fmt: skip


def _clocks(dice: random.Random, case: dict[str, Any]) -> Sequence[dict[str, Any]]:
    rule = "acceptance" if case["type"] == "dispute" else "reply-to-demand"
    common = {"case_id": case["id"], "explanation": {"rule": {"article": "第十二条"}, "skipped": ["2026-10-01"] * 8}}
    late = dice.random() < 0.1
    due = TODAY + timedelta(days=-dice.randrange(1, 60) if late else dice.randrange(0, 300))
    return [
        {**common, "rule": rule, "status": "expired" if late else "open", "due_on": due,
         "next_on": TODAY + timedelta(days=3) if late else due},
        {**common, "rule": "limitation", "status": "open", "due_on": TODAY + timedelta(days=300), "next_on": TODAY},
    ]  # fmt: skip


def _request(dice: random.Random, case: dict[str, Any]) -> dict[str, Any]:
    refused = case["id"] % 50 == 0
    at = AT - timedelta(hours=int(dice.expovariate(1 / 2000)))
    return {
        "key": f"r{case['id']}", "digest": "", "case_id": case["id"], "step": "accept", "actor_id": 1, "answers": {},
        "status": "refused" if refused else "applied", "receipt": {"reasons": []}, "created_at": at, "settled_at": at,
    }  # fmt: skip


def _meeting(dice: random.Random, case: dict[str, Any]) -> dict[str, Any]:
    on = case["opened_on"] + timedelta(days=dice.randrange(60))
    return {"case_id": case["id"], "seq": 1, "no": 1, "kind": "session", "act": "set", "held_on": on, "place": "三楼调解室"}


Question = Callable[[Connection, tuple[str, ...]], object]
FIRST, LAST = date(2026, 10, 26), date(2026, 12, 6)
QUESTIONS: dict[str, Question] = {
    "figures by unit, state, age": lambda c, p: overview.figures(c, p, overview.rows_of_table(c, p, None), TODAY),
    "counters": lambda c, p: overview.counters(c, p, TODAY, AT),
    "overdue, the worst fifty": lambda c, p: overview.overdue(c, p, TODAY),
    "workload by person": lambda c, p: overview.workload(c, p, TODAY),
    "refused steps": lambda c, p: overview.unwell(c, p, "refused", AT - timedelta(days=30)),
    "my day of the units: due": lambda c, p: daybook.due(c, daybook.of_units(p, wide=True), TODAY),
    "my day of the units: counted": lambda c, p: daybook.counted(c, daybook.of_units(p, wide=True), TODAY),
    "my day of the units: without a date": lambda c, p: daybook.without_date(c, daybook.of_units(p), ()),
    "my day of the units: nobody's": lambda c, p: daybook.unowned(c, p, ("dispute", "bargaining")),
    "calendar of the units, a month": lambda c, p: agenda_page.of_days(c, agenda_page.units(p), FIRST, LAST, 4),
    "calendar of a person, a month": lambda c, p: agenda_page.of_days(c, agenda_page.own(7), FIRST, LAST, 4),
    "list: newest": lambda c, p: queries.cases(c, Scope(1, p), limit=51),
    "list: one street, open": lambda c, p: queries.cases(c, Scope(1, p), narrow=queries.Narrow(unit="s0", shown="open")),
    "list: overdue": lambda c, p: queries.cases(c, Scope(1, p), narrow=queries.Narrow(shown="overdue", today=TODAY)),
}  # fmt: skip


def measure(office: Office, paths: tuple[str, ...], repeats: int = REPEATS) -> dict[str, tuple[float, float]]:
    """Question → p50 and p95 in milliseconds."""
    found = {}
    for name, ask in QUESTIONS.items():
        taken = []
        for _ in range(repeats + 1):
            started = time.perf_counter()
            with office.store.read() as connection:
                ask(connection, paths)
            taken.append((time.perf_counter() - started) * 1000)
        cuts = quantiles(taken[1:], n=20)
        found[name] = (cuts[9], cuts[18])
    return found


def main() -> None:
    """Lay each office, measure, and print a table a scope."""
    said = argparse.ArgumentParser()
    said.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    sizes = said.parse_args().sizes
    results: dict[tuple[str, ...], dict[int, dict[str, tuple[float, float]]]] = {DISTRICT: {}, CITY: {}}
    for size in sizes:
        root = Path("var/bench")
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="supervision-", dir=root) as folder:
            office = open_office(Settings(home=Path(folder), prefect=False, database_url=""), lambda: AT)
            lay(office, size)
            for paths, found in results.items():
                found[size] = measure(office, paths)
            office.store.close()
    for paths, found in results.items():
        where = "a district: a tenth of the cases" if paths == DISTRICT else "the whole city"
        table = Table(f"question ({where})", *(f"{size:,}: p50 / p95 ms" for size in sizes), title="supervision")
        for name in QUESTIONS:
            table.add_row(name, *(f"{found[size][name][0]:.1f} / {found[size][name][1]:.1f}" for size in sizes))
        Console().print(table)


if __name__ == "__main__":
    main()
