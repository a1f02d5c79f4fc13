"""The floor on PostgreSQL: psycopg and hand-written SQL on a server of its own, synchronous_commit=on.

Three of them: statement by statement, one statement a step (a chain of CTEs), and 500 steps a commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.own_postgres import start
from benchmarks.work import (
    ACTOR,
    ANSWERS,
    BATCH,
    DAY,
    NOW,
    TALLY_SQL,
    NotPossibleError,
    Step,
    Tally,
    Timing,
    decide,
    new_cases,
    postgres_schema,
    time_batches,
    time_steps,
)

READ = "SELECT state, version, amount_fen FROM case_file WHERE id = %s FOR UPDATE"
MOVE = "UPDATE case_file SET state = %s, version = %s, updated_at = %s WHERE id = %s AND version = %s"
EVENT = (
    "INSERT INTO case_event (case_id, version, step, source, target, actor, at, answers)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
DEADLINE = "INSERT INTO deadline (case_id, kind, due_at, status) VALUES (%s, %s, %s, 'open')"
OUTBOX = "INSERT INTO outbox (case_id, version, topic, status, next_at) VALUES (%s, %s, %s, 'waiting', %s)"
ONE_STATEMENT = """
WITH moved AS (
    UPDATE case_file SET state = %(target)s, version = version + 1, updated_at = %(now)s
    WHERE id = %(case)s AND state = %(source)s AND (NOT %(guarded)s OR amount_fen > 0) RETURNING id, version),
event AS (
    INSERT INTO case_event (case_id, version, step, source, target, actor, at, answers)
    SELECT id, version, %(step)s, %(source)s, %(target)s, %(actor)s, %(now)s, %(answers)s FROM moved),
opened AS (
    INSERT INTO deadline (case_id, kind, due_at, status)
    SELECT id, kind, due_at, 'open'
    FROM moved, unnest(%(kinds)s::text[], %(dues)s::bigint[]) AS d (kind, due_at)),
message AS (
    INSERT INTO outbox (case_id, version, topic, status, next_at)
    SELECT id, version, %(topic)s, 'waiting', %(now)s FROM moved)
SELECT version FROM moved"""


class FloorPostgres:
    """One commit a step, statement by statement."""

    name = "floor-postgres"

    def setup(self, directory: Path) -> None:
        self.server, self.db = start(directory)
        for statement in postgres_schema():
            self.db.execute(statement.encode())

    def open_cases(self, cases: int) -> None:
        """Write the cases as they stand before the first step."""
        with self.db.cursor() as cursor, self.db.transaction():
            cursor.executemany("INSERT INTO case_file VALUES (%s, %s, %s, %s, %s, %s)", new_cases(cases))
        self.db.execute("ANALYZE")

    def tally(self) -> Tally:
        """Count what the run left behind."""
        row = self.db.execute(TALLY_SQL).fetchone()
        return Tally(*(row or (0, 0, 0, 0)))

    def run(self, cases: int) -> Timing:
        self.open_cases(cases)
        return time_steps(self.take, cases, self.tally)

    def take(self, case_id: int, step: str) -> None:
        """One step in one transaction."""
        run = self.db.execute
        with self.db.transaction():
            row = run(READ, (case_id,)).fetchone()
            if row is None:
                raise NotPossibleError
            state, version, amount_fen = row
            way = decide(step, state, amount_fen)
            if run(MOVE, (way.target, version + 1, NOW, case_id, version)).rowcount != 1:
                raise NotPossibleError
            run(EVENT, (case_id, version + 1, step, state, way.target, ACTOR, NOW, ANSWERS))
            for kind, days in way.deadlines:
                run(DEADLINE, (case_id, kind, NOW + days * DAY))
            run(OUTBOX, (case_id, version + 1, f"case.{way.target}", NOW))

    def close(self) -> None:
        self.db.close()
        self.server.cleanup()


class FloorPostgresOneStatement(FloorPostgres):
    """One commit a step, one round trip: the caller already knows the state it saw."""

    name = "floor-postgres-cte"

    def run(self, cases: int) -> Timing:
        self.open_cases(cases)
        self.seen = dict.fromkeys(range(1, cases + 1), "received")
        return time_steps(self.take, cases, self.tally)

    def take(self, case_id: int, step: str) -> None:
        way = decide(step, self.seen[case_id], 1)
        row = self.db.execute(ONE_STATEMENT, self.values(case_id, way)).fetchone()
        if row is None:
            raise NotPossibleError
        self.seen[case_id] = way.target

    @staticmethod
    def values(case_id: int, way: Step) -> dict[str, object]:
        """The parameters of the one statement."""
        return {
            "case": case_id,
            "step": way.name,
            "source": way.source,
            "target": way.target,
            "guarded": way.guarded,
            "kinds": [kind for kind, _ in way.deadlines],
            "dues": [NOW + days * DAY for _, days in way.deadlines],
            "topic": f"case.{way.target}",
            "actor": ACTOR,
            "answers": ANSWERS,
            "now": NOW,
        }


class FloorPostgresSetWise(FloorPostgres):
    """500 steps a commit, each table written once."""

    name = "floor-postgres-500"

    def run(self, cases: int) -> Timing:
        self.open_cases(cases)
        return time_batches(self.take_many, cases, self.tally, BATCH)

    def take_many(self, case_ids: Sequence[int], step: str) -> None:
        """The same step for all of `case_ids` in one transaction; every column goes over as an array."""
        with self.db.transaction():
            rows = self.db.execute(
                "SELECT id, state, version, amount_fen FROM case_file WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                (list(case_ids),),
            ).fetchall()
            ways = [(i, state, version + 1, decide(step, state, amount)) for i, state, version, amount in rows]
            if self.write_many(step, ways) != len(case_ids):
                raise NotPossibleError

    def write_many(self, step: str, ways: Sequence[tuple[int, str, int, Step]]) -> int:
        """Write all rows of the batch; how many cases moved."""
        run = self.db.execute
        ids, sources, versions = ([one[n] for one in ways] for n in (0, 1, 2))
        targets = [way.target for *_, way in ways]
        moved = run(
            "UPDATE case_file c SET state = n.state, version = n.version, updated_at = %s"
            " FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS n (id, state, version)"
            " WHERE c.id = n.id AND c.version = n.version - 1",
            (NOW, ids, targets, versions),
        ).rowcount
        run(
            "INSERT INTO case_event (case_id, version, step, source, target, actor, at, answers)"
            " SELECT i, v, %s, s, t, %s, %s, %s"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS n (i, v, s, t)",
            (step, ACTOR, NOW, ANSWERS, ids, versions, sources, targets),
        )
        opened = [(i, kind, NOW + days * DAY) for i, *_, way in ways for kind, days in way.deadlines]
        run(
            "INSERT INTO deadline (case_id, kind, due_at, status)"
            " SELECT i, k, d, 'open' FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS n (i, k, d)",
            tuple([one[n] for one in opened] for n in (0, 1, 2)),
        )
        run(
            "INSERT INTO outbox (case_id, version, topic, status, next_at)"
            " SELECT i, v, 'case.' || t, 'waiting', %s"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS n (i, v, t)",
            (NOW, ids, versions, targets),
        )
        return moved
