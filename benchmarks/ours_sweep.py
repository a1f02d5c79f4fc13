"""Our sweep over clocks on the same million, and the same rows written by hand.

Every due deadline gives a ledger row, a message to the one person who works on the case, and its next date. By hand
nobody looks up who that is, and no rule decides which stage is due.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import sqlite_file
from benchmarks.ours_case import BENCH, KIND, MEDIATOR, UNIT, Bureau, bureau
from benchmarks.work import BATCH, NOW
from flows.deadlines import sweep_deadlines

NOON = datetime.fromtimestamp(NOW, UTC)
TODAY = NOON.date()
CASES = """
INSERT INTO case_file (id, number, type, type_version, pack, pack_version, state, version, unit_id, owner_id, facts,
                       opened_on, moved_at, head)
SELECT n, 'D' || n, '{kind}', 1, 'cn', '', 'mediating', 1, {unit}, {owner}, '{{}}', '{today}', '{today} 00:00:00', ''
FROM (WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {cases}) SELECT n FROM series)"""
#: every `stride`-th clock ends in three days: its first reminder is due today
CLOCKS = """
INSERT INTO deadline (id, case_id, rule, subject, status, due_on, next_on, opened, hard, provisional, explanation)
SELECT n, n / 8, 'conclude', n % 8, 'open', date('{today}', '+' || (ahead + 3) || ' days'),
       date('{today}', '+' || ahead || ' days'), 0, 1, 0, '{{}}'
FROM (WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {deadlines})
      SELECT n, CASE WHEN n % {stride} = 0 THEN 0 ELSE 1 + n % 90 END AS ahead FROM series)"""


class Concord:
    """The sweep as the scheduler rings it."""

    name = "concord"

    def setup(self, directory: Path, deadlines: int, due: int) -> None:
        self.stack = ExitStack()
        self.bureau: Bureau = self.stack.enter_context(bureau(directory))
        self.office = self.bureau.office.at(lambda: NOON)
        self.db: sqlite3.Connection = sqlite_file.connect(directory / "concord.db")
        self.db.execute(CASES.format(kind=KIND, unit=UNIT, owner=MEDIATOR, today=TODAY, cases=deadlines // 8))
        self.db.execute(CLOCKS.format(today=TODAY, deadlines=deadlines, stride=deadlines // due))
        self.db.execute("ANALYZE")
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def sweep(self) -> int:
        return sweep_deadlines(self.office).reminders

    def close(self) -> None:
        self.db.close()
        self.stack.close()


DUE = (
    "SELECT d.id, d.case_id, d.rule, d.subject, d.due_on, d.next_on, c.number FROM deadline d"
    " JOIN case_file c ON c.id = d.case_id WHERE d.next_on <= ? ORDER BY d.next_on, d.id LIMIT ?"
)
REMINDER = (
    "INSERT INTO reminder (deadline_id, due_on, stage, person_id, planned_on, sent_on, message_key, at)"
    " VALUES (?, ?, 'd3', ?, ?, ?, ?, ?)"
)
MESSAGE = (
    "INSERT INTO message (key, kind, notice, case_id, person_id, channel, facts, status, attempt, next_try_at, created_at,"
    " error, subject, body) VALUES (?, 'notice', 'deadline_near', ?, ?, '', ?, 'waiting', 0, ?, ?, '', '', '')"
)
MOVE_ON = "UPDATE deadline SET next_on = ?, status = 'open', opened = 0 WHERE id = ? AND next_on = ?"


class SameRows(Concord):
    """Plain SQL in 500s that writes our rows."""

    name = "sql-same-rows-in-500s"

    def sweep(self) -> int:
        total, day, at = 0, TODAY.isoformat(), NOON.isoformat(sep=" ")[:19]
        later = (TODAY + timedelta(2)).isoformat()
        label = list(BENCH.rule["conclude"].label)
        while rows := self.db.execute(DUE, (day, BATCH)).fetchall():
            keys = [f"reminder:{row[0]}:{row[4]}:d3:{MEDIATOR}" for row in rows]
            told = [
                json.dumps({
                    "number": number, "case_type": KIND, "contract_id": None, "rule": rule, "label": label,
                    "subject": subject, "due_on": due_on, "stage": "d3", "days": 3, "missed": [], "hard": True,
                    "notice": "deadline_near",
                }, ensure_ascii=False)
                for _, _, rule, subject, due_on, _, number in rows
            ]  # fmt: skip
            many = self.db.executemany
            self.db.execute("BEGIN IMMEDIATE")
            many(REMINDER, [(r[0], r[4], MEDIATOR, r[5], day, key, at) for r, key in zip(rows, keys, strict=True)])
            many(MESSAGE, [(k, r[1], MEDIATOR, f, at, at) for k, r, f in zip(keys, rows, told, strict=True)])
            many(MOVE_ON, [(later, row[0], row[5]) for row in rows])
            self.db.execute("COMMIT")
            total += len(rows)
        return total
