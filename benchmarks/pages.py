"""`python -m benchmarks.pages [--sizes 1000 100000 1000000]`: what a page costs the server, by the size of the office.

A bigger office has more streets, not fuller desks: five hundred cases a street, a fifth of them open, three mediators. Each
size is a store of its own; every page is asked for in turn, first of one store and then of the next, in one run, so that what
the machine does meanwhile hits all of them. Asked as a mediator
or officer of one street, and as the supervisor of the whole city.
"""

from __future__ import annotations

import argparse
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import event, insert

from benchmarks.search import employer, person
from config.settings import Settings
from flows.office import Office, open_office
from flows.steps import Desk
from models.accounts import WebSession
from models.migrating import migrate
from models.people import Organisation, Person, Position
from models.search_words import name_tokens, number_tokens, plain
from web.access import COOKIE, form_key
from web.app import create_app

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)
STREET, NAMES, REPEATS = 500, 20_011, 60
Row = dict[str, Any]


SERIES = "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {size}) "
#: the offices' rows as SQL, a case a number: every third is a bargaining, a fifth is open, a quarter has a contract
LAID = (
    """INSERT INTO case_file (id, number, type, type_version, pack, pack_version, state, version, unit_id, owner_id, facts,
                              opened_on, closed_on, moved_at, head) """
    + SERIES
    + """SELECT n, CASE WHEN n % 3 = 2 THEN 'B' ELSE 'D' END || '2026-' || printf('%05d', n),
         CASE WHEN n % 3 = 2 THEN 'bargaining' ELSE 'dispute' END, 1, 'cn', '1',
         CASE WHEN n / {streets} % 5 THEN 'closed' WHEN n % 3 = 2 THEN 'negotiating' ELSE 'mediating' END,
         2, 2 + n % {streets}, 2 + n % {streets} * 3 + CASE WHEN n % 3 = 2 THEN 2 ELSE n / {streets} % 2 END,
         json_object('employer', firm, 'cause', 'wage_arrears', 'kind', 'wage'),
         date('{today}', -(n % 300) || ' days'),
         CASE WHEN n / {streets} % 5 THEN date('{today}', -(n % 200) || ' days') END,
         datetime('{today}', -(n % 700) || ' hours') || '.000000', ''
         FROM s JOIN name ON no = n % {names}""",
    """INSERT INTO party (case_id, seq, role, name, phone, identity, represents, undone)
       SELECT id, 1, 'applicant', person, '', '', 0, 0 FROM case_file JOIN name ON no = id * 7 % {names}""",
    """INSERT INTO party (case_id, seq, role, name, phone, identity, represents, undone)
       SELECT id, 1, 'respondent', facts ->> 'employer', '', '', 0, 0 FROM case_file""",
    """INSERT INTO case_event (case_id, seq, step, from_state, to_state, actor_id, role, unit_id, at, detail, detail_digest,
                               previous, hash)
       SELECT id, seq, CASE WHEN seq = 1 THEN 'open' WHEN type = 'dispute' THEN 'hold_session' ELSE 'hold_round' END, state,
              state, CASE WHEN id % 2 THEN owner_id ELSE 1 END, 'mediator', unit_id, moved_at, '{{"entries": []}}', '', '', ''
       FROM case_file JOIN (SELECT 1 AS seq UNION ALL SELECT 2) ON 1""",
    """INSERT INTO deadline (case_id, rule, subject, status, due_on, next_on, opened, hard, provisional, explanation)
       SELECT id, CASE WHEN type = 'dispute' THEN 'session' ELSE 'round' END, '1',
              CASE WHEN closed_on IS NULL THEN 'open' ELSE 'met' END, date('{today}', (id % 40 - 3) || ' days'),
              CASE WHEN closed_on IS NULL THEN date('{today}', (1 + id % 40) || ' days') END, 0, 0, 0, '{{}}' FROM case_file""",
    """INSERT INTO contract (number, unit_id, employer_name, union_name, kind, scope, industry, pack, standing, starts_on,
                             expires_on, workers, women, source, more)
       SELECT 'HT2026-' || printf('%05d', id), unit_id, facts ->> 'employer', '', 'wage', 'enterprise', '', 'cn',
              CASE WHEN id % 5 THEN 'in_force' ELSE 'renewed' END, date('{today}', -(id % 365) || ' days'),
              date('{today}', (id % 700) || ' days'), id % 900, 0, '', '{{}}' FROM case_file WHERE id % 4 = 0""",
    # the index as `models.search_index` writes it, a row a case and a contract, and its FTS table filled at once
    "DROP TRIGGER search_text_in",
    """INSERT INTO search_text (id, kind, target_id, text)
       SELECT c.id * 4, 'case', c.id,
              'ca cu1 cu' || c.unit_id || ' co' || c.owner_id || ' ' || number_tokens(c.number) || ' ' || a.pt || ' ' || f.ft
       FROM case_file c JOIN name a ON a.no = c.id * 7 % {names} JOIN name f ON f.no = c.id % {names}""",
    """INSERT INTO search_text (id, kind, target_id, text)
       SELECT id * 4 + 1, 'contract', id, 'ta tu1 tu' || unit_id || ' ' || number_tokens(number) || ' ' || ft
       FROM contract JOIN name ON no = id * 4 % {names}""",
    "INSERT INTO search_fts (search_fts) VALUES ('rebuild')",
    """CREATE TRIGGER search_text_in AFTER INSERT ON search_text BEGIN
       INSERT INTO search_fts(rowid, text) VALUES (new.id, new.text); END""",
    "ANALYZE",
)


