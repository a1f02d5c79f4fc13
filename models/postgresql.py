"""The line to PostgreSQL, and how long anybody waits at its other end. Imported only where the store is there.

    5 s     to be let in
    3 s     for a connection that lay idle to say that it lives; if it does not, all that lay idle are made anew
    10 s    for a lock; 30 s for an open transaction in which nothing happens            (the server keeps these)
    30 s    for a statement, CONCORD_DATABASE_PATIENCE                                   (the server keeps this)
    + 2 s   without a word from the server, and the connection is given up               (we keep this)

The last one is for a line that is there and carries nothing: a firewall that forgot it, a machine that froze. libpq by itself
waits for ever. Where the machine is gone, the system notices by its own probes, also when the limits are lifted.
"""

from __future__ import annotations

import math
import time
from typing import Any

import psycopg
from psycopg.errors import _WaitTimeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

#: seconds after which a pooled connection is asked whether it still lives: not at every step (0.2 ms)
IDLE = 1.0
#: seconds it gets to say so, and seconds to be let in
PING, LET_IN = 3.0, 5
#: seconds between the server's limit and ours: its word that a statement took too long must have time to arrive
GRACE = 2.0
#: seconds after which the driver lets somebody interrupt it
LOOK = 0.1
#: the system's own probes: a machine that is gone is noticed after ten seconds of sending, twenty-five of listening
PROBES: dict[str, Any] = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}


class Line(psycopg.Connection[Any]):
    """A connection that does not wait for ever."""

    #: seconds; None: as long as it takes
    patience: float | None = None

    def wait(self, gen: Any, interval: float = LOOK, timeout: float | None = None) -> Any:
        """As the driver waits, but not longer than `patience`. Raises `OperationalError`, and the connection is closed."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except _WaitTimeout as silence:
            if timeout is not None:
                raise
            self.close()
            raise psycopg.OperationalError("the database server said nothing for too long") from silence


def postgresql_engine(url: str, patience: float, **given: Any) -> Engine:
    """The engine of a store on PostgreSQL, whose statements may take so many seconds."""
    # jit off: compiling a query takes longer than any of ours runs
    limits = (
        f"-c jit=off -c lock_timeout=10s -c statement_timeout={patience * 1000:.0f} "
        "-c idle_in_transaction_session_timeout=30s -c timezone=UTC"
    )
    asked = {"options": limits, "connect_timeout": LET_IN, **PROBES}
    engine = create_engine(url, pool_size=10, max_overflow=20, connect_args=asked, **given)
    _mind_the_time(engine, patience + GRACE)
    _hear_at_once(engine)
    return engine


def take_time(connection: Connection) -> None:
    """Lift the limits from the transaction that begins here, on both ends."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    line: Any = connection.connection.driver_connection
    line.patience = None


def _mind_the_time(engine: Engine, patience: float) -> None:
    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, asked: Any) -> Any:
        line: Any = Line.connect(*words, **asked)
        line.patience = patience
        return line

    @event.listens_for(engine, "checkin")
    def left(connection: Any, record: Any) -> None:
        record.info["left"] = time.monotonic()
        if connection is not None:
            connection.patience = patience

    @event.listens_for(engine, "checkout")
    def ask_if_alive(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("left", math.inf) > IDLE:
            connection.patience = PING
            try:
                engine.dialect.do_ping(connection)
            except psycopg.Error as fault:
                raise InvalidatePoolError from fault  # the pool makes others: what is true of one is true of all
            connection.patience = patience


def _hear_at_once(engine: Engine) -> None:
    @event.listens_for(engine, "after_cursor_execute")
    def look(_connection: Connection, cursor: Any, *_: Any) -> None:
        if cursor.connection.info.pipeline_status:  # SQLAlchemy looks at the answer now; `Prepared` does not
            with cursor.connection.pipeline():
                pass  # the end of a block within a pipeline is where its answers arrive
