"""Ourselves in the contest: the one door, step by step and set-wise, on both stores.

`concord` takes steps whose requests were filed before (so does `floor-same-rows`); `concord-filed` also files each wish,
in a transaction of its own, as the command line and the pages do: two commits a step.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks.ours_case import MEDIATOR, Bureau, bureau
from benchmarks.work import STEPS, Timing, time_steps
from flows.batch import advance_batch
from flows.casework import take_step
from flows.requests import file_batch, file_request


class Concord:
    """A commit a step, through `take_step`."""

    name = "concord"

    def setup(self, directory: Path) -> None:
        self.stack = ExitStack()
        self.bureau: Bureau = self.stack.enter_context(bureau(directory, self.url(directory)))

    def url(self, directory: Path) -> str:
        """The store's address; empty: SQLite in `directory`."""
        return ""

    def run(self, cases: int) -> Timing:
        self.bureau.open_cases(cases)
        filed = self.bureau.file_all(cases)
        self.bureau.analyse()
        office = self.bureau.office
        return time_steps(lambda case_id, step: take_step(office, filed[case_id, step].pop()), cases, self.bureau.tally)

    def close(self) -> None:
        self.stack.close()


class ConcordFiled(Concord):
    """The wish filed and applied: what one person does to one case, Prefect left out."""

    name = "concord-filed"

    def run(self, cases: int) -> Timing:
        self.bureau.open_cases(cases)
        self.bureau.analyse()
        wishes = {(wish.case_id, wish.step): wish for wish in self.bureau.wishes(cases)}
        office = self.bureau.office
        return time_steps(
            lambda case_id, step: take_step(office, file_request(office, wishes[case_id, step])),
            cases,
            self.bureau.tally,
        )


class ConcordBatch(Concord):
    """The same step for all cases as one batch; the wishes are filed before the clock starts."""

    name = "concord-batch"

    def run(self, cases: int) -> Timing:
        import time

        self.bureau.open_cases(cases)
        wishes = list(self.bureau.wishes(cases))
        office = self.bureau.office
        batches = [
            file_batch(office, step.name, MEDIATOR, wishes[at * cases : (at + 1) * cases]) for at, step in enumerate(STEPS)
        ]
        self.bureau.analyse()
        began = time.perf_counter()
        for batch_id in batches:
            advance_batch(office, batch_id)
        return Timing(cases * len(STEPS), time.perf_counter() - began, None, None, self.bureau.tally())


class _OnPostgres(Concord):
    """A PostgreSQL of the turn's own."""

    def url(self, directory: Path) -> str:
        from benchmarks.peers.own_postgres import start

        server, connection = start(directory)
        connection.close()
        self.stack.callback(server.cleanup)
        return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


class ConcordPostgres(_OnPostgres):
    """A commit a step on PostgreSQL."""

    name = "concord-postgres"


class ConcordPostgresBatch(_OnPostgres, ConcordBatch):
    """Set-wise on PostgreSQL."""

    name = "concord-postgres-batch"