def lay(office: Office, size: int) -> None:
    """An office of that many cases, contracts beside them, and everything My day, Case, Contracts and Search look at."""
    dice, streets = Random(20261120), max(2, size // STREET)
    migrate(office.store)
    with office.store.write() as connection:
        connection.execute(insert(Organisation), list(_units(streets)))
        connection.execute(
            insert(Person), [{"id": 1 + no, "code": f"m{no}", "name": person(dice)} for no in range(streets * 3 + 1)]
        )
        connection.execute(insert(Position), list(_positions(streets)))
        connection.exec_driver_sql("CREATE TEMP TABLE name (no INTEGER PRIMARY KEY, person TEXT, firm TEXT, pt TEXT, ft TEXT)")
        pairs = [(no, person(dice), employer(dice)) for no in range(NAMES)]
        named = [(*pair, " ".join(name_tokens(plain(pair[1]))), " ".join(name_tokens(plain(pair[2])))) for pair in pairs]
        connection.exec_driver_sql("INSERT INTO name VALUES (?, ?, ?, ?, ?)", named)
        driver: Any = connection.connection.driver_connection
        driver.create_function("number_tokens", 1, lambda number: " ".join(number_tokens(number)), deterministic=True)
        for statement in LAID:
            connection.exec_driver_sql(statement.format(size=size, streets=streets, names=NAMES, today=TODAY))
        connection.exec_driver_sql("DROP TABLE name")


def _units(streets: int) -> Iterator[Row]:
    yield {"id": 1, "code": "city", "name": "某市总工会", "kind": "federation", "path": "/1/", "parent_id": None}
    for no in range(streets):
        yield {"id": 2 + no, "code": f"s{no}", "name": f"第{no}街道总工会", "kind": "subdistrict", "path": f"/1/{2 + no}/",
               "parent_id": 1}  # fmt: skip


def _positions(streets: int) -> Iterator[Row]:
    yield {"person_id": 1, "organisation_id": 1, "role": "supervisor"}
    for no in range(streets * 3):
        yield {"person_id": 2 + no, "organisation_id": 2 + no // 3, "role": "officer" if no % 3 == 2 else "mediator"}


@dataclass
class Asked:
    """One office with its pages, and somebody signed in."""

    client: TestClient
    office: Office
    keys: Mapping[str, str]
    statements: int = 0

    def ask(self, who: str, method: str, path: str, form: Mapping[str, str] | None = None) -> tuple[float, int]:
        """Milliseconds and bytes of one answer. Raises `RuntimeError` for one that is no page."""
        token = self.keys[who]
        headers = {"cookie": f"{COOKIE}={token}", "sec-fetch-site": "same-origin", "accept-encoding": "identity"}
        fields = {**form, "form_key": form_key(token)} if form else None
        begun = time.perf_counter()
        answer = self.client.request(method, path, data=fields, headers=headers)
        taken = (time.perf_counter() - begun) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return taken, len(answer.content)


def opened(stack: ExitStack, home: Path, size: int) -> Asked:
    """The office of that size, laid and served in this process."""
    laid = (home / "concord.db").exists()
    office = open_office(Settings(home=home, prefect=False, database_url=""), lambda: NOW)
    if not laid:
        begun = time.perf_counter()
        lay(office, size)
        Console(stderr=True).print(f"{size:,} cases laid in {time.perf_counter() - begun:.0f} s")
    keys = {who: secrets.token_hex(16) for who in ("m1", "m3", "m0")}
    with office.store.write() as connection:
        for person_id, who in ((2, "m1"), (4, "m3"), (1, "m0")):
            connection.execute(insert(WebSession).values(
                token_hash=sha256(keys[who].encode()).hexdigest(), person_id=person_id, created_at=NOW, seen_at=NOW,
                expires_at=NOW + timedelta(hours=12), agent="", confirmed=True,
            ))  # fmt: skip
    client = stack.enter_context(TestClient(create_app(office, Desk(office)), base_url="http://office.test"))
    asked = Asked(client, office, keys)

    @event.listens_for(office.store.engine, "before_cursor_execute")
    def count(*_: Any) -> None:
        asked.statements += 1

    return asked


#: page → who asks, how, where, with what
PAGES: dict[str, tuple[str, str, str, Mapping[str, str] | None]] = {
    "My day": ("m1", "GET", "/day", None),
    "My day, all of my unit": ("m1", "GET", "/day?whose=unit", None),
    "Case": ("m1", "GET", "/cases/{case}", None),
    "Cases": ("m1", "GET", "/cases", None),
    "Contracts": ("m3", "GET", "/contracts", None),
    "Search, a name": ("m1", "POST", "/search", {"text": "王伟"}),
    "Search, a common word": ("m1", "POST", "/search", {"text": "公司"}),
    "city: My day": ("m0", "GET", "/day", None),
    "city: Cases": ("m0", "GET", "/cases", None),
    "city: Contracts": ("m0", "GET", "/contracts", None),
    "city: Search, a name": ("m0", "POST", "/search", {"text": "王伟"}),
    "city: Supervision": ("m0", "GET", "/supervision", None),
}


def measure(offices: Mapping[int, Asked], repeats: int) -> dict[str, dict[int, tuple[float, float, int, int]]]:
    """Page → size → p50 and p95 in milliseconds, statements, bytes."""
    found: dict[str, dict[int, tuple[float, float, int, int]]] = {}
    for page, (who, method, path, form) in PAGES.items():
        taken: dict[int, list[float]] = {size: [] for size in offices}
        weight, statements = dict.fromkeys(offices, 0), dict.fromkeys(offices, 0)
        for turn in range(repeats + 3):
            for size, asked in offices.items():
                before = asked.statements
                ms, weight[size] = asked.ask(who, method, path.format(case=_a_dispute(size)), form)
                statements[size] = asked.statements - before
                if turn >= 3:
                    taken[size].append(ms)
        cuts = {size: quantiles(some, n=20) for size, some in taken.items()}
        found[page] = {size: (cuts[size][9], cuts[size][18], statements[size], weight[size]) for size in offices}
    return found


def _a_dispute(size: int) -> str:
    """The number of an open dispute of the first street."""
    streets = max(2, size // STREET)
    return next(f"D2026-{no:05d}" for no in range(5 * streets, size, 5 * streets) if no % 3 != 2)


def main() -> None:
    """Lay the offices, ask, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--keep", type=Path, help="folder where the offices are laid once and kept for the next run")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder, ExitStack() as stack:
        homes = chosen.keep or Path(folder)
        offices = {size: opened(stack, homes / str(size), size) for size in chosen.sizes}
        found = measure(offices, chosen.repeats)
    table = Table(title="server time, p50 / p95 ms (statements, KB)")
    table.add_column("page")
    for size in chosen.sizes:
        table.add_column(f"{size:,}", justify="right")
    table.add_column("p95 largest : smallest", justify="right")
    for page, by_size in found.items():
        cells = [f"{p50:.1f} / {p95:.1f} ({count}, {size / 1000:.0f})" for p50, p95, count, size in by_size.values()]
        ratio = by_size[chosen.sizes[-1]][1] / by_size[chosen.sizes[0]][1]
        table.add_row(page, *cells, f"{ratio:.2f}")
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
