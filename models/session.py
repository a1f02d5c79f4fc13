"""The store: engine, transactions, and what SQLite needs to lose nothing.

SQLite: WAL, synchronous=FULL, foreign keys, and writers begin IMMEDIATE (a deferred transaction that turns into a writer
fails at once when another writes; measured 95 of 160 lost). Readers begin plainly. PostgreSQL: limits of time, so that no
request hangs (`models.postgresql`). Transactions are opened here and nowhere else.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError

from models.vault import VAULT


def to_json(value: Any) -> str:
    """JSON as it is stored: compact, Chinese kept as it is."""
    return orjson.dumps(value, default=str).decode()


#: one way to write and read JSON columns, a few times faster than the standard library
JSON_CODEC: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": orjson.loads}
#: the text of a database error ends up in logs: it shows the statement and not what somebody typed
PRIVATE: dict[str, Any] = {"hide_parameters": True}
#: rows that one INSERT which answers with ids writes at once. Each number of rows is a text of its own, and every connection
#: keeps the newest 128 (SQLite, compiled, 2.3 KB a row) or 100 (PostgreSQL): by the thousand they took hundreds of megabytes
ROWS = 25
FEW_TEXTS: dict[str, Any] = {"insertmanyvalues_page_size": ROWS}
#: seconds a statement may take on PostgreSQL where the settings say nothing else
STATEMENT = 30.0
READ_ONLY = {"concord_read_only": True}
#: seconds a writer of SQLite waits for its turn, and seconds between two questions for it
PATIENCE, ASK_AGAIN = 10, 0.001
#: seconds a long piece of work rests between two chunks on SQLite, so that somebody else gets the turn
REST = 0.003
#: why nothing may be written in the course of what is done here; None: it may
_barred: ContextVar[Callable[[], Exception] | None] = ContextVar("barred", default=None)


@contextmanager
def reading_only(refusal: Callable[[], Exception]) -> Iterator[None]:
    """Within the block, and in threads that run in its context, whoever begins to write gets what `refusal` makes."""
    token = _barred.set(refusal)
    try:
        yield
    finally:
        _barred.reset(token)


def _must_be_allowed() -> None:
    if (refusal := _barred.get()) is not None:
        raise refusal()


@dataclass(frozen=True)
class Store:
    """The case database of this process."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is one file on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: committed when the block ends, rolled back when it raises."""
        _must_be_allowed()
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write_swiftly(self) -> Iterator[Connection]:
        """The same; on PostgreSQL the statements are sent without waiting for each answer.

        What a `Prepared` writes there is counted as `UNKNOWN`, and a broken rule is heard of at the next query or COMMIT.
        """
        _must_be_allowed()
        with self.engine.connect() as connection, self._pipeline(connection), connection.begin():
            yield connection

    def _pipeline(self, connection: Connection) -> AbstractContextManager[Any]:
        driver: Any = connection.connection.driver_connection
        return nullcontext() if self.is_sqlite else driver.pipeline()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent reading of the store."""
        with self.engine.connect().execution_options(**READ_ONLY) as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The whole store as it is at one instant, however long the reading takes; writers go on meanwhile."""
        lasting = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**READ_ONLY, **lasting) as connection:
            self.take_time(connection)
            yield connection

    def take_time(self, connection: Connection) -> None:
        """Lift the limits of time from the transaction that begins here: a backup may take longer than a page."""
        if not self.is_sqlite:
            from models import postgresql

            postgresql.take_time(connection)

    def give_way(self) -> None:
        """Between two chunks of long work: let those who wait for the one writer's turn have it."""
        if self.is_sqlite:
            time.sleep(REST)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_store(url: str, key_file: Path, patience: float = STATEMENT) -> Store:
    """The store at that address, its vault unlocked. Creates the folder of a SQLite file, not the tables."""
    VAULT.unlock(key_file)
    return open_sealed(url, patience)


def open_sealed(url: str, patience: float = STATEMENT) -> Store:
    """The same without its key: rows can be carried and counted, sealed fields stay sealed. Makes no key file.

    On PostgreSQL no statement takes longer than `patience` seconds.
    """
    parsed, given = make_url(url), {**JSON_CODEC, **PRIVATE, **FEW_TEXTS}
    if parsed.get_backend_name() == "sqlite":
        return Store(_sqlite(url, parsed.database, **given))
    from models.postgresql import postgresql_engine  # with its driver, where it is needed

    return Store(postgresql_engine(url, patience, **given))


def _sqlite(url: str, database: str | None, **given: Any) -> Engine:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": PATIENCE}, pool_size=10, max_overflow=20, **given)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE * 1000}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    asking = threading.Lock()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("concord_read_only", False)
        driver: Any = connection.connection
        if read_only:
            driver.execute("BEGIN")
        else:
            _begin_to_write(driver, asking)

    return engine


def _begin_to_write(driver: Any, asking: threading.Lock) -> None:
    """BEGIN IMMEDIATE, asked for every millisecond: SQLite's own waiting asks ever more rarely, and somebody waits for seconds.

    One thread of a process asks; the others wait for it without a question.

    Raises SQLAlchemy's `OperationalError` after ten seconds, which a listener has to make by itself.
    """
    until = time.monotonic() + PATIENCE
    asked = asking.acquire(timeout=PATIENCE)
    try:
        driver.execute("PRAGMA busy_timeout=0")
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise OperationalError("BEGIN IMMEDIATE", None, fault, hide_parameters=True) from fault
                time.sleep(ASK_AGAIN)
            else:
                return
    finally:
        if asked:
            asking.release()
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
