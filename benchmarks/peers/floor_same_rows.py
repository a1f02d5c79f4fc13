"""The same rows as ours by hand-written SQL: our own tables, triggers and indexes, filled without an engine.

Besides the work's rows, each step settles its request row with a receipt and appends to the hash chain; events and
deadlines carry JSON of the size ours have. It knows the case type by heart, checks no person and counts no calendar.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks import sqlite_file
from benchmarks.ours_case import UNIT, Bureau, bureau
from benchmarks.work import BATCH, NotPossibleError, Step, Timing, decide, time_batches, time_steps

WHY = (
    '{"rule":{"name":"%s","number":15,"unit":"ND","direction":"after","kind":"D","who":"committee",'
    '"zh":"调解委员会应当自收到调解申请之日起十五日内结束；到期未结束的，视为调解不成。",'
    '"en":"The committee ends the mediation within fifteen days of the application; after that it has failed.",'
    '"article":"《劳动争议调解仲裁法》第十四条第三款",'
    '"article_en":"Labour Dispute Mediation and Arbitration Law art. 14(3)",'
    '"law_id":"MED-04","source":"LawRefBook/Laws, 2025-04-19","mark":"V","pack":"cn","rolls":true},'
    '"calendar":"CN","start":"%s","day_one":"%s","opens_on":null,"raw_on":"%s","due_on":"%s",'
    '"moved_over":[],"skipped":[],"worked_weekends":[],"changes":[],"provisional":false}'
)
REQUEST = "SELECT case_id, step, actor_id, answers, status FROM step_request WHERE id = ?"
READ = "SELECT state, version, facts, head, number FROM case_file WHERE id = ?"
MOVE = "UPDATE case_file SET state = ?, version = ?, facts = ?, moved_at = ?, head = ? WHERE id = ? AND version = ?"
EVENT = (
    "INSERT INTO case_event (case_id, seq, step, from_state, to_state, actor_id, role, unit_id, request_id, at, detail,"
    " detail_digest, previous, hash) VALUES (?, ?, ?, ?, ?, ?, 'mediator', ?, ?, ?, ?, ?, ?, ?)"
)
DEADLINE = (
    "INSERT INTO deadline (case_id, rule, subject, status, due_on, next_on, opened, hard, provisional, explanation,"
    " started_by) VALUES (?, ?, ?, 'open', ?, ?, false, true, false, ?, ?)"
)
MESSAGE = (
    "INSERT INTO message (key, kind, notice, case_id, seq, channel, facts, status, attempt, next_try_at, created_at,"
    " error, subject, body) VALUES (?, 'notice', ?, ?, ?, '', ?, 'waiting', 0, ?, ?, '', '', '')"
)
SETTLE = (
    "UPDATE step_request SET status = 'applied', receipt = ?, settled_at = ?, observed = false, flow_run_id = '',"
    " error = '' WHERE id = ? AND status <> 'applied'"
)
Row = tuple[Any, ...]


def rows_of(request_id: int, request: Row, case: Row) -> tuple[Row, Row, list[Row], Row, Row]:
    """What the step writes: case, event, deadlines, message, request."""
    case_id, step, actor_id, _answers, status = request
    state, version, facts, head, number = case
    if status != "waiting":
        raise NotPossibleError
    way = decide(step, state, 1)
    now = datetime.now(UTC).isoformat(sep=" ")[:26]
    seq = version + 1
    detail = '{"entries":[],"before":{"facts":{},"ended":[]}}'
    detail_digest = sha256(detail.encode()).hexdigest()
    covered = (head, case_id, seq, step, state, way.target, actor_id, "mediator", UNIT, request_id, now, detail_digest)
    chained = sha256(json.dumps(covered).encode()).hexdigest()
    told = {"number": number, "case_type": "bench", "step": step, "state": way.target, "outcome": None, "actor_id": actor_id}
    receipt = {"case_id": case_id, "number": number, "version": seq, "step": step, "state": way.target}
    return (
        (way.target, seq, facts if isinstance(facts, str) else "{}", now, chained, case_id, version),
        (case_id, seq, step, state, way.target, actor_id, UNIT, request_id, now, detail, detail_digest, head, chained),
        list(_deadlines(case_id, seq, way)),
        (f"{case_id}:{seq}:case.{way.target}", f"case.{way.target}", case_id, seq, json.dumps(told), now, now),
        (json.dumps(receipt), now, request_id),
    )


def _deadlines(case_id: int, seq: int, way: Step) -> Any:
    today = date.today()  # noqa: DTZ011 - a peer's clock
    for kind, days in way.deadlines:
        due = (today + timedelta(days)).isoformat()
        why = WHY % (kind, today.isoformat(), today.isoformat(), due, due)
        # a second session has a subject of its own: by hand nobody voids the clock of the first
        yield (case_id, kind, str(seq), due, due, why, seq)


class SameRows:
    """A commit a step on SQLite."""

    name = "floor-same-rows"

    def setup(self, directory: Path) -> None:
        self.stack = ExitStack()
        self.bureau: Bureau = self.stack.enter_context(bureau(directory))
        self.db: Any = sqlite_file.connect(directory / "concord.db")

    def prepare(self, cases: int) -> None:
        """Open the cases and file the wishes, through the door."""
        self.bureau.open_cases(cases)
        self.filed = self.bureau.file_all(cases)
        self.bureau.analyse()

    def run(self, cases: int) -> Timing:
        self.prepare(cases)
        return time_steps(self.take, cases, self.bureau.tally)

    def take(self, case_id: int, step: str) -> None:
        """One step in one transaction."""
        request_id = self.filed[case_id, step].pop()
        run = self.db.execute
        run("BEGIN IMMEDIATE")
        request = run(REQUEST, (request_id,)).fetchone()
        moved, event, deadlines, message, settled = rows_of(request_id, request, run(READ, (request[0],)).fetchone())
        if run(MOVE, moved).rowcount != 1:
            raise NotPossibleError
        run(EVENT, event)
        for deadline in deadlines:
            run(DEADLINE, deadline)
        run(MESSAGE, message)
        run(SETTLE, settled)
        run("COMMIT")

    def close(self) -> None:
        self.db.close()
        self.stack.close()


class SameRowsSetWise(SameRows):
    """500 steps a commit."""

    name = "floor-same-rows-500"

    def run(self, cases: int) -> Timing:
        self.prepare(cases)
        return time_batches(self.take_many, cases, self.bureau.tally, BATCH)

    def take_many(self, case_ids: Sequence[int], step: str) -> None:
        """The same step for all of `case_ids` in one transaction."""
        ids = [self.filed[case_id, step].pop() for case_id in case_ids]
        marks = ",".join("?" * len(ids))
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        requests = {row[0]: row[1:] for row in db.execute(REQUEST_MANY.format(marks), ids)}
        cases = {row[0]: row[1:] for row in db.execute(READ_MANY.format(marks), case_ids)}
        rows = [rows_of(i, requests[i], cases[requests[i][0]]) for i in ids]
        if db.executemany(MOVE, [row[0] for row in rows]).rowcount != len(ids):
            raise NotPossibleError
        db.executemany(EVENT, [row[1] for row in rows])
        db.executemany(DEADLINE, [deadline for row in rows for deadline in row[2]])
        db.executemany(MESSAGE, [row[3] for row in rows])
        db.executemany(SETTLE, [row[4] for row in rows])
        db.execute("COMMIT")


REQUEST_MANY = "SELECT id, case_id, step, actor_id, answers, status FROM step_request WHERE id IN ({})"
READ_MANY = "SELECT id, state, version, facts, head, number FROM case_file WHERE id IN ({})"


class SameRowsPostgres(SameRows):
    """A commit a step on PostgreSQL, statement by statement."""

    name = "postgres-same-rows"

    def setup(self, directory: Path) -> None:
        from benchmarks.peers.own_postgres import start

        server, self.db = start(directory)
        self.stack = ExitStack()
        self.stack.callback(server.cleanup)
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        self.bureau = self.stack.enter_context(bureau(directory, url))
        statements = (f"{REQUEST} FOR UPDATE", f"{READ} FOR UPDATE", MOVE, EVENT, DEADLINE, MESSAGE, SETTLE)
        self.sql = [statement.replace("?", "%s") for statement in statements]

    def take(self, case_id: int, step: str) -> None:
        request_id = self.filed[case_id, step].pop()
        ask, read, move, append, start, post, settle = self.sql
        run = self.db.execute
        with self.db.transaction():
            request = run(ask, (request_id,)).fetchone()
            case = run(read, (request[0],)).fetchone()
            moved, event, deadlines, message, settled = rows_of(request_id, request, case)
            if run(move, moved).rowcount != 1:
                raise NotPossibleError
            run(append, event)
            for deadline in deadlines:
                run(start, deadline)
            run(post, message)
            run(settle, settled)
